import { type CurvePlaces, type CurveRow, isDrawn, short, xOf } from "./curve-rows.js";
import type { MetricSeries } from "./rows.js";

/** Places along x at which a mean is taken, when runs have more steps than that. */
const maxPlaces = 200;

interface Line {
  xs: number[];
  ys: number[];
}

/**
 * The mean of a group's runs along x with one standard deviation to each side. A run counts from its first to its last point;
 * between its points its line is followed.
 */
export function meanRows(group: string, runs: readonly MetricSeries[], places: CurvePlaces): CurveRow[] {
  const lines = runs.map((run) => lineOf(run, places)).filter(({ xs }) => xs.length > 0);
  return placesOf(lines).flatMap((x): CurveRow[] => {
    const values = lines.flatMap((line) => valueAt(line, x) ?? []);
    if (values.length === 0) return [];
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    // A logarithmic axis has no place for what lies below 0.
    const low = places.logY ? Math.max(mean - spread, Math.min(...values)) : mean - spread;
    return [
      { run: group, group, kind: "m", x: short(x, 13), y: short(mean), low: short(low), high: short(mean + spread) },
    ];
  });
}

function lineOf({ points }: MetricSeries, places: CurvePlaces): Line {
  const drawn = points.filter(
    (point) => isDrawn(point.value, places) && (!places.logX || xOf(point, points[0], places.x) > 0),
  );
  return { xs: drawn.map((point) => xOf(point, points[0], places.x)), ys: drawn.map(({ value }) => value) };
}

function placesOf(lines: readonly Line[]): number[] {
  const all = new Set<number>();
  for (const { xs } of lines) for (const x of xs) all.add(x);
  const sorted = [...all].sort((a, b) => a - b);
  if (sorted.length <= maxPlaces) return sorted;
  return Array.from({ length: maxPlaces }, (_, at) => {
    return sorted[Math.round((at * (sorted.length - 1)) / (maxPlaces - 1))] ?? 0;
  });
}

/** Undefined outside of the line. */
function valueAt({ xs, ys }: Line, x: number): number | undefined {
  if (x < (xs[0] ?? 0) || x > (xs.at(-1) ?? 0)) return undefined;
  let low = 0;
  let high = xs.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((xs[middle] ?? 0) < x) low = middle + 1;
    else high = middle;
  }
  const [right = 0, left = right] = [xs[low], xs[low - 1]];
  const [above = 0, below = above] = [ys[low], ys[low - 1]];
  return right === x || right === left ? above : below + ((above - below) * (x - left)) / (right - left);
}
