import { types } from "node:util";
import { TrackingError } from "../errors.js";
import { classOf } from "../own.js";

/** What an error calls a value: its type with an article, and the value itself when it is short: "a Promise", "an array", `the text "x"`. */
export function typeOf(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
    case "number":
      return `the number ${Object.is(value, -0) ? "-0" : value}`;
    case "bigint":
      return `the BigInt ${value}n`;
    case "boolean":
      return `the boolean ${value}`;
    case "symbol":
      return `the symbol ${String(value)}`;
    case "undefined":
      return "undefined";
    case "function":
      return typeof value.name === "string" && value.name !== "" ? `the function ${value.name}` : "a function";
    default:
      return typeof value === "object" && value !== null ? objectType(value) : "null";
  }
}

/** Whether `await` would wait for it. */
export function isThenable(value: unknown): boolean {
  if ((typeof value !== "object" || value === null) && typeof value !== "function") return false;
  try {
    return "then" in value && typeof value.then === "function";
  } catch {
    return false; // a proxy or a getter that answers nothing; reading the value says so
  }
}

/** An error about a value of the wrong type. A promise always comes of a forgotten `await`, and the error says so. */
export function wrongType(message: string, value: unknown, hint?: string): TrackingError {
  return isThenable(value)
    ? new TrackingError("INVALID_PARAMETER_VALUE", `${message} \`await\` is missing.`, {
        hint: "Write `await` before the call that returns the value.",
      })
    : new TrackingError("INVALID_PARAMETER_VALUE", message, { hint });
}

/** @throws {TrackingError} INVALID_PARAMETER_VALUE for anything but text, naming its type */
export function checkText(what: string, value: unknown): asserts value is string {
  if (typeof value !== "string") throw wrongType(`${what} must be a string; got ${typeOf(value)}.`, value);
}

/**
 * The options of a call, which may be left out.
 * @param example - how they are written, for the hint
 * @throws {TrackingError} INVALID_PARAMETER_VALUE for what is not an object of options
 */
export function checkOptions(call: string, value: unknown, example: string): void {
  if (value === undefined || isNamed(value)) return;
  throw wrongType(`The options of ${call} must be an object; got ${typeOf(value)}.`, value, `Write ${example}.`);
}

/**
 * The names and values of an object: its own enumerable fields.
 * @param what - what an error calls the object
 * @throws {TrackingError} INVALID_PARAMETER_VALUE for any other value, whose fields are not what it holds (a Map, an array, a text),
 *   and for an object without fields unless `options.mayBeEmpty`
 */
export function fieldsOf(
  what: string,
  value: unknown,
  options: { mayBeEmpty?: boolean } = {},
): Array<[string, unknown]> {
  const fields = isNamed(value) ? readFields(what, value) : [];
  if (fields.length > 0 || (options.mayBeEmpty && isNamed(value) && isPlain(value))) return fields;
  const hint = types.isMap(value) ? "Use Object.fromEntries(map) to turn a Map into an object." : undefined;
  throw wrongType(`${what} must be an object of names and values; got ${typeOf(value)}.`, value, hint);
}

/** An object whose fields are what it holds; not a Map, an array, a Date, a promise. */
export function isNamed(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !isThenable(value) && !isSpecial(value);
}

function readFields(what: string, value: object): Array<[string, unknown]> {
  try {
    return Object.entries(value);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : typeOf(cause);
    throw new TrackingError("INVALID_PARAMETER_VALUE", `${what} cannot be read: ${reason}`, { cause });
  }
}

/** `{…}`, also of another realm, or without a prototype; no instance of a class. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Objects that hold something else than their fields say, or do not say what they are. */
function isSpecial(value: object): boolean {
  try {
    // Most are object literals.
    if (Object.getPrototypeOf(value) === Object.prototype) return false;
    return Array.isArray(value) || ArrayBuffer.isView(value) || holders.some((is) => is(value));
  } catch {
    return true; // a proxy that has been revoked
  }
}

const holders: ReadonlyArray<(value: unknown) => boolean> = [
  types.isAnyArrayBuffer,
  types.isMap,
  types.isSet,
  types.isDate,
  types.isRegExp,
  types.isBoxedPrimitive,
  types.isNativeError,
];

function objectType(value: object): string {
  const name = className(value);
  if (types.isBoxedPrimitive(value)) return `a ${name} object`;
  if (name === "" || name === "Object") return isEmpty(value) ? "an empty object" : "an object";
  if (name === "Array") return isEmpty(value) ? "an empty array" : "an array";
  return `${/^[aeiou]/i.test(name) ? "an" : "a"} ${name}`;
}

function isEmpty(value: object): boolean {
  try {
    return Object.keys(value).length === 0;
  } catch {
    return false;
  }
}

function className(value: object): string {
  try {
    const name = classOf(value)?.name ?? "";
    if (name !== "" && name !== "Object") return name;
    return /^\[object (.*)\]$/.exec(Object.prototype.toString.call(value))?.[1] ?? "";
  } catch {
    return "Proxy"; // of the kind that answers no question
  }
}
