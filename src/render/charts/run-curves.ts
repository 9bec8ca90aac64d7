import { metricCurves } from "../metric-curves.js";
import type { ComparisonChart } from "./comparison.js";

/** One metric with a history: a curve per run. It draws the histories that `Comparison.curves` has. */
export const runCurves: ComparisonChart = {
  name: "run-curves",
  view: "curves",
  maxRuns: () => 50,
  suits: ({ metrics }) => metrics.length === 1 && (metrics[0]?.counts ?? []).filter((count) => count > 1).length > 1,
  lacks: ({ metrics }) =>
    (metrics[0]?.counts ?? []).some((count) => count > 1) ? undefined : "a metric that was logged more than once",
  draw: ({ labels, metrics, curves = [], places }) => {
    const [metric] = metrics;
    // Labels are all different, so the curves' names become their labels.
    const named = curves.map((series, at) => ({ ...series, runName: labels[at] ?? series.runName }));
    const options = { goal: metric?.goal, maxRuns: named.length, places };
    const { spec: whole, text } = metricCurves(metric?.key ?? "", named, options);
    const { $schema, config, title, ...spec } = whole;
    const { subtitle = [] } = title as { subtitle?: string[] };
    return { notes: subtitle, text, ...spec };
  },
};
