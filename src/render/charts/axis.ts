import { formatNumber } from "../format-value.js";
import type { ComparedParam } from "./comparison.js";

/** One axis of a chart that places values itself: from 0, its lowest value or first text, to 1. */
export interface Axis {
  key: string;
  /** Where each run's value lies; undefined where it has none. */
  at: ReadonlyArray<number | undefined>;
  /** What is written along the axis, from 0 to 1. */
  ticks: ReadonlyArray<{ at: number; text: string }>;
  /** Of numbers: what lies at 0 and at 1. Undefined for texts. */
  range?: { low: number; high: number; log: boolean };
  /** Texts of which only some are written: there are too many. */
  crowded: boolean;
}

/** More texts than this do not fit along an axis. */
const mostTexts = 12;

/** Places numbers by their size or its logarithm, and texts at even distances in the order of the alphabet. */
export function axisOf({ key, values, scale }: ComparedParam): Axis {
  if (scale === "category") {
    const texts = [...new Set(values.filter((value) => value !== undefined).map(String))].sort();
    const place = new Map(texts.map((text, at) => [text, texts.length === 1 ? 0.5 : at / (texts.length - 1)]));
    const crowded = texts.length > mostTexts;
    const written = crowded ? [texts[0] ?? "", texts.at(-1) ?? ""] : texts;
    return {
      key,
      at: values.map((value) => (value === undefined ? undefined : place.get(String(value)))),
      ticks: written.map((text) => ({ at: place.get(text) ?? 0, text: text === "" ? "(empty)" : text })),
      crowded,
    };
  }
  const size = (value: number) => (scale === "log" ? Math.log(value) : value);
  const numbers = values.filter((value) => typeof value === "number" && Number.isFinite(value)) as number[];
  const low = Math.min(...numbers);
  const high = Math.max(...numbers);
  const place = (value: number) => (low === high ? 0.5 : (size(value) - size(low)) / (size(high) - size(low)));
  const middle =
    low === high || numbers.length === 0 ? [] : [scale === "log" ? Math.sqrt(low * high) : (low + high) / 2];
  const ticks = numbers.length === 0 ? [] : [...new Set([low, ...middle, high])];
  return {
    key,
    at: values.map((value) => (typeof value === "number" && Number.isFinite(value) ? place(value) : undefined)),
    ticks: ticks.map((value) => ({ at: place(value), text: shortNumber(value) })),
    ...(numbers.length > 0 ? { range: { low, high, log: scale === "log" } } : {}),
    crowded: false,
  };
}

/** Two digits are enough to read a value off an axis; whole numbers keep theirs. */
function shortNumber(value: number): string {
  return formatNumber(Number.isInteger(value) ? value : Number(value.toPrecision(3)));
}
