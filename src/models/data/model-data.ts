import type { ColumnType } from "../signature/schema.js";

/** What a model is given or gives, whatever library holds it: columns, or tensors. Values are read when asked for. */
export type ModelData = ColumnData | TensorData;

export interface ColumnData {
  kind: "columns";
  rows: number;
  columns: DataColumn[];
  /** One record, not a table: `required` then says whether the value is there, and arrays are values. */
  single?: true;
}

export interface DataColumn {
  /** Undefined for the one column of a plain list or a single value. */
  name: string | undefined;
  /** The value in a row; undefined and null are missing. Values are read in place: copying a million costs more than checking. */
  at(row: number): unknown;
  /** What the container itself says of the type (a typed array, an Arrow field). */
  type?: ColumnType;
  /** Every value is of `type` and none is missing: they need not be looked at. */
  certain?: boolean;
  /** NaN counts as missing, as in a pandas column. Records are JSON's sisters: there NaN is a number. */
  nanIsMissing?: boolean;
}

export interface TensorData {
  kind: "tensors";
  tensors: DataTensor[];
}

export interface DataTensor {
  name: string | undefined;
  /** numpy's name. */
  dtype: string;
  shape: readonly number[];
  /** The flat values, where they can be had without waiting. */
  values: ArrayLike<unknown> | undefined;
}

export interface ReadOptions {
  /** How a list in a list is seen: MLflow's way, a column of arrays; or as numpy would, a tensor. Default `columns`. */
  arrays?: "columns" | "tensor";
  /** Whether an object of equally long lists is a table of columns (default) or one record whose values are lists. */
  lists?: "columns" | "record";
  /** Type of plain numbers that are all whole: `double` (default), or `long`, as Python has it. */
  integers?: "double" | "long";
}

/** One library's or language's way to hold data. A new one is a file exporting one of these, and its line in `dataReaders`. */
export interface DataReader {
  readonly name: string;
  /** The data, or undefined when `value` is not of this kind. Decided by what the object can do, not by its class. */
  read(value: object, options: ReadOptions): ModelData | undefined;
}
