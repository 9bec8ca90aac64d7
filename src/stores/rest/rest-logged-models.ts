import { isNotFound, ModelError } from "../../errors.js";
import { searchLoggedModelsIn } from "../../tracking/filter/search.js";
import { keyValuesToJson } from "../../tracking/mlflow-json.js";
import {
  type LoggedModelJson,
  loggedModelFromJson,
  loggedModelToJson,
  modelMetricToJson,
} from "../../tracking/mlflow-model-json.js";
import type {
  LoggedModel,
  LoggedModelChanges,
  LoggedModelSearch,
  ModelEnd,
  ModelMetric,
  NewLoggedModel,
} from "../../tracking/registry.js";
import type { Page, RunInfo } from "../../tracking/types.js";
import { checkModelParams, latestOf } from "../registry/logged-models.js";
import { allRows } from "./all-rows.js";
import { newRequestId, requestTag, withoutRequestTag } from "./request-tag.js";
import type { RestApi } from "./rest-api.js";
import { divide, type ServerFields } from "./server-search.js";

/** MLflow's largest pages: SEARCH_REGISTERED_MODEL_MAX_RESULTS_THRESHOLD, and a size that its other searches take. */
export const modelPage = 1000;

/** Points that MLflow takes in one request: MAX_METRICS_PER_BATCH. */
const batchLimit = 1000;

const loggedModelFields: ServerFields = {
  texts: new Set(["name", "model_type", "source_run_id"]),
  numbers: new Set(),
  lists: new Set(),
  values: false,
};

/** The logged models of a tracking server. */
export class RestLoggedModels {
  protected readonly api: RestApi;
  readonly #experimentIds: () => Promise<string[]>;
  /** Of models that this process has logged: by run, from the model's path to the location of its files. */
  readonly #made = new Map<string, Map<string, string>>();

  constructor(api: RestApi, experimentIds: () => Promise<string[]>) {
    this.api = api.withErrors(ModelError);
    this.#experimentIds = experimentIds;
  }

  /** The server gives the id: what is wanted is a name for the request alone. */
  async createLoggedModel(wanted: NewLoggedModel): Promise<LoggedModel> {
    const { name, experimentId, sourceRunId, artifactPath, modelType } = wanted;
    if (name.includes(".")) {
      throw new ModelError(
        "INVALID_PARAMETER_VALUE",
        `MLflow's server takes no dot in the name of a model: '${name}'.`,
        {
          hint: `Name it ${name.replaceAll(".", "_")}, and log its values as params.`,
        },
      );
    }
    const inRun = { experimentIds: [experimentId], filter: sourceFilter(sourceRunId) };
    const others = await this.#loggedModels(inRun);
    if (others.map(loggedModelFromJson).some((other) => other.artifactPath === artifactPath)) {
      throw new ModelError(
        "RESOURCE_ALREADY_EXISTS",
        `A logged model in '${artifactPath}' of run '${sourceRunId}' already exists.`,
      );
    }
    const requestId = newRequestId();
    const { info } = loggedModelToJson(asLogged(wanted), "");
    const body = {
      experiment_id: experimentId,
      name,
      source_run_id: sourceRunId,
      model_type: modelType,
      params: keyValuesToJson(wanted.params ?? {}),
      tags: [...(info.tags ?? []), { key: requestTag, value: requestId }],
    };
    const find = async () => {
      const found = (await this.#loggedModels(inRun)).find(({ info: { tags = [] } }) =>
        tags.some(({ key, value }) => key === requestTag && value === requestId),
      );
      return found && { model: found };
    };
    const { model } = await this.api.post<{ model: LoggedModelJson }>("logged-models", body, { find });
    const folders = this.#made.get(sourceRunId) ?? new Map<string, string>();
    this.#made.set(sourceRunId, folders.set(artifactPath, model.info.artifact_uri ?? ""));
    return toLoggedModel(model);
  }

  async finalizeLoggedModel(modelId: string, { status, digest }: ModelEnd): Promise<LoggedModel> {
    const unchanged = await this.getLoggedModel(modelId);
    if (digest !== undefined) {
      const { info } = loggedModelToJson({ ...unchanged, digest }, "");
      await this.api.call("PATCH", `logged-models/${part(modelId)}/tags`, { body: { tags: info.tags } });
    }
    const body = {
      model_id: modelId,
      status: status === "READY" ? "LOGGED_MODEL_READY" : "LOGGED_MODEL_UPLOAD_FAILED",
    };
    const { model } = await this.api.call<{ model: LoggedModelJson }>("PATCH", `logged-models/${part(modelId)}`, {
      body,
    });
    return toLoggedModel(model);
  }

  async getLoggedModel(modelId: string): Promise<LoggedModel> {
    const { model } = await this.api.get<{ model: LoggedModelJson }>(`logged-models/${part(modelId)}`);
    return toLoggedModel(model);
  }

  async searchLoggedModels(search: LoggedModelSearch): Promise<Page<LoggedModel>> {
    // Oldest first, as they were logged.
    const models = (await this.#loggedModels(search)).reverse().map(toLoggedModel);
    return searchLoggedModelsIn(models, search);
  }

  async setLoggedModelTags(modelId: string, tags: Readonly<Record<string, string>>): Promise<void> {
    await this.api.call("PATCH", `logged-models/${part(modelId)}/tags`, { body: { tags: keyValuesToJson(tags) } });
  }

  /** Points of metrics become its run's as well, where that does not have them yet. */
  async updateLoggedModel(modelId: string, changes: LoggedModelChanges): Promise<LoggedModel> {
    const { status, params = {}, metrics = [], setTags = {}, deleteTags = [] } = changes;
    const path = `logged-models/${part(modelId)}`;
    const model = await this.getLoggedModel(modelId);
    for (const key of deleteTags) checkTag(model.tags, key, `logged model ${modelId}`);
    checkModelParams(model, params);
    const added = keyValuesToJson(params).filter(({ key }) => !Object.hasOwn(model.params ?? {}, key));
    if (added.length > 0) await this.api.post(`${path}/params`, { model_id: modelId, params: added });
    if (Object.keys(setTags).length > 0) await this.setLoggedModelTags(modelId, setTags);
    for (const key of deleteTags) await this.api.call("DELETE", `${path}/tags/${part(key)}`, { isDone: isNotFound });
    for (const runId of new Set(metrics.map((metric) => metric.runId))) {
      const ofRun = withoutClashes(metrics.filter((metric) => metric.runId === runId));
      for (let first = 0; first < ofRun.length; first += batchLimit) {
        const points = ofRun.slice(first, first + batchLimit);
        await this.api.post("runs/log-batch", {
          run_id: runId,
          metrics: points.map((metric) => ({ ...modelMetricToJson(metric), model_id: modelId })),
        });
      }
    }
    if (status === "READY" || status === "FAILED") await this.finalizeLoggedModel(modelId, { status });
    return this.getLoggedModel(modelId);
  }

  async deleteLoggedModel(modelId: string): Promise<void> {
    await this.api.call("DELETE", `logged-models/${part(modelId)}`, { isDone: isNotFound });
    for (const folders of this.#made.values()) {
      for (const [path, uri] of folders) if (uri.split("/").includes(modelId)) folders.delete(path);
    }
  }

  /** The folders of a run's models that this process has logged, from the model's path to the location of its files. */
  madeFolders(runId: string): ReadonlyMap<string, string> {
    return this.#made.get(runId) ?? new Map();
  }

  /** The same of every process; of several models with one path the newest. */
  async foldersOf({ runId, experimentId }: RunInfo): Promise<ReadonlyMap<string, string>> {
    const models = await this.#loggedModels({ experimentIds: [experimentId], filter: sourceFilter(runId) });
    const folders = new Map<string, string>();
    for (const model of models.reverse())
      folders.set(loggedModelFromJson(model).artifactPath, model.info.artifact_uri ?? "");
    return folders;
  }

  /** Newest first. */
  async #loggedModels(search: LoggedModelSearch): Promise<LoggedModelJson[]> {
    const experimentIds = search.experimentIds ?? (await this.#experimentIds());
    if (experimentIds.length === 0) return [];
    const { filter } = divide(search, loggedModelFields);
    type Answer = { models?: LoggedModelJson[]; next_page_token?: string };
    return allRows("logged models", async (pageToken) => {
      const { models = [], next_page_token: token } = await this.api.post<Answer>("logged-models/search", {
        experiment_ids: experimentIds,
        max_results: modelPage,
        ...(filter !== undefined && { filter }),
        ...(pageToken !== undefined && { page_token: pageToken }),
      });
      return { rows: models, token };
    });
  }
}

function sourceFilter(runId: string) {
  return { kind: "text", field: { entity: "attribute", key: "source_run_id" }, comparator: "=", value: runId } as const;
}

/** MLflow's database takes one value of a metric per step and time, whatever its dataset. */
function withoutClashes(metrics: readonly ModelMetric[]): ModelMetric[] {
  const first = new Map<string, ModelMetric>();
  for (const metric of metrics) {
    const name = `${metric.step} ${metric.timestamp} ${metric.key}`;
    if (!first.has(name)) first.set(name, metric);
  }
  return [...first.values()];
}

/** As a record whose server fields do not matter: for its tags. */
function asLogged(wanted: NewLoggedModel): LoggedModel {
  return { ...wanted, tags: wanted.tags ?? {}, creationTimestamp: 0, lastUpdatedTimestamp: 0, status: "PENDING" };
}

function toLoggedModel(json: LoggedModelJson): LoggedModel {
  const model = loggedModelFromJson(json);
  withoutRequestTag(model.tags);
  // MLflow's SQL store tells every point.
  if (model.metrics !== undefined) model.metrics = latestOf(model.metrics);
  return model;
}

/** MLflow's server does not say that there is no such tag. @throws {ModelError} RESOURCE_DOES_NOT_EXIST */
export function checkTag(tags: Readonly<Record<string, string>>, key: string, owner: string): void {
  if (!Object.hasOwn(tags, key))
    throw new ModelError("RESOURCE_DOES_NOT_EXIST", `No tag with name: ${key} in ${owner}`);
}

function part(id: string): string {
  return encodeURIComponent(id);
}
