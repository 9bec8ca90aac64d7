import { userInfo } from "node:os";
import { ModelError } from "../errors.js";
import { own } from "../own.js";
import { loggedModelFields, modelVersionFields, registeredModelFields } from "./filter/fields.js";
import { allOf, type Filter } from "./filter/filter-tree.js";
import { type Say, toShortTags } from "./named-texts.js";
import type { StartProgress } from "./progress.js";
import { checkTexts, type LoggedModelQuery, type RegistryQuery, toSearch } from "./query.js";
import type {
  LoggedModel,
  LoggedModelChanges,
  ModelEnd,
  ModelRegistry,
  ModelStage,
  ModelVersion,
  NewLoggedModel,
  NewModelVersion,
  NewRegisteredModel,
  RegisteredModel,
} from "./registry.js";
import { checkAlias, checkArchives, checkLoggedModel, checkModelName, toStage } from "./registry-validation.js";
import type { TrackingStore } from "./store.js";
import type { Page } from "./types.js";
import { checkMetric, limits } from "./validation.js";
import { checkOptions, checkText } from "./value-type.js";

export interface TransitionOptions {
  /** The versions that have the stage become Archived. */
  archiveExistingVersions?: boolean;
}

/** The registry's verbs, with MLflow's names: checks the arguments by its rules and hands them to the store. */
export class RegistryClient {
  readonly store: TrackingStore;
  /** The user's name, or "unknown" where the system has none (a container's bare uid). */
  protected readonly userName: string = nameOfUser();

  /** Tells a person what was done with a call besides what it asked for. */
  protected readonly say: Say;

  /** Shows a person how far work is that takes long. */
  protected readonly startProgress: StartProgress | undefined;

  constructor(store: TrackingStore, say: Say = () => undefined, startProgress?: StartProgress) {
    this.store = store;
    this.say = say;
    this.startProgress = startProgress;
  }

  get #registry(): ModelRegistry {
    return this.store.registry;
  }

  /** @throws RESOURCE_ALREADY_EXISTS */
  async createRegisteredModel(name: string, options: Omit<NewRegisteredModel, "name"> = {}): Promise<RegisteredModel> {
    checkModelName(name);
    checkOptions("createRegisteredModel", options, "{ description }");
    checkDescription(options.description);
    return this.#registry.createRegisteredModel({ ...options, name, tags: tagTexts(options.tags) });
  }

  /** @throws RESOURCE_DOES_NOT_EXIST, with the names there are */
  async getRegisteredModel(name: string): Promise<RegisteredModel> {
    return this.#registry.getRegisteredModel(name);
  }

  /** With its versions. @throws RESOURCE_ALREADY_EXISTS, RESOURCE_DOES_NOT_EXIST */
  async renameRegisteredModel(name: string, newName: string): Promise<RegisteredModel> {
    checkModelName(newName);
    return this.#registry.updateRegisteredModel(name, { name: newName });
  }

  /** Replaces the description. */
  async updateRegisteredModel(name: string, description: string): Promise<RegisteredModel> {
    checkText("A description", description);
    return this.#registry.updateRegisteredModel(name, { description });
  }

  /** With all its versions; the models stay in their runs. */
  async deleteRegisteredModel(name: string): Promise<void> {
    await this.#registry.deleteRegisteredModel(name);
  }

  /** The last value wins; at most 100,000 characters. */
  async setRegisteredModelTag(name: string, key: string, value: unknown): Promise<void> {
    await this.#registry.updateRegisteredModel(name, { setTags: tagTexts({ [key]: value }) });
  }

  /** @throws RESOURCE_DOES_NOT_EXIST when it has no such tag */
  async deleteRegisteredModelTag(name: string, key: string): Promise<void> {
    await this.#registry.updateRegisteredModel(name, { deleteTags: [key] });
  }

  /** By name, unless `orderBy` says otherwise. `filterString`: name, tags, creation_timestamp, last_updated_timestamp. */
  async searchRegisteredModels(query: RegistryQuery = {}): Promise<Page<RegisteredModel>> {
    return this.#registry.searchRegisteredModels(toSearch("searchRegisteredModels", query, registeredModelFields));
  }

  /** Under the next number of a registered model that exists. */
  async createModelVersion(
    name: string,
    source: string,
    options: Partial<Omit<NewModelVersion, "name" | "source">> = {},
  ): Promise<ModelVersion> {
    checkModelName(name);
    checkText("The source of a model version", source);
    checkOptions("createModelVersion", options, "{ runId }");
    checkDescription(options.description);
    return this.#registry.createModelVersion({
      ...options,
      name,
      source,
      runId: options.runId ?? "",
      userId: options.userId ?? this.userName,
      tags: tagTexts(options.tags),
    });
  }

  /** @throws RESOURCE_DOES_NOT_EXIST, with the versions there are */
  async getModelVersion(name: string, version: string | number): Promise<ModelVersion> {
    return this.#registry.getModelVersion(name, String(version));
  }

  /** @throws RESOURCE_DOES_NOT_EXIST, with the aliases there are */
  async getModelVersionByAlias(name: string, alias: string): Promise<ModelVersion> {
    const { aliases } = await this.#registry.getRegisteredModel(name);
    const version = own(aliases, alias);
    if (version !== undefined) return this.#registry.getModelVersion(name, version);
    const known = Object.keys(aliases);
    throw new ModelError("RESOURCE_DOES_NOT_EXIST", `Registered model alias ${alias} not found.`, {
      hint:
        known.length === 0
          ? `Model ${name} has no aliases.`
          : `Model ${name} has ${known.length === 1 ? "the alias" : "the aliases"} ${known.join(", ")}.`,
    });
  }

  /** The newest version of each stage given, else of each stage there is. */
  async getLatestVersions(name: string, stages?: readonly ModelStage[]): Promise<ModelVersion[]> {
    if (stages !== undefined) checkTexts("stages", stages);
    const wanted = stages?.map(toStage);
    const { latestVersions } = await this.#registry.getRegisteredModel(name);
    return latestVersions.filter(({ currentStage }) => wanted?.includes(currentStage) ?? true);
  }

  /** Replaces the description. */
  async updateModelVersion(name: string, version: string | number, description: string): Promise<ModelVersion> {
    checkText("A description", description);
    return this.#registry.updateModelVersion(name, String(version), { description });
  }

  /** Aliases that lead to it go with it. */
  async deleteModelVersion(name: string, version: string | number): Promise<void> {
    await this.#registry.deleteModelVersion(name, String(version));
  }

  /** The one changed last first. `filterString`: name, run_id, version_number, source_path, current_stage, tags. */
  async searchModelVersions(query: RegistryQuery = {}): Promise<Page<ModelVersion>> {
    return this.#registry.searchModelVersions(toSearch("searchModelVersions", query, modelVersionFields));
  }

  /** The last value wins; at most 100,000 characters. */
  async setModelVersionTag(name: string, version: string | number, key: string, value: unknown): Promise<void> {
    await this.#registry.updateModelVersion(name, String(version), { setTags: tagTexts({ [key]: value }) });
  }

  /** @throws RESOURCE_DOES_NOT_EXIST when it has no such tag */
  async deleteModelVersionTag(name: string, version: string | number, key: string): Promise<void> {
    await this.#registry.updateModelVersion(name, String(version), { deleteTags: [key] });
  }

  /** MLflow's stages are deprecated there in favour of aliases, and still work. */
  async transitionModelVersionStage(
    name: string,
    version: string | number,
    stage: string,
    options: TransitionOptions = {},
  ): Promise<ModelVersion> {
    const known = toStage(stage);
    const archiveExisting = options.archiveExistingVersions ?? false;
    if (archiveExisting) checkArchives(known);
    return this.#registry.updateModelVersion(name, String(version), { stage: known, archiveExisting });
  }

  /** An alias leads to one version; it is taken from the version that had it. */
  async setRegisteredModelAlias(name: string, alias: string, version: string | number): Promise<void> {
    checkAlias(alias);
    await this.#registry.updateRegisteredModel(name, { aliases: { [alias]: String(version) } });
  }

  /** The version stays. An alias that is not there is no error. */
  async deleteRegisteredModelAlias(name: string, alias: string): Promise<void> {
    await this.#registry.updateRegisteredModel(name, { aliases: { [alias]: null } });
  }

  /** Takes a folder of a run for a model. @throws RESOURCE_ALREADY_EXISTS: its id, or the folder, is taken */
  async createLoggedModel(model: NewLoggedModel): Promise<LoggedModel> {
    checkLoggedModel(model);
    return this.#registry.createLoggedModel({ ...model, tags: tagTexts(model.tags) });
  }

  /** Says that a model's files are in, or that they failed to come. Nothing in a store whose models are READY from the start. */
  async finalizeLoggedModel(modelId: string, end: ModelEnd): Promise<void> {
    await this.#registry.finalizeLoggedModel?.(modelId, end);
  }

  /** @throws RESOURCE_DOES_NOT_EXIST */
  async getLoggedModel(modelId: string): Promise<LoggedModel> {
    return this.#registry.getLoggedModel(modelId);
  }

  /** Newest first, unless `orderBy` says otherwise. */
  async searchLoggedModels(query: LoggedModelQuery = {}): Promise<Page<LoggedModel>> {
    const { runId, name, ...rest } = query;
    const search = toSearch("searchLoggedModels", rest, loggedModelFields);
    const wanted: Filter[] = search.filter === undefined ? [] : [search.filter];
    for (const [key, value] of [
      ["source_run_id", runId],
      ["name", name],
    ] as const) {
      if (value === undefined) continue;
      checkText(key, value);
      wanted.push({ kind: "text", field: { entity: "attribute", key }, comparator: "=", value });
    }
    return this.#registry.searchLoggedModels({ ...search, filter: allOf(wanted) });
  }

  /** Adds them to those it has. @throws RESOURCE_DOES_NOT_EXIST */
  async setLoggedModelTags(modelId: string, tags: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#registry.setLoggedModelTags(modelId, tagTexts(tags));
  }

  /**
   * Its status, params and metrics, and tags that are set or deleted.
   * @throws RESOURCE_DOES_NOT_EXIST: the model, or a tag; NOT_IMPLEMENTED where the store does not change logged models
   */
  async updateLoggedModel(modelId: string, changes: LoggedModelChanges): Promise<LoggedModel> {
    const { setTags, ...rest } = changes;
    for (const { key, value, timestamp, step } of changes.metrics ?? []) checkMetric(key, value, timestamp, step);
    if (this.#registry.updateLoggedModel === undefined) {
      throw new ModelError("NOT_IMPLEMENTED", `The store ${this.store.uri} does not change logged models.`, {
        hint: "Use a folder as the store.",
      });
    }
    return this.#registry.updateLoggedModel(
      modelId,
      setTags === undefined ? rest : { ...rest, setTags: tagTexts(setTags) },
    );
  }

  /** Forgets the id; the files stay in their run. */
  async deleteLoggedModel(modelId: string): Promise<void> {
    await this.#registry.deleteLoggedModel(modelId);
  }
}

function tagTexts(tags: Readonly<Record<string, unknown>> = {}): Record<string, string> {
  return toShortTags(tags, "Registry", limits.registryTagValue);
}

function checkDescription(description: string | undefined): void {
  if (description !== undefined) checkText("A description", description);
}

function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER ?? "unknown";
  }
}
