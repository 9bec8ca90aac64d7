import { sum } from "./regression.js";

/** Of a curve over all thresholds; a row counts as positive when its probability is at least `threshold`. */
export interface CurvePoint {
  x: number;
  y: number;
  threshold: number;
}

/** From (0, 0): false positive rate, true positive rate, one point per distinct threshold. */
export function rocCurve(isPositive: readonly boolean[], chances: readonly number[]): CurvePoint[] {
  const { steps, positives, negatives } = countsByThreshold(isPositive, chances);
  const points = steps.map(({ threshold, hits, misses }) => ({
    x: misses / negatives,
    y: hits / positives,
    threshold,
  }));
  return [{ x: 0, y: 0, threshold: Number.POSITIVE_INFINITY }, ...points];
}

/** From (recall 1, …) to (0, 1): recall, precision. */
export function precisionRecallCurve(isPositive: readonly boolean[], chances: readonly number[]): CurvePoint[] {
  const { steps, positives } = countsByThreshold(isPositive, chances);
  const points = steps.map(({ threshold, hits, misses }) => ({
    x: hits / positives,
    y: hits / (hits + misses),
    threshold,
  }));
  return [...points.reverse(), { x: 0, y: 1, threshold: Number.POSITIVE_INFINITY }];
}

/** Hits and misses when every row at or above the threshold counts as positive, from the highest down. */
function countsByThreshold(isPositive: readonly boolean[], chances: readonly number[]) {
  const order = chances.map((_, at) => at).sort((a, b) => (chances[b] ?? 0) - (chances[a] ?? 0));
  const steps: Array<{ threshold: number; hits: number; misses: number }> = [];
  let hits = 0;
  let misses = 0;
  order.forEach((row, at) => {
    if (isPositive[row]) hits++;
    else misses++;
    const threshold = chances[row] ?? 0;
    if (chances[order[at + 1] ?? -1] !== threshold) steps.push({ threshold, hits, misses });
  });
  return { steps, positives: hits, negatives: misses };
}

/** The area under a curve, by trapezoids, whichever way x goes. */
export function area(points: readonly CurvePoint[]): number {
  const parts = points.slice(1).map((point, at) => {
    const before = points[at] ?? point;
    return ((point.x - before.x) * (point.y + before.y)) / 2;
  });
  return Math.abs(sum(parts));
}
