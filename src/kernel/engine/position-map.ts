import type { PositionMap } from "./engine.js";

/**
 * Offset in the user's source of an offset in lowered text.
 * An offset in generated text goes to the end of the run before it (the nearest thing the user wrote), or to 0.
 */
export function toSource(map: PositionMap | undefined, lowered: number): number {
  if (map === undefined) return lowered;
  let nearest = map[0]?.source ?? 0;
  for (const run of map) {
    if (run.lowered > lowered) break;
    const inside = lowered - run.lowered;
    if (inside < run.length) return run.source + inside;
    nearest = run.source + run.length;
  }
  return nearest;
}

/** Offset in lowered text of an offset in the user's source; undefined where the user's text does not stand in it. */
export function toLowered(map: PositionMap | undefined, source: number): number | undefined {
  if (map === undefined) return source;
  for (const run of map) {
    if (source >= run.source && source <= run.source + run.length) return run.lowered + (source - run.source);
  }
  return undefined;
}

/** Start offset of every line of a text; lines end as TypeScript ends them (`\n`, `\r\n`, `\r`, U+2028, U+2029). */
export function lineStarts(text: string): number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) starts.push(match.index + match[0].length);
  return starts;
}

/** Line and column, from 0, of an offset. */
export function lineAndColumn(starts: readonly number[], offset: number): { line: number; column: number } {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low, column: offset - (starts[low] ?? 0) };
}
