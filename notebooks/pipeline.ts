/** What a model of numbers needs to have. */
interface Predictor {
  predict(x: number[][]): number[];
}

/**
 * Features and a model as one, as scikit-learn's Pipeline is: what it takes are records as they are. Logged, both come along.
 */
export class Pipeline<Row> {
  constructor(
    readonly features: { transform(rows: readonly Row[]): number[][] },
    readonly model: Predictor,
  ) {}

  predict(rows: readonly Row[]): number[] {
    return this.model.predict(this.features.transform(rows));
  }
}
