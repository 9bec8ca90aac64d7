const width = 44;
const height = 16;

/** A curve without axes: its shape says whether a metric falls, rises or jumps. Values that are not finite are gaps. */
export function SparkLine({ values }: { values: readonly number[] | undefined }) {
  return (
    <svg class="spark" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {values && <path d={sparkPath(values)} />}
    </svg>
  );
}

/** The path of a small curve. */
function sparkPath(values: readonly number[]): string {
  const finite = values.filter(Number.isFinite);
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low;
  const x = (at: number) => (1 + ((width - 2) * at) / Math.max(1, values.length - 1)).toFixed(1);
  const y = (value: number) =>
    (span === 0 ? height / 2 : height - 2 - ((height - 4) * (value - low)) / span).toFixed(1);
  let path = "";
  let pen = "M";
  for (const [at, value] of values.entries()) {
    if (!Number.isFinite(value)) pen = "M";
    else {
      path += `${pen}${x(at)} ${y(value)}`;
      pen = "L";
    }
  }
  return path;
}
