import { castTensors } from "../../../models/signature/cast-tensor.js";
import type { TensorSpec } from "../../../models/signature/schema.js";
import { own } from "../../../own.js";
import { columnLength, type InputShape, recordOf, type ShapedInput } from "./input-shape.js";

/** Of a model of tensors: nested lists, under their names where they have some. */
export class TensorShape implements InputShape {
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
