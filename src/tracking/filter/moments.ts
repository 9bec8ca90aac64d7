import { own } from "../../own.js";

const date = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * The span of time that a text names, in ms since the epoch; local time unless it gives its zone.
 * @returns `to` is exclusive; undefined when it is no date
 */
export function parseTime(text: string): { from: number; to: number } | undefined {
  const found = date.exec(text.trim());
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = found;
  const iso = `${year}-${month}-${day}T${hour ?? "00"}:${minute ?? "00"}:${second ?? "00"}.${(fraction ?? "0").padEnd(3, "0")}`;
  const from = Date.parse(iso + (zone ?? ""));
  if (Number.isNaN(from)) return undefined;
  if (fraction !== undefined) return { from, to: from + 1 };
  if (second !== undefined) return { from, to: from + 1000 };
  if (hour !== undefined) return { from, to: from + 60_000 };
  const next = new Date(from);
  if (zone === undefined) next.setDate(next.getDate() + 1);
  else next.setTime(from + 86_400_000);
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
