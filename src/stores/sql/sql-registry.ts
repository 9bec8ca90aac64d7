import type { Filter, Search } from "../../tracking/filter/filter-tree.js";
import { searchLoggedModelsIn, searchModelVersionsIn, searchRegisteredModelsIn } from "../../tracking/filter/search.js";
import type {
  LoggedModel,
  LoggedModelChanges,
  LoggedModelSearch,
  ModelRegistry,
  ModelVersion,
  ModelVersionChanges,
  NewLoggedModel,
  NewModelVersion,
  NewRegisteredModel,
  RegisteredModel,
  RegisteredModelChanges,
} from "../../tracking/registry.js";
import type { Page } from "../../tracking/types.js";
import { addLoggedModel, changeLoggedModel, removeLoggedModel, tagLoggedModel } from "../registry/logged-models.js";
import { addVersion, changeVersion, removeVersion } from "../registry/model-versions.js";
import { toModel, toVersion } from "../registry/model-views.js";
import { addRegisteredModel, changeRegisteredModel, removeRegisteredModel } from "../registry/registered-models.js";
import {
  emptyRegistry,
  findLoggedModel,
  findRegisteredModel,
  findVersion,
  type ModelEntry,
  type RegistryTable,
  type VersionEntry,
} from "../registry/registry-table.js";
import { holdCounter } from "./counters.js";
import type { SqlDatabase } from "./database.js";
import { toJsonNumber } from "./metric-row.js";

type Transaction = <T>(work: (database: SqlDatabase) => Promise<T>) => Promise<T>;

/** The registry's rows, each a JSON document. What a change looks at is read, changed as in every store, and written. */
export class SqlRegistry implements ModelRegistry {
  readonly #open: () => Promise<SqlDatabase>;
  readonly #transaction: Transaction;

  /** @param transaction - does some work as one change of the database */
  constructor(open: () => Promise<SqlDatabase>, transaction: Transaction) {
    this.#open = open;
    this.#transaction = transaction;
  }

  createLoggedModel(model: NewLoggedModel): Promise<LoggedModel> {
    const { modelId, sourceRunId } = model;
    return this.#changeLogged({ modelId, sourceRunId }, (table, now) => addLoggedModel(table, model, now));
  }

  async getLoggedModel(modelId: string): Promise<LoggedModel> {
    return findLoggedModel(await readLogged(await this.#open(), { modelId }), modelId);
  }

  async searchLoggedModels(search: LoggedModelSearch): Promise<Page<LoggedModel>> {
    const sourceRunId = search.filter && equalIn(search.filter, "source_run_id");
    const modelId = search.filter && equalIn(search.filter, "model_id");
    const { experimentIds } = search;
    const { loggedModels } = await readLogged(await this.#open(), { sourceRunId, modelId, experimentIds, all: true });
    return searchLoggedModelsIn(loggedModels, search);
  }

  async setLoggedModelTags(modelId: string, tags: Readonly<Record<string, string>>): Promise<void> {
    await this.#changeLogged({ modelId }, (table, now) => tagLoggedModel(table, modelId, tags, now));
  }

  updateLoggedModel(modelId: string, changes: LoggedModelChanges): Promise<LoggedModel> {
    return this.#changeLogged({ modelId }, (table, now) => changeLoggedModel(table, modelId, changes, now));
  }

  async deleteLoggedModel(modelId: string): Promise<void> {
    await this.#changeLogged({ modelId }, (table) => removeLoggedModel(table, modelId));
  }

  createRegisteredModel(model: NewRegisteredModel): Promise<RegisteredModel> {
    return this.#changeModels([model.name], (table, now) => toModel(table, addRegisteredModel(table, model, now)));
  }

  async getRegisteredModel(name: string): Promise<RegisteredModel> {
    const table = await readModels(await this.#open(), [name]);
    return toModel(table, findRegisteredModel(table, name));
  }

  updateRegisteredModel(name: string, changes: RegisteredModelChanges): Promise<RegisteredModel> {
    const names = changes.name === undefined ? [name] : [name, changes.name];
    return this.#changeModels(names, (table, now) => toModel(table, changeRegisteredModel(table, name, changes, now)));
  }

  async deleteRegisteredModel(name: string): Promise<void> {
    await this.#changeModels([name], (table) => removeRegisteredModel(table, name));
  }

  async searchRegisteredModels(search: Search): Promise<Page<RegisteredModel>> {
    const table = await readModels(await this.#open());
    return searchRegisteredModelsIn(
      table.registeredModels.map((entry) => toModel(table, entry)),
      search,
    );
  }

  createModelVersion(version: NewModelVersion): Promise<ModelVersion> {
    return this.#changeModels([version.name], (table, now) => toVersion(table, addVersion(table, version, now)));
  }

  async getModelVersion(name: string, version: string): Promise<ModelVersion> {
    const table = await readModels(await this.#open(), [name]);
    return toVersion(table, findVersion(table, name, version));
  }

  updateModelVersion(name: string, version: string, changes: ModelVersionChanges): Promise<ModelVersion> {
    return this.#changeModels([name], (table, now) =>
      toVersion(table, changeVersion(table, name, version, changes, now)),
    );
  }

  async deleteModelVersion(name: string, version: string): Promise<void> {
    await this.#changeModels([name], (table) => removeVersion(table, name, version));
  }

  async searchModelVersions(search: Search): Promise<Page<ModelVersion>> {
    const table = await readModels(await this.#open());
    return searchModelVersionsIn(
      table.modelVersions.map((entry) => toVersion(table, entry)),
      search,
    );
  }

  #changeLogged<T>(wanted: LoggedWanted, change: (table: RegistryTable, now: number) => T): Promise<T> {
    return this.#transaction(async (database) => {
      const { db } = database;
      await holdCounter(database, "registry");
      const table = await readLogged(database, wanted);
      const old = new Map(table.loggedModels.map((model) => [model.modelId, writeModel(model)]));
      const result = change(table, Date.now());
      for (const model of table.loggedModels) {
        const data = writeModel(model);
        const { modelId, experimentId, sourceRunId, artifactPath } = model;
        if (!old.has(modelId)) {
          const columns = { model_id: modelId, experiment_id: experimentId, source_run_id: sourceRunId };
          await db
            .insertInto("logged_models")
            .values({ ...columns, artifact_path: artifactPath, data })
            .execute();
        } else if (old.get(modelId) !== data) {
          await db.updateTable("logged_models").set({ data }).where("model_id", "=", modelId).execute();
        }
        old.delete(modelId);
      }
      for (const modelId of old.keys()) await db.deleteFrom("logged_models").where("model_id", "=", modelId).execute();
      return result;
    });
  }

  #changeModels<T>(names: readonly string[], change: (table: RegistryTable, now: number) => T): Promise<T> {
    return this.#transaction(async (database) => {
      const { db } = database;
      await holdCounter(database, "registry");
      const table = await readModels(database, names);
      const mine = ({ name }: { name: string }) => names.includes(name);
      const models = new Map(table.registeredModels.filter(mine).map((entry) => [entry.name, JSON.stringify(entry)]));
      const versions = new Map(table.modelVersions.map((entry) => [versionKey(entry), JSON.stringify(entry)]));
      const result = change(table, Date.now());
      for (const entry of table.registeredModels.filter(mine)) {
        const data = JSON.stringify(entry);
        if (models.get(entry.name) !== data) {
          await db
            .insertInto("registered_models")
            .values({ name: entry.name, data })
            .onConflict((conflict) => conflict.column("name").doUpdateSet({ data }))
            .execute();
        }
        models.delete(entry.name);
      }
      for (const name of models.keys()) await db.deleteFrom("registered_models").where("name", "=", name).execute();
      for (const entry of table.modelVersions) {
        const data = JSON.stringify(entry);
        if (versions.get(versionKey(entry)) !== data) {
          await db
            .insertInto("model_versions")
            .values({ name: entry.name, version: Number(entry.version), data })
            .onConflict((conflict) => conflict.columns(["name", "version"]).doUpdateSet({ data }))
            .execute();
        }
        versions.delete(versionKey(entry));
      }
      for (const key of versions.keys()) {
        const [name, version] = JSON.parse(key) as [string, number];
        await db.deleteFrom("model_versions").where("name", "=", name).where("version", "=", version).execute();
      }
      return result;
    });
  }
}

interface LoggedWanted {
  modelId?: string | undefined;
  sourceRunId?: string | undefined;
  experimentIds?: readonly string[] | undefined;
  /** All of these must hold; else one is enough. */
  all?: boolean;
}

/** Lists longer than this are narrowed down after they were read. */
const listLimit = 500;

async function readLogged(
  { db }: SqlDatabase,
  { modelId, sourceRunId, experimentIds, all }: LoggedWanted,
): Promise<RegistryTable> {
  const rows = await db
    .selectFrom("logged_models")
    .select("data")
    .where(({ eb, and, or }) => {
      const wanted = [
        ...(modelId === undefined ? [] : [eb("model_id", "=", modelId)]),
        ...(sourceRunId === undefined ? [] : [eb("source_run_id", "=", sourceRunId)]),
      ];
      if (!all) return or(wanted);
      const few = experimentIds !== undefined && experimentIds.length > 0 && experimentIds.length <= listLimit;
      return and([...wanted, ...(few ? [eb("experiment_id", "in", experimentIds)] : [])]);
    })
    .orderBy("id")
    .execute();
  return { ...emptyRegistry(), loggedModels: rows.map(({ data }) => readModel(data)) };
}

/** JSON has no NaN and no -0. */
function writeModel({ metrics, ...model }: LoggedModel): string {
  const written = metrics?.map((metric) => ({ ...metric, value: toJsonNumber(metric.value) }));
  return JSON.stringify({ ...model, ...(written === undefined ? {} : { metrics: written }) });
}

function readModel(data: string): LoggedModel {
  const model = JSON.parse(data) as LoggedModel;
  for (const metric of model.metrics ?? []) metric.value = Number(metric.value);
  return model;
}

/** All, or those of these names with their versions; the others then without, for errors to name. */
async function readModels({ db }: SqlDatabase, names?: readonly string[]): Promise<RegistryTable> {
  const models = await db.selectFrom("registered_models").select("data").orderBy("name").execute();
  let query = db.selectFrom("model_versions").select("data").orderBy("name").orderBy("version");
  if (names !== undefined) query = query.where("name", "in", names);
  return {
    loggedModels: [],
    registeredModels: models.map(({ data }) => JSON.parse(data) as ModelEntry),
    modelVersions: (await query.execute()).map(({ data }) => JSON.parse(data) as VersionEntry),
  };
}

/** The text that every row which matches has in an attribute. */
function equalIn(filter: Filter, key: string): string | undefined {
  if (filter.kind === "and") {
    for (const part of filter.parts) {
      const found = equalIn(part, key);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const equals = filter.kind === "text" && filter.comparator === "=";
  return equals && filter.field.entity === "attribute" && filter.field.key === key ? filter.value : undefined;
}

function versionKey({ name, version }: VersionEntry): string {
  return JSON.stringify([name, Number(version)]);
}
