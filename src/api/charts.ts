// Ready charts of a model's results. Each is a file of the active run, and shows as a cell's last value or with `display`.
import type { CalibrationBin, FeatureImportance } from "../reports/diagnostic-charts.js";
import {
  type CalibrationOptions,
  type ConfusionNumbers,
  calibration,
  confusionMatrix,
  featureImportance,
  type LabelOptions,
  type LoggedChart,
  logChart,
  type PrNumbers,
  prChart,
  type RocNumbers,
  residuals,
  rocChart,
  type Values,
} from "../reports/ready-charts.js";
import { session } from "./session.js";

/** Where a chart is kept in the run; a path that ends in .json or .svg. */
interface Kept {
  path?: string;
}

/** How many rows of each label were predicted as each. Labels are text, whole numbers or booleans. Default path `charts/confusion_matrix.json`. */
export async function logConfusionMatrix(
  yTrue: Values,
  yPred: Values,
  options: LabelOptions & Kept = {},
): Promise<LoggedChart<ConfusionNumbers>> {
  return logChart(session, confusionMatrix(yTrue, yPred, options), options.path ?? "charts/confusion_matrix.json");
}

/**
 * True over false positives at every threshold, and the area under the curve as `auc`. Default path `charts/roc_curve.json`.
 * @param yTrue - of two labels; the second in order is the positive one
 * @param yScore - the probability of the positive label, or any score that is higher for it
 */
export async function logRocCurve(
  yTrue: Values,
  yScore: Values,
  options: LabelOptions & Kept = {},
): Promise<LoggedChart<RocNumbers>> {
  return logChart(session, rocChart(yTrue, yScore, options), options.path ?? "charts/roc_curve.json");
}

/** Precision over recall at every threshold, with `auc` and `averagePrecision`: see {@link logRocCurve}. Default path `charts/pr_curve.json`. */
export async function logPrCurve(
  yTrue: Values,
  yScore: Values,
  options: LabelOptions & Kept = {},
): Promise<LoggedChart<PrNumbers>> {
  return logChart(session, prChart(yTrue, yScore, options), options.path ?? "charts/pr_curve.json");
}

/**
 * The share of positive rows over the predicted probability, in `bins` of equal width (default 10). Default path
 * `charts/calibration.json`.
 * @param yProb - probabilities of the positive label, from 0 to 1
 */
export async function logCalibration(
  yTrue: Values,
  yProb: Values,
  options: CalibrationOptions & Kept = {},
): Promise<LoggedChart<{ bins: CalibrationBin[] }>> {
  return logChart(session, calibration(yTrue, yProb, options), options.path ?? "charts/calibration.json");
}

/** Residuals, true − predicted, over the predictions; finite numbers. Default path `charts/residuals.json`. */
export async function logResiduals(
  yTrue: Values,
  yPred: Values,
  options: Kept = {},
): Promise<LoggedChart<{ residuals: number[] }>> {
  return logChart(session, residuals(yTrue, yPred), options.path ?? "charts/residuals.json");
}

/** A bar per feature, the largest by size first: `{ weight: 0.6, year: 0.4 }`. Default path `charts/feature_importance.json`. */
export async function logFeatureImportance(
  importances: Readonly<Record<string, number>>,
  options: Kept = {},
): Promise<LoggedChart<{ importances: FeatureImportance[] }>> {
  return logChart(session, featureImportance(importances), options.path ?? "charts/feature_importance.json");
}
