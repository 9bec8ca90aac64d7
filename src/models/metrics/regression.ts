import { finiteNumbers, sameLength } from "./paired-values.js";

/** The metrics of a regression, by MLflow's names. */
export interface RegressionMetrics {
  example_count: number;
  mean_absolute_error: number;
  mean_squared_error: number;
  root_mean_squared_error: number;
  sum_on_target: number;
  mean_on_target: number;
  r2_score: number;
  max_error: number;
  mean_absolute_percentage_error: number;
}

/** numpy's `finfo(float64).eps`: scikit-learn divides by no smaller target. */
const eps = Number.EPSILON;

/**
 * @param given - true values, finite @param predicted - as many
 * @returns scikit-learn's values: r2 is NaN for fewer than two rows, and for targets that are all equal 1 when every
 * prediction is right, else 0
 * @throws {ModelError} INVALID_PARAMETER_VALUE for no rows, different lengths, or what is not a finite number
 */
export function regressionMetrics(given: readonly number[], predicted: readonly number[]): RegressionMetrics {
  sameLength(given, predicted);
  const targets = finiteNumbers(given, "target");
  const predictions = finiteNumbers(predicted, "prediction");
  const count = targets.length;
  const errors = targets.map((target, at) => target - (predictions[at] ?? Number.NaN));
  const mean = sum(targets) / count;
  const squares = sum(errors.map((error) => error * error));
  const spread = sum(targets.map((target) => (target - mean) ** 2));
  return {
    example_count: count,
    mean_absolute_error: sum(errors.map(Math.abs)) / count,
    mean_squared_error: squares / count,
    root_mean_squared_error: Math.sqrt(squares / count),
    sum_on_target: sum(targets),
    mean_on_target: mean,
    r2_score: r2(count, squares, spread),
    max_error: errors.reduce((most, error) => Math.max(most, Math.abs(error)), 0),
    mean_absolute_percentage_error:
      sum(errors.map((error, at) => Math.abs(error) / Math.max(Math.abs(targets[at] ?? 0), eps))) / count,
  };
}

function r2(count: number, squares: number, spread: number): number {
  if (count < 2) return Number.NaN;
  if (spread === 0) return squares === 0 ? 1 : 0;
  return 1 - squares / spread;
}

/** In pairs, as numpy adds: the error grows with the logarithm of the length. */
export function sum(values: readonly number[], from = 0, to = values.length): number {
  if (to - from > 64) {
    const middle = (from + to) >> 1;
    return sum(values, from, middle) + sum(values, middle, to);
  }
  let total = 0;
  for (let at = from; at < to; at++) total += values[at] ?? 0;
  return total;
}
