import { numberFormat, plural } from "../format-value.js";
import { bestBars, missingLabels, valueLabels } from "./bars.js";
import { type Comparison, type ComparisonChart, comparisonRows, missingRows } from "./comparison.js";

/** Panels that still read at a glance. */
const maxPanels = 9;
/** Most panels side by side. */
const maxColumns = 3;
/** Pixels. nbconvert's page crops what is wider than this; a character of a label is about 6 wide, and long ones are cut. */
const pageWidth = 820;
const characterWidth = 6;
const maxLabelWidth = 300;
const spacing = 36;

/** More values than this are read in the table or the tooltip. */
const maxLabels = 90;

/** Several metrics of different scale: a panel of bars per metric, each with an axis of its own. */
export const metricFacets: ComparisonChart = {
  name: "metric-facets",
  view: "bars",
  maxRuns: () => 40,
  suits: () => true,
  lacks: () => undefined,
  draw: (comparison: Comparison) => {
    const { labels, metrics } = comparison;
    const shown = metrics.slice(0, maxPanels);
    const rows = comparisonRows({ ...comparison, metrics: shown });
    const missing = missingRows({ ...comparison, metrics: shown });
    const notes =
      shown.length < metrics.length ? [`Showing ${shown.length} of ${plural(metrics.length, "metric")}.`] : [];
    const width = shown.length === 2 ? 260 : 180;
    const labelWidth = Math.min(maxLabelWidth, characterWidth * Math.max(0, ...labels.map(({ length }) => length)));
    const room = Math.floor((pageWidth - labelWidth) / (width + spacing));
    const y = { field: "run", type: "nominal", title: null, sort: labels, axis: { labelLimit: maxLabelWidth } };
    const x = { field: "value", type: "quantitative", title: null, axis: { tickCount: 4, grid: false } };
    return {
      notes,
      data: { values: [...rows, ...missing] },
      facet: {
        field: "metric",
        type: "nominal",
        title: null,
        sort: shown.map(({ key }) => key),
        header: { labelFontSize: 12, labelFontWeight: "bold", labelAnchor: "start" },
      },
      columns: Math.max(1, Math.min(maxColumns, room, shown.length)),
      spacing,
      spec: {
        width,
        height: { step: 20 },
        layer: [
          bestBars(comparison, { x, y }, [
            { field: "metric", type: "nominal" },
            { field: "value", type: "quantitative", format: numberFormat },
          ]),
          ...(rows.length <= maxLabels ? valueLabels(rows, { x, y }, width) : []),
          ...missingLabels(missing, y),
        ],
      },
      resolve: { scale: { x: "independent" } },
    };
  },
};
