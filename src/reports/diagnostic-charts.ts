import { chartSpec, type VegaLiteSpec } from "../render/drawing.js";
import { numberFormat } from "../render/format-value.js";
import { plainColour, ruleColour } from "../render/palette.js";

export interface CalibrationBin {
  /** The mean of the probabilities in the bin. */
  predicted: number;
  /** The share of its rows that are positive. */
  observed: number;
  count: number;
}

export interface FeatureImportance {
  feature: string;
  importance: number;
}

/** The share of positive rows over the mean probability of each bin; on the dashed line the model says what happens. */
export function calibrationChart(bins: readonly CalibrationBin[]): VegaLiteSpec {
  const axis = (field: string, title: string) => ({
    field,
    type: "quantitative",
    title,
    scale: { domain: [0, 1] },
  });
  const encoding = {
    x: axis("predicted", "mean predicted probability"),
    y: axis("observed", "share of positive rows"),
    tooltip: [
      { field: "predicted", type: "quantitative", title: "mean predicted probability", format: numberFormat },
      { field: "observed", type: "quantitative", title: "share of positive rows", format: numberFormat },
      { field: "count", type: "quantitative", title: "rows" },
    ],
  };
  return chartSpec({
    title: "Calibration",
    description: "The share of positive rows over the predicted probability.",
    width: 320,
    height: 320,
    data: { values: bins },
    layer: [
      {
        data: {
          values: [
            { predicted: 0, observed: 0 },
            { predicted: 1, observed: 1 },
          ],
        },
        mark: { type: "line", strokeDash: [4, 4], color: ruleColour, aria: false },
        encoding: { x: encoding.x, y: encoding.y },
      },
      { mark: { type: "line", color: plainColour, point: { filled: true, size: 50, color: plainColour } }, encoding },
    ],
  });
}

/** Most bars. */
const maxFeatures = 30;

/** A bar per feature, the largest by size on top. */
export function importanceChart(importances: readonly FeatureImportance[]): VegaLiteSpec {
  const shown = importances.slice(0, maxFeatures);
  const rest = importances.length > shown.length ? `, the first ${shown.length} of ${importances.length}` : "";
  return chartSpec({
    title: `Feature importance${rest}`,
    description: `Importance of ${shown.length} features.`,
    width: 360,
    height: { step: 20 },
    data: { values: shown },
    mark: { type: "bar", color: plainColour },
    encoding: {
      // In the order of the data.
      y: { field: "feature", type: "nominal", title: null, sort: null, axis: { labelLimit: 300, ticks: false } },
      x: { field: "importance", type: "quantitative", title: "importance" },
      tooltip: [
        { field: "feature", type: "nominal" },
        { field: "importance", type: "quantitative", format: numberFormat },
      ],
    },
  });
}
