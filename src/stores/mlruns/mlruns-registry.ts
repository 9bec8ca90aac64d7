import { join } from "node:path";
import { own } from "../../own.js";
import {
  type LoggedModel,
  type ModelRegistry,
  type ModelStage,
  type ModelVersion,
  modelStages,
  type RegisteredModel,
} from "../../tracking/registry.js";
import { latestVersions, ModelReader } from "../registry/model-reader.js";
import { MlrunsFiles, type MlrunsMeta } from "./mlruns-files.js";
import type { MlrunsReader } from "./mlruns-reader.js";
import type { MlrunsWrites } from "./mlruns-writer.js";

/** The logged and registered models of an `mlruns` folder, which is only read, or written by a copy. */
export class MlrunsRegistry extends ModelReader implements ModelRegistry {
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
    super();
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

  protected override async loggedModels(): Promise<LoggedModel[]> {
    return (await this.#reader.models()).map(({ model }) => model);
  }

  protected override async versions(ofModel?: string): Promise<ModelVersion[]> {
    const names = ofModel === undefined ? this.#files.folders(this.#folder) : [ofModel];
    return (await Promise.all(names.map((name) => this.#versionsOf(name)))).flat();
  }

  protected override async registeredModels(): Promise<RegisteredModel[]> {
    const models: RegisteredModel[] = [];
    for (const name of this.#files.folders(this.#folder)) {
      const folder = join(this.#folder, name);
      const meta = await this.#files.meta(folder);
      if (meta === undefined) continue;
      models.push({
        name,
        creationTimestamp: meta.number("creation_timestamp") ?? 0,
        lastUpdatedTimestamp: meta.number("last_updated_timestamp") ?? 0,
        description: meta.text("description"),
        tags: this.#files.values(join(folder, "tags")),
        aliases: this.#files.values(join(folder, "aliases")),
        latestVersions: latestVersions(await this.#versionsOf(name)),
      });
    }
    return models;
  }

  /** Oldest first. */
  async #versionsOf(name: string): Promise<ModelVersion[]> {
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
