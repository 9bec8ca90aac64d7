import { ModelError } from "../../errors.js";
import { classOf } from "../../own.js";
import type { DataTensor } from "../data/model-data.js";
import { isPlainObject } from "../data/plain-values.js";
import { tensorOf } from "../data/tensor-like.js";
import { isBytes, isTypedArray } from "../data/typed-array.js";

/** Deeper than any data is, and far from the end of the stack, here and in Python. */
const maxDepth = 200;

/**
 * A value of an input example as JSON has it: bytes in base64, times in ISO without a zone, tensors as nested lists, what is
 * missing as null. BigInts and numbers that are not finite stay, for `stringifyExact` and the column's type to write.
 * @param at - where the value stands, for the error
 * @throws {ModelError} INVALID_PARAMETER_VALUE for what JSON and no schema can say: functions, promises, values that contain
 * themselves, classes that keep their content to themselves, times outside the years 1 to 9999
 */
export function exampleValue(value: unknown, at: string, above: readonly object[] = []): unknown {
  switch (typeof value) {
    case "function":
    case "symbol":
      throw unsaid(at, `a ${typeof value}`);
    case "undefined":
      return null;
    case "object":
      return value === null ? null : objectValue(value, at, above);
    default:
      return value;
  }
}

function objectValue(value: object, at: string, above: readonly object[]): unknown {
  if (above.includes(value)) throw unsaid(at, "an object that contains itself");
  if (above.length === maxDepth) throw unsaid(at, `more than ${maxDepth} levels of nesting`);
  const inside = [...above, value];
  if (value instanceof Date) return timeValue(value, at);
  if (isBytes(value)) return Buffer.from(value as Uint8Array).toString("base64");
  if (Array.isArray(value) || isTypedArray(value)) {
    return Array.from<unknown, unknown>(value, (item, index) => exampleValue(item, `${at}[${index}]`, inside));
  }
  if (value instanceof Set) return [...value].map((item, index) => exampleValue(item, `${at}[${index}]`, inside));
  if (value instanceof Map) return fields([...value], at, inside);
  if (isPlainObject(value)) return fields(Object.entries(value), at, inside);
  const tensor = tensorOf(value);
  if (tensor !== undefined) return tensorValue(tensor, at);
  if (value instanceof Number || value instanceof String || value instanceof Boolean) return value.valueOf();
  const name = classOf(value)?.name ?? "a class";
  if (typeof (value as Partial<PromiseLike<unknown>>).then === "function") throw unsaid(at, "a Promise");
  if ("toJSON" in value && typeof value.toJSON === "function") return exampleValue(value.toJSON(), at, inside);
  const entries = Object.entries(value);
  if (entries.length === 0) throw unsaid(at, `an instance of ${name}, which hides its contents`);
  return fields(entries, at, inside);
}

function fields(entries: ReadonlyArray<readonly [unknown, unknown]>, at: string, inside: readonly object[]): unknown {
  return Object.fromEntries(
    entries
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [String(key), exampleValue(item, `${at}.${String(key)}`, inside)]),
  );
}

function timeValue(value: Date, at: string): string | null {
  if (Number.isNaN(value.getTime())) return null;
  const year = value.getUTCFullYear();
  if (year < 1 || year > 9999) throw unsaid(at, `a time in the year ${year}`);
  return value.toISOString().replace("Z", "");
}

/**
 * A tensor as nested lists, one for each axis; one of no axis is its value.
 * @throws {ModelError} INVALID_PARAMETER_VALUE for values that cannot be read without waiting, and dtypes that JSON has not
 */
export function tensorValue({ dtype, shape, values }: DataTensor, at: string): unknown {
  if (values === undefined) throw unsaid(at, "a tensor whose values are not in memory");
  // Before Float16Array there was, libraries gave the bits.
  if (dtype === "complex64" || (dtype === "float16" && values instanceof Uint16Array)) {
    throw unsaid(at, `a tensor of ${dtype}`);
  }
  const one = dtype === "bool" ? (value: unknown) => Boolean(value) : (value: unknown) => exampleValue(value, at);
  return nested(Array.from(values, one), shape);
}

function nested(values: readonly unknown[], shape: readonly number[]): unknown {
  const [length, ...inner] = shape;
  if (length === undefined) return values[0];
  if (inner.length === 0) return values;
  const size = inner.reduce((product, axis) => product * axis, 1);
  return Array.from({ length }, (_, at) => nested(values.slice(at * size, (at + 1) * size), inner));
}

function unsaid(at: string, what: string): ModelError {
  return new ModelError(
    "INVALID_PARAMETER_VALUE",
    `The input example has ${what} at ${at}, which a signature cannot describe.`,
    {
      hint:
        what === "a Promise"
          ? "Add await before it."
          : "Convert it to numbers, text, dates, bytes, lists or plain objects.",
    },
  );
}
