import { MagicError } from "../../errors.js";

/** A part of the cell's source, in UTF-16 units; `end` is behind the last one. */
export interface Span {
  start: number;
  end: number;
}

/** What is wrong with a part of a magic's line; the part is marked, by one character at least. */
export function spanError(message: string, { start, end }: Span, hint: string): MagicError {
  return new MagicError("INVALID_PARAMETER_VALUE", message, { hint, at: { start, length: Math.max(1, end - start) } });
}
