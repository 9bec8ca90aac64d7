import { RunlabError } from "../errors.js";
import type { PointRow } from "./rows.js";

/**
 * Thins a metric history for drawing; each bucket of steps keeps its first, last, lowest and highest point, so that the
 * drawn line covers the same pixels.
 * @param points - sorted by `step`, ascending; NaN stays, drawn as a gap
 * @param limit - most points returned, at least 4
 * @returns at most `limit` of the same objects, still sorted; `points` itself when already short enough
 * @throws {RunlabError} INVALID_PARAMETER_VALUE if `limit` < 4
 * @see M4 aggregation: Jugel et al., PVLDB 7(10), 2014
 */
export function thin<P extends PointRow>(points: readonly P[], limit: number): readonly P[] {
  if (!(limit >= 4))
    throw new RunlabError("INVALID_PARAMETER_VALUE", `A curve cannot be thinned to fewer than 4 points; got ${limit}.`);
  if (points.length <= limit) return points;
  // A gap inside a bucket costs one more point: its first NaN.
  const buckets = Math.max(1, Math.floor(limit / 5));
  const first = points[0]?.step ?? 0;
  const span = (points.at(-1)?.step ?? 0) - first;
  const kept: P[] = [];
  let start = 0;
  for (let bucket = 0; bucket < buckets && start < points.length; bucket++) {
    const end =
      span > 0 ? endOfBucket(points, start, first + (span * (bucket + 1)) / buckets) : evenEnd(points, bucket, buckets);
    const last = bucket === buckets - 1 ? points.length : end;
    kept.push(...extremes(points, start, last));
    start = Math.max(start, last);
  }
  return kept.slice(0, limit);
}

/** The points of a curve in the order of x; those of one step by their time, then as they came. */
export function bySteps(a: PointRow, b: PointRow): number {
  return a.step - b.step || a.timestamp - b.timestamp;
}

function endOfBucket(points: readonly PointRow[], start: number, step: number): number {
  let low = start;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.step ?? 0) < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** All points on one step: buckets of equal count. */
function evenEnd(points: readonly PointRow[], bucket: number, buckets: number): number {
  return Math.ceil((points.length * (bucket + 1)) / buckets);
}

function extremes<P extends PointRow>(points: readonly P[], start: number, end: number): P[] {
  if (end - start <= 5) return points.slice(start, end);
  let lowest = -1;
  let highest = -1;
  let gap = -1;
  for (let at = start; at < end; at++) {
    const value = points[at]?.value ?? Number.NaN;
    if (!Number.isFinite(value)) {
      if (gap < 0) gap = at;
      continue;
    }
    if (lowest < 0 || value < (points[lowest]?.value ?? 0)) lowest = at;
    if (highest < 0 || value > (points[highest]?.value ?? 0)) highest = at;
  }
  const chosen = [...new Set([start, lowest, highest, gap, end - 1])].filter((at) => at >= 0).sort((a, b) => a - b);
  return chosen.flatMap((at) => points[at] ?? []);
}
