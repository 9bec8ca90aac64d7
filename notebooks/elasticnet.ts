/**
 * A linear model with an intercept: `predict(x)[i] = intercept + Σ coefficients[j] · x[i][j]`. It uses nothing outside of
 * itself, so that it can be logged as a model: `load(toJSON())` gives it back.
 */
export class LinearModel {
  constructor(
    readonly coefficients: readonly number[],
    readonly intercept: number,
    /** How it was found, when it was searched for. */
    readonly fit: Fit = { epochs: 0, converged: true },
  ) {}

  predict(x: readonly (readonly number[])[]): number[] {
    return x.map((row) => this.coefficients.reduce((sum, w, j) => sum + w * Number(row[j]), this.intercept));
  }

  toJSON(): { coefficients: readonly number[]; intercept: number; fit: Fit } {
    return { coefficients: this.coefficients, intercept: this.intercept, fit: this.fit };
  }

  static load({ coefficients, intercept, fit }: ReturnType<LinearModel["toJSON"]>): LinearModel {
    return new LinearModel(coefficients, intercept, fit);
  }
}

export interface Fit {
  /** Sweeps made over the coefficients. */
  epochs: number;
  /** False when `maxIter` came first. */
  converged: boolean;
}

export interface ElasticNetOptions {
  /** Weight of the whole penalty, at least 0. */
  alpha: number;
  /** Share of the L1 penalty in it, from 0 (ridge) to 1 (lasso). */
  l1Ratio: number;
  /** Most sweeps over the coefficients; default 1000. */
  maxIter?: number;
  /** Stops when the duality gap is below `tol · ‖y‖²`; default 1e-4. */
  tol?: number;
  /** Called after each sweep, from 0 on, with the value of the objective. */
  onEpoch?: (epoch: number, loss: number) => void;
}

/**
 * Fits an elastic net by cyclic coordinate descent. It minimises
 * `‖y - Xw - b‖² / (2n) + alpha · l1Ratio · ‖w‖₁ + alpha · (1 - l1Ratio) / 2 · ‖w‖²`
 * and stops by the duality gap: scikit-learn's objective and rule, so that the coefficients can be compared.
 * @param x - n rows of finite numbers, all of one length
 * @param y - n finite numbers
 * @throws {RangeError} when the shapes disagree or an option is out of its range
 * @see Friedman, Hastie, Tibshirani: Regularization Paths for GLMs via Coordinate Descent, JSS 33(1), 2010
 */
export function fitElasticNet(
  x: readonly (readonly number[])[],
  y: readonly number[],
  options: ElasticNetOptions,
): LinearModel {
  const { alpha, l1Ratio, maxIter = 1000, tol = 1e-4, onEpoch } = options;
  const columns = toColumns(x, y);
  if (!(alpha >= 0)) throw new RangeError(`alpha must be at least 0, got ${alpha}`);
  if (!(l1Ratio >= 0 && l1Ratio <= 1)) throw new RangeError(`l1Ratio must be between 0 and 1, got ${l1Ratio}`);

  // Centring takes the intercept out of the problem; it comes back at the end.
  const n = y.length;
  const means = columns.map(mean);
  const yMean = mean(y);
  const centred = columns.map((column, j) => Float64Array.from(column, (value) => value - at(means, j)));
  const target = Float64Array.from(y, (value) => value - yMean);
  const squares = centred.map((column) => dot(column, column));
  const l1 = alpha * l1Ratio * n;
  const l2 = alpha * (1 - l1Ratio) * n;

  const w = new Float64Array(columns.length);
  const residual = Float64Array.from(target);
  const gapLimit = tol * dot(target, target);
  let converged = false;
  let epoch = 0;
  while (epoch < maxIter && !converged) {
    const largestStep = sweep(centred, squares, w, residual, l1, l2);
    onEpoch?.(epoch, objective(residual, w, l1, l2) / n);
    epoch++;
    const largest = w.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // The gap costs a sweep, so it is looked at only once the steps have become small.
    if (largest === 0 || largestStep / largest < tol || epoch === maxIter) {
      converged = dualityGap(centred, target, w, residual, l1, l2) < gapLimit;
    }
  }

  const coefficients = Array.from(w);
  const intercept = yMean - dot(coefficients, means);
  return new LinearModel(coefficients, intercept, { epochs: epoch, converged });
}

/** Ordinary least squares with an intercept, by the normal equations; for a few well-conditioned features. */
export function fitLinear(x: readonly (readonly number[])[], y: readonly number[]): LinearModel {
  const columns = toColumns(x, y);
  const means = columns.map(mean);
  const yMean = mean(y);
  const centred = columns.map((column, j) => Float64Array.from(column, (value) => value - at(means, j)));
  const target = Float64Array.from(y, (value) => value - yMean);
  const coefficients = solve(
    centred.map((a) => centred.map((b) => dot(a, b))),
    centred.map((a) => dot(a, target)),
  );
  const intercept = yMean - dot(coefficients, means);
  return new LinearModel(coefficients, intercept);
}

/** One pass over the coefficients, each set to its best value; keeps `residual = target - Xw`. Returns the largest step. */
function sweep(
  columns: readonly Float64Array[],
  squares: readonly number[],
  w: Float64Array,
  residual: Float64Array,
  l1: number,
  l2: number,
): number {
  let largestStep = 0;
  columns.forEach((column, j) => {
    const square = at(squares, j);
    if (square === 0) return;
    const before = at(w, j);
    const pull = dot(column, residual) + square * before;
    const after = (Math.sign(pull) * Math.max(Math.abs(pull) - l1, 0)) / (square + l2);
    if (after === before) return;
    w[j] = after;
    for (let i = 0; i < residual.length; i++) residual[i] = at(residual, i) - (after - before) * at(column, i);
    largestStep = Math.max(largestStep, Math.abs(after - before));
  });
  return largestStep;
}

/** The objective times n. */
function objective(residual: Float64Array, w: Float64Array, l1: number, l2: number): number {
  return dot(residual, residual) / 2 + l1 * l1Norm(w) + (l2 / 2) * dot(w, w);
}

/** How far the objective (times n) can be from its minimum. */
function dualityGap(
  columns: readonly Float64Array[],
  target: Float64Array,
  w: Float64Array,
  residual: Float64Array,
  l1: number,
  l2: number,
): number {
  const slopes = columns.map((column, j) => Math.abs(dot(column, residual) - l2 * at(w, j)));
  const steepest = Math.max(...slopes);
  // The residual, shrunk until it is feasible in the dual problem.
  const scale = steepest > l1 ? l1 / steepest : 1;
  const residualSquare = dot(residual, residual);
  return (
    ((1 + scale ** 2) / 2) * residualSquare +
    l1 * l1Norm(w) -
    scale * dot(residual, target) +
    (l2 / 2) * (1 + scale ** 2) * dot(w, w)
  );
}

/** Gaussian elimination with partial pivoting. @throws {RangeError} when a feature is a sum of others */
function solve(matrix: number[][], right: number[]): number[] {
  const rows = matrix.map((row, i) => [...row, at(right, i)]);
  const size = rows.length;
  for (let k = 0; k < size; k++) {
    const below = rows.slice(k);
    const pivot = below.reduce((best, row) => (Math.abs(at(row, k)) > Math.abs(at(best, k)) ? row : best));
    if (Math.abs(at(pivot, k)) < 1e-10) throw new RangeError(`feature ${k} is a combination of the features before it`);
    rows.splice(rows.indexOf(pivot), 1, at(rows, k));
    rows[k] = pivot;
    for (const row of rows.slice(k + 1)) {
      const factor = at(row, k) / at(pivot, k);
      for (let c = k; c <= size; c++) row[c] = at(row, c) - factor * at(pivot, c);
    }
  }
  const result = new Array<number>(size).fill(0);
  for (let k = size - 1; k >= 0; k--) {
    const row = at(rows, k);
    const known = result.reduce((sum, value, c) => (c > k ? sum + value * at(row, c) : sum), 0);
    result[k] = (at(row, size) - known) / at(row, k);
  }
  return result;
}

function toColumns(x: readonly (readonly number[])[], y: readonly number[]): number[][] {
  if (x.length === 0 || x.length !== y.length) {
    throw new RangeError(`x has ${x.length} rows and y ${y.length} values; they must be as many, and at least 1`);
  }
  const width = at(x, 0).length;
  const ragged = x.findIndex((row) => row.length !== width);
  if (ragged >= 0) throw new RangeError(`row ${ragged} has ${at(x, ragged).length} features, the first has ${width}`);
  return Array.from({ length: width }, (_, j) => x.map((row) => at(row, j)));
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += at(a, i) * at(b, i);
  return sum;
}

function l1Norm(w: Float64Array): number {
  return w.reduce((sum, value) => sum + Math.abs(value), 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** An index known to be inside. */
function at<T>(values: ArrayLike<T>, index: number): T {
  return values[index] as T;
}
