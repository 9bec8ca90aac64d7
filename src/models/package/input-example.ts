import { readFile } from "node:fs/promises";
import { ModelError, reasonOf } from "../../errors.js";
import type { ColumnData, DataTensor } from "../data/model-data.js";
import { isPlainObject } from "../data/plain-values.js";
import { castOf, castTensors, itemCastOf } from "../signature/cast-value.js";
import { readColumns } from "../signature/check-columns.js";
import { tensorGiven } from "../signature/check-tensors.js";
import { enforceSchema } from "../signature/enforce.js";
import { parseExact, plainIntegers, stringifyExact } from "../signature/exact-json.js";
import { dataOf } from "../signature/model-rows.js";
import type { ColumnType, Schema, TensorSpec } from "../signature/schema.js";
import { exampleValue, tensorValue } from "./example-values.js";
import type { MLmodel, SavedExample } from "./mlmodel.js";
import { fileInside } from "./model-files.js";

const exampleFile = "input_example.json";
const servingFile = "serving_input_example.json";

/** An example as JSON has it, but that numbers which are not finite stay until the signature is known. */
export interface PlainExample {
  /** MLflow's word for what the file holds. */
  type: "dataframe" | "ndarray" | "json_object";
  /** Of a dataframe. */
  columns: ReadonlyArray<{ name: string; nanIsMissing: boolean }>;
  /** Of a dataframe its rows, as lists; else the data itself. */
  data: unknown;
}

/**
 * An example of a model's input, read as the signature reads it.
 * @param inputs - of a signature that was given; without one, as `inferSignature` reads data
 * @throws {ModelError} INVALID_PARAMETER_VALUE for an example without rows, and for values that no signature can say
 */
export function plainExample(example: unknown, inputs: Schema | undefined): PlainExample {
  const tensors = inputs?.kind === "tensors" ? tensorsGiven(inputs.tensors, example) : undefined;
  if (tensors !== undefined) return ofTensors(tensors);
  const read = (inputs?.kind === "columns" ? readColumns(inputs.columns, example) : undefined) ?? dataOf(example);
  if (read.kind === "tensors") return ofTensors(read.tensors);
  if (read.rows === 0) throw noRows();
  if (read.columns.every(({ name }) => name !== undefined)) return ofColumns(read);
  return { type: "json_object", columns: [], data: exampleValue(example, "the example") };
}

/** What is written of an example, by file, and what MLmodel says of it. */
export interface ExampleFiles {
  saved: SavedExample;
  texts: Readonly<Record<string, string>>;
}

/**
 * The files of an example, as MLflow has them: the data, and the body of a request that serves it.
 * @throws {SignatureMismatchError} when the signature, which took the example, would not take what is read from its file
 */
export function exampleFiles(example: PlainExample, inputs: Schema | undefined): ExampleFiles {
  const { type, columns } = example;
  const data = finished(example, inputs);
  const table = type === "dataframe" ? { columns: columns.map(({ name }) => name), data } : undefined;
  const text = stringifyExact(table ?? data);
  const serving = table === undefined ? { inputs: data } : { dataframe_split: table };
  const saved: SavedExample = {
    artifactPath: exampleFile,
    servingInputPath: servingFile,
    type,
    pandasOrient: table === undefined ? undefined : "split",
  };
  if (inputs !== undefined) enforceSchema(inputs, castExample(parseExact(text), saved, inputs), { json: true });
  return { saved, texts: { [exampleFile]: text, [servingFile]: stringifyExact(serving, 2) } };
}

/**
 * The example that was logged with a model, cast to its signature's types: a table as records.
 * @returns undefined when there is none
 * @throws {ModelError} DATA_LOSS when its file is missing or not JSON
 */
export async function readInputExample(folder: string, model: MLmodel): Promise<unknown> {
  const { savedInputExample: saved, signature } = model;
  if (saved === undefined) return undefined;
  let content: unknown;
  try {
    content = parseExact(await readFile(fileInside(folder, saved.artifactPath), "utf8"));
  } catch (cause) {
    throw new ModelError(
      "DATA_LOSS",
      `The model's input example '${saved.artifactPath}' cannot be read: ${reasonOf(cause)}.`,
      { cause },
    );
  }
  return castExample(content, saved, signature?.inputs);
}

function castExample(content: unknown, { type }: SavedExample, inputs: Schema | undefined): unknown {
  if (type === "dataframe" && isPlainObject(content) && Array.isArray(content.data)) {
    const { columns, data } = content;
    if (!Array.isArray(columns)) return data;
    return castRecords(
      data.map((row: unknown[]) => Object.fromEntries(columns.map((name, at) => [String(name), row[at]]))),
      inputs,
    );
  }
  const data = unwrapped(content, inputs);
  if (inputs?.kind === "tensors") return castTensors(inputs.tensors, data);
  const [first] = inputs?.columns ?? [];
  if (first === undefined) return plainIntegers(data);
  if (first.name !== undefined) {
    // Python's list of records, or one of them.
    return Array.isArray(data) ? castRecords(data, inputs) : castRecords([data], inputs)[0];
  }
  const cast = itemCastOf(first.type);
  return Array.isArray(data) ? data.map(cast) : cast(data);
}

function castRecords(rows: readonly unknown[], inputs: Schema | undefined): unknown[] {
  const columns = inputs?.kind === "columns" ? inputs.columns : [];
  const casts = new Map(columns.map(({ name, type }) => [String(name), castOf(type)]));
  return rows.map((row) => {
    if (!isPlainObject(row)) return row;
    return Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, (casts.get(name) ?? plainIntegers)(value)]),
    );
  });
}

/** Until 0.2 the data lay under `inputs`; with params it does in MLflow. */
function unwrapped(content: unknown, inputs: Schema | undefined): unknown {
  if (!isPlainObject(content) || !Object.hasOwn(content, "inputs")) return content;
  const specs = inputs?.kind === "tensors" ? inputs.tensors : (inputs?.columns ?? []);
  const keys = Object.keys(content).filter((key) => key !== "params");
  return keys.length > 1 || specs.some(({ name }) => name === "inputs") ? content : content.inputs;
}

function ofColumns({ rows, columns }: ColumnData): PlainExample {
  const names = columns.map(({ name = "" }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new ModelError("INVALID_PARAMETER_VALUE", `The input example has the column '${twice}' more than once.`);
  }
  const data = Array.from({ length: rows }, (_, row) =>
    columns.map(({ name, at }) => exampleValue(at(row), `row ${row}, column '${name}'`)),
  );
  return {
    type: "dataframe",
    columns: columns.map(({ name = "", nanIsMissing = false }) => ({ name, nanIsMissing })),
    data,
  };
}

function ofTensors(tensors: readonly DataTensor[]): PlainExample {
  if (tensors.some(({ shape }) => shape[0] === 0)) throw noRows();
  const values = tensors.map((tensor) => {
    return [
      tensor.name ?? "",
      tensorValue(tensor, tensor.name === undefined ? "the tensor" : `'${tensor.name}'`),
    ] as const;
  });
  const [only] = values;
  const unnamed = tensors.length === 1 && tensors[0]?.name === undefined;
  return { type: "ndarray", columns: [], data: unnamed ? only?.[1] : Object.fromEntries(values) };
}

/** The tensors that the example holds; undefined when it does not hold all of them. */
function tensorsGiven(specs: readonly TensorSpec[], example: unknown): DataTensor[] | undefined {
  const found = specs.map(({ name }) => {
    const value =
      name === undefined
        ? example
        : isPlainObject(example)
          ? Object.entries(example).find(([key]) => key === name)?.[1]
          : undefined;
    const tensor = tensorGiven(value);
    return tensor && { ...tensor, name };
  });
  const all = found.filter((tensor) => tensor !== undefined);
  return all.length === specs.length ? all : undefined;
}

/** The data with NaN and infinities as JSON has them where they stand. */
function finished({ type, columns, data }: PlainExample, inputs: Schema | undefined): unknown {
  const specs = inputs?.kind === "columns" ? inputs.columns : [];
  if (type === "dataframe") {
    const types = columns.map(({ name, nanIsMissing }) => {
      const spec = specs.find((one) => String(one.name) === name);
      return { type: spec?.type, gap: nanIsMissing && spec?.required !== true };
    });
    return (data as unknown[][]).map((row) =>
      row.map((value, at) => finite(value, types[at]?.type, types[at]?.gap === true)),
    );
  }
  const [first] = specs;
  return finite(data, first !== undefined && first.name === undefined ? listOf(first.type, data) : undefined, true);
}

/** Of a column without a name, data is its value, or a list of these. */
function listOf(items: ColumnType, data: unknown): ColumnType {
  return Array.isArray(data) ? { type: "array", items } : items;
}

/**
 * NaN is null where null is read as NaN again, or says that the value is missing; else a text that is read as that number,
 * as infinities are everywhere. Of no known type, NaN is null: JSON has no other word for it.
 * @param gap - null may stand here
 */
function finite(value: unknown, type: ColumnType | undefined, gap: boolean): unknown {
  if (typeof value === "number") {
    if (Number.isFinite(value)) return value;
    if (!Number.isNaN(value)) return value > 0 ? "Infinity" : "-Infinity";
    return !gap && (type?.type === "double" || type?.type === "float") ? "NaN" : null;
  }
  if (Array.isArray(value)) {
    const items = type?.type === "array" ? type.items : undefined;
    return value.map((item) => finite(item, items, true));
  }
  if (!isPlainObject(value)) return value;
  const types = new Map(type?.type === "object" ? type.properties.map((one) => [one.name, one.type]) : []);
  const values = type?.type === "map" ? type.values : undefined;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, finite(item, types.get(key) ?? values, type?.type !== "object")]),
  );
}

function noRows(): ModelError {
  return new ModelError("INVALID_PARAMETER_VALUE", "The input example has no rows.", {
    hint: "Pass at least one row of the model's input, or leave the example out.",
  });
}
