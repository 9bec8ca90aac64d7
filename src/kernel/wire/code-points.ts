/**
 * Jupyter counts a cursor in Unicode code points since protocol 5.2; JavaScript counts UTF-16 units. They differ
 * behind the first emoji.
 */
export function utf16Offset(text: string, codePoints: number): number {
  let offset = 0;
  for (let left = codePoints; left > 0 && offset < text.length; left -= 1) {
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return offset;
}

/** The number of code points before a UTF-16 offset; a surrogate pair cut in half counts as one. */
export function codePointOffset(text: string, offset: number): number {
  let count = 0;
  for (let at = 0; at < Math.min(offset, text.length); count += 1) {
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }
  return count;
}
