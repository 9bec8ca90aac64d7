import type { ClassificationResult } from "../models/metrics/classification.js";
import type { CurvePoint } from "../models/metrics/threshold-curves.js";
import { nameAngle, nameWidth } from "../render/axis-look.js";
import { chartSpec, csvData, mostLabelled, type VegaLiteSpec } from "../render/drawing.js";
import { numberFormat } from "../render/format-value.js";
import { plainColour, ruleColour } from "../render/palette.js";

/** Charts of one evaluation, by the name of their file. */
export type EvaluationCharts = Readonly<Record<string, VegaLiteSpec>>;

/** Most points of a scatter: beyond that it is one blot, and the notebook grows. */
const maxPoints = 2000;

/** Pixels: the side of a cell of a confusion matrix of many labels. */
const smallestCell = 12;

/** Predicted against true values, and the residuals over the predictions. */
export function regressionCharts(targets: readonly number[], predictions: readonly number[]): EvaluationCharts {
  const every = Math.ceil(targets.length / maxPoints);
  const values = targets
    .filter((_, at) => at % every === 0)
    .map((target, at) => {
      const predicted = predictions[at * every] ?? 0;
      return { target: short(target), predicted: short(predicted), residual: short(target - predicted) };
    });
  const data = csvData(values, { target: "number", predicted: "number", residual: "number" });
  const ends = [...targets, ...predictions].filter(Number.isFinite);
  const low = ends.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = ends.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const shown = every === 1 ? "" : `, one row in ${every}`;
  const points = {
    type: "point",
    filled: true,
    size: 30,
    opacity: 0.6,
    color: plainColour,
    aria: values.length <= mostLabelled,
  };
  const tooltip = [
    { field: "target", type: "quantitative", title: "true value", format: numberFormat },
    { field: "predicted", type: "quantitative", format: numberFormat },
    { field: "residual", type: "quantitative", format: numberFormat },
  ];
  return {
    predicted_vs_actual: chartSpec({
      title: `Predicted and true values${shown}`,
      description: `The predicted over the true values of ${values.length} rows.`,
      width: 360,
      height: 360,
      data,
      layer: [
        line(
          [
            { target: low, predicted: low },
            { target: high, predicted: high },
          ],
          "target",
          "predicted",
        ),
        { mark: points, encoding: { x: axis("target", "true value"), y: axis("predicted", "predicted"), tooltip } },
      ],
    }),
    residuals: chartSpec({
      title: `Residuals, true − predicted${shown}`,
      description: `The residuals of ${values.length} rows over the predictions.`,
      width: 360,
      height: 240,
      data,
      layer: [
        {
          data: { values: [{}] },
          mark: { type: "rule", strokeDash: [4, 4], color: ruleColour, aria: false },
          encoding: { y: { datum: 0 } },
        },
        { mark: points, encoding: { x: axis("predicted", "predicted"), y: axis("residual", "residual"), tooltip } },
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
  const longest = order.reduce((length, label) => Math.max(length, label.length), 0);
  // Cells as wide as the labels below them where those are short. Many labels still fit on a page; where a count has no room, the
  // colour and the tooltip tell it.
  const wanted = Math.max(48, Math.min(72, nameWidth(longest)));
  const step = Math.max(smallestCell, Math.min(wanted, Math.floor(640 / labels.length)));
  const most = values.reduce((a, { count }) => Math.max(a, count), 0);
  const encoding = {
    x: {
      field: "predicted",
      type: "nominal",
      sort: order,
      title: "predicted",
      axis: { labelAngle: nameAngle(order, step) },
    },
    y: { field: "actual", type: "nominal", sort: order, title: "true label" },
    tooltip: [
      { field: "actual", type: "nominal", title: "true label" },
      { field: "predicted", type: "nominal" },
      { field: "count", type: "quantitative", title: "rows" },
    ],
  };
  const charts: Record<string, VegaLiteSpec> = {
    confusion_matrix: chartSpec({
      title: "Confusion matrix",
      description: `Rows of each of ${labels.length} true labels by the label predicted.`,
      width: { step },
      height: { step },
      data: csvData(values, { actual: "string", predicted: "string", count: "number" }),
      layer: [
        {
          mark: { type: "rect", aria: values.length <= mostLabelled },
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
        ...(step < String(most).length * 8
          ? []
          : [
              {
                // Among many the zeros would hide what counts.
                ...(labels.length > 12 ? { transform: [{ filter: "datum.count > 0" }] } : {}),
                mark: { type: "text", aria: false },
                encoding: {
                  ...encoding,
                  text: { field: "count", type: "quantitative" },
                  color: { condition: { test: `datum.count > ${most / 2}`, value: "white" }, value: "black" },
                },
              },
            ]),
      ],
    }),
  };
  if (rocCurve) {
    charts.roc_curve = rocCurveChart(metrics.roc_auc, rocCurve);
  }
  if (precisionRecallCurve) {
    charts.precision_recall_curve = precisionRecallChart(metrics.precision_recall_auc, precisionRecallCurve);
  }
  return charts;
}

/** @param area - under the curve */
export function rocCurveChart(area: number | undefined, points: readonly CurvePoint[]): VegaLiteSpec {
  const guessing = { from: 0, to: 1 };
  return curveChart("ROC curve", area, points, ["false positive rate", "true positive rate"], guessing);
}

/** @param points - the last or the first has a recall of 1: its precision is the share of positive rows, which guessing has at any recall */
export function precisionRecallChart(area: number | undefined, points: readonly CurvePoint[]): VegaLiteSpec {
  const all = points.reduce((lowest, point) => (point.x === 1 && point.y < lowest ? point.y : lowest), 1);
  return curveChart("Precision and recall", area, points, ["recall", "precision"], { from: all, to: all });
}

/**
 * A curve over all thresholds, with the area under it in its title; of more than 500 points every n-th.
 * @param guessing - where the dashed line of a model that guesses begins and ends
 */
function curveChart(
  title: string,
  area: number | undefined,
  points: readonly CurvePoint[],
  [xTitle, yTitle]: readonly [string, string],
  guessing: { from: number; to: number },
): VegaLiteSpec {
  const every = Math.ceil(points.length / 500);
  const values = points
    .filter((_, at) => at % every === 0 || at === points.length - 1)
    .map(({ x, y }, at) => ({ x, y, at }));
  const rate = (field: string, title: string) => ({
    field,
    type: "quantitative",
    title,
    scale: { domain: [0, 1] },
  });
  const [x, y] = [rate("x", xTitle), rate("y", yTitle)];
  return chartSpec({
    title: `${title}, area ${(area ?? 0).toFixed(4)}`,
    description: `The ${yTitle} over the ${xTitle}, area ${(area ?? 0).toFixed(4)}.`,
    width: 320,
    height: 320,
    layer: [
      {
        data: {
          values: [
            { x: 0, y: guessing.from },
            { x: 1, y: guessing.to },
          ],
        },
        mark: { type: "line", strokeDash: [4, 4], color: ruleColour, aria: false },
        encoding: { x, y },
      },
      {
        data: csvData(values, { x: "number", y: "number", at: "number" }),
        mark: { type: "line", interpolate: "linear", color: plainColour },
        encoding: {
          x,
          y,
          order: { field: "at", type: "quantitative" },
          tooltip: [
            { field: "x", type: "quantitative", title: xTitle, format: numberFormat },
            { field: "y", type: "quantitative", title: yTitle, format: numberFormat },
          ],
        },
      },
    ],
  });
}

/** Seven digits are finer than a pixel, and are kept in the notebook. */
function short(value: number): number {
  return Number(value.toPrecision(7));
}

function line(values: ReadonlyArray<Record<string, number>>, x: string, y: string) {
  return {
    data: { values },
    mark: { type: "line", strokeDash: [4, 4], color: ruleColour, aria: false },
    encoding: { x: axis(x, "true value"), y: axis(y, "predicted") },
  };
}

function axis(field: string, title: string) {
  return { field, type: "quantitative", title, scale: { zero: false, nice: true } };
}
