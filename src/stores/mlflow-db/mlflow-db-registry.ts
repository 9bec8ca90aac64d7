import { own } from "../../own.js";
import {
  type LoggedModel,
  type ModelRegistry,
  type ModelVersion,
  modelStages,
  type RegisteredModel,
} from "../../tracking/registry.js";
import { latestVersions, ModelReader } from "../registry/model-reader.js";
import { byKey, type MlflowRows, number, type Row, text, texts } from "./mlflow-rows.js";

/** The logged and registered models of a database with MLflow's schema, which is only read. */
export class MlflowDbRegistry extends ModelReader implements ModelRegistry {
  readonly #rows: MlflowRows;
  readonly #refuse: () => Promise<never>;

  /** @param refuse - what a change is answered with */
  constructor(rows: MlflowRows, refuse: () => Promise<never>) {
    super();
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

  protected override async loggedModels(): Promise<LoggedModel[]> {
    return (await this.#rows.models()).map(({ model }) => model);
  }

  protected override async registeredModels(): Promise<RegisteredModel[]> {
    const versions = await this.versions();
    const tags = byKey(await this.#rows.ownRows("registered_model_tags"), "name");
    const aliases = byKey(await this.#rows.ownRows("registered_model_aliases"), "name");
    return (await this.#rows.ownRows("registered_models")).map((row): RegisteredModel => {
      const name = text(row, "name");
      return {
        name,
        creationTimestamp: number(row, "creation_time"),
        lastUpdatedTimestamp: number(row, "last_updated_time"),
        description: text(row, "description"),
        tags: texts(tags.get(name)),
        aliases: texts(aliases.get(name), "alias", "version"),
        latestVersions: latestVersions(versions.filter((version) => version.name === name)),
      };
    });
  }

  protected override async versions(ofModel?: string): Promise<ModelVersion[]> {
    const key = (row: Row) => `${text(row, "version")} ${text(row, "name")}`;
    const tags = new Map<string, Row[]>();
    for (const row of await this.#rows.ownRows("model_version_tags")) {
      tags.set(key(row), [...(tags.get(key(row)) ?? []), row]);
    }
    const aliases = byKey(await this.#rows.ownRows("registered_model_aliases"), "name");
    return (await this.#rows.ownRows("model_versions"))
      .filter((row) => text(row, "current_stage") !== deletedStage)
      .filter((row) => ofModel === undefined || text(row, "name") === ofModel)
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
