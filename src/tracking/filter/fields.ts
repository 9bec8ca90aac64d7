import { aggregates, type EntityKind, type Field } from "./filter-tree.js";
import { writtenKey } from "./print.js";
import type { Token, TokenReader } from "./tokens.js";

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
function fieldOf(table: FieldTable, { kind, keys }: Entity, key: string, quoted: boolean): Field | undefined {
  if (kind === "attribute") return attributeField(table, key);
  if (kind === "metric") return metricField(key, quoted);
  return typeof keys === "string" || keys.includes(key) ? { entity: kind, key } : undefined;
}

function attributeField(table: FieldTable, name: string): Field | undefined {
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

export const loggedModelFields = fieldTable(
  "logged model",
  loggedModelAttributes,
  { creation_time: "creation_timestamp" },
  [
    [{ kind: "metric", keys: "metric" }, "metric", "metrics"],
    [{ kind: "param", keys: "param" }, "param", "params"],
    [{ kind: "tag", keys: "model_tag" }, "tag", "tags"],
    [{ kind: "attribute", keys: Object.keys(loggedModelAttributes) }, "attribute", "attributes", "attr"],
    [{ kind: "dataset", keys: ["name", "digest"] }, "dataset", "datasets"],
  ],
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

/**
 * Reads a field: an attribute, `<entity>.<key>` with the key bare or quoted, or `metrics.<key>.<aggregate>`.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE, with the fields there are
 */
export function parseField(reader: TokenReader, table: FieldTable): Field {
  const token = reader.peek();
  const names = [...table.entities.keys()].filter((name) => name.endsWith("s")).join(", ");
  if (token.kind !== "name" && token.kind !== "key" && token.quote !== '"') {
    throw reader.expected(`a field: an attribute, or <${names}>.<key>`);
  }
  reader.skip();
  const dot = token.kind === "name" ? token.text.indexOf(".") : -1;
  if (dot < 0) return attribute(reader, table, token);
  const entity = token.text.slice(0, dot).toLowerCase();
  const known = table.entities.get(entity);
  if (known === undefined) throw reader.wrong(token, `'${token.text.slice(0, dot)}' is not one of ${names}`);
  const key = token.text.slice(dot + 1);
  if (key !== "") return checkField(reader, table, fieldOf(table, known, key, false), token, key);
  const quoted = reader.peek();
  if (quoted.kind !== "key" && quoted.quote !== '"') throw reader.expected(`a key after '${token.text}'`);
  reader.skip();
  if (!reader.take("."))
    return checkField(reader, table, fieldOf(table, known, quoted.text, true), quoted, quoted.text);
  const word = reader.peek();
  const aggregate =
    word.kind === "name" && known.kind === "metric"
      ? aggregates.find((name) => name === word.text.toLowerCase())
      : undefined;
  if (aggregate === undefined) throw reader.expected("min, max, last or best");
  reader.skip();
  return { entity: "metric", key: quoted.text, aggregate };
}

/** A bare key; MLflow also takes `run name`, with its space. */
function attribute(reader: TokenReader, table: FieldTable, token: Token): Field {
  const joint = `${token.text} ${reader.peek().text}`;
  if (token.kind === "name" && reader.peek().kind === "name" && table.aliases.has(joint)) {
    reader.skip();
    return checkField(reader, table, attributeField(table, joint), token, joint);
  }
  return checkField(reader, table, attributeField(table, token.text), token, token.text);
}

/** A bare word that is not an attribute is most often a metric or param without its prefix. */
function keyHint({ entities }: FieldTable, token: Token, key: string): string | undefined {
  if (!entities.has("metrics") || (token.kind === "name" && token.text.includes("."))) return undefined;
  return `For a metric, write metrics.${writtenKey(key)}; for a param, params.${writtenKey(key)}.`;
}

function checkField(
  reader: TokenReader,
  table: FieldTable,
  field: Field | undefined,
  token: Token,
  key: string,
): Field {
  if (field !== undefined) return field;
  const names = [...table.attributes.keys()].join(", ");
  throw reader.wrong(token, `a ${table.row} has no attribute '${key}'; it has ${names}`, keyHint(table, token, key));
}
