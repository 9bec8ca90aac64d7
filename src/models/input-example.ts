import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ModelData } from "./data/model-data.js";
import { readData } from "./data/read-data.js";
import { isTypedArray } from "./data/typed-array.js";
import type { SavedExample } from "./mlmodel.js";
import { dataOf } from "./model-rows.js";

const exampleFile = "input_example.json";
const servingFile = "serving_input_example.json";

/** Writes an example of a model's input as MLflow does: the data, and the body of a request that serves it. */
export async function writeInputExample(folder: string, example: unknown): Promise<SavedExample> {
  const data = dataOf(example);
  const named = data.kind === "columns" && data.columns.every(({ name }) => name !== undefined);
  const content = named ? splitOf(data) : { inputs: tensorsOf(data, example) };
  await writeFile(join(folder, exampleFile), JSON.stringify(content));
  const serving = named ? { dataframe_split: content } : content;
  await writeFile(join(folder, servingFile), JSON.stringify(serving, null, 2));
  return {
    artifactPath: exampleFile,
    servingInputPath: servingFile,
    type: named ? "dataframe" : "ndarray",
    pandasOrient: named ? "split" : undefined,
  };
}

function splitOf({ columns, rows }: Extract<ModelData, { kind: "columns" }>): {
  columns: unknown[];
  data: unknown[][];
} {
  const data = Array.from({ length: rows }, (_, row) => columns.map((column) => jsonValue(column.at(row))));
  return { columns: columns.map(({ name }) => name), data };
}

function tensorsOf(data: ModelData, example: unknown): unknown {
  if (data.kind === "columns") return jsonValue(example);
  const named = data.tensors.map(
    ({ name, values, shape }) => [name ?? "", nest(Array.from(values ?? []), shape)] as const,
  );
  return data.tensors.length === 1 && data.tensors[0]?.name === undefined ? named[0]?.[1] : Object.fromEntries(named);
}

/** As MLflow's JSON has it: bytes in base64, times in ISO, what is missing as null. */
function jsonValue(value: unknown): unknown {
  if (value === undefined || (typeof value === "number" && !Number.isFinite(value))) return null;
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString().replace("Z", "");
  if (Buffer.isBuffer(value)) return value.toString("base64");
  if (isTypedArray(value)) return Array.from(value as ArrayLike<unknown>, jsonValue);
  if (Array.isArray(value)) return value.map(jsonValue);
  if (typeof value !== "object" || value === null) return value;
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const read = Object.getPrototypeOf(value) === Object.prototype || value instanceof Map ? undefined : readData(value);
  if (read?.kind === "tensors" && read.tensors[0] !== undefined) {
    return nest(Array.from(read.tensors[0].values ?? []), read.tensors[0].shape);
  }
  return Object.fromEntries(entries.map(([key, item]) => [String(key), jsonValue(item)]));
}

function nest(values: unknown[], shape: readonly number[]): unknown {
  const [length = values.length, ...inner] = shape;
  if (inner.length === 0) return values.map(jsonValue);
  const size = inner.reduce((product, axis) => product * axis, 1);
  return Array.from({ length }, (_, at) => nest(values.slice(at * size, (at + 1) * size), inner));
}
