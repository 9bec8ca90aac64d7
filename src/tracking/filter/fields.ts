import { aggregates, type EntityKind, type Field } from "./filter-tree.js";

/** `number`; `time` and `duration` are numbers (ms) with texts of their own; `text`; `either` is a text that is compared as a number with a number. */
export type FieldType = "number" | "time" | "duration" | "text" | "either";

/** What `<entity>.<key>` means. */
export interface Entity {
  readonly kind: EntityKind;
  /** Which keys there are: those that the store holds of this kind, or these alone. */
  readonly keys: "metric" | "param" | "tag" | "model_tag" | readonly string[];
}

/** How the names of one kind of row become fields. */
export interface FieldTable {
  /** What the row is called, in errors. */
  readonly row: string;
  readonly attributes: ReadonlyMap<string, FieldType>;
  /** Other names of attributes. */
  readonly aliases: ReadonlyMap<string, string>;
  /** By the entity's names, in lower case. */
  readonly entities: ReadonlyMap<string, Entity>;
}

/** The field that `<entity>.<key>` names, with what it holds; undefined when the entity has fixed keys and this is another. */
export function fieldOf(table: FieldTable, { kind, keys }: Entity, key: string, quoted: boolean): Field | undefined {
  if (kind === "attribute") return attributeField(table, key);
  if (kind === "metric") return metricField(key, quoted);
  return typeof keys === "string" || keys.includes(key) ? { entity: kind, key } : undefined;
}

export function attributeField(table: FieldTable, name: string): Field | undefined {
  const key = table.aliases.get(name) ?? name;
  return table.attributes.has(key) ? { entity: "attribute", key } : undefined;
}

export function typeOfField(table: FieldTable, { entity, key }: Field): FieldType {
  if (entity === "metric") return "number";
  if (entity === "param" || entity === "tag") return "either";
  return table.attributes.get(key) ?? "text";
}

/** `metrics.rmse`, `metrics.rmse.min`. */
function metricField(key: string, quoted: boolean): Field {
  const dot = key.lastIndexOf(".");
  const aggregate = quoted ? undefined : aggregates.find((word) => word === key.slice(dot + 1).toLowerCase());
  if (aggregate === undefined || dot < 1) return { entity: "metric", key };
  return { entity: "metric", key: key.slice(0, dot), aggregate, whole: key };
}

export const runAttributes = {
  run_id: "text",
  run_name: "text",
  user_id: "text",
  status: "text",
  artifact_uri: "text",
  experiment_id: "text",
  start_time: "time",
  end_time: "time",
  duration: "duration",
} as const;

/** Runs, by MLflow's names (SearchUtils) and `duration`, `experiment_id`. */
export const runFields = fieldTable(
  "run",
  runAttributes,
  { "run name": "run_name", created: "start_time", Created: "start_time", "Run name": "run_name" },
  [
    [{ kind: "metric", keys: "metric" }, "metric", "metrics"],
    [{ kind: "param", keys: "param" }, "param", "params", "parameter", "parameters"],
    [{ kind: "tag", keys: "tag" }, "tag", "tags"],
    [{ kind: "attribute", keys: Object.keys(runAttributes) }, "attribute", "attributes", "attr", "run"],
    [{ kind: "dataset", keys: ["name", "digest", "context"] }, "dataset", "datasets"],
  ],
);

export const experimentAttributes = {
  name: "text",
  experiment_id: "text",
  creation_time: "time",
  last_update_time: "time",
} as const;

export const experimentFields = taggedTable("experiment", experimentAttributes, {}, "tag");

export const registeredModelAttributes = {
  name: "text",
  creation_timestamp: "time",
  last_updated_timestamp: "time",
} as const;

export const registeredModelFields = taggedTable(
  "registered model",
  registeredModelAttributes,
  { timestamp: "last_updated_timestamp" },
  "model_tag",
);

export const modelVersionAttributes = {
  name: "text",
  version_number: "number",
  run_id: "text",
  source_path: "text",
  current_stage: "text",
  user_id: "text",
  creation_timestamp: "time",
  last_updated_timestamp: "time",
} as const;

export const modelVersionFields = taggedTable(
  "model version",
  modelVersionAttributes,
  { version: "version_number", source: "source_path", stage: "current_stage" },
  "model_tag",
);

export const loggedModelAttributes = {
  name: "text",
  model_id: "text",
  model_type: "text",
  status: "text",
  source_run_id: "text",
  experiment_id: "text",
  creation_timestamp: "time",
  last_updated_timestamp: "time",
} as const;

export const loggedModelFields = taggedTable(
  "logged model",
  loggedModelAttributes,
  { creation_time: "creation_timestamp" },
  "model_tag",
);

function taggedTable(
  row: string,
  attributes: Readonly<Record<string, FieldType>>,
  aliases: Readonly<Record<string, string>>,
  tags: "tag" | "model_tag",
): FieldTable {
  return fieldTable(row, attributes, aliases, [
    [{ kind: "tag", keys: tags }, "tag", "tags"],
    [{ kind: "attribute", keys: Object.keys(attributes) }, "attribute", "attributes", "attr"],
  ]);
}

function fieldTable(
  row: string,
  attributes: Readonly<Record<string, FieldType>>,
  aliases: Readonly<Record<string, string>>,
  entities: ReadonlyArray<readonly [Entity, ...string[]]>,
): FieldTable {
  return {
    row,
    attributes: new Map(Object.entries(attributes)),
    aliases: new Map(Object.entries(aliases)),
    entities: new Map(entities.flatMap(([entity, ...names]) => names.map((name) => [name, entity] as const))),
  };
}
