import { type CurveAxes, type CurveRow, isDrawn, short, xOf } from "./curve-rows.js";
import type { MetricSeries } from "./rows.js";

/** Values of x at which a mean is taken, when runs have more steps than that. */
const maxSamples = 200;

interface Line {
  xs: number[];
  ys: number[];
}

/**
 * The mean of a group's runs along x with one standard deviation to each side. A run counts from its first to its last point;
 * between its points its line is followed.
 */
export function meanRows(group: string, runs: readonly MetricSeries[], axes: CurveAxes): CurveRow[] {
  const lines = runs.map((run) => lineOf(run, axes)).filter(({ xs }) => xs.length > 0);
  return placesOf(lines).flatMap((x): CurveRow[] => {
    const values = lines.flatMap((line) => valueAt(line, x) ?? []);
    if (values.length === 0) return [];
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    // A logarithmic axis has no place for what lies below 0.
    const low = axes.logY ? Math.max(mean - spread, Math.min(...values)) : mean - spread;
    return [
      { run: group, group, kind: "m", x: short(x, 13), y: short(mean), low: short(low), high: short(mean + spread) },
    ];
  });
}

function lineOf({ points }: MetricSeries, axes: CurveAxes): Line {
  const drawn = points.filter(
    (point) => isDrawn(point.value, axes) && (!axes.logX || xOf(point, points[0], axes.x) > 0),
  );
  return { xs: drawn.map((point) => xOf(point, points[0], axes.x)), ys: drawn.map(({ value }) => value) };
}

function placesOf(lines: readonly Line[]): number[] {
  const all = new Set<number>();
  for (const { xs } of lines) for (const x of xs) all.add(x);
  const sorted = [...all].sort((a, b) => a - b);
  if (sorted.length <= maxSamples) return sorted;
  return Array.from({ length: maxSamples }, (_, at) => {
    return sorted[Math.round((at * (sorted.length - 1)) / (maxSamples - 1))] ?? 0;
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
