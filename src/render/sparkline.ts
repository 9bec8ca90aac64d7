import { escapeHtml } from "./escape-html.js";
import { formatNumber } from "./format-value.js";
import type { PointRow } from "./rows.js";
import { thin } from "./thin.js";

/** Of the picture, in pixels; a line of text is some 20 high. */
const width = 96;
const height = 20;

/** Kept free at the edges, in pixels, so that the line's own width is not cropped. */
const margin = 2;

/** Most points: two for each pixel are more than anybody sees. */
const maxPoints = 60;

/** Characters of the text twin. */
const textLength = 12;

/** Reads on white and on dark grey (contrast above 3:1 on either): a picture cannot follow the front end's theme. */
const colour = "#3b82c4";

/**
 * The course of a metric in the height of a line of text: an image, since sanitizers drop inline SVG and keep these.
 * @param points - sorted by step, ascending; what is not finite is a gap
 * @param name - of the metric, for screen readers
 * @returns "" with fewer than two finite values
 */
export function sparklineHtml(points: readonly PointRow[], name: string): string {
  const shown = thin(points, maxPoints);
  const range = rangeOf(shown);
  if (range === undefined) return "";
  const { low, high } = range;
  const first = points[0]?.step ?? 0;
  const steps = (points.at(-1)?.step ?? 0) - first;
  const position = ({ step, value }: PointRow, at: number) => {
    const along = steps > 0 ? (step - first) / steps : at / Math.max(1, shown.length - 1);
    const up = high > low ? (value - low) / (high - low) : 0.5;
    return `${round(margin + along * (width - 2 * margin))} ${round(height - margin - up * (height - 2 * margin))}`;
  };
  let path = "";
  let isOpen = false;
  for (const [at, point] of shown.entries()) {
    const finite = Number.isFinite(point.value);
    if (finite) path += `${isOpen ? "L" : "M"}${position(point, at)}`;
    isOpen = finite;
  }
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.5" stroke-linejoin="round" stroke-linecap="round"/></svg>`;
  const alt = `${name} from ${formatNumber(range.first)} to ${formatNumber(range.last)}, lowest ${formatNumber(low)}, highest ${formatNumber(high)}`;
  return (
    `<img src="data:image/svg+xml,${encodeURIComponent(svg)}" alt="${escapeHtml(alt)}" title="${escapeHtml(alt)}" ` +
    `width="${width}" height="${height}" style="vertical-align:middle">`
  );
}

/** The same in block characters, 12 at most; a gap is a space. */
export function sparklineText(points: readonly PointRow[]): string {
  const range = rangeOf(points);
  if (range === undefined) return "";
  const { low, high } = range;
  const count = Math.min(textLength, points.length);
  const texts = Array.from({ length: count }, (_, at) => {
    // The ends are those of the curve.
    const value = points[Math.round((at * (points.length - 1)) / Math.max(1, count - 1))]?.value ?? Number.NaN;
    if (!Number.isFinite(value)) return " ";
    const level = high > low ? Math.round(((value - low) / (high - low)) * (blocks.length - 1)) : 3;
    return blocks[level] ?? " ";
  });
  return texts.join("");
}

const blocks = "▁▂▃▄▅▆▇█";

function rangeOf(points: readonly PointRow[]) {
  const values = points.map(({ value }) => value).filter(Number.isFinite);
  const [first] = values;
  const last = values.at(-1);
  if (first === undefined || last === undefined || values.length < 2) return undefined;
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  return { low, high, first, last };
}

/** A tenth of a pixel is fine enough. */
function round(pixels: number): string {
  return String(Math.round(pixels * 10) / 10);
}
