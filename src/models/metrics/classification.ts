import { ModelError } from "../../errors.js";
import { indexLabels, type Label } from "./labels.js";
import { sameLength, shownValue } from "./paired-values.js";
import { sum } from "./regression.js";
import { area, type CurvePoint, precisionRecallCurve, rocCurve } from "./threshold-curves.js";

export interface ClassificationInput {
  /** Text, or whole numbers and booleans, which equal 0 and 1. */
  targets: readonly Label[];
  /** Predicted labels, text if the targets are. */
  predictions: readonly Label[];
  /** One row per example, in the order of `labels`; for two labels a plain list is the probability of the second. */
  probabilities?: ReadonlyArray<readonly number[] | number>;
  /** In order; default: all that occur, sorted. The second of two is the positive one. */
  labels?: readonly Label[];
}

/** By MLflow's names. Of two labels: counts and scores of the positive one; of more: scores weighted by how often a label occurs. */
export interface ClassificationResult {
  metrics: Record<string, number>;
  labels: readonly Label[];
  /** `confusion[i][j]`: how many of label i were predicted as j. */
  confusion: number[][];
  /** Of two labels with probabilities. */
  rocCurve?: CurvePoint[];
  precisionRecallCurve?: CurvePoint[];
}

/** Most labels, whose confusion matrix takes 200 MB. */
const maxLabels = 5000;

/**
 * scikit-learn's values: a score whose denominator is 0 is 0.
 * @throws {ModelError} INVALID_PARAMETER_VALUE for no rows, different lengths, values that are not labels or do not compare
 * (see `indexLabels`), and values that are not probabilities
 */
export function classificationMetrics(input: ClassificationInput): ClassificationResult {
  const { targets, predictions, probabilities } = input;
  sameLength(targets, predictions);
  const { labels, targets: actual, predictions: predicted } = indexLabels(targets, predictions, input.labels);
  if (labels.length > maxLabels) {
    throw new ModelError(
      "INVALID_PARAMETER_VALUE",
      `The data has ${labels.length.toLocaleString("en-US")} different labels; at most ${maxLabels.toLocaleString("en-US")} can be compared.`,
      { hint: "If these are measured numbers, use type: 'regression'." },
    );
  }
  const confusion = labels.map(() => labels.map(() => 0));
  actual.forEach((row, at) => {
    const counts = confusion[row];
    const column = predicted[at] ?? 0;
    if (counts !== undefined) counts[column] = (counts[column] ?? 0) + 1;
  });
  const result: ClassificationResult = {
    metrics: { example_count: targets.length, ...scores(confusion, targets.length) },
    labels,
    confusion,
  };
  if (probabilities !== undefined)
    addProbabilities(result, actual, rowsOf(probabilities, targets.length, labels.length));
  return result;
}

function scores(confusion: readonly (readonly number[])[], count: number): Record<string, number> {
  const hits = confusion.map((row, at) => row[at] ?? 0);
  const actual = confusion.map((row) => sum(row));
  const predicted = confusion.map((_, at) => sum(confusion.map((row) => row[at] ?? 0)));
  const each = hits.map((hit, at) => {
    const precision = ratio(hit, predicted[at] ?? 0);
    const recall = ratio(hit, actual[at] ?? 0);
    return { precision, recall, f1: ratio(2 * hit, (predicted[at] ?? 0) + (actual[at] ?? 0)) };
  });
  const accuracy = sum(hits) / count;
  const positive = each[1];
  if (confusion.length === 2 && positive !== undefined) {
    return {
      true_negatives: confusion[0]?.[0] ?? 0,
      false_positives: confusion[0]?.[1] ?? 0,
      false_negatives: confusion[1]?.[0] ?? 0,
      true_positives: confusion[1]?.[1] ?? 0,
      accuracy_score: accuracy,
      recall_score: positive.recall,
      precision_score: positive.precision,
      f1_score: positive.f1,
    };
  }
  const weighted = (score: "precision" | "recall" | "f1") =>
    sum(each.map((one, at) => one[score] * (actual[at] ?? 0))) / count;
  return {
    accuracy_score: accuracy,
    recall_score: weighted("recall"),
    precision_score: weighted("precision"),
    f1_score: weighted("f1"),
  };
}

function addProbabilities(result: ClassificationResult, actual: readonly number[], rows: readonly number[][]): void {
  const { metrics, labels } = result;
  metrics.log_loss = logLoss(actual, rows);
  const seen = labels.map((_, label) => actual.filter((row) => row === label).length);
  // A curve needs both kinds of rows.
  if (labels.length === 2 && seen.every((count) => count > 0)) {
    const isPositive = actual.map((row) => row === 1);
    const chances = rows.map((row) => row[1] ?? 0);
    result.rocCurve = rocCurve(isPositive, chances);
    result.precisionRecallCurve = precisionRecallCurve(isPositive, chances);
    metrics.roc_auc = area(result.rocCurve);
    metrics.precision_recall_auc = area(result.precisionRecallCurve);
  } else if (labels.length > 2 && seen.every((count) => count > 0)) {
    const areas = labels.map((_, label) =>
      area(
        rocCurve(
          actual.map((row) => row === label),
          rows.map((row) => row[label] ?? 0),
        ),
      ),
    );
    metrics.roc_auc = sum(areas.map((one, label) => one * (seen[label] ?? 0))) / actual.length;
  }
}

/** Clipped by numpy's eps of float64, as scikit-learn does, so that no loss is infinite. */
function logLoss(actual: readonly number[], rows: readonly number[][]): number {
  const losses = actual.map((label, at) => {
    const chance = rows[at]?.[label] ?? Number.NaN;
    return -Math.log(Math.min(Math.max(chance, Number.EPSILON), 1 - Number.EPSILON));
  });
  return sum(losses) / actual.length;
}

/** How far from 1 scikit-learn lets the probabilities of several labels sum up. */
const sumTolerance = 1e-5;

function rowsOf(probabilities: readonly unknown[], count: number, labels: number): number[][] {
  if (probabilities.length !== count) {
    throw invalid(`There are ${count} targets and ${probabilities.length} rows of probabilities.`);
  }
  return probabilities.map((row, at) => {
    const full = typeof row === "number" ? [1 - row, row] : listOf(row);
    const odd = full?.find((chance) => !(typeof chance === "number" && chance >= -1e-9 && chance <= 1 + 1e-6));
    if (full === undefined || full.length !== labels || odd !== undefined) {
      const got = full === undefined || full.length !== labels ? shownValue(row) : `a list with ${shownValue(odd)}`;
      throw invalid(`Row ${at} of the probabilities is ${got}, not ${labels} numbers from 0 to 1.`);
    }
    const chances = full as number[];
    const total = sum(chances);
    if (labels > 2 && Math.abs(total - 1) > sumTolerance) {
      throw invalid(`Row ${at} of the probabilities sums to ${total}, not 1.`);
    }
    return chances;
  });
}

function listOf(row: unknown): unknown[] | undefined {
  if (!Array.isArray(row) && !(ArrayBuffer.isView(row) && !(row instanceof DataView))) return undefined;
  return Array.from(row as unknown as ArrayLike<unknown>);
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function invalid(message: string): ModelError {
  return new ModelError("INVALID_PARAMETER_VALUE", message, {
    hint: "Use the option labels to list all labels, in the order of the probabilities.",
  });
}
