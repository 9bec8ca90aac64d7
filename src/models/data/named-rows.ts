/** Under which a list of records has the order of its columns. */
const columnOrder = Symbol("runlab.columnOrder");

/**
 * Rows with named values as records. A record puts names that are whole numbers first, in ascending order; where that is not
 * the order of the columns, the list remembers theirs, for models that know no names.
 */
export function namedRows(
  names: readonly string[],
  rows: ReadonlyArray<readonly unknown[]>,
): Record<string, unknown>[] {
  const records = rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]])));
  const kept = Object.keys(records[0] ?? {});
  if (kept.some((name, at) => name !== names[at])) Object.defineProperty(records, columnOrder, { value: [...names] });
  return records;
}

/** The order of columns that such a list remembers; empty for any other. */
export function orderOf(rows: readonly unknown[] & { readonly [columnOrder]?: readonly string[] }): readonly string[] {
  return rows[columnOrder] ?? [];
}
