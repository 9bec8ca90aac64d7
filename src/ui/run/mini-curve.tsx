import type { PointRow } from "../../render/rows.js";

const width = 200;
const height = 56;

/** A curve by its steps, without axes. */
export function MiniCurve({ points }: { points: readonly PointRow[] | undefined }) {
  return (
    <svg class="mini-curve" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      {points && points.length > 0 && <path d={pathOf(points)} vector-effect="non-scaling-stroke" />}
    </svg>
  );
}

function pathOf(points: readonly PointRow[]): string {
  const values = points.map(({ value }) => value).filter(Number.isFinite);
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const span = values.reduce((a, b) => Math.max(a, b), -Infinity) - low;
  const first = points[0]?.step ?? 0;
  const steps = (points.at(-1)?.step ?? 0) - first;
  let path = "";
  let pen = "M";
  for (const [at, { step, value }] of points.entries()) {
    if (!Number.isFinite(value)) {
      pen = "M";
      continue;
    }
    const along = steps > 0 ? (step - first) / steps : at / Math.max(1, points.length - 1);
    const y = span === 0 ? height / 2 : height - 3 - ((height - 6) * (value - low)) / span;
    path += `${pen}${(along * width).toFixed(1)} ${y.toFixed(1)}`;
    pen = "L";
  }
  return path;
}
