import { bestFirst, type MetricGoal, metricGoal } from "../metric-goal.js";
import { own } from "../own.js";
import { type ComparedMetric, type Comparison, comparisonText } from "./charts/comparison.js";
import { comparisonCharts } from "./charts/comparison-charts.js";
import { chartSpec, type Drawing } from "./drawing.js";
import { clip, plural } from "./format-value.js";
import { type RunRow, runLabels } from "./rows.js";
import { isNumeric, keysByUse, paramColumn } from "./runs-table.js";
import { bestMarked, type Table, type TableColumn } from "./table.js";

export interface CompareOptions {
  /** Metrics compared, in this order; default all that two runs or more have, else all. */
  metrics?: readonly string[];
  /** Which way is better, by metric; default by its name. */
  goals?: Readonly<Record<string, MetricGoal>>;
  /** The best values there are, when `runs` are only a part: of the last values, and of each run's own best. */
  best?: Readonly<Record<string, { last: number | undefined; best: number | undefined }>>;
  /** Most runs in the chart, best first. Default 30. */
  maxRuns?: number;
  /** What else to say, one line each. */
  notes?: readonly string[];
}

/** Draw `table` with `tableBundle` and `chart` with `chartBundle`, as two outputs. */
export interface ComparedRuns {
  table: Table;
  /** Undefined when no run has a finite value of the metrics compared. */
  chart: Drawing | undefined;
}

/**
 * Runs side by side: only the params that differ, each metric's best and last value, and the chart that fits what is
 * compared: the first of `comparisonCharts` that says so.
 */
export function compareRuns(runs: readonly RunRow[], options: CompareOptions = {}): ComparedRuns {
  const comparison = comparisonOf(runs, options);
  return { table: compareTable(runs, comparison, options), chart: compareChart(comparison, options.maxRuns ?? 30) };
}

/** The metrics that are compared unless some are named: all that two runs or more have, else all. */
export function sharedMetrics(runs: readonly RunRow[]): string[] {
  const byUse = keysByUse(runs.map(({ data }) => data.metrics));
  const shared = byUse.filter((key) => runs.filter(({ data }) => Object.hasOwn(data.metrics, key)).length > 1);
  return shared.length > 0 ? shared : byUse;
}

function comparisonOf(runs: readonly RunRow[], options: CompareOptions): Comparison {
  const keys = options.metrics ?? sharedMetrics(runs);
  const labels = runLabels(runs.map(({ info }) => info));
  const metrics = keys.map((key): ComparedMetric => {
    const goal = own(options.goals, key) ?? metricGoal(key);
    const last = runs.map(({ data }) => own(data.metrics, key));
    return {
      key,
      goal,
      top: bestMarked(last, goal, own(options.best, key)?.last),
      last,
      best: runs.map((run) => bestOf(run, key, goal)),
    };
  });
  const params = differingParams(runs).flatMap((key) => {
    const texts = runs.map(({ data }) => own(data.params, key));
    const numeric = texts.every((text) => text === undefined || isNumeric(text));
    return numeric ? [{ key, values: texts.map((text) => (text === undefined ? undefined : Number(text))) }] : [];
  });
  return { labels, metrics, params };
}

function bestOf({ data, metricSummaries }: RunRow, key: string, goal: MetricGoal): number | undefined {
  const summary = own(metricSummaries, key);
  return summary?.[goal]?.value ?? own(data.metrics, key);
}

function differingParams(runs: readonly RunRow[]): string[] {
  return keysByUse(runs.map(({ data }) => data.params)).filter(
    (key) => new Set(runs.map(({ data }) => own(data.params, key))).size > 1,
  );
}

function compareTable(runs: readonly RunRow[], { labels, metrics }: Comparison, options: CompareOptions): Table {
  const differing = differingParams(runs);
  const metricColumns = metrics.flatMap(({ key, goal, last, best }) => {
    const values: Array<{ column: TableColumn; of: typeof last }> = [];
    const both = best.some((value, at) => !Object.is(value, last[at]));
    const column = (label: string, bestOfAll: number | undefined): TableColumn => ({
      label,
      type: "number",
      best: goal,
      bestOfAll,
    });
    const ofAll = own(options.best, key);
    if (both) values.push({ column: column(`${key} (${goal})`, ofAll?.best), of: best });
    values.push({ column: column(both ? `${key} (last)` : key, ofAll?.last), of: last });
    return values;
  });
  const same = keysByUse(runs.map(({ data }) => data.params)).filter((key) => !differing.includes(key));
  const sameText = same.map((key) => `${key}=${own(runs[0]?.data.params, key) ?? ""}`).join(", ");
  const ended = runs.some(({ info }) => info.status !== "FINISHED");
  return {
    caption: `Comparing ${plural(runs.length, "run")}`,
    columns: [
      { label: "run", rowHeader: true },
      ...(ended ? [{ label: "status" }] : []),
      ...metricColumns.map(({ column }) => column),
      ...differing.map((key) => paramColumn(key, runs)),
    ],
    rows: runs.map((run, at) => [
      labels[at],
      ...(ended ? [run.info.status] : []),
      ...metricColumns.map(({ of }) => of[at]),
      ...differing.map((key) => own(run.data.params, key)),
    ]),
    notes: [...(options.notes ?? []), ...(same.length > 0 ? [clip(`Same in all runs: ${sameText}`, 400)] : [])],
  };
}

function compareChart(comparison: Comparison, maxRuns: number): Drawing | undefined {
  const metrics = comparison.metrics.filter(({ last }) => last.some(Number.isFinite));
  if (metrics.length === 0) return undefined;
  const { kept, notes } = bestRuns({ ...comparison, metrics }, maxRuns);
  const chart = comparisonCharts.find((candidate) => candidate.fits(kept));
  if (!chart) return undefined;
  const { notes: more, ...spec } = chart.draw(kept);
  const subtitle = [...notes, ...more];
  return {
    spec: chartSpec({
      description: `${metrics.map(({ key }) => key).join(", ")} of ${plural(kept.labels.length, "run")}.`,
      ...spec,
      ...(subtitle.length > 0
        ? { title: { text: subtitle, anchor: "start", fontSize: 11, fontWeight: "normal" } }
        : {}),
    }),
    text: comparisonText(kept, subtitle),
  };
}

/** The best runs by the first metric; runs without a finite value of any metric have no mark to draw. */
function bestRuns(comparison: Comparison, maxRuns: number): { kept: Comparison; notes: string[] } {
  const { labels, metrics, params } = comparison;
  const [first] = metrics;
  const byValue = bestFirst(first?.goal ?? "max");
  const drawable = labels.map((_, at) => at).filter((at) => metrics.some(({ last }) => Number.isFinite(last[at])));
  const order = [...drawable].sort((a, b) => byValue(first?.last[a], first?.last[b]) || a - b).slice(0, maxRuns);
  const pick = <T>(values: readonly T[]) => order.map((at) => values[at] as T);
  const notes: string[] = [];
  if (drawable.length < labels.length) {
    notes.push(`${plural(labels.length - drawable.length, "run")} left out: no finite value.`);
  }
  if (order.length < drawable.length) {
    notes.push(`Showing the best ${order.length} of ${plural(drawable.length, "run")} by ${first?.key}.`);
  }
  return {
    kept: {
      labels: pick(labels),
      metrics: metrics.map((metric) => ({ ...metric, last: pick(metric.last), best: pick(metric.best) })),
      params: params.map((param) => ({ ...param, values: pick(param.values) })),
    },
    notes,
  };
}
