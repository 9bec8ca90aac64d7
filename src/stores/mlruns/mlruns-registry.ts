import { join } from "node:path";
import { ModelError } from "../../errors.js";
import { own } from "../../own.js";
import type { Search } from "../../tracking/filter/filter-tree.js";
import { searchLoggedModelsIn, searchModelVersionsIn, searchRegisteredModelsIn } from "../../tracking/filter/search.js";
import {
  type LoggedModel,
  type LoggedModelSearch,
  type ModelRegistry,
  type ModelStage,
  type ModelVersion,
  modelStages,
  type RegisteredModel,
} from "../../tracking/registry.js";
import type { Page } from "../../tracking/types.js";
import { MlrunsFiles, type MlrunsMeta } from "./mlruns-files.js";
import type { MlrunsReader } from "./mlruns-reader.js";
import type { MlrunsWrites } from "./mlruns-writer.js";

/** The logged and registered models of an `mlruns` folder, which is only read, or written by a copy. */
export class MlrunsRegistry implements ModelRegistry {
  readonly #folder: string;
  readonly #reader: MlrunsReader;
  readonly #files = new MlrunsFiles();
  readonly createLoggedModel: ModelRegistry["createLoggedModel"];
  readonly setLoggedModelTags: ModelRegistry["setLoggedModelTags"];
  readonly updateLoggedModel: NonNullable<ModelRegistry["updateLoggedModel"]>;
  readonly deleteLoggedModel: ModelRegistry["deleteLoggedModel"];
  readonly createRegisteredModel: ModelRegistry["createRegisteredModel"];
  readonly updateRegisteredModel: ModelRegistry["updateRegisteredModel"];
  readonly deleteRegisteredModel: ModelRegistry["deleteRegisteredModel"];
  readonly createModelVersion: ModelRegistry["createModelVersion"];
  readonly updateModelVersion: ModelRegistry["updateModelVersion"];
  readonly deleteModelVersion: ModelRegistry["deleteModelVersion"];

  /**
   * @param refuse - what a change is answered with
   * @param writes - the changes that are made all the same
   */
  constructor(root: string, reader: MlrunsReader, refuse: () => Promise<never>, writes?: MlrunsWrites["registry"]) {
    this.#folder = join(root, "models");
    this.#reader = reader;
    this.createLoggedModel = writes?.createLoggedModel ?? refuse;
    this.setLoggedModelTags = refuse;
    this.deleteLoggedModel = refuse;
    this.createRegisteredModel = writes?.createRegisteredModel ?? refuse;
    this.deleteRegisteredModel = refuse;
    this.createModelVersion = writes?.createModelVersion ?? refuse;
    this.deleteModelVersion = writes?.deleteModelVersion ?? refuse;
    this.updateLoggedModel = async (modelId, changes) => {
      await (writes?.updateLoggedModel(modelId, changes) ?? refuse());
      return this.getLoggedModel(modelId);
    };
    this.updateRegisteredModel = async (name, changes) => {
      await (writes?.updateRegisteredModel(name, changes) ?? refuse());
      return this.getRegisteredModel(name);
    };
    this.updateModelVersion = async (name, version, changes) => {
      await (writes?.updateModelVersion(name, version, changes) ?? refuse());
      return this.getModelVersion(name, version);
    };
  }

  async getLoggedModel(modelId: string): Promise<LoggedModel> {
    const found = (await this.#reader.models()).find(({ model }) => model.modelId === modelId);
    if (found !== undefined) return found.model;
    throw new ModelError("RESOURCE_DOES_NOT_EXIST", `Logged model with ID '${modelId}' not found.`);
  }

  async searchLoggedModels(search: LoggedModelSearch): Promise<Page<LoggedModel>> {
    return searchLoggedModelsIn(
      (await this.#reader.models()).map(({ model }) => model),
      search,
    );
  }

  async getRegisteredModel(name: string): Promise<RegisteredModel> {
    const found = (await this.#models()).find((model) => model.name === name);
    if (found !== undefined) return found;
    throw new ModelError("RESOURCE_DOES_NOT_EXIST", `Registered Model with name=${name} not found`);
  }

  async searchRegisteredModels(search: Search): Promise<Page<RegisteredModel>> {
    return searchRegisteredModelsIn(await this.#models(), search);
  }

  async getModelVersion(name: string, version: string): Promise<ModelVersion> {
    const found = (await this.#versions(name)).find((one) => one.version === version);
    if (found !== undefined) return found;
    throw new ModelError("RESOURCE_DOES_NOT_EXIST", `Model Version (name=${name}, version=${version}) not found`);
  }

  async searchModelVersions(search: Search): Promise<Page<ModelVersion>> {
    const all: ModelVersion[] = [];
    for (const name of this.#files.folders(this.#folder)) all.push(...(await this.#versions(name)));
    return searchModelVersionsIn(all, search);
  }

  async #models(): Promise<RegisteredModel[]> {
    const models: RegisteredModel[] = [];
    for (const name of this.#files.folders(this.#folder)) {
      const folder = join(this.#folder, name);
      const meta = await this.#files.meta(folder);
      if (meta === undefined) continue;
      const versions = await this.#versions(name);
      models.push({
        name,
        creationTimestamp: meta.number("creation_timestamp") ?? 0,
        lastUpdatedTimestamp: meta.number("last_updated_timestamp") ?? 0,
        description: meta.text("description"),
        tags: this.#files.values(join(folder, "tags")),
        aliases: this.#files.values(join(folder, "aliases")),
        latestVersions: modelStages.flatMap((stage) => {
          const newest = versions.filter(({ currentStage }) => currentStage === stage).at(-1);
          return newest === undefined ? [] : [newest];
        }),
      });
    }
    return models;
  }

  /** Oldest first. */
  async #versions(name: string): Promise<ModelVersion[]> {
    const folder = join(this.#folder, name);
    const aliases = this.#files.values(join(folder, "aliases"));
    const versions: ModelVersion[] = [];
    for (const child of this.#files.folders(folder)) {
      const version = /^version-([1-9]\d*)$/.exec(child)?.[1];
      const meta = version === undefined ? undefined : await this.#files.meta(join(folder, child));
      if (version === undefined || meta === undefined) continue;
      const tags = this.#files.values(join(folder, child, "tags"));
      versions.push({
        ...readVersion(meta, name, version),
        tags,
        aliases: Object.keys(aliases).filter((alias) => own(aliases, alias) === version),
      });
    }
    return versions.sort((a, b) => Number(a.version) - Number(b.version));
  }
}

function readVersion(meta: MlrunsMeta, name: string, version: string): Omit<ModelVersion, "tags" | "aliases"> {
  const stage = meta.text("current_stage");
  const [modelId, runLink] = [meta.text("model_id"), meta.text("run_link")];
  return {
    name,
    version,
    creationTimestamp: meta.number("creation_timestamp") ?? 0,
    lastUpdatedTimestamp: meta.number("last_updated_timestamp") ?? 0,
    description: meta.text("description"),
    userId: meta.text("user_id"),
    currentStage: (modelStages as readonly string[]).includes(stage) ? (stage as ModelStage) : "None",
    source: meta.text("source"),
    runId: meta.text("run_id"),
    ...(runLink !== "" && { runLink }),
    ...(modelId !== "" && { modelId }),
    status: "READY",
  };
}
