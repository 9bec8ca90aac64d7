import { ModelError } from "../../errors.js";
import { isPlainObject } from "../data/plain-values.js";
import { isTypedArray } from "../data/typed-array.js";
import { isMissing, typeOfValue } from "./infer-type.js";
import { type ColumnType, isScalarType, type ParamSpec, sameType } from "./schema.js";

/**
 * The params of a call by their defaults: scalars, lists of scalars, objects.
 * @throws {ModelError} INVALID_PARAMETER_VALUE listing every default that has no type: null, an empty or mixed list, bytes
 */
export function inferParams(params: Readonly<Record<string, unknown>>, integers: "double" | "long"): ParamSpec[] {
  const problems: string[] = [];
  const specs = Object.entries(params).flatMap(([name, value]): ParamSpec[] => {
    const spec = paramOf(name, value, integers);
    if (typeof spec !== "string") return [spec];
    problems.push(`'${name}' ${spec}`);
    return [];
  });
  if (problems.length > 0) {
    throw new ModelError(
      "INVALID_PARAMETER_VALUE",
      `The type of these params cannot be inferred: ${problems.join("; ")}.`,
      {
        hint: "A param's default must be text, a number, a boolean, a Date, a list of one of these, or an object.",
      },
    );
  }
  return specs;
}

function paramOf(name: string, value: unknown, integers: "double" | "long"): ParamSpec | string {
  if (isMissing(value)) return "is missing";
  const items = isTypedArray(value) ? Array.from<unknown>(value) : value;
  if (Array.isArray(items)) {
    if (items.length === 0) return "is an empty list";
    const type = listType(items, integers);
    if (typeof type === "string") return type;
    return { name, type, default: items.map(defaultOf), shape: [-1] };
  }
  const type = typeOfValue(items, integers);
  if (type.type === "binary") return "is bytes, which JSON cannot represent";
  if (type.type === "object") return { name, type, default: defaultOf(items), shape: undefined };
  if (!isScalarType(type.type)) return `has a value of an unsupported type (${typeof value})`;
  return { name, type, default: defaultOf(items), shape: undefined };
}

function listType(items: readonly unknown[], integers: "double" | "long"): ColumnType | string {
  const types = items.map((item) => typeOfValue(item, integers));
  if (types.some(({ type }) => type === "array")) return "is a list of lists";
  const numbers = types.every(({ type }) => type === "long" || type === "double");
  const [first] = types;
  if (first === undefined) return "is an empty list";
  if (numbers) return types.some(({ type }) => type === "double") ? { type: "double" } : { type: "long" };
  if (!isScalarType(first.type) || first.type === "binary" || !types.every((type) => sameType(type, first))) {
    return "is a list without a common scalar type";
  }
  return first;
}

/** Dates as Python's `isoformat` has them; big integers as numbers, when a number holds them. */
function defaultOf(value: unknown): unknown {
  if (value instanceof Date) {
    const [seconds = "", rest = "000Z"] = value.toISOString().split(".");
    return rest === "000Z" ? seconds : `${seconds}.${rest.slice(0, 3)}000`;
  }
  if (Array.isArray(value)) return value.map(defaultOf);
  if (isPlainObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, defaultOf(item)]));
  return typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
