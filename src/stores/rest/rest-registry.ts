import { isNotFound, ModelError } from "../../errors.js";
import type { Search } from "../../tracking/filter/filter-tree.js";
import { searchModelVersionsIn, searchRegisteredModelsIn } from "../../tracking/filter/search.js";
import { keyValuesToJson } from "../../tracking/mlflow-json.js";
import {
  type ModelVersionJson,
  modelVersionFromJson,
  modelVersionToJson,
  type RegisteredModelJson,
  registeredModelFromJson,
} from "../../tracking/mlflow-model-json.js";
import type {
  ModelRegistry,
  ModelVersion,
  ModelVersionChanges,
  NewModelVersion,
  NewRegisteredModel,
  RegisteredModel,
  RegisteredModelChanges,
} from "../../tracking/registry.js";
import type { Page } from "../../tracking/types.js";
import { modelsThereAre, versionsThereAre } from "../registry/registry-table.js";
import { allRows } from "./all-rows.js";
import { newRequestId, requestTag, withoutRequestTag } from "./request-tag.js";
import { checkTag, modelPage, RestLoggedModels } from "./rest-logged-models.js";
import { divide, type ServerFields } from "./server-search.js";

const versionFields: ServerFields = {
  texts: new Set(["name", "run_id"]),
  numbers: new Set(),
  lists: new Set(),
  values: false,
};

/** The model registry of a tracking server, with its logged models. */
export class RestRegistry extends RestLoggedModels implements ModelRegistry {
  async createRegisteredModel({ name, description, tags = {} }: NewRegisteredModel): Promise<RegisteredModel> {
    const requestId = newRequestId();
    const body = {
      name,
      ...(description !== undefined && { description }),
      tags: keyValuesToJson({ ...tags, [requestTag]: requestId }),
    };
    type Answer = { registered_model: RegisteredModelJson };
    const find = async () => {
      const found = await this.api.get<Answer>("registered-models/get", { name }).catch(orNothing);
      return found?.registered_model.tags?.some(({ value }) => value === requestId) ? found : undefined;
    };
    return toRegisteredModel(
      (await this.api.post<Answer>("registered-models/create", body, { find, has: "registered_model" }))
        .registered_model,
    );
  }

  async getRegisteredModel(name: string): Promise<RegisteredModel> {
    type Answer = { registered_model: RegisteredModelJson };
    const found = this.api.get<Answer>("registered-models/get", { name }, "registered_model");
    const answer = await this.#orWhatThereIs(found, async () => modelsThereAre(await this.#registeredModels()));
    return toRegisteredModel(answer.registered_model);
  }

  async updateRegisteredModel(name: string, changes: RegisteredModelChanges): Promise<RegisteredModel> {
    const { description, setTags = {}, deleteTags = [], aliases = {}, name: newName } = changes;
    const model = await this.getRegisteredModel(name);
    for (const key of deleteTags) checkTag(model.tags, key, `registered model ${name}`);
    for (const [alias, version] of Object.entries(aliases)) {
      if (version !== null) await this.api.post("registered-models/alias", { name, alias, version });
      else if (Object.hasOwn(model.aliases, alias)) {
        await this.api.call("DELETE", "registered-models/alias", { body: { name, alias }, isDone: isNotFound });
      }
    }
    for (const [key, value] of Object.entries(setTags))
      await this.api.post("registered-models/set-tag", { name, key, value });
    for (const key of deleteTags) {
      await this.api.call("DELETE", "registered-models/delete-tag", { body: { name, key }, isDone: isNotFound });
    }
    if (description !== undefined)
      await this.api.call("PATCH", "registered-models/update", { body: { name, description } });
    if (newName !== undefined && newName !== name) {
      await this.api.post("registered-models/rename", { name, new_name: newName }, { isDone: isNotFound });
    }
    return this.getRegisteredModel(newName ?? name);
  }

  async deleteRegisteredModel(name: string): Promise<void> {
    await this.api.call("DELETE", "registered-models/delete", { body: { name }, isDone: isNotFound });
  }

  async searchRegisteredModels(search: Search): Promise<Page<RegisteredModel>> {
    return searchRegisteredModelsIn(await this.#registeredModels(), search);
  }

  async #registeredModels(): Promise<RegisteredModel[]> {
    type Answer = { registered_models?: RegisteredModelJson[]; next_page_token?: string };
    const all = await allRows("registered models", async (pageToken) => {
      const { registered_models: rows = [], next_page_token: token } = await this.api.get<Answer>(
        "registered-models/search",
        { max_results: modelPage, page_token: pageToken },
      );
      return { rows, token };
    });
    return all.map(toRegisteredModel);
  }

  async createModelVersion(version: NewModelVersion): Promise<ModelVersion> {
    const { name, source, runId, runLink, modelId, signature, description, tags = {}, createModel = false } = version;
    if (createModel) {
      await this.createRegisteredModel({ name }).catch((error: unknown) => {
        if (!(error instanceof ModelError) || error.code !== "RESOURCE_ALREADY_EXISTS") throw error;
      });
    }
    const requestId = newRequestId();
    // MLflow's server wants to hear which run a source is in.
    const ofRun = runId || (/^runs:\/{1,3}([^/]+)\//.exec(source)?.[1] ?? "");
    const { tags: tagList = [] } = modelVersionToJson({ ...emptyVersion, tags, ...(signature && { signature }) });
    const body = {
      name,
      source,
      ...(ofRun !== "" && { run_id: ofRun }),
      ...(runLink !== undefined && { run_link: runLink }),
      ...(modelId !== undefined && { model_id: modelId }),
      ...(description !== undefined && { description }),
      tags: [...tagList, { key: requestTag, value: requestId }],
    };
    const find = async () => {
      const made = (await this.#versions({ filter: nameIs(name) })).find(({ tags: of = [] }) =>
        of.some(({ value }) => value === requestId),
      );
      return made && { model_version: made };
    };
    type Answer = { model_version: ModelVersionJson };
    return toVersion(
      (await this.api.post<Answer>("model-versions/create", body, { find, has: "model_version" })).model_version,
    );
  }

  async getModelVersion(name: string, version: string): Promise<ModelVersion> {
    type Answer = { model_version: ModelVersionJson };
    const found = this.api.get<Answer>("model-versions/get", { name, version }, "model_version");
    const answer = await this.#orWhatThereIs(found, async () => {
      const versions = await this.#versions({ filter: nameIs(name) });
      const models = versions.length === 0 ? await this.#registeredModels() : [];
      if (versions.length === 0 && !models.some((model) => model.name === name)) return modelsThereAre(models);
      return versionsThereAre(versions.sort((a, b) => Number(a.version) - Number(b.version)));
    });
    return toVersion(answer.model_version);
  }

  /** MLflow's server says that something is missing, and not what there is. */
  async #orWhatThereIs<T>(found: Promise<T>, hint: () => Promise<string>): Promise<T> {
    try {
      return await found;
    } catch (error) {
      if (!isNotFound(error) || error.hint !== undefined) throw error;
      const told = await hint().catch(() => undefined);
      throw new ModelError(error.code, error.message, { hint: told, cause: error });
    }
  }

  async updateModelVersion(name: string, version: string, changes: ModelVersionChanges): Promise<ModelVersion> {
    const { description, stage, archiveExisting = false, setTags = {}, deleteTags = [] } = changes;
    const of = { name, version };
    if (deleteTags.length > 0) {
      const { tags } = await this.getModelVersion(name, version);
      for (const key of deleteTags) checkTag(tags, key, `version ${version} of model ${name}`);
    }
    if (description !== undefined)
      await this.api.call("PATCH", "model-versions/update", { body: { ...of, description } });
    for (const [key, value] of Object.entries(setTags))
      await this.api.post("model-versions/set-tag", { ...of, key, value });
    for (const key of deleteTags) {
      await this.api.call("DELETE", "model-versions/delete-tag", { body: { ...of, key }, isDone: isNotFound });
    }
    if (stage !== undefined) {
      await this.api.post("model-versions/transition-stage", {
        ...of,
        stage,
        archive_existing_versions: archiveExisting,
      });
    }
    return this.getModelVersion(name, version);
  }

  async deleteModelVersion(name: string, version: string): Promise<void> {
    await this.api.call("DELETE", "model-versions/delete", { body: { name, version }, isDone: isNotFound });
  }

  async searchModelVersions(search: Search): Promise<Page<ModelVersion>> {
    const page = searchModelVersionsIn((await this.#versions(search)).map(toVersion), search);
    await this.#addAliases(page);
    return page;
  }

  /** In a list MLflow's server names no aliases of a version, but those of a model. */
  async #addAliases(versions: readonly ModelVersion[]): Promise<void> {
    const names = [...new Set(versions.map(({ name }) => name))];
    if (names.length === 0) return;
    const models =
      names.length === 1
        ? await Promise.all(names.map((name) => this.getRegisteredModel(name).catch(orNothing)))
        : await this.#registeredModels();
    const aliasesOf = new Map(models.flatMap((model) => (model === undefined ? [] : [[model.name, model.aliases]])));
    for (const version of versions) {
      const aliases = Object.entries(aliasesOf.get(version.name) ?? {});
      version.aliases = aliases.filter(([, to]) => to === version.version).map(([alias]) => alias);
    }
  }

  async #versions(search: Search): Promise<ModelVersionJson[]> {
    const { filter } = divide(search, versionFields);
    type Answer = { model_versions?: ModelVersionJson[]; next_page_token?: string };
    return allRows("model versions", async (pageToken) => {
      const { model_versions: rows = [], next_page_token: token } = await this.api.get<Answer>(
        "model-versions/search",
        {
          max_results: modelPage,
          filter,
          page_token: pageToken,
        },
      );
      return { rows, token };
    });
  }
}

function nameIs(name: string) {
  return { kind: "text", field: { entity: "attribute", key: "name" }, comparator: "=", value: name } as const;
}

const emptyVersion: ModelVersion = {
  name: "",
  version: "",
  creationTimestamp: 0,
  lastUpdatedTimestamp: 0,
  description: "",
  userId: "",
  currentStage: "None",
  source: "",
  runId: "",
  status: "READY",
  tags: {},
  aliases: [],
};

function toRegisteredModel(json: RegisteredModelJson): RegisteredModel {
  const model = registeredModelFromJson(json);
  withoutRequestTag(model.tags);
  for (const version of model.latestVersions) withoutRequestTag(version.tags);
  return model;
}

function toVersion(json: ModelVersionJson): ModelVersion {
  const version = modelVersionFromJson(json);
  withoutRequestTag(version.tags);
  // MLflow's server tells the model in the source alone.
  const modelId = version.modelId ?? /^models:\/{1,3}(m-[0-9a-f]{32})$/.exec(version.source)?.[1];
  return modelId === undefined ? version : { ...version, modelId };
}

function orNothing(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
  return undefined;
}
