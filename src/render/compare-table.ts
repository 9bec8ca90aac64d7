import { own } from "../own.js";
import type { ComparedMetric, Comparison } from "./charts/comparison.js";
import type { CompareOptions } from "./compared-runs.js";
import { clip, formatNumber, plural } from "./format-value.js";
import type { RunRow } from "./rows.js";
import { keysByUse, metricLabel, paramColumn } from "./runs-table.js";
import type { Table, TableColumn } from "./table.js";

interface Column {
  column: TableColumn;
  of: ReadonlyArray<unknown>;
}

/** The table of a comparison: metrics by best and last, the others at the best step, and the params that differ. */
export function compareTable(runs: readonly RunRow[], comparison: Comparison, options: CompareOptions): Table {
  const { labels, metrics, params, baseline } = comparison;
  const withDifference = (columns: Column[]) =>
    baseline === undefined ? columns : columns.flatMap((column) => [column, ...differences(column, baseline)]);
  const ended = runs.some(({ info }) => info.status !== "FINISHED");
  const { experiments } = options;
  const several = experiments !== undefined && new Set(runs.map(({ info }) => info.experimentId)).size > 1;
  const experimentOf = ({ info }: RunRow) => experiments?.get(info.experimentId ?? "") ?? info.experimentId;
  const columns: Column[] = [
    {
      column: { label: "run", rowHeader: true },
      of: labels.map((label, at) => {
        const deleted = runs[at]?.info.lifecycleStage === "deleted" ? " (deleted)" : "";
        return `${label}${at === baseline ? " (baseline)" : ""}${deleted}`;
      }),
    },
    ...(several ? [{ column: { label: "experiment" }, of: runs.map(experimentOf) }] : []),
    ...(ended ? [{ column: { label: "status" }, of: runs.map(({ info }) => info.status) }] : []),
    ...withDifference([
      ...metrics.flatMap((metric, at) => metricColumns(runs, metric, at === 0, options)),
      ...(options.atBest ?? []).map(({ key, values }): Column => {
        return { column: { label: `${key} at best ${metrics[0]?.key}`, type: "number" }, of: values };
      }),
      // As logged where there is no difference to take: a param is a text.
      ...params.map(({ key, values, scale }): Column => {
        const texts = runs.map(({ data }) => own(data.params, key));
        return { column: paramColumn(key, runs), of: baseline === undefined || scale === "category" ? texts : values };
      }),
    ]),
  ];
  return {
    caption: captionOf(comparison),
    columns: columns.map(({ column }) => column),
    rows: runs.map((_, at) => columns.map(({ of }) => of[at])),
    missing: "–",
    notes: [...(options.notes ?? []), ...sameNotes(runs, comparison)],
  };
}

function metricColumns(
  runs: readonly RunRow[],
  { key, goal, last, best }: ComparedMetric,
  chosen: boolean,
  options: CompareOptions,
): Column[] {
  const both = best.some((value, at) => !Object.is(value, last[at]));
  const ofAll = own(options.best, key);
  const column = (head: string, bestOfAll: number | undefined): TableColumn => {
    return { label: head, type: "number", best: goal, bestOfAll };
  };
  const label = metricLabel(key, runs);
  const lastColumn = { column: column(both ? `${label} (last)` : label, ofAll?.last), of: last };
  if (!both) return [lastColumn];
  const steps = runs.map(({ metricSummaries }) => own(metricSummaries, key)?.[goal]?.step);
  return [
    { column: column(`${label} (${goal})`, ofAll?.best), of: best },
    ...(chosen ? [{ column: { label: "at step", type: "number" as const }, of: steps }] : []),
    lastColumn,
  ];
}

/** How far each number lies from the baseline's, where the baseline has one. */
function differences({ column, of }: Column, baseline: number): Column[] {
  const from = of[baseline];
  if (column.type !== "number" || column.label === "at step" || typeof from !== "number") return [];
  const difference = of.map((value, at) => (typeof value === "number" && at !== baseline ? value - from : undefined));
  return [{ column: { label: `Δ ${column.label}`, type: "number", signed: true }, of: difference }];
}

/** What a reader looks for first. */
function captionOf({ labels, metrics: [metric] }: Comparison): string {
  const comparing = `Comparing ${plural(labels.length, "run")}`;
  if (metric?.top === undefined) return comparing;
  const [winner, ...others] = labels.filter((_, at) => metric.last[at] === metric.top);
  if (winner === undefined) return comparing;
  const tied = others.length === 0 ? "" : ` and ${plural(others.length, "other")}`;
  return `${comparing}. Best ${clip(metric.key, 60)} (${metric.goal}): ${formatNumber(metric.top)}, ${clip(winner, 80)}${tied}`;
}

/** Params that are the same in all runs, in one line; and a metric that is. */
function sameNotes(runs: readonly RunRow[], { params, metrics }: Comparison): string[] {
  const compared = new Set(params.map(({ key }) => key));
  const keys = keysByUse(runs.map(({ data }) => data.params)).filter((key) => !compared.has(key));
  const same = keys.filter((key) => new Set(runs.map(({ data }) => own(data.params, key))).size === 1);
  const text = same.map((key) => `${key}=${own(runs[0]?.data.params, key) ?? ""}`).join(", ");
  const constant = metrics.filter(({ last }) => last.length > 1 && last[0] !== undefined && new Set(last).size === 1);
  return [
    ...(same.length > 0 ? [clip(`Same in all runs: ${text}`, 400)] : []),
    ...constant.map(({ key, last }) => `${clip(key, 60)} is ${formatNumber(last[0] ?? Number.NaN)} in all runs.`),
  ];
}
