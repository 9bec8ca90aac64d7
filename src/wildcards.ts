/** One token of a pattern: a character, any character, or one of a set. */
export type PatternToken =
  | { kind: "character"; point: number }
  | { kind: "any" }
  | { kind: "set"; negated: boolean; ranges: Range[] };

/** Code points, both ends included. */
export type Range = readonly [from: number, to: number];

/** What stands between two wildcards for any text. */
interface Piece {
  tokens: readonly PatternToken[];
  /** The piece as text, when it is nothing but characters. */
  text: string | undefined;
}

/**
 * Matches texts against a pattern of pieces with any text between them, as SQL's LIKE and SQLite's GLOB have it: the
 * first piece begins the text, the last ends it. Each piece is looked for once, from where the piece before it ended, so
 * the time grows with the text, whatever the pattern; a regular expression made of the pattern could take forever.
 * Characters are code points, not UTF-16 units.
 * @param pattern - at least one piece; an empty one first or last leaves that end open
 * @returns whether a text matches
 */
export function wildcardMatcher(pattern: ReadonlyArray<readonly PatternToken[]>): (text: string) => boolean {
  const pieces = pattern
    .filter((tokens, at) => tokens.length > 0 || at === 0 || at === pattern.length - 1)
    .map((tokens): Piece => ({ tokens, text: textOf(tokens) }));
  const first = pieces[0];
  const last = pieces.at(-1);
  if (first === undefined || last === undefined) return () => false;
  if (pieces.length === 1) return (text) => matchAt(first, text, 0) === text.length;
  const between = pieces.slice(1, -1);
  return (text) => {
    let at = matchAt(first, text, 0);
    for (const piece of between) {
      if (at < 0) return false;
      at = findFrom(piece, text, at);
    }
    if (at < 0) return false;
    const start = startOfLast(text, last.tokens.length);
    return start >= at && matchAt(last, text, start) === text.length;
  };
}

/** @returns the offset after the piece when it stands at `start`, else -1 */
function matchAt({ tokens, text: whole }: Piece, text: string, start: number): number {
  if (whole !== undefined) return text.startsWith(whole, start) ? start + whole.length : -1;
  let at = start;
  for (const token of tokens) {
    const point = text.codePointAt(at);
    if (point === undefined || !fits(token, point)) return -1;
    at += width(point);
  }
  return at;
}

/** @returns the offset after the first place from `start` on where the piece stands, else -1 */
function findFrom(piece: Piece, text: string, start: number): number {
  if (piece.text !== undefined) {
    const found = text.indexOf(piece.text, start);
    return found < 0 ? -1 : found + piece.text.length;
  }
  for (let at = start; at < text.length; at += width(text.codePointAt(at) ?? 0)) {
    const end = matchAt(piece, text, at);
    if (end >= 0) return end;
  }
  return -1;
}

/** Where the last `count` characters of a text begin; -1 when it has fewer. */
function startOfLast(text: string, count: number): number {
  let at = text.length;
  for (let left = count; left > 0; left -= 1) {
    if (at === 0) return -1;
    at -= at > 1 && (text.codePointAt(at - 2) ?? 0) > 0xffff ? 2 : 1;
  }
  return at;
}

function fits(token: PatternToken, point: number): boolean {
  if (token.kind === "any") return true;
  if (token.kind === "character") return token.point === point;
  return token.ranges.some(([from, to]) => from <= point && point <= to) !== token.negated;
}

function width(point: number): number {
  return point > 0xffff ? 2 : 1;
}

function textOf(tokens: readonly PatternToken[]): string | undefined {
  const texts: string[] = [];
  for (const token of tokens) {
    if (token.kind !== "character") return undefined;
    texts.push(String.fromCodePoint(token.point));
  }
  return texts.join("");
}
