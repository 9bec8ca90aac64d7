/** Measures of a regression; `actual` and `predicted` have the same length, at least 1. */

/** Root of the mean squared error, in the unit of the target; 0 is perfect. */
export function rmse(actual: readonly number[], predicted: readonly number[]): number {
  return Math.sqrt(mean(errors(actual, predicted).map((error) => error ** 2)));
}

/** Mean absolute error, in the unit of the target; 0 is perfect. */
export function mae(actual: readonly number[], predicted: readonly number[]): number {
  return mean(errors(actual, predicted).map(Math.abs));
}

/** Share of the variance that is explained: 1 is perfect, 0 is no better than the mean, and it can be negative. */
export function r2(actual: readonly number[], predicted: readonly number[]): number {
  const middle = mean(actual);
  const total = actual.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  const left = errors(actual, predicted).reduce((sum, error) => sum + error ** 2, 0);
  return 1 - left / total;
}

function errors(actual: readonly number[], predicted: readonly number[]): number[] {
  if (actual.length !== predicted.length || actual.length === 0) {
    throw new RangeError(`${actual.length} actual values and ${predicted.length} predictions cannot be compared`);
  }
  return actual.map((value, i) => value - (predicted[i] as number));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
