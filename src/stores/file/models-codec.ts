import {
  anything,
  count,
  type Flaw,
  inside,
  list,
  object,
  oneOf,
  optional,
  record,
  type Schema,
  type TypeOf,
  text,
  textLike,
  time,
  value,
} from "../../schema.js";
import type { NumberJson } from "../../tracking/mlflow-json.js";
import { type ModelMetricJson, modelMetricFromJson, modelMetricToJson } from "../../tracking/mlflow-model-json.js";
import { type LoggedModel, type ModelVersion, modelStages } from "../../tracking/registry.js";
import type { ModelEntry, RegistryTable, VersionEntry } from "../registry/registry-table.js";

/** `models.json`, as far as it takes to look at its entries one by one. MLflow's names. */
export const modelsSchema = object({
  logged_models: list(anything),
  registered_models: list(anything),
  model_versions: list(anything),
});
export type ModelsDocument = TypeOf<typeof modelsSchema>;

const signature = optional(object({ inputs: optional(text), outputs: optional(text), params: optional(text) }));
const times = { creation_timestamp: time, last_updated_timestamp: time };

const modelMetric = object({
  key: text,
  value: value<NumberJson>("a number or its name", (found) => typeof found === "number" || typeof found === "string"),
  timestamp: time,
  step: value<number>("a whole number", Number.isSafeInteger),
  run_id: text,
  dataset_name: optional(text),
  dataset_digest: optional(text),
});

const loggedModel = object({
  model_id: text,
  name: text,
  experiment_id: text,
  source_run_id: text,
  artifact_path: text,
  ...times,
  status: oneOf(["PENDING", "READY", "FAILED"] as const satisfies ReadonlyArray<LoggedModel["status"]>),
  model_type: text,
  signature,
  digest: optional(text),
  tags: record(text),
  params: optional(record(text)),
  metrics: optional(list(modelMetric)),
});

const registeredModel = object({
  name: text,
  ...times,
  description: text,
  tags: record(text),
  aliases: record(text),
  last_version: count,
});

const modelVersion = object({
  name: text,
  version: textLike(
    "the digits of a whole number",
    (found) => /^[1-9]\d{0,15}$/.test(found) && Number.isSafeInteger(Number(found)),
  ),
  ...times,
  description: text,
  user_id: text,
  current_stage: oneOf(modelStages),
  source: text,
  run_id: text,
  run_link: optional(text),
  model_id: optional(text),
  signature,
  status: oneOf(["READY"] as const satisfies ReadonlyArray<ModelVersion["status"]>),
  tags: record(text),
});

/** As it is written. */
export const wholeModelsSchema = object({
  logged_models: list(loggedModel),
  registered_models: list(registeredModel),
  model_versions: list(modelVersion),
});

/** What a document tells, entry by entry. */
export interface ToldModels {
  table: RegistryTable;
  /** What in the document is not as it should be. */
  flaws: Flaw[];
}

export function fromModelsDocument(document: ModelsDocument): ToldModels {
  const logged = tell<LoggedModel>(document.logged_models, loggedModel, "model_id", loggedKey);
  for (const model of logged.list) readMetrics(model);
  const registered = tell<ModelEntry>(document.registered_models, registeredModel, "name", modelKey);
  const versions = tell<VersionEntry>(document.model_versions, modelVersion, "version", versionKey);
  const flaws = [
    ...logged.flaws.map((flaw) => inside("logged_models", flaw)),
    ...registered.flaws.map((flaw) => inside("registered_models", flaw)),
    ...versions.flaws.map((flaw) => inside("model_versions", flaw)),
  ];
  const table = { loggedModels: logged.list, registeredModels: registered.list, modelVersions: versions.list };
  const orphan = orphanOf(table);
  if (orphan !== undefined && registered.flaws.length === 0) {
    const expected = "the name of a registered model";
    flaws.push({ path: "model_versions", expected: `${expected} in each`, found: JSON.stringify(orphan.name) });
  }
  return { table, flaws };
}

/** Their names and numbers are still those of the document. */
function readMetrics(model: LoggedModel): void {
  const { metrics } = model as { metrics?: unknown };
  if (metrics !== undefined) model.metrics = (metrics as ModelMetricJson[]).map(modelMetricFromJson);
}

/** Adds what the other table has besides, and a model for versions that have lost theirs. */
export function completeModels(table: RegistryTable, more: RegistryTable): void {
  addMissing(table.loggedModels, more.loggedModels, loggedKey);
  addMissing(table.registeredModels, more.registeredModels, modelKey);
  addMissing(table.modelVersions, more.modelVersions, versionKey);
  for (let orphan = orphanOf(table); orphan !== undefined; orphan = orphanOf(table)) {
    const { name, creationTimestamp, lastUpdatedTimestamp } = orphan;
    const unknown = { description: "", tags: {}, aliases: {}, lastVersion: 0 };
    table.registeredModels.push({ name, creationTimestamp, lastUpdatedTimestamp, ...unknown });
  }
}

/** Numbers in their order, and none that is there already is given again: a merge may have mixed them. */
export function settleVersions(table: RegistryTable): void {
  table.modelVersions.sort((a, b) => Number(a.version) - Number(b.version));
  const highest = new Map(table.modelVersions.map(({ name, version }) => [name, Number(version)]));
  for (const model of table.registeredModels) {
    model.lastVersion = Math.max(model.lastVersion, highest.get(model.name) ?? 0);
  }
}

export function toModelsDocument(table: RegistryTable): ModelsDocument {
  return {
    logged_models: table.loggedModels.map(({ metrics, ...model }) =>
      toSnake(metrics === undefined ? model : { ...model, metrics: metrics.map(modelMetricToJson) }),
    ),
    registered_models: table.registeredModels.map(toSnake),
    model_versions: table.modelVersions.map(toSnake),
  };
}

const loggedKey = ({ modelId }: LoggedModel): string => modelId;
const modelKey = ({ name }: ModelEntry): string => name;
const versionKey = ({ name, version }: VersionEntry): string => `${version} ${name}`;

function tell<T>(entries: readonly unknown[], schema: Schema<unknown>, field: string, keyOf: (entry: T) => string) {
  const told: { list: T[]; flaws: Flaw[] } = { list: [], flaws: [] };
  const keys = new Set<string>();
  for (const [at, found] of entries.entries()) {
    const flaw = schema.find(found);
    const entry = flaw === undefined ? (toCamel(found as object) as T) : undefined;
    if (entry !== undefined && !keys.has(keyOf(entry))) {
      keys.add(keyOf(entry));
      told.list.push(entry);
    } else {
      const repeated = { path: field, expected: `a unique ${field}`, found: "that of another" };
      told.flaws.push(inside(`[${at}]`, flaw ?? repeated));
    }
  }
  return told;
}

function addMissing<T>(entries: T[], more: readonly T[], keyOf: (entry: T) => string): void {
  const keys = new Set(entries.map(keyOf));
  for (const entry of more) if (!keys.has(keyOf(entry))) entries.push(entry);
}

/** A version whose registered model is not there. */
function orphanOf({ registeredModels, modelVersions }: RegistryTable): VersionEntry | undefined {
  const names = new Set(registeredModels.map(modelKey));
  return modelVersions.find(({ name }) => !names.has(name));
}

/** Names of the row itself; what is inside (tags, aliases, signature) is the user's. */
function toSnake(row: object): Record<string, unknown> {
  return renamed(row, (key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

function toCamel(row: object): Record<string, unknown> {
  // Keys in camelCase were not checked, and must not replace those that were.
  const checked = Object.fromEntries(Object.entries(row).filter(([key]) => !/[A-Z]/.test(key)));
  return renamed(checked, (key) => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));
}

function renamed(row: object, rename: (key: string) => string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [rename(key), value]));
}
