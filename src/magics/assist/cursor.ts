import type { Syntax } from "../../kernel/extension.js";
import type { MagicIndex } from "../language/find-magic.js";
import { findHeader } from "../language/grammar.js";
import { standsAlone } from "../language/parse.js";
import { readOpenQuoted } from "../language/tokens.js";
import type { Magic } from "../magic.js";

/** Where in a magic's line the cursor is. Offsets are the cell's. */
export type CursorContext =
  | { kind: "name"; marker: "%" | "%%"; start: number; end: number; name: string; first: boolean }
  | { kind: "args"; marker: "%" | "%%"; magic: Magic; start: number; nameEnd: number; lineEnd: number };

const magicStart = /^(\s*(?:(?:export\s+)?(?:const|let|var)\s+[\p{ID_Start}$_][\p{ID_Continue}$]*\s*=\s*)?)(%%?)(\w*)/u;

/** @returns undefined when the cursor is in no magic's line; unlike `parse`, it takes a line that is not finished */
export function cursorContext(
  code: string,
  cursor: number,
  index: MagicIndex,
  syntax: Syntax,
): CursorContext | undefined {
  if (!code.includes("%")) return undefined;
  const lineStart = Math.max(code.lastIndexOf("\n", cursor - 1), code.lastIndexOf("\r", cursor - 1)) + 1;
  const lineEnd = lineStart + (/^[^\n\r]*/.exec(code.slice(lineStart))?.[0].length ?? 0);
  const match = magicStart.exec(code.slice(lineStart, lineEnd));
  if (!match) return undefined;
  const [, before = "", mark, name = ""] = match;
  const marker = mark === "%%" ? "%%" : "%";
  const start = lineStart + before.length;
  const nameEnd = start + marker.length + name.length;
  if (cursor < start + 1) return undefined;
  const first = code.slice(0, start).trim() === "";
  if (!(marker === "%%" && first)) {
    const header = findHeader(code);
    if (header && index.get(header.name)?.body === "text") return undefined;
    const statement = lineStart + before.length - before.trimStart().length;
    if (!standsAlone(code, { start: statement, percent: start, end: lineEnd }, syntax)) return undefined;
  }
  if (cursor <= nameEnd) return { kind: "name", marker, start, end: nameEnd, name, first };
  const magic = index.get(name);
  return magic && { kind: "args", marker, magic, start, nameEnd, lineEnd };
}

/** The argument that the cursor stands in, and what is given before it. Offsets are the cell's. */
export interface PartialArg {
  /** The name before `=`. */
  key?: string;
  /** What stands between the last space, `=`, `[` or comma and the cursor; undefined behind a value that is finished. */
  value?: PartialValue;
  /** Names and flags already given, and how many values without a name. */
  keys: ReadonlySet<string>;
  positionals: number;
}

/** A value up to the cursor. */
export interface PartialValue {
  start: number;
  /** The text that is meant so far, without quotes and escapes. */
  text: string;
  quote?: string;
  /** Where in the cell a unit of `text` stands. */
  offset(at: number): number;
  /** A text that takes the place of the value, in quotes where it needs them; `open`: it goes on, so it is not closed. */
  write(text: string, open?: boolean): string;
  /** A text as it stands inside of quotes: the value's, or those that it will have. */
  inside(text: string): string;
}

/** @returns undefined inside an expression, a template or a comment */
export function partialArg(
  code: string,
  from: number,
  cursor: number,
  magic: Magic,
  syntax: Syntax,
): PartialArg | undefined {
  const line = code.slice(0, cursor);
  const keys = new Set<string>();
  let positionals = 0;
  for (let at = skipBlanks(line, from); ; at = skipBlanks(line, at)) {
    if (line.startsWith("//", at)) return undefined;
    const key = keyAt(line, at);
    const found = valueAt(line, key?.behind ?? at, syntax);
    if (found === undefined) return undefined;
    if (found.end === undefined) {
      const value = found.start === undefined ? undefined : partialValue(code, found.start, cursor);
      return { ...(key && { key: key.text }), ...(value && { value }), keys, positionals };
    }
    const word = line.slice(at, found.end);
    if (key || magic.args.some(({ type, name }) => type === "boolean" && name === word)) keys.add(key?.text ?? word);
    else positionals++;
    at = found.end;
  }
}

/** The rest of the line as one text, for magics that take it verbatim: quotes around it may be there, but need not. */
export function partialText(code: string, from: number, cursor: number): PartialValue {
  const start = skipBlanks(code.slice(0, cursor), from);
  const quote = /["']/.exec(code[start] ?? "")?.[0];
  const first = start + (quote !== undefined && start < cursor ? 1 : 0);
  const mark = first > start ? (quote ?? "") : "";
  return {
    start,
    text: code.slice(first, cursor),
    ...(mark !== "" && { quote: mark }),
    offset: (at) => first + at,
    write: (text, open = false) => mark + text + (open || code[cursor] === mark ? "" : mark),
    inside: (text) => text,
  };
}

/**
 * Passes over one value, or a list of them.
 * @returns `end` behind a value that a space ends; else the `start` of the value, or of the list's item, that the line ends
 * in, without `start` when nothing can be added to that; undefined inside an expression
 */
function valueAt(line: string, from: number, syntax: Syntax): { start?: number; end?: number } | undefined {
  let start = line[from] === "[" ? skipBlanks(line, from + 1) : from;
  let inList = start > from;
  let closed = false;
  let at = start;
  while (at < line.length) {
    const character = line[at] ?? "";
    if (character === "{" || character === "`") {
      const length = syntax.closing(line.slice(at), 0);
      if (length < 0) return undefined;
      at += length;
      closed = true;
    } else if (at === start && (character === '"' || character === "'")) {
      const { end } = readOpenQuoted(line, at, line.length);
      if (end === undefined) return { start };
      at = end;
      closed = true;
    } else if (inList && (character === "," || character === "]" || isBlank(character))) {
      inList = character !== "]";
      closed = character === "]" || (closed && character !== ",");
      at = inList ? skipBlanks(line, at + 1) : at + 1;
      start = at;
    } else if (isBlank(character)) return { end: at };
    else at++;
  }
  return closed ? {} : { start };
}

/** A bare or quoted name that `=` touches. */
function keyAt(line: string, start: number): { text: string; behind: number } | undefined {
  const bare = /^([\p{L}_$][\p{L}\p{N}_$./-]*)=(?!=)/u.exec(line.slice(start));
  if (bare?.[1] !== undefined) return { text: bare[1], behind: start + bare[0].length };
  if (!/["']/.test(line[start] ?? "")) return undefined;
  const { text, end } = readOpenQuoted(line, start, line.length);
  return end !== undefined && line[end] === "=" ? { text, behind: end + 1 } : undefined;
}

function partialValue(code: string, start: number, cursor: number): PartialValue {
  const quote = start < cursor ? /["']/.exec(code[start] ?? "")?.[0] : undefined;
  const { text, offsets } =
    quote === undefined ? { text: code.slice(start, cursor), offsets: undefined } : readOpenQuoted(code, start, cursor);
  const mark = quote ?? '"';
  const inside = (plain: string) =>
    plain.replace(/[\\"']/g, (character) => (character === "\\" || character === mark ? `\\${character}` : character));
  return {
    start,
    text,
    ...(quote !== undefined && { quote }),
    offset: (at) => (offsets === undefined ? start + at : (offsets[at] ?? cursor)),
    // The closing quote may be there already: editors write both at once.
    write: (plain, open = false) =>
      quote === undefined && isPlain(plain)
        ? plain
        : mark + inside(plain) + (open || (quote !== undefined && code[cursor] === quote) ? "" : mark),
    inside,
  };
}

/** Whether a text may stand without quotes. */
export function isPlain(text: string): boolean {
  return /^[\p{L}\p{N}_./:@~-]+$/u.test(text) && !text.startsWith("-") && !text.startsWith("//");
}

function skipBlanks(line: string, from: number): number {
  let at = from;
  while (at < line.length && isBlank(line[at])) at++;
  return at;
}

function isBlank(character: string | undefined): boolean {
  return character !== undefined && /\s/.test(character);
}
