import { ModelError } from "../errors.js";
import { classificationMetrics } from "../models/metrics/classification.js";
import { indexLabels, type Label } from "../models/metrics/labels.js";
import { onlyItem, shownValue } from "../models/metrics/paired-values.js";
import { sum } from "../models/metrics/regression.js";
import { area, type CurvePoint, precisionRecallCurve, rocCurve } from "../models/metrics/threshold-curves.js";
import type { VegaLiteSpec } from "../render/drawing.js";
import { clip, plural } from "../render/format-value.js";
import { type Displayable, jupyterDisplay } from "../render/mime-bundle.js";
import { chartBundle } from "../render/static/chart-bundle.js";
import type { TrackingSession } from "../tracking/session.js";
import { type CalibrationBin, calibrationChart, type FeatureImportance, importanceChart } from "./diagnostic-charts.js";
import { classificationCharts, precisionRecallChart, regressionCharts, rocCurveChart } from "./evaluation-charts.js";

/** Lists of any kind: arrays and typed arrays. */
export type Values = ArrayLike<unknown>;

export interface LabelOptions {
  /** In order; default: all that occur, sorted. The second of two is the positive one. */
  labels?: readonly Label[];
}

/** A chart made of data, with the numbers that it shows. */
export interface ReadyChart<Numbers> {
  spec: VegaLiteSpec;
  /** The numbers as one line, for terminals. */
  text: string;
  numbers: Numbers;
}

export interface ConfusionNumbers {
  labels: readonly Label[];
  /** `confusion[i][j]`: how many rows of label i were predicted as j. */
  confusion: number[][];
}

/** @throws {ModelError} INVALID_PARAMETER_VALUE for no rows, different lengths and values that are not labels */
export function confusionMatrix(
  yTrue: Values,
  yPred: Values,
  { labels }: LabelOptions = {},
): ReadyChart<ConfusionNumbers> {
  const [targets, predictions] = paired(yTrue, yPred, "yPred");
  const result = classificationMetrics({
    targets: targets as Label[],
    predictions: predictions as Label[],
    labels,
  });
  const { confusion } = result;
  const hits = sum(confusion.map((row, at) => row[at] ?? 0));
  const charts = classificationCharts(result);
  return {
    spec: charts.confusion_matrix as VegaLiteSpec,
    text: `Confusion matrix: ${hits} of ${yTrue.length} rows on the diagonal.${mistakes(result.labels, confusion)}`,
    numbers: { labels: result.labels, confusion },
  };
}

/** What goes wrong most often, in words. */
function mistakes(labels: readonly Label[], confusion: readonly (readonly number[])[]): string {
  const wrong = confusion
    .flatMap((row, actual) => row.map((count, predicted) => ({ actual, predicted, count })))
    .filter(({ actual, predicted, count }) => actual !== predicted && count > 0)
    .sort((a, b) => b.count - a.count);
  const name = (at: number) => clip(String(labels[at]), 30);
  const said = wrong
    .slice(0, 3)
    .map(({ actual, predicted, count }) => `${name(actual)} as ${name(predicted)} (${count})`);
  return said.length === 0 ? "" : ` Most often wrong: ${said.join(", ")}.`;
}

export interface RocNumbers {
  /** x: false positive rate, y: true positive rate. */
  points: CurvePoint[];
  /** The area under the curve. */
  auc: number;
}

/** @param yScore - the probability of the positive label, or any score that is higher for it */
export function rocChart(yTrue: Values, yScore: Values, options: LabelOptions = {}): ReadyChart<RocNumbers> {
  const { isPositive, scores } = scored(yTrue, yScore, "yScore", options);
  const points = rocCurve(isPositive, scores);
  const auc = area(points);
  const spec = rocCurveChart(auc, points);
  return { spec, text: `ROC curve: area ${auc.toFixed(4)}.`, numbers: { points, auc } };
}

export interface PrNumbers {
  /** x: recall, y: precision. */
  points: CurvePoint[];
  /** The area under the curve, by trapezoids. */
  auc: number;
  /** The mean of the precisions, each weighted by the recall gained: scikit-learn's `average_precision_score`. */
  averagePrecision: number;
}

/** @param yScore - see {@link rocChart} */
export function prChart(yTrue: Values, yScore: Values, options: LabelOptions = {}): ReadyChart<PrNumbers> {
  const { isPositive, scores } = scored(yTrue, yScore, "yScore", options);
  const points = precisionRecallCurve(isPositive, scores);
  const auc = area(points);
  const averagePrecision = sum(points.map(({ x, y }, at) => (x - (points[at + 1]?.x ?? x)) * y));
  const spec = precisionRecallChart(auc, points);
  const text = `Precision and recall: area ${auc.toFixed(4)}, average precision ${averagePrecision.toFixed(4)}.`;
  return { spec, text, numbers: { points, auc, averagePrecision } };
}

export interface CalibrationOptions extends LabelOptions {
  /** How many bins of equal width the probabilities are put in. Default 10. */
  bins?: number;
}

/** scikit-learn's `calibration_curve` with bins of equal width; empty bins are left out. */
export function calibration(
  yTrue: Values,
  yProb: Values,
  options: CalibrationOptions = {},
): ReadyChart<{ bins: CalibrationBin[] }> {
  const { bins: count = 10 } = options;
  if (!Number.isInteger(count) || count < 1 || count > 1000) {
    throw new ModelError("INVALID_PARAMETER_VALUE", `bins must be a whole number from 1 to 1,000; got ${count}.`);
  }
  const { isPositive, scores } = scored(yTrue, yProb, "yProb", options);
  const odd = scores.findIndex((chance) => chance < 0 || chance > 1);
  if (odd >= 0) {
    throw new ModelError("INVALID_PARAMETER_VALUE", `yProb[${odd}] is ${scores[odd]}, not a probability from 0 to 1.`);
  }
  const inner = Array.from({ length: count - 1 }, (_, at) => (at + 1) * (1 / count));
  const binOfRow = scores.map((chance) => binOf(chance, inner));
  const rowsByBin = Array.from({ length: count }, (): number[] => []);
  for (const [row, bin] of binOfRow.entries()) rowsByBin[bin]?.push(row);
  const bins = rowsByBin
    .filter((rows) => rows.length > 0)
    .map((rows) => ({
      predicted: sum(rows.map((row) => scores[row] ?? 0)) / rows.length,
      observed: rows.filter((row) => isPositive[row]).length / rows.length,
      count: rows.length,
    }));
  const gap = sum(bins.map(({ predicted, observed, count }) => Math.abs(predicted - observed) * count)) / scores.length;
  return { spec: calibrationChart(bins), text: `Calibration: mean gap ${gap.toFixed(4)}.`, numbers: { bins } };
}

/** A probability on a bound belongs to the bin below it; the bounds are numpy's, whose last digits decide for some. */
function binOf(chance: number, bounds: readonly number[]): number {
  const at = bounds.findIndex((bound) => chance <= bound);
  return at < 0 ? bounds.length : at;
}

/** The residuals, true − predicted, over the predictions. */
export function residuals(yTrue: Values, yPred: Values): ReadyChart<{ residuals: number[] }> {
  const [truth, predicted] = paired(yTrue, yPred, "yPred");
  const targets = numbersOf(truth, "yTrue");
  const predictions = numbersOf(predicted, "yPred");
  const values = targets.map((target, at) => target - (predictions[at] ?? 0));
  const mean = sum(values) / values.length;
  return {
    spec: regressionCharts(targets, predictions).residuals as VegaLiteSpec,
    text: `Residuals: mean ${mean.toPrecision(4)} over ${values.length} rows.`,
    numbers: { residuals: values },
  };
}

/** @param importances - by the feature's name; negative ones too. The largest by size come first. */
export function featureImportance(
  importances: Readonly<Record<string, number>>,
): ReadyChart<{ importances: FeatureImportance[] }> {
  const entries = Object.entries(importances ?? {});
  if (entries.length === 0) throw new ModelError("INVALID_PARAMETER_VALUE", "There is no feature to show.");
  const odd = entries.find(([, value]) => typeof value !== "number" || !Number.isFinite(value));
  if (odd !== undefined) {
    throw new ModelError("INVALID_PARAMETER_VALUE", `The importance of '${odd[0]}' is not a finite number.`, {
      hint: "Pass an object of numbers by the names of the features: { weight: 0.6, year: 0.4 }.",
    });
  }
  const sorted = entries
    .map(([feature, importance]) => ({ feature, importance }))
    .sort((a, b) => Math.abs(b.importance) - Math.abs(a.importance));
  const named = sorted.slice(0, 3).map((each) => `${clip(each.feature, 30)} ${each.importance.toPrecision(4)}`);
  return {
    spec: importanceChart(sorted),
    text: `Feature importance: ${named.join(", ")}${sorted.length > named.length ? `; ${sorted.length - named.length} more` : ""}.`,
    numbers: { importances: sorted },
  };
}

/**
 * The two lists of a chart.
 * @param name - what the caller knows the second one by
 * @throws {ModelError} INVALID_PARAMETER_VALUE for anything but a list, for no rows, and for different lengths
 */
function paired(yTrue: Values, other: Values, name: string): [unknown[], unknown[]] {
  const [first, second] = [listOf(yTrue, "yTrue"), listOf(other, name)];
  if (first.length !== second.length) {
    throw new ModelError(
      "INVALID_PARAMETER_VALUE",
      `yTrue has ${plural(first.length, "value")}, but ${name} has ${second.length}.`,
      { hint: "Row by row, both belong together." },
    );
  }
  if (first.length === 0) {
    throw new ModelError("INVALID_PARAMETER_VALUE", `yTrue and ${name} are empty.`, {
      hint: "A chart needs at least one row.",
    });
  }
  return [first, second];
}

function listOf(values: unknown, name: string): unknown[] {
  if (typeof values === "object" && values !== null && "length" in values && typeof values.length === "number") {
    return Array.from(values as ArrayLike<unknown>);
  }
  throw new ModelError("INVALID_PARAMETER_VALUE", `${name} is ${shownValue(values)}, not a list of values.`, {
    hint: "Pass an array or a typed array, with a value per row.",
  });
}

/** @throws {ModelError} INVALID_PARAMETER_VALUE naming the place of what is not a finite number */
function numbersOf(values: readonly unknown[], name: string): number[] {
  return values.map((value, at) => {
    const number = onlyItem(value);
    if (typeof number === "number" && Number.isFinite(number)) return number;
    if (typeof number === "bigint" || typeof number === "boolean") return Number(number);
    throw new ModelError(
      "INVALID_PARAMETER_VALUE",
      `${name}[${at}] is ${shownValue(number)}, which is not a finite number.`,
      { hint: "Remove rows without a value, and convert text to numbers." },
    );
  });
}

/** @throws {ModelError} INVALID_PARAMETER_VALUE unless there are two labels, and rows of both */
function scored(yTrue: Values, yScore: Values, name: string, { labels: given }: LabelOptions) {
  const [targets, values] = paired(yTrue, yScore, name);
  const scores = numbersOf(values, name);
  const { labels, targets: classes } = indexLabels(targets, targets, given);
  if (labels.length !== 2 || new Set(classes).size !== 2) {
    const found = labels.slice(0, 5).map(String).join(", ");
    throw new ModelError("INVALID_PARAMETER_VALUE", `The curve needs rows of exactly two labels; found ${found}.`, {
      hint: "Of several labels draw one against the others: yTrue.map((label) => label === 'setosa').",
    });
  }
  return { isPositive: classes.map((index) => index === 1), scores };
}

/** What is logged with a chart, and how it shows: as a cell's last value, or with `display`. */
export type LoggedChart<Numbers> = Numbers & Displayable & { readonly path: string };

/** Keeps a chart as a file of the active run; without one, a run is started. */
export async function logChart<Numbers extends object>(
  session: TrackingSession,
  { spec, text, numbers }: ReadyChart<Numbers>,
  path: string,
): Promise<LoggedChart<Numbers>> {
  await session.logFigure(spec, path);
  const show = { value: async () => (await chartBundle({ spec, text })).data, enumerable: false };
  return Object.defineProperty({ ...numbers, path }, jupyterDisplay, show) as LoggedChart<Numbers>;
}
