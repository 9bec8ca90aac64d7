import type { TrackingError } from "../../errors.js";
import type { MetricPoint } from "../../tracking/types.js";
import type { ReadingDisk } from "./disk.js";
import { damaged } from "./document.js";

/** MLflow's line: `timestamp value step`; NaN and infinities as Python writes them. */
export function metricLine(timestamp: number, value: number, step: number, time = timeText(timestamp)): string {
  return `${time} ${Number.isFinite(value) && !Object.is(value, -0) ? value : oddValue(value)} ${step}\n`;
}

/** As `String`, in a third of the time: two numbers of 31 bits are quicker to write than one of 41. */
export function timeText(time: number): string {
  const millions = Math.floor(time / 1e6);
  const rest = time - millions * 1e6;
  if (!(millions >= 1 && millions < 1e9) || rest % 1 !== 0) return `${time}`;
  return `${millions | 0}${`${(rest + 1e6) | 0}`.slice(1)}`;
}

function oddValue(value: number): string {
  if (value === 0) return "-0.0";
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

/** What a metric file says from a place on. */
export interface MetricPoints {
  points: MetricPoint[];
  /** The offset after the last whole line. */
  end: number;
  /** Of lines that are not points; undefined when there is none. */
  problem: TrackingError | undefined;
}

/** So much of a line is shown, characters. */
const shownLength = 60;

/**
 * The points of a metric file from byte `from` on; none when there is no file. A last line without its end is not read: it was
 * torn, or is being written. A line that is not a point is left out, and told in `problem`; one that was marked as torn was never
 * acknowledged.
 */
export function readPoints(path: string, disk: ReadingDisk, from = 0): MetricPoints {
  const points: MetricPoint[] = [];
  const bad = { lines: 0, first: 0, text: "" };
  let rest = "";
  let end = from;
  let line = 0;
  disk.readPieces(path, from, (piece) => {
    const text = rest + piece.toString("latin1");
    let start = 0;
    for (let stop = text.indexOf("\n"); stop >= 0; stop = text.indexOf("\n", start)) {
      line++;
      const point = pointOf(text, start, stop);
      if (point !== undefined) points.push(point);
      else if (!isPassedOver(text.slice(start, stop)) && bad.lines++ === 0) {
        bad.first = line;
        bad.text = text.slice(start, stop);
      }
      start = stop + 1;
    }
    rest = text.slice(start);
    end += start;
  });
  if (bad.lines === 0) return { points, end, problem: undefined };
  const number = bad.first + (from === 0 ? 0 : linesBefore(path, disk, from));
  const more = bad.lines === 1 ? "" : `, and ${bad.lines - 1} more are not either`;
  const shown = JSON.stringify(bad.text.length > shownLength ? `${bad.text.slice(0, shownLength)}…` : bad.text);
  return {
    points,
    end,
    problem: damaged(path, `line ${number} is not a point (${shown})${more}; the others are read`),
  };
}

/** Three numbers; MLflow adds a dataset's name and digest after them. */
function pointOf(text: string, start: number, stop: number): MetricPoint | undefined {
  const first = text.indexOf(" ", start);
  const second = first < 0 ? -1 : text.indexOf(" ", first + 1);
  if (second < 0 || second >= stop) return undefined;
  const third = text.indexOf(" ", second + 1);
  let end = third < 0 || third > stop ? stop : third;
  if (end < stop && !isDataset(text.slice(end + 1, stop))) return undefined;
  // Git gives lines another end on Windows.
  if (end === stop && text.charCodeAt(stop - 1) === carriageReturn) end--;
  const timestamp = digitsOf(text, start, first) ?? toNumber(text.slice(start, first));
  const value = toValue(text.slice(first + 1, second));
  const step = digitsOf(text, second + 1, end) ?? toNumber(text.slice(second + 1, end));
  if (value === undefined || timestamp === undefined || step === undefined) return undefined;
  return Number.isSafeInteger(step) && Number.isFinite(timestamp) ? { step, value, timestamp } : undefined;
}

const carriageReturn = 0x0d;
const zero = 0x30;
/** Whole numbers of so many digits are exact. */
const exactDigits = 15;

/** A whole number without a sign, read without a copy of its text, since nearly every time and step is one; else undefined. */
function digitsOf(text: string, start: number, end: number): number | undefined {
  if (end <= start || end - start > exactDigits) return undefined;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - zero;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/** A torn line has a `!` after it, or more. */
function isDataset(text: string): boolean {
  const words = text.split(" ");
  return words.length === 2 && !words.includes("!") && !words.includes("");
}

/** An empty line says nothing, and a line that is marked as torn was never acknowledged; NUL bytes are neither. */
function isPassedOver(line: string): boolean {
  return (line.trim() === "" || /(^| )!\r?$/.test(line)) && !line.includes("\0");
}

/** What Python and JavaScript write; `Number` takes blanks, hexadecimal and the empty text besides. */
const decimal = /^[-+]?[\d.]+(?:e[-+]?\d+)?$/i;

function toNumber(text: string): number | undefined {
  const value = decimal.test(text) ? Number(text) : Number.NaN;
  return Number.isNaN(value) ? undefined : value;
}

function toValue(text: string): number | undefined {
  const value = toNumber(text);
  if (value !== undefined) return value;
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

function linesBefore(path: string, disk: ReadingDisk, offset: number): number {
  let lines = 0;
  let at = 0;
  disk.readPieces(path, 0, (piece) => {
    for (const byte of piece.subarray(0, Math.max(0, offset - at))) if (byte === 0x0a) lines++;
    at += piece.length;
  });
  return lines;
}
