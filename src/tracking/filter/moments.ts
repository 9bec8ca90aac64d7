import { type IsoTime, localTime, readIsoTime } from "../../iso-time.js";
import { own } from "../../own.js";

/** How long, in ms, what a text names to this precision; a day may be an hour longer or shorter. */
const lengths: Readonly<Record<Exclude<IsoTime["precision"], "day">, number>> = {
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  fraction: 1,
};

/**
 * The span of time that a text names, in ms since the epoch; local time unless it gives its zone.
 * @returns `to` is exclusive; undefined when no calendar or clock has it
 */
export function parseTime(text: string): { from: number; to: number } | undefined {
  const time = readIsoTime(text);
  const from = time && localTime(time);
  if (time === undefined || from === undefined) return undefined;
  const { precision, offset, ms } = time;
  // Times of runs have whole ms: one between two of them equals none, and is before or after each.
  if (!Number.isInteger(ms)) return { from: from + (ms % 1), to: from + (ms % 1) };
  if (precision !== "day") return { from, to: from + lengths[precision] };
  if (offset !== undefined) return { from, to: from + 86_400_000 };
  const next = new Date(from);
  next.setHours(0, 0, 0, 0);
  next.setDate(next.getDate() + 1);
  return { from, to: next.getTime() };
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** `1h 30m`, `90s`, `250ms` in ms; undefined when it is no duration. */
export function parseDuration(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*(ms|min|s|m|h|d)\s*/gy)];
  const length = parts.reduce((sum, part) => sum + part[0].length, 0);
  if (parts.length === 0 || length !== text.length) return undefined;
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (own(units, unit ?? "") ?? 0), 0);
}
