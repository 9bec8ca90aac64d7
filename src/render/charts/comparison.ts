import { visible } from "../../visible.js";
import { formatNumberColumn } from "../format-value.js";

/** Runs side by side, as arrays in the order of `labels`, best run first. */
export interface Comparison {
  /** One label per run, all different. */
  labels: readonly string[];
  metrics: readonly ComparedMetric[];
  /** Params that differ and are numbers in every run that has them. */
  params: readonly ComparedParam[];
}

export interface ComparedMetric {
  key: string;
  goal: "min" | "max";
  /** Undefined in a run that has no such metric. */
  last: ReadonlyArray<number | undefined>;
  best: ReadonlyArray<number | undefined>;
}

export interface ComparedParam {
  key: string;
  values: ReadonlyArray<number | undefined>;
}

/** A way to draw a comparison. A new one is a file exporting one of these, and its line in `comparisonCharts`. */
export interface ComparisonChart {
  readonly name: string;
  /** Whether this chart can show the comparison well. */
  fits(comparison: Comparison): boolean;
  /** Parts of a top-level spec, without `$schema` and `title`, and what the reader must know. */
  draw(comparison: Comparison): { notes: string[]; [property: string]: unknown };
}

/** One value of one run: the long form that all comparison charts draw from. User text is data, never a field's name. */
export interface ComparisonRow {
  run: string;
  metric: string;
  value: number;
  /** The best run of this metric. */
  best: boolean;
}

/** Every finite last value. */
export function comparisonRows({ labels, metrics }: Comparison): ComparisonRow[] {
  return metrics.flatMap((metric) => {
    const best = bestValue(metric);
    return labels.flatMap((run, at) => {
      const value = metric.last[at];
      if (value === undefined || !Number.isFinite(value)) return [];
      return [{ run, metric: metric.key, value, best: value === best }];
    });
  });
}

/** The best finite last value of a metric; undefined when all runs have the same or there is one only. */
export function bestValue({ last, goal }: ComparedMetric): number | undefined {
  const finite = last.filter((value): value is number => value !== undefined && Number.isFinite(value));
  if (new Set(finite).size < 2) return undefined;
  return goal === "min" ? Math.min(...finite) : Math.max(...finite);
}

/** The numbers of a comparison chart as text: a line per metric, then a line per run, best marked with `*`. */
export function comparisonText({ labels: names, metrics }: Comparison, notes: readonly string[]): string {
  const labels = names.map(visible);
  const width = Math.max(0, ...labels.map((label) => label.length));
  const blocks = metrics.map((metric) => {
    const best = bestValue(metric);
    const texts = formatNumberColumn(metric.last.map((value) => value ?? Number.NaN));
    const wide = Math.max(0, ...texts.map((text) => text.length));
    const lines = labels.flatMap((label, at) => {
      if (metric.last[at] === undefined) return [];
      return [`  ${label.padEnd(width)}  ${(texts[at] ?? "").padStart(wide)}${metric.last[at] === best ? " *" : ""}`];
    });
    return [`${visible(metric.key)} (best: ${metric.goal})`, ...lines].join("\n");
  });
  return [...blocks, ...notes.map(visible)].join("\n");
}
