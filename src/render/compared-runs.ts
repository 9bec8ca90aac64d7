import { type MetricGoal, metricGoal } from "../metric-goal.js";
import { own } from "../own.js";
import type { ComparedMetric, ComparedParam, Comparison, ComparisonView } from "./charts/comparison.js";
import { RunColours } from "./palette.js";
import { type MetricSeries, type RunRow, runLabels } from "./rows.js";
import { isNumeric, keysByUse } from "./runs-table.js";
import { bestMarked } from "./table.js";

export interface CompareOptions {
  /** Metrics compared, in this order; default all that two runs or more have, else all. */
  metrics?: readonly string[];
  /** Params compared, in this order; default all that differ. */
  params?: readonly string[];
  /** On which scale params lie that are numbers, where that is known; default by how their values are spread. */
  scales?: Readonly<Record<string, "linear" | "log">>;
  /** How to draw; default the first chart that suits. */
  as?: ComparisonView;
  /** Which way is better, by metric; default by its name. */
  goals?: Readonly<Record<string, MetricGoal>>;
  /** The best values there are, when `runs` are only a part: of the last values, and of each run's own best. */
  best?: Readonly<Record<string, { last: number | undefined; best: number | undefined }>>;
  /** Other metrics at the step where the first one was best, a value per run. */
  atBest?: ReadonlyArray<{ key: string; values: ReadonlyArray<number | undefined> }>;
  /** The run that the others are set against, by its id. */
  baseline?: string;
  /** Names of experiments by their ids, where the runs are of several. */
  experiments?: ReadonlyMap<string, string>;
  /** Histories of the first metric, one per run in the order of `runs`: what curves are drawn from. */
  curves?: readonly MetricSeries[];
  /** Which colour each run has; default by their order. */
  colours?: RunColours;
  /** Most runs in the chart, best first. Default: as many as the chart can show. */
  maxRuns?: number;
  /** What else to say, one line each. */
  notes?: readonly string[];
}

/** Runs side by side as charts and tables draw them. */
export function comparisonOf(runs: readonly RunRow[], options: CompareOptions): Comparison {
  const keys = options.metrics ?? sharedMetrics(runs);
  const colours = options.colours ?? new RunColours();
  const baseline = runs.findIndex(({ info }) => info.runId === options.baseline);
  return {
    labels: runLabels(runs.map(({ info }) => info)),
    places: colours.placesOf(runs.map(({ info }) => info.runId)),
    metrics: keys.map((key): ComparedMetric => {
      const goal = own(options.goals, key) ?? metricGoal(key);
      const last = runs.map(({ data }) => own(data.metrics, key));
      return {
        key,
        goal,
        top: bestMarked(last, goal, own(options.best, key)?.last),
        last,
        best: runs.map((run) => bestOf(run, key, goal)),
        counts: runs.map(({ metricSummaries }) => own(metricSummaries, key)?.count ?? 0),
      };
    }),
    params: (options.params ?? differingParams(runs)).map((key) => comparedParam(runs, key, own(options.scales, key))),
    baseline: baseline < 0 ? undefined : baseline,
    curves: options.curves,
  };
}

/** The metrics that are compared unless some are named: all that two runs or more have, else all. */
export function sharedMetrics(runs: readonly RunRow[]): string[] {
  const byUse = keysByUse(runs.map(({ data }) => data.metrics));
  const shared = byUse.filter((key) => runs.filter(({ data }) => Object.hasOwn(data.metrics, key)).length > 1);
  return shared.length > 0 ? shared : byUse;
}

/** The params that are not the same in all runs; one that some lack differs. */
export function differingParams(runs: readonly RunRow[]): string[] {
  return keysByUse(runs.map(({ data }) => data.params)).filter(
    (key) => new Set(runs.map(({ data }) => own(data.params, key))).size > 1,
  );
}

/** Two numbers this far apart are steps of a scale rather than of a distance: learning rates, sizes. */
const logRatio = 100;

/** Of several numbers, the least ratio of the largest to the smallest at which their spread is looked at. */
const leastRatio = 10;

/**
 * Whether numbers lie on a logarithmic axis: where they are spread more evenly there, by where the median stands. Draws from
 * `uniform(0, 1)` may be a hundred times apart too, but crowd at its end.
 */
function isLogarithmic(numbers: readonly number[]): boolean {
  const distinct = [...new Set(numbers)].sort((a, b) => a - b);
  const [low = 0] = distinct;
  const high = distinct.at(-1) ?? 0;
  if (low <= 0) return false;
  if (distinct.length < 3) return high / low >= logRatio;
  if (high / low < leastRatio) return false;
  const median = ((distinct[(distinct.length - 1) >> 1] ?? 0) + (distinct[distinct.length >> 1] ?? 0)) / 2;
  const onLinear = (median - low) / (high - low);
  const onLog = Math.log(median / low) / Math.log(high / low);
  return Math.abs(onLog - 0.5) < Math.abs(onLinear - 0.5);
}

/** A param is a number when it is one in every run that has it. @param known - its scale; numbers of 0 and below are on a linear one */
export function comparedParam(runs: readonly RunRow[], key: string, known?: "linear" | "log"): ComparedParam {
  const texts = runs.map(({ data }) => own(data.params, key));
  const present = texts.filter((text) => text !== undefined);
  if (present.length === 0 || !present.every(isNumeric)) return { key, values: texts, scale: "category" };
  const numbers = present.map(Number);
  const log = known === undefined ? isLogarithmic(numbers) : known === "log" && numbers.every((value) => value > 0);
  const values = texts.map((text) => (text === undefined ? undefined : Number(text)));
  return { key, values, scale: log ? "log" : "linear" };
}

function bestOf({ data, metricSummaries }: RunRow, key: string, goal: MetricGoal): number | undefined {
  const summary = own(metricSummaries, key);
  return summary?.[goal]?.value ?? own(data.metrics, key);
}

/** Some of the runs, in another order. */
export function pickRuns(comparison: Comparison, order: readonly number[]): Comparison {
  const { labels, places, metrics, params, baseline, curves } = comparison;
  const pick = <T>(values: readonly T[]) => order.map((at) => values[at] as T);
  const kept = baseline === undefined ? -1 : order.indexOf(baseline);
  return {
    labels: pick(labels),
    places: pick(places),
    metrics: metrics.map((metric) => ({
      ...metric,
      last: pick(metric.last),
      best: pick(metric.best),
      counts: pick(metric.counts),
    })),
    params: params.map((param) => ({ ...param, values: pick(param.values) })),
    baseline: kept < 0 ? undefined : kept,
    curves: curves && pick(curves),
  };
}
