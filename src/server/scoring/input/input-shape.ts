/** Data as the model takes it, and how many rows it has. */
export interface ShapedInput {
  data: unknown;
  rows: number;
}

/**
 * Turns what a request holds into what the model takes. A model with named columns gets records with just those columns,
 * cast to their types; one of tensors gets nested lists; one without a signature gets what was sent.
 */
export interface InputShape {
  /** Rows are as long as `names`. */
  table(names: readonly string[], rows: ReadonlyArray<readonly unknown[]>): ShapedInput;
  records(rows: ReadonlyArray<Readonly<Record<string, unknown>>>): ShapedInput;
  /** Rows without names. */
  values(list: readonly unknown[]): ShapedInput;
  /** An object of columns, of named tensors, or of the values of one row. */
  byName(object: Readonly<Record<string, unknown>>): ShapedInput;
  /** A cell of a CSV file. */
  cell(name: string): (text: string) => unknown;
}

/** A column of the name `__proto__` becomes a field like any other. */
export function recordOf(names: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name, at) => [name, values[at]]));
}

/** The length of an object's lists; undefined when they are not all lists of one length. */
export function columnLength(object: Readonly<Record<string, unknown>>): number | undefined {
  const lengths = new Set(Object.values(object).map((value) => (Array.isArray(value) ? value.length : undefined)));
  const [length] = lengths;
  return lengths.size === 1 ? length : undefined;
}
