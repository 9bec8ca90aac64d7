import { isNotFound, RunlabError, TrackingError } from "../../errors.js";
import { allPages } from "../../tracking/all-pages.js";
import type { ArtifactStore } from "../../tracking/artifact-store.js";
import { searchExperimentsIn, searchRunsIn } from "../../tracking/filter/search.js";
import {
  datasetInputToJson,
  type ExperimentJson,
  experimentFromJson,
  keyValuesToJson,
  type MetricJson,
  metricFromJson,
  metricToJson,
  modelOutputToJson,
  type RunJson,
  runFromJson,
} from "../../tracking/mlflow-json.js";
import type { ModelRegistry } from "../../tracking/registry.js";
import type {
  ExperimentChanges,
  ExperimentSearch,
  NewExperiment,
  NewRun,
  RunBatch,
  RunChanges,
  RunSearch,
} from "../../tracking/store.js";
import {
  type DatasetInput,
  type Experiment,
  hasEnded,
  type Metric,
  type MetricPoint,
  type ModelOutput,
  type Page,
  type PageRequest,
  type Run,
} from "../../tracking/types.js";
import { noRun } from "../run-change.js";
import type { RemoteStore } from "../spool/remote-store.js";
import { allRows } from "./all-rows.js";
import { mlflowDifferences } from "./differences.js";
import { SummaryReader, summarised } from "./read-summaries.js";
import { isMadeBy, markTag, newRequestId, requestTag, withoutRequestTag } from "./request-tag.js";
import { RestApi } from "./rest-api.js";
import { RestRegistry } from "./rest-registry.js";
import { RunArtifacts } from "./run-artifacts.js";
import { divide, type ServerFields, searchId, serverPage, serverToken } from "./server-search.js";
import { type ServerSettings, serverSettings } from "./server-settings.js";

/** MLflow's SEARCH_MAX_RESULTS_DEFAULT, and its page of a history. */
const defaultMaxResults = 1000;
const historyPage = 25_000;

const runFields: ServerFields = {
  texts: new Set(["run_id", "run_name", "user_id", "status", "artifact_uri"]),
  numbers: new Set(["start_time", "end_time"]),
  lists: new Set(["run_id"]),
  values: true,
};

/** MLflow's own tracking server, or another that speaks its REST API, as a store. */
export class RestStore implements RemoteStore {
  readonly uri: string;
  readonly registry: ModelRegistry;
  readonly differences = mlflowDifferences;
  readonly #api: RestApi;
  readonly #registry: RestRegistry;
  readonly #summaries = new SummaryReader((runId, key) =>
    allPages((pageToken) => this.getMetricHistory(runId, key, { pageToken })),
  );

  /** @param address - see `serverAddress` */
  constructor(address: string, settings: ServerSettings = serverSettings()) {
    this.uri = address;
    this.#api = new RestApi(address, settings);
    this.#registry = new RestRegistry(this.#api, () => this.#experimentIds());
    this.registry = this.#registry;
  }

  async createExperiment({ name, artifactLocation, tags = {} }: NewExperiment): Promise<Experiment> {
    const requestId = newRequestId();
    const body = {
      name,
      ...(artifactLocation !== undefined && { artifact_location: artifactLocation }),
      tags: keyValuesToJson({ ...tags, [requestTag]: requestId }),
    };
    const find = async () => {
      const found = await this.#experimentByName(name);
      return found && isMadeBy(found.tags, requestId) ? { experiment_id: found.experimentId } : undefined;
    };
    const { experiment_id: id } = await this.#api.post<{ experiment_id: string }>("experiments/create", body, {
      find,
      has: "experiment_id",
    });
    return this.getExperiment(id);
  }

  async getExperiment(experimentId: string): Promise<Experiment> {
    type Answer = { experiment: ExperimentJson };
    try {
      const query = { experiment_id: experimentId };
      return toExperiment((await this.#api.get<Answer>("experiments/get", query, "experiment")).experiment);
    } catch (cause) {
      // MLflow's ids are numbers: a name in an id's place is no experiment either.
      if (cause instanceof RunlabError && cause.message.startsWith("Invalid experiment ID")) {
        throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `No Experiment with id=${experimentId} exists`, { cause });
      }
      throw cause;
    }
  }

  async getExperimentByName(name: string): Promise<Experiment | undefined> {
    const found = await this.#experimentByName(name);
    if (found !== undefined) withoutRequestTag(found.tags);
    return found;
  }

  async updateExperiment(experimentId: string, changes: ExperimentChanges): Promise<void> {
    const { name, lifecycleStage, setTags = {}, deleteTags = [] } = changes;
    const id = { experiment_id: experimentId };
    const experiment = await this.getExperiment(experimentId);
    for (const key of deleteTags) {
      // MLflow's server does not say that there is none.
      if (!Object.hasOwn(experiment.tags, key)) throw noTag(key, `experiment with id ${experimentId}`);
    }
    if (lifecycleStage !== undefined && lifecycleStage === experiment.lifecycleStage) throw notIn(experiment);
    if (lifecycleStage === "active") await this.#api.post("experiments/restore", id, { isDone: isNotFound });
    if (name !== undefined) await this.#api.post("experiments/update", { ...id, new_name: name });
    for (const [key, value] of Object.entries(setTags)) {
      await this.#api.post("experiments/set-experiment-tag", { ...id, key, value });
    }
    for (const key of deleteTags) {
      await this.#api.post("experiments/delete-experiment-tag", { ...id, key }, { isDone: isNotFound });
    }
    if (lifecycleStage === "deleted") await this.#api.post("experiments/delete", id, { isDone: isNotFound });
  }

  /** A server has few experiments: all are read and searched here, so that every filter holds. */
  async searchExperiments(search: ExperimentSearch): Promise<Page<Experiment>> {
    type Answer = { experiments?: ExperimentJson[]; next_page_token?: string };
    const all = await allRows("experiments", async (pageToken) => {
      const { experiments = [], next_page_token: token } = await this.#api.post<Answer>("experiments/search", {
        max_results: defaultMaxResults,
        view_type: search.viewType ?? "ACTIVE_ONLY",
        ...(pageToken !== undefined && { page_token: pageToken }),
      });
      return { rows: experiments, token };
    });
    return searchExperimentsIn(all.map(toExperiment), search);
  }

  createRun(run: NewRun): Promise<Run> {
    return this.createRunOnce(run, newRequestId(), false);
  }

  async createRunOnce(
    { runId, experimentId, runName, userId, startTime, tags }: NewRun,
    requestId: string,
    mayExist: boolean,
  ): Promise<Run> {
    if (runId !== undefined) {
      throw new TrackingError(
        "NOT_IMPLEMENTED",
        `MLflow's server gives runs their ids, so run ${runId} cannot be created there under its own.`,
        { hint: "Import runs without ids (CSV), or into a store of runlab's." },
      );
    }
    const body = {
      experiment_id: experimentId,
      user_id: userId,
      run_name: runName,
      start_time: startTime,
      tags: keyValuesToJson({ ...tags, [requestTag]: requestId }),
    };
    const find = async () => {
      const run = await this.#runOfRequest(experimentId, requestId);
      return run && { run };
    };
    const made = mayExist ? await find() : undefined;
    const { run } = made ?? (await this.#api.post<{ run: RunJson }>("runs/create", body, { find, has: "run" }));
    return toRun(run);
  }

  async runOfRequest(experimentId: string, requestId: string): Promise<Run | undefined> {
    const run = await this.#runOfRequest(experimentId, requestId);
    return run && toRun(run);
  }

  async #runOfRequest(experimentId: string, requestId: string): Promise<RunJson | undefined> {
    const { runs = [] } = await this.#searchRuns({
      experiment_ids: [experimentId],
      filter: `tags.\`${requestTag}\` = '${requestId}'`,
      run_view_type: "ALL",
      max_results: 1,
    });
    return runs[0];
  }

  async getRun(runId: string): Promise<Run> {
    return this.#ofRun(runId, async () =>
      toRun((await this.#api.get<{ run: RunJson }>("runs/get", { run_id: runId }, "run")).run),
    );
  }

  async updateRun(runId: string, { status, endTime, runName, reason }: RunChanges): Promise<void> {
    await this.#ofRun(runId, async () => {
      if (reason !== undefined) await this.logBatch(runId, { tags: { "runlab.end_reason": reason } });
      // That a run goes on is said by its status; MLflow keeps the time of its end.
      await this.#api.post("runs/update", {
        run_id: runId,
        ...(status !== undefined && { status }),
        ...(typeof endTime === "number" && { end_time: endTime }),
        ...(runName !== undefined && { run_name: runName }),
      });
    });
  }

  async deleteRun(runId: string): Promise<void> {
    await this.#ofRun(runId, () => this.#api.post("runs/delete", { run_id: runId }, { isDone: isRefusal }));
  }

  async restoreRun(runId: string): Promise<void> {
    await this.#ofRun(runId, () => this.#api.post("runs/restore", { run_id: runId }, { isDone: isRefusal }));
  }

  async searchRuns(search: RunSearch): Promise<Page<Run>> {
    const { experimentIds, viewType = "ACTIVE_ONLY", maxResults = defaultMaxResults, pageToken } = search;
    if (experimentIds.length === 0) return [];
    const { filter, orderBy, whole } = divide(search, runFields);
    const asked = { experiment_ids: experimentIds, run_view_type: viewType, ...(filter !== undefined && { filter }) };
    if (whole) {
      const id = searchId(search);
      const token = serverToken(pageToken, id);
      const { runs = [], next_page_token: next } = await this.#searchRuns({
        ...asked,
        order_by: orderBy,
        max_results: maxResults,
        ...(token !== undefined && { page_token: token }),
      });
      return serverPage(runs.map(toRun), next, id);
    }
    const all = await allRows("runs", async (token) => {
      const { runs = [], next_page_token: next } = await this.#searchRuns({
        ...asked,
        max_results: defaultMaxResults,
        ...(token !== undefined && { page_token: token }),
      });
      return { rows: runs, token: next };
    });
    const runs = all.map(toRun);
    await this.completeSummaries(runs, summarised(search));
    return searchRunsIn(runs, search);
  }

  completeSummaries(runs: readonly Run[], keys: Iterable<string>): Promise<void> {
    return this.#summaries.complete(runs, keys);
  }

  logMetric(runId: string, metric: Metric): Promise<void> {
    return this.logBatch(runId, { metrics: [metric] });
  }

  /** At most what MLflow takes in one request, see `BatchBuilder`. */
  logBatch(runId: string, batch: RunBatch): Promise<void> {
    return this.#logBatch(runId, batch);
  }

  /** The mark is a tag, which the server stores with the batch. */
  logBatchOnce(runId: string, batch: RunBatch, mark: string): Promise<void> {
    const marked = { ...batch, tags: { ...batch.tags, [markTag]: mark } };
    return this.#logBatch(runId, marked, async () => ((await this.lastMark(runId)) === mark ? {} : undefined));
  }

  tryOnceWhile(isAway: () => boolean): void {
    this.#api.tryOnceWhile(isAway);
  }

  async lastMark(runId: string): Promise<string | undefined> {
    const { run } = await this.#ofRun(runId, () => this.#api.get<{ run: RunJson }>("runs/get", { run_id: runId }));
    return run.data?.tags?.find(({ key }) => key === markTag)?.value;
  }

  async #logBatch(
    runId: string,
    { metrics = [], params = [], tags = {} }: RunBatch,
    find?: () => Promise<unknown>,
  ): Promise<void> {
    // Of equal params MLflow refuses the second.
    const once = params.filter(
      ({ key, value }, at) => params.findIndex((one) => one.key === key && one.value === value) === at,
    );
    await this.#ofRun(runId, () =>
      this.#api.post(
        "runs/log-batch",
        {
          run_id: runId,
          metrics: metrics.map(metricToJson),
          params: once,
          tags: keyValuesToJson(tags),
        },
        find && { find },
      ),
    );
  }

  async deleteTag(runId: string, key: string): Promise<void> {
    await this.#ofRun(runId, () => this.#api.post("runs/delete-tag", { run_id: runId, key }, { isDone: isNotFound }));
  }

  async logInputs(runId: string, inputs: readonly DatasetInput[]): Promise<void> {
    const body = { run_id: runId, datasets: inputs.map(datasetInputToJson) };
    await this.#ofRun(runId, () => this.#api.post("runs/log-inputs", body));
  }

  async logOutputs(runId: string, outputs: readonly ModelOutput[]): Promise<void> {
    const body = { run_id: runId, models: outputs.map(modelOutputToJson) };
    await this.#ofRun(runId, () => this.#api.post("runs/outputs", body));
  }

  async getMetricHistory(runId: string, key: string, page: PageRequest = {}): Promise<Page<MetricPoint>> {
    const list = `${runId}/${key}`;
    const token = serverToken(page.pageToken, list);
    type Answer = { metrics?: MetricJson[]; next_page_token?: string };
    const { metrics = [], next_page_token: next } = await this.#ofRun(runId, () =>
      this.#api.get<Answer>("metrics/get-history", {
        run_id: runId,
        metric_key: key,
        max_results: Math.min(page.maxResults ?? historyPage, historyPage),
        page_token: token,
      }),
    );
    const points = metrics.map((metric) => {
      const { step, value, timestamp } = metricFromJson(metric);
      return { step, value, timestamp };
    });
    // The server knows no metric of a run that it does not know either.
    if (points.length === 0 && token === undefined) await this.getRun(runId);
    return serverPage(points, next, list);
  }

  async artifacts(runId: string): Promise<ArtifactStore> {
    return new RunArtifacts(await this.getRun(runId), this.#api, this.#registry);
  }

  async close(): Promise<void> {
    await this.#api.close();
  }

  async #experimentByName(name: string): Promise<Experiment | undefined> {
    try {
      type Answer = { experiment: ExperimentJson };
      const query = { experiment_name: name };
      const { experiment } = await this.#api.get<Answer>("experiments/get-by-name", query, "experiment");
      return experimentFromJson(experiment);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async #experimentIds(): Promise<string[]> {
    return (await this.searchExperiments({ viewType: "ALL", maxResults: 50_000 })).map(
      ({ experimentId }) => experimentId,
    );
  }

  #searchRuns(body: object): Promise<{ runs?: RunJson[]; next_page_token?: string }> {
    return this.#api.post("runs/search", body);
  }

  /** An unknown run gets the same hint as in every store. */
  async #ofRun<T>(runId: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isNotFound(error) && error.message === `Run with id=${runId} not found`) throw noRun(runId);
      throw error;
    }
  }
}

function toExperiment(json: ExperimentJson): Experiment {
  const experiment = experimentFromJson(json);
  withoutRequestTag(experiment.tags);
  return experiment;
}

function toRun(json: RunJson): Run {
  const run = runFromJson(json);
  withoutRequestTag(run.data.tags);
  run.info.userId ??= "";
  // The server keeps the end of a run that goes on.
  if (!hasEnded(run.info.status)) delete run.info.endTime;
  return run;
}

function isRefusal(error: RunlabError): boolean {
  return error.code === "INVALID_PARAMETER_VALUE";
}

function noTag(key: string, what: string): TrackingError {
  return new TrackingError("RESOURCE_DOES_NOT_EXIST", `No tag with name: ${key} in ${what}`);
}

function notIn({ experimentId, lifecycleStage }: Experiment): TrackingError {
  return new TrackingError(
    "RESOURCE_DOES_NOT_EXIST",
    `The experiment with ID ${experimentId} is ${lifecycleStage} already.`,
  );
}
