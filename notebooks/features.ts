/** Turns records into the numbers that a model takes, all features on one scale. */
export interface Features<Row> {
  /** In the order of the columns. */
  names: (keyof Row & string)[];
  /** One row of numbers per record: each feature minus its mean, in standard deviations. */
  transform(rows: readonly Row[]): number[][];
}

/**
 * Learns mean and standard deviation of each column (as scikit-learn's StandardScaler does); a constant column gives 0.
 * Learn it on the training set only: the test set must not have its say.
 */
export function standardize<Row>(rows: readonly Row[], names: readonly (keyof Row & string)[]): Features<Row> {
  const scales = names.map((name) => {
    const values = rows.map((row) => Number(row[name]));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return { name, mean, deviation: Math.sqrt(variance) || 1 };
  });
  return {
    names: [...names],
    transform: (given) =>
      given.map((row) => scales.map(({ name, mean, deviation }) => (Number(row[name]) - mean) / deviation)),
  };
}
