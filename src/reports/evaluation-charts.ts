import type { ClassificationResult } from "../models/metrics/classification.js";
import type { CurvePoint } from "../models/metrics/threshold-curves.js";
import { chartSpec, type VegaLiteSpec } from "../render/drawing.js";
import { plainColour } from "../render/palette.js";

/** Charts of one evaluation, by the name of their file. */
export type EvaluationCharts = Readonly<Record<string, VegaLiteSpec>>;

/** Most points of a scatter: beyond that it is one blot, and the notebook grows. */
const maxPoints = 2000;

/** Predicted against true values, and the residuals over the predictions. */
export function regressionCharts(targets: readonly number[], predictions: readonly number[]): EvaluationCharts {
  const every = Math.ceil(targets.length / maxPoints);
  const values = targets
    .map((target, at) => ({ target, predicted: predictions[at] ?? 0, residual: target - (predictions[at] ?? 0) }))
    .filter((_, at) => at % every === 0);
  const ends = [...targets, ...predictions].filter(Number.isFinite);
  const low = ends.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = ends.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const shown = every === 1 ? "" : `, one row in ${every}`;
  const points = { type: "point", filled: true, size: 30, opacity: 0.6, color: plainColour };
  return {
    predicted_vs_actual: chartSpec({
      title: `Predicted and true values${shown}`,
      width: 360,
      height: 360,
      data: { values },
      layer: [
        line(
          [
            { target: low, predicted: low },
            { target: high, predicted: high },
          ],
          "target",
          "predicted",
        ),
        { mark: points, encoding: { x: axis("target", "true value"), y: axis("predicted", "predicted") } },
      ],
    }),
    residuals: chartSpec({
      title: `Residuals, true − predicted${shown}`,
      width: 360,
      height: 240,
      data: { values },
      layer: [
        { mark: { type: "rule", strokeDash: [4, 4], color: plainColour }, encoding: { y: { datum: 0 } } },
        { mark: points, encoding: { x: axis("predicted", "predicted"), y: axis("residual", "residual") } },
      ],
    }),
  };
}

/** The confusion matrix, and for two labels with probabilities the ROC and the precision-recall curve. */
export function classificationCharts(result: ClassificationResult): EvaluationCharts {
  const { labels, confusion, rocCurve, precisionRecallCurve, metrics } = result;
  const values = confusion.flatMap((row, actual) =>
    row.map((count, predicted) => ({ actual: String(labels[actual]), predicted: String(labels[predicted]), count })),
  );
  const order = labels.map(String);
  const most = values.reduce((a, { count }) => Math.max(a, count), 0);
  const encoding = {
    x: { field: "predicted", type: "nominal", sort: order, title: "predicted" },
    y: { field: "actual", type: "nominal", sort: order, title: "true label" },
  };
  const charts: Record<string, VegaLiteSpec> = {
    confusion_matrix: chartSpec({
      title: "Confusion matrix",
      width: { step: 48 },
      height: { step: 48 },
      data: { values },
      layer: [
        {
          mark: "rect",
          encoding: {
            ...encoding,
            color: {
              field: "count",
              type: "quantitative",
              scale: { scheme: "blues", domain: [0, most] },
              title: "rows",
            },
          },
        },
        {
          mark: { type: "text" },
          encoding: {
            ...encoding,
            text: { field: "count", type: "quantitative" },
            color: { condition: { test: `datum.count > ${most / 2}`, value: "white" }, value: "black" },
          },
        },
      ],
    }),
  };
  if (rocCurve) {
    charts.roc_curve = curveChart("ROC curve", metrics.roc_auc, rocCurve, [
      "false positive rate",
      "true positive rate",
    ]);
  }
  if (precisionRecallCurve) {
    const area = metrics.precision_recall_auc;
    charts.precision_recall_curve = curveChart("Precision and recall", area, precisionRecallCurve, [
      "recall",
      "precision",
    ]);
  }
  return charts;
}

/** A curve over all thresholds, with the area under it in its title; of more than 500 points every n-th. */
export function curveChart(
  title: string,
  area: number | undefined,
  points: readonly CurvePoint[],
  [xTitle, yTitle]: readonly [string, string],
): VegaLiteSpec {
  const every = Math.ceil(points.length / 500);
  const values = points
    .filter((_, at) => at % every === 0 || at === points.length - 1)
    .map(({ x, y }, at) => ({ x, y, at }));
  return chartSpec({
    title: `${title}, area ${(area ?? 0).toFixed(4)}`,
    width: 320,
    height: 320,
    data: { values },
    mark: { type: "line", interpolate: "linear", color: plainColour },
    encoding: {
      x: { field: "x", type: "quantitative", title: xTitle, scale: { domain: [0, 1] } },
      y: { field: "y", type: "quantitative", title: yTitle, scale: { domain: [0, 1] } },
      order: { field: "at", type: "quantitative" },
    },
  });
}

function line(values: ReadonlyArray<Record<string, number>>, x: string, y: string) {
  return {
    data: { values },
    mark: { type: "line", strokeDash: [4, 4], opacity: 0.6 },
    encoding: { x: axis(x, "true value"), y: axis(y, "predicted") },
  };
}

function axis(field: string, title: string) {
  return { field, type: "quantitative", title, scale: { zero: false, nice: true } };
}
