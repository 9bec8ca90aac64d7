import { metricGoal } from "../../metric-goal.js";
import { own } from "../../own.js";
import type { Experiment, Run } from "../types.js";

export type FieldValue = string | number | undefined;

/** Something a filter compares or an order sorts by. */
export interface Field<Row> {
  /** As people write it. */
  readonly name: string;
  /** `number`; `time` and `duration` are numbers (ms) with texts of their own; `text`; `either` is a text compared as a number with a number. */
  readonly type: "number" | "time" | "duration" | "text" | "either";
  /** Undefined: the row has none, so no comparison matches. */
  get(row: Row): FieldValue;
  /** For fields of several values (datasets): a comparison matches when one of them does. */
  all?(row: Row): readonly string[];
}

/** What `<entity>.<key>` means. */
export interface Entity<Row> {
  /** Which keys there are: those that the store holds of this kind, or these alone. */
  readonly keys: "metric" | "param" | "tag" | "model_tag" | readonly string[];
  /** @param quoted - the key was quoted, so it is taken whole. */
  field(key: string, quoted: boolean): Field<Row> | undefined;
}

/** How the names of one kind of row become fields. */
export interface FieldTable<Row> {
  /** What the row is called, in errors. */
  readonly row: string;
  readonly attributes: ReadonlyMap<string, Field<Row>>;
  /** By the entity's names, in lower case. */
  readonly entities: ReadonlyMap<string, Entity<Row>>;
  /** What a word behind a quoted key means, as in ``metrics.`odd key`.min``. */
  aggregate?(entity: string, key: string, word: string): Field<Row> | undefined;
}

const aggregates = ["min", "max", "last", "best"] as const;
type Aggregate = (typeof aggregates)[number];

/** `metrics.rmse`, `metrics.rmse.min`; a metric whose own name ends so comes first. */
function metricField(key: string, quoted: boolean): Field<Run> {
  const name = `metrics.${key}`;
  const latest = (run: Run) => own(run.data.metrics, key);
  const dot = key.lastIndexOf(".");
  const aggregate = quoted ? undefined : aggregates.find((word) => word === key.slice(dot + 1).toLowerCase());
  if (aggregate === undefined || dot < 1) return { name, type: "number", get: latest };
  const summary = aggregateOf(key.slice(0, dot), aggregate);
  return { name, type: "number", get: (run) => latest(run) ?? summary(run) };
}

function aggregateField(entity: string, key: string, word: string): Field<Run> | undefined {
  const aggregate = aggregates.find((known) => known === word.toLowerCase());
  if (aggregate === undefined || !/^metrics?$/.test(entity)) return undefined;
  return { name: `metrics.\`${key}\`.${aggregate}`, type: "number", get: aggregateOf(key, aggregate) };
}

function aggregateOf(key: string, aggregate: Aggregate): (run: Run) => number | undefined {
  const which = aggregate === "best" ? metricGoal(key) : aggregate;
  return (run) => own(run.metricSummaries, key)?.[which]?.value;
}

/** Fields by their names, and by other names for them. */
export function attributes<Row>(
  fields: ReadonlyArray<Field<Row>>,
  aliases: Record<string, string>,
): Map<string, Field<Row>> {
  const table = new Map(fields.map((field) => [field.name, field]));
  for (const [alias, name] of Object.entries(aliases)) {
    const field = table.get(name);
    if (field !== undefined) table.set(alias, field);
  }
  return table;
}

const runAttributes = attributes<Run>(
  [
    { name: "run_id", type: "text", get: (run) => run.info.runId },
    { name: "run_name", type: "text", get: (run) => run.info.runName },
    { name: "user_id", type: "text", get: (run) => run.info.userId },
    { name: "status", type: "text", get: (run) => run.info.status },
    { name: "artifact_uri", type: "text", get: (run) => run.info.artifactUri },
    { name: "experiment_id", type: "text", get: (run) => run.info.experimentId },
    { name: "start_time", type: "time", get: (run) => run.info.startTime },
    { name: "end_time", type: "time", get: (run) => run.info.endTime },
    {
      name: "duration",
      type: "duration",
      get: ({ info }) => (info.endTime === undefined ? undefined : info.endTime - info.startTime),
    },
  ],
  { "run name": "run_name", created: "start_time", Created: "start_time", "Run name": "run_name" },
);

const datasetFields = new Map<string, Field<Run>>(
  [
    { name: "name", all: (run: Run) => run.inputs.datasetInputs.map(({ dataset }) => dataset.name) },
    { name: "digest", all: (run: Run) => run.inputs.datasetInputs.map(({ dataset }) => dataset.digest) },
    {
      name: "context",
      all: (run: Run) => run.inputs.datasetInputs.flatMap(({ tags }) => tags["mlflow.data.context"] ?? []),
    },
  ].map(({ name, all }) => [name, { name: `datasets.${name}`, type: "text", all, get: (run) => all(run)[0] }]),
);

/** One entity under several names, for a map. */
export function aliased<Row>(entity: Entity<Row>, ...names: string[]): Array<[string, Entity<Row>]> {
  return names.map((name) => [name, entity]);
}

/** Texts by keys of the user's. */
export function textEntity<Row>(
  name: "params" | "tags",
  keys: Entity<Row>["keys"],
  record: (row: Row) => Record<string, string>,
): Entity<Row> {
  return {
    keys,
    field: (key) => ({ name: `${name}.${key}`, type: "either", get: (row) => own(record(row), key) }),
  };
}

/** The fields of a table, none of which has a key of the user's. */
export function attributeEntity<Row>(table: ReadonlyMap<string, Field<Row>>): Entity<Row> {
  return { keys: attributeNames(table), field: (key) => table.get(key) };
}

/** The names to write, without other names for the same. */
export function attributeNames<Row>(table: ReadonlyMap<string, Field<Row>>): string[] {
  return [...table.keys()].filter((name) => /^[a-z_]+$/.test(name));
}

/** Runs, by MLflow's names (SearchUtils) and `duration`, `experiment_id`. */
export const runFields: FieldTable<Run> = {
  row: "run",
  attributes: runAttributes,
  entities: new Map<string, Entity<Run>>([
    ...aliased({ keys: "metric", field: metricField }, "metric", "metrics"),
    ...aliased(
      textEntity("params", "param", (run: Run) => run.data.params),
      "param",
      "params",
      "parameter",
      "parameters",
    ),
    ...aliased(
      textEntity("tags", "tag", (run: Run) => run.data.tags),
      "tag",
      "tags",
    ),
    ...aliased(attributeEntity(runAttributes), "attribute", "attributes", "attr", "run"),
    ...aliased(attributeEntity(datasetFields), "dataset", "datasets"),
  ]),
  aggregate: aggregateField,
};

const experimentAttributes = attributes<Experiment>(
  [
    { name: "name", type: "text", get: (experiment) => experiment.name },
    { name: "experiment_id", type: "text", get: (experiment) => experiment.experimentId },
    { name: "creation_time", type: "time", get: (experiment) => experiment.creationTime },
    { name: "last_update_time", type: "time", get: (experiment) => experiment.lastUpdateTime },
  ],
  {},
);

export const experimentFields: FieldTable<Experiment> = {
  row: "experiment",
  attributes: experimentAttributes,
  entities: new Map<string, Entity<Experiment>>([
    ...aliased(
      textEntity("tags", "tag", (row: Experiment) => row.tags),
      "tag",
      "tags",
    ),
    ...aliased(attributeEntity(experimentAttributes), "attribute", "attributes", "attr"),
  ]),
};
