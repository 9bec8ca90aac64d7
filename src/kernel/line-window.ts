/** Longest line of code shown in an error, in UTF-16 units; generated code has lines of megabytes. */
const widest = 200;

/**
 * The part of a line that an error shows.
 * @param column - from 1, the place that must be seen
 * @returns the line itself when it is short; else what stands around the column, and where the column is in that
 */
export function lineWindow(line: string, column = 1): { text: string; column: number } {
  if (line.length <= widest) return { text: line, column };
  const start = Math.max(0, Math.min(column - 1 - widest / 2, line.length - widest));
  const before = start > 0 ? "…" : "";
  const after = start + widest < line.length ? "…" : "";
  return { text: `${before}${line.slice(start, start + widest)}${after}`, column: column - start + before.length };
}
