import { numberFormat } from "../format-value.js";
import { baselineRule, bestBars, missingLabels, valueLabels } from "./bars.js";
import { type ComparisonChart, comparisonRows, missingRows } from "./comparison.js";

/** One metric: a bar per run, best first, with its value; the best run at full strength. */
export const metricBars: ComparisonChart = {
  name: "metric-bars",
  view: "bars",
  maxRuns: () => 100,
  suits: ({ metrics }) => metrics.length === 1,
  lacks: ({ metrics }) => (metrics.length === 1 ? undefined : "one metric"),
  draw: (comparison) => {
    const { labels, metrics } = comparison;
    const rows = comparisonRows(comparison);
    const missing = missingRows(comparison);
    const y = { field: "run", type: "nominal", title: null, sort: labels, axis: { labelLimit: 300 } };
    const x = { field: "value", type: "quantitative", title: metrics[0]?.key ?? "", axis: { grid: false } };
    return {
      notes: comparison.baseline === undefined ? [] : [`Dashed: ${labels[comparison.baseline]}, the baseline.`],
      width: 480,
      height: { step: labels.length > 30 ? 16 : 24 },
      data: { values: [...rows, ...missing] },
      layer: [
        bestBars(comparison, { x, y }, [
          { field: "value", type: "quantitative", title: metrics[0]?.key ?? "", format: numberFormat },
        ]),
        ...valueLabels(rows, { x, y }, 480),
        ...missingLabels(missing, y),
        ...baselineRule(comparison),
      ],
    };
  },
};
