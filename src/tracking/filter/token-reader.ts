import type { TrackingError } from "../../errors.js";
import { filterError, type Token, tokenize } from "./tokens.js";

/** Reads the tokens of a filter one by one. */
export class TokenReader {
  readonly #text: string;
  readonly #tokens: Token[];
  #next = 0;

  /** @throws {TrackingError} INVALID_PARAMETER_VALUE for what is no token */
  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  /** The next token, which stays the next; `end` behind the last. */
  peek(): Token {
    return this.#tokens[this.#next] ?? { kind: "end", text: "", start: this.#text.length };
  }

  skip(): void {
    this.#next++;
  }

  /** Reads a token of this kind. @returns whether it was one */
  take(kind: Token["kind"]): boolean {
    if (this.peek().kind !== kind) return false;
    this.skip();
    return true;
  }

  /** Reads a word of the grammar, in any case of letters. @returns whether it was it */
  word(word: string): boolean {
    const token = this.peek();
    if (token.kind !== "name" || token.text.toUpperCase() !== word) return false;
    this.skip();
    return true;
  }

  /** Reads a quoted text. @throws {TrackingError} for anything else */
  quoted(after: string): string {
    const token = this.peek();
    if (token.kind !== "quoted") throw this.expected(`quoted text after ${after}`);
    this.skip();
    return token.text;
  }

  /** That the next token is not what the grammar has there. */
  expected(what: string): TrackingError {
    const token = this.peek();
    const quote = token.quote ?? "'";
    const found = token.kind === "end" ? "the end of the filter" : `${quote}${token.text}${quote}`;
    return this.wrong(token, `expected ${what}, found ${found}`);
  }

  wrong(token: Token, problem: string): TrackingError {
    return filterError(this.#text, token.start, problem);
  }
}
