import { type MetricGoal, metricGoal } from "../metric-goal.js";
import { own } from "../own.js";
import type { RunRow } from "./rows.js";
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
  /** Mark the best value of each metric. Default true. */
  markBest?: boolean;
  notes?: readonly string[];
}

/** A page of runs: name, status, start, duration, metrics, params; draw it with `tableBundle`. */
export function runsTable(runs: readonly RunRow[], options: RunsTableOptions = {}): Table {
  const metrics = options.metrics ?? keysByUse(runs.map(({ data }) => data.metrics));
  const params = options.params ?? keysByUse(runs.map(({ data }) => data.params));
  const deleted = runs.some(({ info }) => info.lifecycleStage === "deleted");
  const columns: TableColumn[] = [
    { label: "run", rowHeader: true },
    { label: "id", type: "code" },
    { label: "status" },
    { label: "started", type: "time" },
    { label: "duration", type: "duration" },
    ...(deleted ? [{ label: "stage" }] : []),
    ...metrics.map((key): TableColumn => {
      if (options.markBest === false) return { label: key, type: "number" };
      const best = own(options.goals, key) ?? metricGoal(key);
      return { label: key, type: "number", best, bestOfAll: own(options.best, key)?.last };
    }),
    ...params.map((key): TableColumn => paramColumn(key, runs)),
  ];
  const rows = runs.map((run) => [
    run.info.runName,
    run.info.runId.slice(0, 8),
    run.info.status,
    run.info.startTime,
    run.info.endTime === undefined ? undefined : run.info.endTime - run.info.startTime,
    ...(deleted ? [run.info.lifecycleStage] : []),
    ...metrics.map((key) => own(run.data.metrics, key)),
    ...params.map((key) => own(run.data.params, key)),
  ]);
  const { caption = "Runs", total, notes } = options;
  return { caption, columns, rows, ...(total === undefined ? {} : { total }), ...(notes ? { notes } : {}) };
}

/** Params are text in the store; a column of numbers is aligned as numbers, each shown as it was logged. */
export function paramColumn(key: string, runs: readonly RunRow[]): TableColumn {
  const values = runs.flatMap(({ data }) => own(data.params, key) ?? []);
  const numeric = values.length > 0 && values.every(isNumeric);
  return { label: key, ...(numeric ? { type: "number" } : {}) };
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
