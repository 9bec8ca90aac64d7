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
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (typeof value !== "number" || !Number.isFinite(value) || (log && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low === high) return { format: numberFormat };
  const decades = Math.log10(high / low);
  if (!log || !(decades >= 2)) return {};
  // No more ticks than decades, else Vega puts eight between each two powers.
  return { tickCount: Math.max(2, Math.min(Math.floor(decades), Math.floor(length / labelLength))) };
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
