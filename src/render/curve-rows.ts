import type { MetricSeries, PointRow } from "./rows.js";
import { thin } from "./thin.js";

/** What lies along x: the step, the time of day, or seconds since the run's first point. */
export const curveAxes = ["step", "time", "relative"] as const;
export type CurveAxis = (typeof curveAxes)[number];

/** How points are turned into positions in a chart. */
export interface CurveAxes {
  x: CurveAxis;
  logX: boolean;
  logY: boolean;
  /** 0 to below 1: how much of a smoothed value is the one before it; 0: none is drawn. */
  smooth: number;
}

/** One mark of a chart of curves. Fields that would say nothing are left out: they cost space in the notebook. */
export interface CurveRow {
  run: string;
  /** Only where runs are grouped. */
  group?: string;
  /** Only where there are several. */
  metric?: string;
  /** `s`: smoothed; `m`: mean of a group; `b`: the best point of a run; absent: as logged. */
  kind?: "s" | "m" | "b";
  x: number;
  /** null is a gap in the line. */
  y: number | null;
  /** The band around a mean. */
  low?: number;
  high?: number;
  /** Drawn as a dot too: every point of short curves, and points that no line reaches. */
  dot?: true;
}

/** The line of one run, thinned to at most `limit` points. @param dotted - each point is a dot too */
export function curveRows(
  { points }: MetricSeries,
  run: string,
  { limit, dotted, axes }: { limit: number; dotted: boolean; axes: CurveAxes },
): CurveRow[] {
  const lines = axes.smooth > 0 ? 2 : 1;
  const most = Math.max(4, Math.floor(limit / lines));
  const raw = rowsOf(thin(points, most), points[0], run, { dotted, axes });
  if (lines === 1) return raw;
  const smoothed = rowsOf(thin(smoothedPoints(points, axes.smooth), most), points[0], run, { dotted: false, axes });
  return [...raw, ...smoothed.map(({ dot, ...row }): CurveRow => ({ ...row, kind: "s" }))];
}

function rowsOf(
  points: readonly PointRow[],
  first: PointRow | undefined,
  run: string,
  { dotted, axes }: { dotted: boolean; axes: CurveAxes },
): CurveRow[] {
  const drawable = points.filter((point) => !axes.logX || xOf(point, first, axes.x) > 0);
  const y = (point: PointRow | undefined) => (point && isDrawn(point.value, axes) ? short(point.value) : null);
  return drawable.map((point, at) => ({
    run,
    x: short(xOf(point, first, axes.x), axes.x === "time" ? 13 : 9),
    y: y(point),
    ...(dotted || (y(drawable[at - 1]) === null && y(drawable[at + 1]) === null) ? { dot: true as const } : {}),
  }));
}

/** @param first - the run's first point */
export function xOf(point: PointRow, first: PointRow | undefined, x: CurveAxis): number {
  if (x === "step") return point.step;
  return x === "time" ? point.timestamp : (point.timestamp - (first?.timestamp ?? 0)) / 1000;
}

export function isDrawn(value: number, { logY }: Pick<CurveAxes, "logY">): boolean {
  return Number.isFinite(value) && (!logY || value > 0);
}

/** A spec is kept in the notebook: seven digits are far finer than a pixel. */
export function short(value: number, digits = 7): number {
  return Number(value.toPrecision(digits));
}

/**
 * An exponential moving average that does not lean towards 0 at its beginning. Values that are not finite stay, as gaps.
 * @param weight - of what came before, 0 to below 1
 * @see Kingma and Ba, "Adam", 2015, section 3: the correction of the initialization bias
 */
export function smoothedPoints(points: readonly PointRow[], weight: number): PointRow[] {
  let mean = 0;
  let correction = 1;
  return points.map((point) => {
    if (!Number.isFinite(point.value)) return point;
    mean = mean * weight + point.value * (1 - weight);
    correction *= weight;
    return { step: point.step, timestamp: point.timestamp, value: mean / (1 - correction) };
  });
}
