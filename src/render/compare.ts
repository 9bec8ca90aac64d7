import { RunlabError } from "../errors.js";
import { bestFirst } from "../metric-goal.js";
import { type Comparison, type ComparisonChart, type ComparisonView, comparisonText } from "./charts/comparison.js";
import { comparisonCharts } from "./charts/comparison-charts.js";
import { compareTable } from "./compare-table.js";
import { type CompareOptions, comparisonOf, pickRuns } from "./compared-runs.js";
import { chartSpec, type Drawing } from "./drawing.js";
import { plural } from "./format-value.js";
import type { RunRow } from "./rows.js";
import type { Table } from "./table.js";

/** Draw `table` with `tableBundle` and `chart` with `chartBundle`, as two outputs. */
export interface ComparedRuns {
  table: Table;
  /** Undefined when no run has a finite value of the metrics compared, or only the table was wanted. */
  chart: Drawing | undefined;
  /** How the runs were drawn. */
  view: ComparisonView;
}

/**
 * Runs side by side: only the params that differ, each metric's best and last value, and a chart: the one asked for, else the
 * first of `comparisonCharts` that suits.
 * @throws {RunlabError} INVALID_PARAMETER_VALUE when the view asked for needs what these runs lack
 */
export function compareRuns(runs: readonly RunRow[], options: CompareOptions = {}): ComparedRuns {
  const comparison = comparisonOf(runs, options);
  const drawable = drawableOf(comparison);
  const chosen = chartFor(drawable, options.as);
  const table = compareTable(runs, comparison, options);
  const notes = [...(table.notes ?? []), ...viewNotes(comparison, drawable, chosen, options.as)];
  return {
    table: { ...table, notes },
    chart: chosen && drawn(drawable, chosen, options),
    view: chosen?.view ?? "table",
  };
}

/** How `compareRuns` would draw these runs: what it needs can then be read first. */
export function comparisonView(runs: readonly RunRow[], options: CompareOptions = {}): ComparisonView {
  return chartFor(drawableOf(comparisonOf(runs, options)), options.as)?.view ?? "table";
}

/**
 * One view of some runs, for who shows the table elsewhere.
 * @returns what these runs lack for it, as the end of "needs …", when it cannot be drawn
 */
export function drawView(
  runs: readonly RunRow[],
  view: Exclude<ComparisonView, "table">,
  options: CompareOptions,
): Drawing | { lacks: string } {
  const comparison = comparisonOf(runs, options);
  const drawable = drawableOf(comparison);
  const [first] = comparison.metrics;
  if (first === undefined) return { lacks: "a metric" };
  if (drawable.metrics[0]?.key !== first.key) return { lacks: `a finite value of ${first.key}` };
  const chart = chartOfView(drawable, view);
  return typeof chart === "string" ? { lacks: chart } : drawn(drawable, chart, options);
}

/** Without the metrics that have nothing to draw. */
function drawableOf(comparison: Comparison): Comparison {
  return { ...comparison, metrics: comparison.metrics.filter(({ last }) => last.some(Number.isFinite)) };
}

function chartFor(comparison: Comparison, view: ComparisonView | undefined): ComparisonChart | undefined {
  if (view === "table" || comparison.metrics.length === 0) return undefined;
  const possible = (chart: ComparisonChart) => chart.lacks(comparison) === undefined;
  if (view === undefined) return comparisonCharts.find((chart) => chart.suits(comparison) && possible(chart));
  const found = chartOfView(comparison, view);
  if (typeof found !== "string") return found;
  const others = viewsOf(comparison).map((other) => `as=${other}`);
  throw new RunlabError("INVALID_PARAMETER_VALUE", `These runs cannot be drawn as ${view}: it needs ${found}.`, {
    hint: `Possible here: ${others.join(", ")}.`,
  });
}

/** The chart of a view, one that suits if there are several, or what is missing for it. */
function chartOfView(comparison: Comparison, view: ComparisonView): ComparisonChart | string {
  const charts = comparisonCharts.filter((chart) => chart.view === view);
  const possible = charts.filter((chart) => chart.lacks(comparison) === undefined);
  return possible.find((chart) => chart.suits(comparison)) ?? possible[0] ?? charts[0]?.lacks(comparison) ?? "";
}

/** Every view that these runs can be drawn in. */
function viewsOf(comparison: Comparison): ComparisonView[] {
  const charts = comparisonCharts.filter((chart) => chart.lacks(comparison) === undefined);
  return ["table", ...new Set(charts.map(({ view }) => view))];
}

/** Why there is no chart, or how to get another. */
function viewNotes(
  comparison: Comparison,
  drawable: Comparison,
  chosen: ComparisonChart | undefined,
  asked: ComparisonView | undefined,
): string[] {
  if (drawable.metrics.length === 0) {
    const keys = comparison.metrics.map(({ key }) => key);
    return [
      keys.length === 0
        ? "No chart: the runs have no metric."
        : `No chart: no run has a finite value of ${keys.join(", ")}.`,
    ];
  }
  if (asked !== undefined) return [];
  const others = viewsOf(drawable).filter((view) => view !== chosen?.view);
  return [`Drawn as ${chosen?.view}. Draw it another way: ${others.map((view) => `as=${view}`).join(", ")}.`];
}

function drawn(comparison: Comparison, chart: ComparisonChart, options: CompareOptions): Drawing {
  const { metrics } = comparison;
  const maxRuns = Math.min(options.maxRuns ?? Infinity, chart.maxRuns(comparison));
  const { kept, notes } = bestRuns(comparison, chart.firstMetricOnly ? metrics.slice(0, 1) : metrics, maxRuns);
  const { notes: more, text, ...spec } = chart.draw(kept);
  const subtitle = [...notes, ...more];
  return {
    spec: chartSpec({
      description: `${metrics.map(({ key }) => key).join(", ")} of ${plural(kept.labels.length, "run")}.`,
      ...spec,
      ...(subtitle.length > 0
        ? { title: { text: subtitle, anchor: "start", fontSize: 11, fontWeight: "normal" } }
        : {}),
    }),
    text: text ?? comparisonText(kept, subtitle),
  };
}

/** The best runs by the first metric; runs without a finite value of any metric that is drawn have no mark. */
function bestRuns(
  comparison: Comparison,
  drawn: Comparison["metrics"],
  maxRuns: number,
): { kept: Comparison; notes: string[] } {
  const { labels } = comparison;
  const [first] = drawn;
  const byValue = bestFirst(first?.goal ?? "max");
  const drawable = labels.map((_, at) => at).filter((at) => drawn.some(({ last }) => Number.isFinite(last[at])));
  const order = [...drawable].sort((a, b) => byValue(first?.last[a], first?.last[b]) || a - b).slice(0, maxRuns);
  const notes: string[] = [];
  if (drawable.length < labels.length) {
    const of = drawn.length === 1 ? ` of ${first?.key}` : "";
    notes.push(`${plural(labels.length - drawable.length, "run")} left out: no finite value${of}.`);
  }
  if (order.length < drawable.length) {
    notes.push(`Showing the best ${order.length} of ${plural(drawable.length, "run")} by ${first?.key}.`);
  }
  return { kept: pickRuns(comparison, order), notes };
}
