import { TrackingError } from "../../errors.js";

export type TokenKind = "name" | "quoted" | "key" | "number" | "operator" | "(" | ")" | "," | "." | "end";

export interface Token {
  kind: TokenKind;
  /** As written, without quotes. */
  text: string;
  /** Offset in the filter, UTF-16 units. */
  start: number;
  /** For `quoted`: which quotes. */
  quote?: string;
}

const name = /[\p{L}_][\p{L}\p{N}_.\-/:]*/uy;
const number = /[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\p{L}\p{N}_])/uy;
const operator = /!=|>=|<=|=|>|</y;

/** Splits a filter; the last token is `end`. A double-quoted word is a key or a text, as its place says. */
export function tokenize(filter: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp, kind: TokenKind): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(filter);
    if (found === null) return false;
    tokens.push({ kind, text: found[0], start: at });
    at += found[0].length;
    return true;
  };
  while (at < filter.length) {
    const char = filter.charAt(at);
    if (/\s/.test(char)) at++;
    else if (char === "(" || char === ")" || char === "," || char === ".") {
      if (char === "." && take(number, "number")) continue;
      tokens.push({ kind: char, text: char, start: at++ });
    } else if (char === "'" || char === '"' || char === "`") {
      const { text, end } = readQuoted(filter, at);
      tokens.push({ kind: char === "`" ? "key" : "quoted", text, start: at, quote: char });
      at = end;
    } else if (!take(number, "number") && !take(name, "name") && !take(operator, "operator")) {
      throw filterError(filter, at, `'${char}' is not allowed here`);
    }
  }
  tokens.push({ kind: "end", text: "", start: filter.length });
  return tokens;
}

/** Ends at the same quote; a doubled one, or one behind a backslash, stands for itself. */
function readQuoted(filter: string, start: number): { text: string; end: number } {
  const quote = filter.charAt(start);
  let text = "";
  for (let at = start + 1; at < filter.length; at++) {
    const char = filter.charAt(at);
    if (char === quote) {
      if (filter.charAt(at + 1) !== quote) return { text, end: at + 1 };
      at++;
    } else if (char === "\\" && (filter.charAt(at + 1) === quote || filter.charAt(at + 1) === "\\")) {
      at++;
    }
    text += filter.charAt(at);
  }
  throw filterError(filter, start, `the ${quote} opened here is never closed`);
}

/** An error that points at the column. */
export function filterError(filter: string, at: number, problem: string): TrackingError {
  const from = Math.max(0, at - 60);
  const shown = filter.slice(from, at + 60).replace(/\s/g, " ");
  return new TrackingError(
    "INVALID_PARAMETER_VALUE",
    `Invalid filter, column ${at + 1}: ${problem}.\n  ${shown}\n  ${" ".repeat(at - from)}^`,
    { hint: "For example: metrics.rmse < 0.8 AND params.model = 'elastic'." },
  );
}
