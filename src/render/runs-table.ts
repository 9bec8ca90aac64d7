import { RunlabError } from "../errors.js";
import { type MetricGoal, metricGoal } from "../metric-goal.js";
import { own } from "../own.js";
import type { PointRow, RunRow } from "./rows.js";
import type { Table, TableColumn } from "./table.js";

export interface RunsTableOptions {
  caption?: string;
  /** Runs there are in all, when `runs` is one page of them. */
  total?: number;
  /** Which way is better, by metric; default by its name. */
  goals?: Readonly<Record<string, MetricGoal>>;
  /** The best values there are, by metric, when `runs` is one page of them. */
  best?: Readonly<Record<string, { last: number | undefined }>>;
  /** Metrics and params shown, in this order; default all, by how many runs have them. */
  metrics?: readonly string[];
  params?: readonly string[];
  /** What is shown beside the run's name, in this order, instead of all that: see {@link runColumnNames}. */
  columns?: readonly string[];
  /** Names of experiments by their ids; there is a column of them where the runs are of several. */
  experiments?: ReadonlyMap<string, string>;
  /** Curves by the name of their metric and the id of their run; each stands after the metric's value. */
  curves?: ReadonlyMap<string, ReadonlyMap<string, readonly PointRow[]>>;
  /** Mark the best value of each metric. Default true. */
  markBest?: boolean;
  notes?: readonly string[];
}

/** One column of a table of runs. */
interface RunField {
  column: TableColumn;
  of(run: RunRow): unknown;
}

/** A page of runs: name, status, start, duration, metrics, params; draw it with `tableBundle`. */
export function runsTable(runs: readonly RunRow[], options: RunsTableOptions = {}): Table {
  const fields: RunField[] = [
    { column: { label: "run", rowHeader: true }, of: ({ info }) => info.runName },
    ...(options.columns === undefined ? allFields(runs, options) : namedFields(runs, options.columns, options)),
  ];
  const { caption = "Runs", total, notes } = options;
  return {
    caption,
    columns: fields.map(({ column }) => column),
    rows: runs.map((run) => fields.map(({ of }) => of(run))),
    ...(total === undefined ? {} : { total }),
    ...(notes ? { notes } : {}),
  };
}

function allFields(runs: readonly RunRow[], options: RunsTableOptions): RunField[] {
  const metrics = options.metrics ?? keysByUse(runs.map(({ data }) => data.metrics));
  const params = options.params ?? keysByUse(runs.map(({ data }) => data.params));
  const deleted = runs.some(({ info }) => info.lifecycleStage === "deleted");
  const several = options.experiments !== undefined && new Set(runs.map(({ info }) => info.experimentId)).size > 1;
  const known = infoFields(options);
  const facts = [
    "id",
    ...(several ? ["experiment"] : []),
    "status",
    "started",
    "duration",
    ...(deleted ? ["stage"] : []),
  ];
  return [
    ...facts.flatMap((name) => known.get(name) ?? []),
    ...metrics.flatMap((key) => metricFields(key, runs, options)),
    ...params.map((key) => paramField(key, runs)),
  ];
}

/** Facts of a run that are columns, by the name that is asked for and stands above. */
export const runColumnNames = ["id", "experiment", "status", "started", "ended", "duration", "stage", "user"] as const;

function infoFields({ experiments }: RunsTableOptions): Map<string, RunField> {
  const known: Record<(typeof runColumnNames)[number], Omit<TableColumn, "label"> & Pick<RunField, "of">> = {
    id: { type: "code", of: ({ info }) => info.runId.slice(0, 8) },
    experiment: { of: ({ info }) => experiments?.get(info.experimentId ?? "") ?? info.experimentId },
    status: { of: ({ info }) => info.status },
    started: { type: "time", of: ({ info }) => info.startTime },
    ended: { type: "time", of: ({ info }) => info.endTime },
    duration: {
      type: "duration",
      of: ({ info }) => (info.endTime === undefined ? undefined : info.endTime - info.startTime),
    },
    stage: { of: ({ info }) => info.lifecycleStage },
    user: { of: ({ info }) => info.userId },
  };
  return new Map(
    Object.entries(known).map(([label, { of, ...column }]) => [label, { column: { label, ...column }, of }]),
  );
}

function metricFields(key: string, runs: readonly RunRow[], options: RunsTableOptions): RunField[] {
  const goal = own(options.goals, key) ?? metricGoal(key);
  const best = { best: goal, bestOfAll: own(options.best, key)?.last };
  const value: RunField = {
    column: { label: metricLabel(key, runs), type: "number", ...(options.markBest === false ? {} : best) },
    of: ({ data }) => own(data.metrics, key),
  };
  const curves = options.curves?.get(key);
  if (curves === undefined) return [value];
  return [value, { column: { label: `${key} curve`, type: "sparkline" }, of: ({ info }) => curves.get(info.runId) }];
}

function paramField(key: string, runs: readonly RunRow[]): RunField {
  return { column: paramColumn(key, runs), of: ({ data }) => own(data.params, key) };
}

/**
 * The columns that are asked for: a fact of {@link runColumnNames}, a metric, param or tag by its key, or by its kind and key
 * (`tags.family`) where several have the key.
 * @throws {RunlabError} INVALID_PARAMETER_VALUE for a name that none of the runs has, with those there are
 */
function namedFields(runs: readonly RunRow[], names: readonly string[], options: RunsTableOptions): RunField[] {
  const facts = infoFields(options);
  const has = (kind: "metrics" | "params" | "tags", key: string) =>
    runs.some(({ data }) => Object.hasOwn(data[kind], key));
  const tag = (key: string): RunField => ({ column: { label: key }, of: ({ data }) => own(data.tags, key) });
  return names.flatMap((name) => {
    const [, kind, rest = ""] = /^(metrics|params|tags)\.(.+)$/s.exec(name) ?? [];
    if (kind === "metrics" && has(kind, rest)) return metricFields(rest, runs, options);
    if (kind === "params" && has(kind, rest)) return paramField(rest, runs);
    if (kind === "tags" && has(kind, rest)) return tag(rest);
    const fact = facts.get(name);
    if (fact !== undefined) return fact;
    if (has("metrics", name)) return metricFields(name, runs, options);
    if (has("params", name)) return paramField(name, runs);
    if (has("tags", name)) return tag(name);
    // Without a run there is nothing to say of a key.
    if (runs.length === 0) return { column: { label: name }, of: () => undefined };
    throw noColumn(name, runs);
  });
}

function noColumn(name: string, runs: readonly RunRow[]): RunlabError {
  const keys = [...keysByUse(runs.map(({ data }) => data.metrics)), ...keysByUse(runs.map(({ data }) => data.params))];
  const shown = [...keys.slice(0, 12), ...(keys.length > 12 ? ["…"] : [])];
  return new RunlabError(
    "INVALID_PARAMETER_VALUE",
    `None of these runs has a metric, param or tag '${name}' to show.`,
    {
      hint: `Columns can be ${[...runColumnNames, ...shown].join(", ")}, or a tag such as tags.family.`,
    },
  );
}

/** A metric's name above its values, with its kind where a param has the same one. */
export function metricLabel(key: string, runs: readonly RunRow[]): string {
  return runs.some(({ data }) => Object.hasOwn(data.params, key)) ? `metrics.${key}` : key;
}

/** Params are text in the store; a column of numbers is aligned as numbers. */
export function paramColumn(key: string, runs: readonly RunRow[]): TableColumn {
  const values = runs.flatMap(({ data }) => own(data.params, key) ?? []);
  const numeric = values.length > 0 && values.every(isNumeric);
  const isMetricToo = runs.some(({ data }) => Object.hasOwn(data.metrics, key));
  return { label: isMetricToo ? `params.${key}` : key, ...(numeric ? { type: "number" } : {}) };
}

/** Whether a text is a finite number as JavaScript reads it. */
export function isNumeric(text: string): boolean {
  return text.trim() !== "" && Number.isFinite(Number(text));
}

/** Keys in the order of how many records have them, then as first met. */
export function keysByUse(records: ReadonlyArray<Readonly<Record<string, unknown>>>): string[] {
  const uses = new Map<string, number>();
  for (const record of records) for (const key of Object.keys(record)) uses.set(key, (uses.get(key) ?? 0) + 1);
  return [...uses].sort(([, a], [, b]) => b - a).map(([key]) => key);
}
