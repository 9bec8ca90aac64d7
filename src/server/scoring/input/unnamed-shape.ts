import { cellCastOf, itemCastOf, plainCell } from "../../../models/signature/cast-value.js";
import { plainIntegers } from "../../../models/signature/exact-json.js";
import type { ColumnSpec, ColumnType } from "../../../models/signature/schema.js";
import type { InputShape, ShapedInput } from "./input-shape.js";

/** Columns known by position only: lists of values, or single values when there is one column. */
export class UnnamedShape implements InputShape {
  readonly #casts: ReadonlyArray<(value: unknown) => unknown>;

  readonly #columns: readonly ColumnSpec[];

  constructor(columns: readonly ColumnSpec[]) {
    this.#columns = columns;
    this.#casts = columns.map(({ type }) => itemCastOf(type));
  }

  table(_names: readonly string[], rows: ReadonlyArray<readonly unknown[]>): ShapedInput {
    return this.values(this.#casts.length === 1 ? rows.map((row) => (row.length === 1 ? row[0] : row)) : rows);
  }

  records(rows: ReadonlyArray<Readonly<Record<string, unknown>>>): ShapedInput {
    const [first] = this.#columns;
    if (this.#columns.length === 1 && first !== undefined && !isScalar(first.type)) return this.values(rows);
    return this.table(
      [],
      rows.map((row) => Object.values(row)),
    );
  }

  values(list: readonly unknown[]): ShapedInput {
    const [only] = this.#casts;
    if (this.#casts.length === 1 && only !== undefined) return { data: list.map(only), rows: list.length };
    const cast = (row: unknown) =>
      Array.isArray(row) ? row.map((value, at) => (this.#casts[at] ?? plainIntegers)(value)) : row;
    return { data: list.map(cast), rows: list.length };
  }

  byName(object: Readonly<Record<string, unknown>>): ShapedInput {
    return this.records([object]);
  }

  cell(_name: string): (text: string) => unknown {
    const [only] = this.#columns;
    return only ? cellCastOf(only.type) : plainCell;
  }
}

function isScalar(type: ColumnType): boolean {
  return !["array", "object", "map", "any"].includes(type.type);
}
