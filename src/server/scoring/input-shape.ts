import { ModelError } from "../../errors.js";
import { namedRows } from "../../models/data/named-rows.js";
import { isPlainObject } from "../../models/data/plain-values.js";
import { castOf, castTensors, cellCastOf, itemCastOf, plainCell } from "../../models/signature/cast-value.js";
import { listDepth, typeDepth } from "../../models/signature/check-value.js";
import { plainIntegers } from "../../models/signature/exact-json.js";
import type { ColumnSpec, ColumnType, Schema, TensorSpec } from "../../models/signature/schema.js";
import { typeText } from "../../models/signature/signature.js";
import { own, setOwn } from "../../own.js";

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
function recordOf(names: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name, at) => [name, values[at]]));
}

/** The length of an object's lists; undefined when they are not all lists of one length. */
function columnLength(object: Readonly<Record<string, unknown>>): number | undefined {
  const lengths = new Set(Object.values(object).map((value) => (Array.isArray(value) ? value.length : undefined)));
  const [length] = lengths;
  return lengths.size === 1 ? length : undefined;
}

/** How data becomes what a model with these inputs takes; made once for a model. */
export function shapeOfSchema(schema: Schema | undefined): InputShape {
  if (schema === undefined) return new PlainShape();
  if (schema.kind === "tensors") return new TensorShape(schema.tensors);
  return schema.columns.some(({ name }) => name === undefined)
    ? new UnnamedShape(schema.columns)
    : new ColumnShape(schema.columns);
}

/** Of a model with named columns: records with just those, cast to their types. */
class ColumnShape implements InputShape {
  readonly #columns: ReadonlyArray<{ name: string; type: ColumnType; cast: (value: unknown) => unknown }>;

  constructor(columns: readonly ColumnSpec[]) {
    this.#columns = columns.map(({ name, type }) => ({ name: String(name), type, cast: castOf(type) }));
  }

  table(names: readonly string[], rows: ReadonlyArray<readonly unknown[]>): ShapedInput {
    const present = this.#columns.flatMap(({ name, cast }) => {
      const at = names.indexOf(name);
      return at < 0 ? [] : [{ name, cast, at }];
    });
    if (present.length === 0) throw this.#noColumn();
    const data = rows.map((row) => {
      const record: Record<string, unknown> = {};
      for (const { name, cast, at } of present) setOwn(record, name, cast(row[at]));
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

/** Of a model of tensors: nested lists, under their names where they have some. */
class TensorShape implements InputShape {
  readonly #tensors: readonly TensorSpec[];

  constructor(tensors: readonly TensorSpec[]) {
    this.#tensors = tensors;
  }

  table(names: readonly string[], rows: ReadonlyArray<readonly unknown[]>): ShapedInput {
    if (!this.#named) return this.values(rows);
    const columns = names.map((_, at) => rows.map((row) => row[at]));
    return { data: this.#cast(recordOf(names, columns)), rows: rows.length };
  }

  /** Rows of named tensors: each name's values side by side. */
  records(rows: ReadonlyArray<Readonly<Record<string, unknown>>>): ShapedInput {
    const names = Object.keys(rows[0] ?? {});
    return this.table(
      names,
      rows.map((row) => names.map((name) => own(row, name))),
    );
  }

  values(list: readonly unknown[]): ShapedInput {
    return { data: this.#cast(list), rows: list.length };
  }

  byName(object: Readonly<Record<string, unknown>>): ShapedInput {
    const values = Object.values(object);
    const [only] = values;
    // A model of one unnamed tensor takes it under any name; several values are the columns of its rows.
    if (this.#named || values.length === 0) {
      return { data: this.#cast(object), rows: columnLength(object) ?? 1 };
    }
    if (values.length === 1 && Array.isArray(only)) return this.values(only);
    const rows = columnLength(object);
    if (rows === undefined) return this.values([values]);
    return this.values(Array.from({ length: rows }, (_, at) => values.map((list) => (list as unknown[])[at])));
  }

  cell(_name: string): (text: string) => unknown {
    return (text) => (text === "" ? null : text);
  }

  #cast(data: unknown): unknown {
    return castTensors(this.#tensors, data);
  }

  get #named(): boolean {
    return this.#tensors.some(({ name }) => name !== undefined);
  }
}

/** Columns known by position only: lists of values, or single values when there is one column. */
class UnnamedShape implements InputShape {
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

/** Of a model without a signature: nothing is known, and data goes on as it came. */
export class PlainShape implements InputShape {
  table(names: readonly string[], rows: ReadonlyArray<readonly unknown[]>): ShapedInput {
    const cells = rows.map((row) => plainIntegers(row) as readonly unknown[]);
    return { data: namedRows(names, cells), rows: rows.length };
  }

  records(rows: ReadonlyArray<Readonly<Record<string, unknown>>>): ShapedInput {
    return { data: plainIntegers(rows), rows: rows.length };
  }

  values(list: readonly unknown[]): ShapedInput {
    return { data: plainIntegers(list), rows: list.length };
  }

  byName(object: Readonly<Record<string, unknown>>): ShapedInput {
    return { data: plainIntegers(object), rows: columnLength(object) ?? 1 };
  }

  cell(_name: string): (text: string) => unknown {
    return plainCell;
  }
}
