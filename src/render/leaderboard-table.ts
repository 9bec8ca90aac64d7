import type { MetricGoal } from "../metric-goal.js";
import { own } from "../own.js";
import { differingParams } from "./compared-runs.js";
import type { PointRow, RunRow } from "./rows.js";
import { runLabels } from "./rows.js";
import { keysByUse, paramColumn } from "./runs-table.js";
import type { Table, TableColumn } from "./table.js";

export interface LeaderboardRow {
  run: RunRow;
  /** The experiment's name. */
  experiment: string;
}

/** Most other metrics, and params that differ, shown beside the one that ranks. */
const maxOthers = 3;

/**
 * Runs in the order given, with their places: those of equal value share one, as in sports (1, 2, 2, 4), and NaN has none.
 * @param rows - best first; each has the metric
 */
export function leaderboardTable(
  rows: readonly LeaderboardRow[],
  metric: string,
  goal: MetricGoal,
  options: { curve?: ReadonlyMap<string, readonly PointRow[]>; notes?: readonly string[] } = {},
): Table {
  const runs = rows.map(({ run }) => run);
  const values = runs.map(({ data }) => own(data.metrics, metric) ?? Number.NaN);
  const [best = Number.NaN] = values;
  const others = keysByUse(runs.map(({ data }) => data.metrics))
    .filter((key) => key !== metric && !key.startsWith("system/"))
    .slice(0, maxOthers);
  const params = differingParams(runs).slice(0, maxOthers);
  const { curve } = options;
  const hasCurve = curve !== undefined && curve.size > 0;
  const several = new Set(rows.map(({ experiment }) => experiment)).size > 1;
  const labels = runLabels(runs.map(({ info }) => info));
  const columns: TableColumn[] = [
    { label: "#", type: "number" },
    { label: "run", rowHeader: true },
    ...(several ? [{ label: "experiment" }] : []),
    { label: metric, type: "number", best: goal, bestOfAll: Number.isNaN(best) ? undefined : best, bar: true },
    { label: "to the best", type: "number", signed: true },
    ...(hasCurve ? [{ label: `${metric} curve`, type: "sparkline" } as const] : []),
    ...others.map((label): TableColumn => ({ label, type: "number" })),
    ...params.map((key) => paramColumn(key, runs)),
    { label: "started", type: "time" },
  ];
  const table = rows.map(({ run: { info, data }, experiment }, at) => {
    const value = values[at] ?? Number.NaN;
    return [
      placeOf(values, at),
      labels[at],
      ...(several ? [experiment] : []),
      value,
      Number.isFinite(value - best) && value !== best ? value - best : undefined,
      ...(hasCurve ? [curve.get(info.runId)] : []),
      ...others.map((key) => own(data.metrics, key)),
      ...params.map((key) => own(data.params, key)),
      info.startTime,
    ];
  });
  const of = several ? "" : ` of ${rows[0]?.experiment ?? ""}`;
  return {
    caption: `Leaderboard${of}: ${metric}, ${goal === "min" ? "lower" : "higher"} is better`,
    columns,
    rows: table,
    missing: "–",
    maxRows: Math.max(200, rows.length),
    notes: options.notes ?? [],
  };
}

function placeOf(values: readonly number[], at: number): number | undefined {
  const value = values[at];
  return Number.isNaN(value) ? undefined : values.indexOf(value ?? 0) + 1;
}
