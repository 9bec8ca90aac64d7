import { type PatternToken, type Range, wildcardMatcher } from "../../wildcards.js";

/**
 * SQLite's GLOB, which IPython searches its history with: `*` any text, `?` one character, `[a-c]` and `[^a-c]` sets; all
 * of the text must match.
 * @see patternCompare in SQLite's func.c
 * @returns whether a text matches
 */
export function globMatcher(pattern: string): (text: string) => boolean {
  const pieces = parse(pattern);
  // A set that is never closed matches nothing.
  return pieces === undefined ? () => false : wildcardMatcher(pieces);
}

/** @returns undefined for a set that is not closed */
function parse(pattern: string): PatternToken[][] | undefined {
  const characters = [...pattern];
  const pieces: PatternToken[][] = [[]];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? "";
    const tokens = pieces.at(-1);
    if (character === "*") pieces.push([]);
    else if (character === "?") tokens?.push({ kind: "any" });
    else if (character !== "[") tokens?.push({ kind: "character", point: pointOf(character) });
    else {
      const set = parseSet(characters, at + 1);
      if (set === undefined) return undefined;
      tokens?.push(set.token);
      at = set.close;
    }
  }
  return pieces;
}

/** A set from after its `[`: a `]` that comes first is one of its characters, and so is a `-` without two ends. */
function parseSet(characters: readonly string[], start: number): { token: PatternToken; close: number } | undefined {
  const negated = characters[start] === "^";
  const first = negated ? start + 1 : start;
  const ranges: Range[] = [];
  let from: number | undefined;
  for (let at = first; at < characters.length; at += 1) {
    const character = characters[at] ?? "";
    if (character === "]" && at > first) return { token: { kind: "set", negated, ranges }, close: at };
    const end = characters[at + 1] ?? "]";
    if (character === "-" && from !== undefined && end !== "]") {
      ranges.push([from, pointOf(end)]);
      from = undefined;
      at += 1;
    } else {
      const point = pointOf(character);
      ranges.push([point, point]);
      // No range begins with a `]` that comes first.
      from = character === "]" ? undefined : point;
    }
  }
  return undefined;
}

function pointOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
