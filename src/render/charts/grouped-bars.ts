import { numberFormat } from "../format-value.js";
import { runScales } from "../palette.js";
import { type ComparisonChart, comparisonRows } from "./comparison.js";

/** Metrics whose largest values are this far apart at most can share an axis. */
const sameScale = 5;

/** Several metrics of one scale (accuracy, precision, recall): a group of bars per metric, a colour per run. */
export const groupedBars: ComparisonChart = {
  name: "grouped-bars",
  view: "bars",
  maxRuns: () => 6,
  lacks: ({ metrics }) => (metrics.length > 1 ? undefined : "several metrics"),
  suits: (comparison) => {
    const { labels, metrics } = comparison;
    // Six runs: as many as there are colours.
    if (labels.length > 6 || metrics.length < 2 || metrics.length > 8) return false;
    // A gap in a group could be any run's; a panel per metric says which value is missing.
    if (metrics.some(({ last }) => !last.every(Number.isFinite))) return false;
    const largest = metrics.map(({ last }) =>
      Math.max(...last.map((value) => (Number.isFinite(value) ? Math.abs(value ?? 0) : 0))),
    );
    const goals = new Set(metrics.map(({ goal }) => goal));
    return goals.size === 1 && Math.min(...largest) > 0 && Math.max(...largest) / Math.min(...largest) <= sameScale;
  },
  draw: (comparison) => {
    const { labels, metrics, places } = comparison;
    const groups = metrics.map(({ key }) => key);
    return {
      notes: [],
      width: { step: Math.max(8, Math.min(22, 120 / labels.length)) },
      height: 260,
      data: { values: comparisonRows(comparison) },
      params: [{ name: "shown", select: { type: "point", fields: ["run"], toggle: "true" }, bind: "legend" }],
      mark: { type: "bar" },
      encoding: {
        x: { field: "metric", type: "nominal", title: null, sort: groups, axis: { labelAngle: 0, labelLimit: 120 } },
        xOffset: { field: "run", type: "nominal", sort: labels },
        y: { field: "value", type: "quantitative", title: null },
        color: {
          field: "run",
          type: "nominal",
          title: "run",
          sort: labels,
          scale: runScales(labels, labels, places).colour,
        },
        opacity: { condition: { param: "shown", value: 1 }, value: 0.15 },
        tooltip: [
          { field: "run", type: "nominal" },
          { field: "metric", type: "nominal" },
          { field: "value", type: "quantitative", format: numberFormat },
        ],
      },
    };
  },
};
