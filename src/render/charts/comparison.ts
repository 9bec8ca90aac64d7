import type { MetricGoal } from "../../metric-goal.js";
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
  goal: MetricGoal;
  /** The best last value of all, also of runs that have no mark in a chart; undefined when none is marked. */
  top: number | undefined;
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
    return labels.flatMap((run, at) => {
      const value = metric.last[at];
      if (value === undefined || !Number.isFinite(value)) return [];
      return [{ run, metric: metric.key, value, best: value === metric.top }];
    });
  });
}

/** The numbers of a comparison chart as text: a line per metric, then a line per run, best marked with `*`. */
export function comparisonText({ labels: names, metrics }: Comparison, notes: readonly string[]): string {
  const labels = names.map(visible);
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
    return [`${visible(metric.key)} (best: ${metric.goal})`, ...lines].join("\n");
  });
  return [...blocks, ...notes.map(visible)].join("\n");
}
