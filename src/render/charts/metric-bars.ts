import { numberFormat } from "../format-value.js";
import { bestBars, valueLabels } from "./bars.js";
import { type ComparisonChart, comparisonRows } from "./comparison.js";

/** One metric: a bar per run, best first, with its value; the best run at full strength. */
export const metricBars: ComparisonChart = {
  name: "metric-bars",
  fits: ({ metrics }) => metrics.length === 1,
  draw: (comparison) => {
    const { labels, metrics } = comparison;
    const rows = comparisonRows(comparison);
    const y = { field: "run", type: "nominal", title: null, sort: labels, axis: { labelLimit: 300 } };
    const x = { field: "value", type: "quantitative", title: metrics[0]?.key ?? "", axis: { grid: false } };
    return {
      notes: [],
      width: 480,
      height: { step: 24 },
      data: { values: rows },
      layer: [
        bestBars({ x, y }, [
          { field: "value", type: "quantitative", title: metrics[0]?.key ?? "", format: numberFormat },
        ]),
        ...valueLabels(rows, { x, y }, 480),
      ],
    };
  },
};
