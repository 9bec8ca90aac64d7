import { numberFormat } from "./format-value.js";

/** Pixels that a label of a number takes along an axis, with the space before the next one. */
const labelLength = 55;

/** Pixels of a character of an axis's label, at Vega's ten pixels of height. */
const characterWidth = 6;

/**
 * How an axis of numbers is labelled where Vega's own way reads badly: a logarithmic axis over two decades or more at powers of ten
 * alone, not at what is left of 0.0001, 0.0002, 0.0003 when those that overlap are dropped; one value without a row of zeros.
 * @param values - those that are drawn; what is not finite does not count
 * @param length - of the axis, in pixels
 * @returns properties of a Vega-Lite axis, none where its defaults are good
 */
export function numberAxis(
  values: Iterable<unknown>,
  { log = false, length }: { log?: boolean; length: number },
): { tickCount?: number; format?: string } {
  const { low, high } = rangeOf(values, log ? 0 : undefined);
  if (low === high) return { format: numberFormat };
  const decades = Math.log10(high / low);
  if (!log || !(decades >= 2)) return {};
  // No more ticks than decades, else Vega puts eight between each two powers.
  return { tickCount: Math.max(2, Math.min(Math.floor(decades), Math.floor(length / labelLength))) };
}

/**
 * How an axis of times is labelled where Vega's own way says too little: of less than a minute it shows ":05", and nothing tells of
 * which minute. Vega tells the ticks of an axis apart by their dates as text, which have no milliseconds, so that of all within a
 * second it draws the last: an axis of a few seconds is one of numbers.
 * @param values - those that are drawn, ms since the epoch
 * @param length - of the axis, in pixels
 * @returns `type` of the encoding and properties of its axis
 */
export function timeAxis(values: Iterable<unknown>, length: number): { type: string; axis: object } {
  const { low, high } = rangeOf(values);
  const span = high - low;
  if (!(span >= 0 && span < 60_000)) return { type: "temporal", axis: {} };
  const tickCount = (label: string) => {
    const room = nameWidth(label.length) + characterWidth;
    return span === 0 ? 1 : Math.max(1, Math.floor(length / room));
  };
  if (span >= 5_000) return { type: "temporal", axis: { format: "%H:%M:%S", tickCount: tickCount("00:00:00") } };
  const labelExpr = "timeFormat(datum.value, '%H:%M:%S.%L')";
  return { type: "quantitative", axis: { labelExpr, tickCount: tickCount("00:00:00.000"), tickMinStep: 1 } };
}

/** Of numbers that are finite; the least is Infinity, and the greatest -Infinity, where there is none. */
function rangeOf(values: Iterable<unknown>, above = Number.NEGATIVE_INFINITY): { low: number; high: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (typeof value !== "number" || !Number.isFinite(value) || value <= above) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low, high };
}

/**
 * The angle at which names stand below an axis: level where each has the room.
 * @param step - pixels from one to the next
 */
export function nameAngle(names: readonly string[], step: number): 0 | -40 {
  return names.every((name) => nameWidth(name.length) <= step) ? 0 : -40;
}

/** @returns pixels that a label of so many characters takes at most */
export function nameWidth(length: number): number {
  return length * characterWidth;
}
