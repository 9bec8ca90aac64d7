import type { MetricPoint } from "../tracking/types.js";
import type { ImportedPoints } from "./export-format.js";

/**
 * The points of a file that a run lacks, in the order of the file. It is not asked at which place of the file a point stands: of
 * several files of one run, any may have grown.
 * @param stored - the run's points, in any order
 */
export function newPoints(file: ImportedPoints, stored: readonly MetricPoint[]): MetricPoint[] {
  const known = [...stored].sort(compare);
  const points = file.slice();
  const order = points.map((_, at) => at).sort((a, b) => compare(points[a] as MetricPoint, points[b] as MetricPoint));
  const isNew = points.map(() => false);
  let next = 0;
  for (const at of order) {
    const point = points[at] as MetricPoint;
    while (next < known.length && compare(known[next] as MetricPoint, point) < 0) next++;
    const found = known[next];
    isNew[at] = found === undefined || compare(found, point) !== 0;
  }
  return points.filter((_, at) => isNew[at]);
}

function compare(a: MetricPoint, b: MetricPoint): number {
  return a.step - b.step || a.timestamp - b.timestamp || compareValues(stored(a.value), stored(b.value));
}

/** NaN is the last one. */
function compareValues(a: number, b: number): number {
  if (a === b) return 0;
  return Number.isNaN(a) ? (Number.isNaN(b) ? 0 : 1) : Number.isNaN(b) || a < b ? -1 : 1;
}

/** MLflow's databases keep an infinity as the largest number. */
function stored(value: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));
}
