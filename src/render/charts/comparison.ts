import type { MetricGoal } from "../../metric-goal.js";
import { visible } from "../../visible.js";
import { clip, columnFormat, formatNumberColumn, plural } from "../format-value.js";
import type { MetricSeries } from "../rows.js";

/** Runs side by side, as arrays in the order of `labels`, best run first. */
export interface Comparison {
  /** One label per run, all different. */
  labels: readonly string[];
  /** Where each run stands in the palette. */
  places: readonly number[];
  metrics: readonly ComparedMetric[];
  /** Params that differ. */
  params: readonly ComparedParam[];
  /** Where the baseline stands, if there is one and it is drawn. */
  baseline: number | undefined;
  /** The histories of the first metric, when they have been read. */
  curves: readonly MetricSeries[] | undefined;
}

export interface ComparedMetric {
  key: string;
  goal: MetricGoal;
  /** The best last value of all, also of runs that have no mark in a chart; undefined when none is marked. */
  top: number | undefined;
  /** Undefined in a run that has no such metric. */
  last: ReadonlyArray<number | undefined>;
  best: ReadonlyArray<number | undefined>;
  /** How many points each run has logged. */
  counts: readonly number[];
}

export interface ComparedParam {
  key: string;
  /** Numbers on a linear or logarithmic scale, else texts; undefined in a run that has no such param. */
  values: ReadonlyArray<number | string | undefined>;
  scale: "linear" | "log" | "category";
}

/** How a comparison can be drawn; `table` is drawn in any case. */
export const comparisonViews = ["table", "parallel", "scatter", "bars", "box", "curves", "contour", "matrix"] as const;
export type ComparisonView = (typeof comparisonViews)[number];

/** A way to draw a comparison. A new one is a file exporting one of these, and its line in `comparisonCharts`. */
export interface ComparisonChart {
  readonly name: string;
  readonly view: Exclude<ComparisonView, "table">;
  /** Only the first metric is drawn: a run that has no finite value of it has no mark. */
  readonly firstMetricOnly?: true;
  /** Most runs drawn, the best; the chart says so. */
  maxRuns(comparison: Comparison): number;
  /** Whether this chart is the one to draw when nobody has asked for a view. */
  suits(comparison: Comparison): boolean;
  /** What is missing for this chart to be drawn at all, as the end of "needs …". */
  lacks(comparison: Comparison): string | undefined;
  /**
   * Parts of a top-level spec, without `$schema` and `title`, and what the reader must know; `text` in place of the last values,
   * where the chart shows others.
   */
  draw(comparison: Comparison): { notes: string[]; text?: string; [property: string]: unknown };
}

/** One value of one run: the long form that bars are drawn from. User text is data, never a field's name. */
export interface ComparisonRow {
  run: string;
  metric: string;
  value: number;
  /** The value as the table of the same comparison writes it. */
  written: string;
  /** The best run of this metric. */
  best: boolean;
}

/** Every finite last value. */
export function comparisonRows({ labels, metrics }: Comparison): ComparisonRow[] {
  return metrics.flatMap((metric) => {
    const write = columnFormat(metric.last.map((value) => value ?? Number.NaN));
    return labels.flatMap((run, at) => {
      const value = metric.last[at];
      if (value === undefined || !Number.isFinite(value)) return [];
      return [{ run, metric: metric.key, value, written: write(value), best: value === metric.top }];
    });
  });
}

/** The values that have no mark: `missing`, `NaN` or an infinity, as texts to be drawn in their place. */
export function missingRows({ labels, metrics }: Comparison): Array<{ run: string; metric: string; text: string }> {
  return metrics.flatMap(({ key, last }) =>
    labels.flatMap((run, at) => {
      const value = last[at];
      if (Number.isFinite(value)) return [];
      return [{ run, metric: key, text: value === undefined ? "missing" : String(value) }];
    }),
  );
}

/** How many different values a param has. */
export function differentValues({ values }: ComparedParam): number {
  return new Set(values.filter((value) => value !== undefined)).size;
}

/** Characters of a run's name in a text, so that its value is on the same line of a console. */
const labelLength = 56;

function labelList(names: readonly string[]): string {
  return names.map((name) => clip(visible(name), 20)).join(", ");
}

/** Lines that somebody reads; the picture has the others. */
const mostLines = 100;

/** The numbers of a comparison chart as text: a line per metric, then a line for each of the best runs, best marked with `*`. */
export function comparisonText({ labels: names, metrics }: Comparison, notes: readonly string[]): string {
  const labels = names.slice(0, mostLines).map((name) => clip(visible(name), labelLength));
  const more = names.length - labels.length;
  const width = Math.max(0, ...labels.map((label) => label.length));
  const blocks = metrics.map((metric) => {
    const texts = formatNumberColumn(metric.last.map((value) => value ?? Number.NaN));
    const wide = Math.max(0, ...texts.map((text) => text.length));
    const lines = labels.flatMap((label, at) => {
      if (metric.last[at] === undefined) return [];
      return [
        `  ${label.padEnd(width)}  ${(texts[at] ?? "").padStart(wide)}${metric.last[at] === metric.top ? " *" : ""}`,
      ];
    });
    const rest = more > 0 ? [`  … ${plural(more, "run")} more`] : [];
    const without = names.filter((_, at) => metric.last[at] === undefined);
    const lacking =
      without.length === 0
        ? []
        : [`  no value: ${without.length > 3 ? plural(without.length, "run") : labelList(without)}`];
    return [`${visible(metric.key)} (best: ${metric.goal})`, ...lines, ...rest, ...lacking].join("\n");
  });
  return [...blocks, ...notes.map(visible)].join("\n");
}
