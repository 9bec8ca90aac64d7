import { namedRows } from "../../../models/data/named-rows.js";
import { plainCell } from "../../../models/signature/cast-value.js";
import { plainIntegers } from "../../../models/signature/exact-json.js";
import { columnLength, type InputShape, type ShapedInput } from "./input-shape.js";

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
