import type { MetricPoint } from "../../tracking/types.js";
import type { ReadingDisk } from "./disk.js";

/** MLflow's line: `timestamp value step`; NaN and infinities as Python writes them. */
export function metricLine(timestamp: number, value: number, step: number): string {
  return `${timestamp} ${Number.isFinite(value) && !Object.is(value, -0) ? value : oddValue(value)} ${step}\n`;
}

function oddValue(value: number): string {
  if (value === 0) return "-0.0";
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

/**
 * The points of a metric file from byte `from` on; none when there is no file. A last line without its end is not read: it was
 * torn, or is being written. Lines that are no points are left out.
 * @returns also the offset behind the last whole line
 */
export function readPoints(path: string, disk: ReadingDisk, from = 0): { points: MetricPoint[]; end: number } {
  const text = disk.read(path, from)?.toString("latin1") ?? "";
  const points: MetricPoint[] = [];
  let start = 0;
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
    const first = text.indexOf(" ", start);
    const second = first < 0 ? -1 : text.indexOf(" ", first + 1);
    if (second > 0 && second < end) {
      const timestamp = Number(text.slice(start, first));
      const value = toValue(text.slice(first + 1, second));
      const third = text.indexOf(" ", second + 1);
      const whole = third < 0 || third > end || isDataset(text.slice(third + 1, end));
      const step = Number(text.slice(second + 1, third < 0 || third > end ? end : third));
      if (whole && value !== undefined && Number.isFinite(timestamp) && Number.isFinite(step))
        points.push({ step, value, timestamp });
    }
    start = end + 1;
  }
  return { points, end: from + start };
}

/** MLflow adds a dataset's name and digest behind the step; a torn line has one `!` behind it, or more. */
function isDataset(text: string): boolean {
  const words = text.split(" ");
  return words.length === 2 && !words.includes("!") && !words.includes("");
}

function toValue(text: string): number | undefined {
  const value = Number(text);
  if (!Number.isNaN(value)) return text === "" ? undefined : value;
  switch (text.toLowerCase()) {
    case "nan":
      return Number.NaN;
    case "inf":
    case "infinity":
      return Number.POSITIVE_INFINITY;
    case "-inf":
    case "-infinity":
      return Number.NEGATIVE_INFINITY;
    default:
      return undefined;
  }
}
