import { ModelError } from "../../../errors.js";
import { isPlainObject } from "../../../models/data/plain-values.js";
import { castOf, cellCastOf, plainCell } from "../../../models/signature/cast-value.js";
import { listDepth, typeDepth } from "../../../models/signature/list-depth.js";
import type { ColumnSpec, ColumnType } from "../../../models/signature/schema.js";
import { typeText } from "../../../models/signature/signature.js";
import { own, setOwn } from "../../../own.js";
import type { InputShape, ShapedInput } from "./input-shape.js";

/** Of a model with named columns: records with just those, cast to their types. */
export class ColumnShape implements InputShape {
  readonly #columns: ReadonlyArray<{ name: string; type: ColumnType; cast: (value: unknown) => unknown }>;

  constructor(columns: readonly ColumnSpec[]) {
    this.#columns = columns.map(({ name, type }) => ({ name: String(name), type, cast: castOf(type) }));
  }

  table(names: readonly string[], rows: ReadonlyArray<readonly unknown[]>): ShapedInput {
    const places = this.#columns.flatMap(({ name, cast }) => {
      const at = names.indexOf(name);
      return at < 0 ? [] : [{ name, cast, at }];
    });
    if (places.length === 0) throw this.#noColumn();
    const data = rows.map((row) => {
      const record: Record<string, unknown> = {};
      for (const { name, cast, at } of places) setOwn(record, name, cast(row[at]));
      return record;
    });
    return { data, rows: rows.length };
  }

  records(rows: ReadonlyArray<Readonly<Record<string, unknown>>>): ShapedInput {
    let known = false;
    const data = rows.map((row) => {
      const record: Record<string, unknown> = {};
      for (const { name, cast } of this.#columns) {
        if (!Object.hasOwn(row, name)) continue;
        setOwn(record, name, cast(own(row, name)));
        known = true;
      }
      return record;
    });
    if (!known) throw this.#noColumn();
    return { data, rows: rows.length };
  }

  /** A single column needs no name. */
  values(list: readonly unknown[]): ShapedInput {
    const record = list.findIndex(isPlainObject);
    if (record >= 0) {
      const odd = list.findIndex((row) => !isPlainObject(row));
      throw new ModelError("BAD_REQUEST", `Row ${record} is an object, but row ${odd} is not.`);
    }
    const [only] = this.#columns;
    if (this.#columns.length === 1 && only !== undefined && !Array.isArray(list[0])) {
      return this.table(
        [only.name],
        list.map((value) => [value]),
      );
    }
    throw new ModelError(
      "INVALID_PARAMETER_VALUE",
      `The rows have no column names, but the model has the columns ${this.#names()}.`,
      {
        hint: 'Name them: {"dataframe_split": {"columns": […], "data": [[…]]}} or {"columns": […], "instances": [[…]]}.',
      },
    );
  }

  byName(object: Readonly<Record<string, unknown>>): ShapedInput {
    if (Object.keys(object).length === 0) throw new ModelError("BAD_REQUEST", "The body has no rows.");
    if (this.#isOneRecord(object)) return this.records([object]);
    const columns = Object.entries(object);
    const lengths = columns.map(([, value]) => (Array.isArray(value) ? value.length : -1));
    const [length = 0] = lengths;
    if (lengths.some((one) => one !== length)) {
      const all = columns.slice(0, 20).map(([name], at) => `'${name.slice(0, 80)}': ${lengthText(lengths[at])}`);
      throw new ModelError("BAD_REQUEST", `The columns must be lists of the same length; got ${all.join(", ")}.`);
    }
    if (length === 0) throw new ModelError("BAD_REQUEST", "The body has no rows.");
    const names = columns.map(([name]) => name);
    const rows = Array.from({ length }, (_, at) => columns.map(([, value]) => (value as unknown[])[at]));
    return this.table(names, rows);
  }

  cell(name: string): (text: string) => unknown {
    const column = this.#columns.find((one) => one.name === name);
    return column ? cellCastOf(column.type) : plainCell;
  }

  /** Single values, or a list where the column itself is a list: `{"ids": [1, 2]}` is one row when `ids` is an array. */
  #isOneRecord(object: Readonly<Record<string, unknown>>): boolean {
    const arrays = this.#columns.filter(({ name, type }) => type.type === "array" && Array.isArray(own(object, name)));
    if (arrays.length > 0) return arrays.some(({ name, type }) => listDepth(own(object, name)) === typeDepth(type));
    return !Object.values(object).some(Array.isArray);
  }

  #noColumn(): ModelError {
    return new ModelError("INVALID_PARAMETER_VALUE", `The data has none of the model's columns ${this.#names()}.`);
  }

  #names(): string {
    return this.#columns.map(({ name, type }) => `'${name}' (${typeText(type)})`).join(", ");
  }
}

function lengthText(length: number | undefined): string {
  return length === undefined || length < 0 ? "no list" : `${length} values`;
}
