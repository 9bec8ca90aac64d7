import { ModelError } from "../../errors.js";
import { own } from "../../own.js";
import type { Search } from "../../tracking/filter/filter-tree.js";
import { searchLoggedModelsIn, searchModelVersionsIn, searchRegisteredModelsIn } from "../../tracking/filter/search.js";
import {
  type LoggedModel,
  type LoggedModelSearch,
  type ModelRegistry,
  type ModelVersion,
  modelStages,
  type RegisteredModel,
} from "../../tracking/registry.js";
import type { Page } from "../../tracking/types.js";
import { byKey, type MlflowRows, number, type Row, text, texts } from "./mlflow-rows.js";

/** The logged and registered models of a database with MLflow's schema, which is only read. */
export class MlflowDbRegistry implements ModelRegistry {
  readonly #rows: MlflowRows;
  readonly #refuse: () => Promise<never>;

  /** @param refuse - what a change is answered with */
  constructor(rows: MlflowRows, refuse: () => Promise<never>) {
    this.#rows = rows;
    this.#refuse = refuse;
  }

  createLoggedModel = (): Promise<never> => this.#refuse();
  setLoggedModelTags = (): Promise<never> => this.#refuse();
  updateLoggedModel = (): Promise<never> => this.#refuse();
  deleteLoggedModel = (): Promise<never> => this.#refuse();
  createRegisteredModel = (): Promise<never> => this.#refuse();
  updateRegisteredModel = (): Promise<never> => this.#refuse();
  deleteRegisteredModel = (): Promise<never> => this.#refuse();
  createModelVersion = (): Promise<never> => this.#refuse();
  updateModelVersion = (): Promise<never> => this.#refuse();
  deleteModelVersion = (): Promise<never> => this.#refuse();

  async getLoggedModel(modelId: string): Promise<LoggedModel> {
    const found = (await this.#rows.models()).find(({ model }) => model.modelId === modelId);
    if (found !== undefined) return found.model;
    throw new ModelError("RESOURCE_DOES_NOT_EXIST", `Logged model with ID '${modelId}' not found.`);
  }

  async searchLoggedModels(search: LoggedModelSearch): Promise<Page<LoggedModel>> {
    return searchLoggedModelsIn(
      (await this.#rows.models()).map(({ model }) => model),
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
    const found = (await this.#versions()).find((one) => one.name === name && one.version === version);
    if (found !== undefined) return found;
    throw new ModelError("RESOURCE_DOES_NOT_EXIST", `Model Version (name=${name}, version=${version}) not found`);
  }

  async searchModelVersions(search: Search): Promise<Page<ModelVersion>> {
    return searchModelVersionsIn(await this.#versions(), search);
  }

  async #models(): Promise<RegisteredModel[]> {
    const versions = await this.#versions();
    const tags = byKey(await this.#rows.ownRows("registered_model_tags"), "name");
    const aliases = byKey(await this.#rows.ownRows("registered_model_aliases"), "name");
    return (await this.#rows.ownRows("registered_models")).map((row): RegisteredModel => {
      const name = text(row, "name");
      const ofModel = versions.filter((version) => version.name === name);
      return {
        name,
        creationTimestamp: number(row, "creation_time"),
        lastUpdatedTimestamp: number(row, "last_updated_time"),
        description: text(row, "description"),
        tags: texts(tags.get(name)),
        aliases: texts(aliases.get(name), "alias", "version"),
        latestVersions: modelStages.flatMap((stage) => {
          const newest = ofModel.filter(({ currentStage }) => currentStage === stage).at(-1);
          return newest === undefined ? [] : [newest];
        }),
      };
    });
  }

  /** By name, oldest first. */
  async #versions(): Promise<ModelVersion[]> {
    const key = (row: Row) => `${text(row, "version")} ${text(row, "name")}`;
    const tags = new Map<string, Row[]>();
    for (const row of await this.#rows.ownRows("model_version_tags")) {
      tags.set(key(row), [...(tags.get(key(row)) ?? []), row]);
    }
    const aliases = byKey(await this.#rows.ownRows("registered_model_aliases"), "name");
    return (await this.#rows.ownRows("model_versions"))
      .filter((row) => text(row, "current_stage") !== deletedStage)
      .map((row): ModelVersion => {
        const [name, version, source] = [text(row, "name"), text(row, "version"), text(row, "source")];
        const runLink = text(row, "run_link");
        const [modelId] = /m-[0-9a-f]{32}/.exec(source) ?? [];
        const versions = texts(aliases.get(name), "alias", "version");
        return {
          name,
          version,
          creationTimestamp: number(row, "creation_time"),
          lastUpdatedTimestamp: number(row, "last_updated_time"),
          description: text(row, "description"),
          userId: text(row, "user_id"),
          currentStage: modelStages.find((stage) => stage === text(row, "current_stage")) ?? "None",
          source,
          runId: text(row, "run_id"),
          ...(runLink !== "" && { runLink }),
          ...(modelId !== undefined && { modelId }),
          status: "READY",
          tags: texts(tags.get(key(row))),
          aliases: Object.keys(versions).filter((alias) => own(versions, alias) === version),
        };
      })
      .sort((a, b) => (a.name === b.name ? Number(a.version) - Number(b.version) : a.name < b.name ? -1 : 1));
  }
}

/** MLflow keeps the row of a version that was deleted. @see STAGE_DELETED_INTERNAL */
const deletedStage = "Deleted_Internal";
