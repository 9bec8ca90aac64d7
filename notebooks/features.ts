/** Mean and spread of one column. */
export interface Scale {
  name: string;
  mean: number;
  deviation: number;
}

/**
 * Turns records into the numbers that a model takes, all features on one scale. It uses nothing outside of itself, so that a
 * model that holds one can be logged: `load(toJSON())` gives it back.
 */
export class StandardScaler<Row> {
  constructor(readonly scales: readonly Scale[]) {}

  /** In the order of the columns. */
  get names(): string[] {
    return this.scales.map(({ name }) => name);
  }

  /** One row of numbers per record: each feature minus its mean, in standard deviations. */
  transform(rows: readonly Row[]): number[][] {
    return rows.map((row) =>
      this.scales.map(({ name, mean, deviation }) => (Number(row[name as keyof Row]) - mean) / deviation),
    );
  }

  toJSON(): { scales: readonly Scale[] } {
    return { scales: this.scales };
  }

  static load<Row>({ scales }: { scales: readonly Scale[] }): StandardScaler<Row> {
    return new StandardScaler(scales);
  }
}

/**
 * Learns mean and standard deviation of each column (as scikit-learn's StandardScaler does); a constant column gives 0.
 * Learn it on the training set only: the test set must not have its say.
 */
export function standardize<Row, Name extends keyof Row & string>(
  rows: readonly Row[],
  names: readonly Name[],
): StandardScaler<Pick<Row, Name>> {
  const scales = names.map((name) => {
    const values = rows.map((row) => Number(row[name]));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return { name, mean, deviation: Math.sqrt(variance) || 1 };
  });
  return new StandardScaler(scales);
}
