import { types } from "node:util";
import { RunlabError, TrackingError } from "../errors.js";
import { own } from "../own.js";
import { isPlain, isThenable, typeOf, wrongType } from "./value-type.js";

export interface JsonStyle {
  /** Blanks per level; on one line when absent. */
  indent?: number;
  /** Fields that are undefined are left out, as in a specification where that means the default; else they are null. */
  omitUndefined?: boolean;
}

/** Deeper data is almost always a mistake, and Python's JSON reader stops near here. */
const deepest = 1000;

/**
 * Any value as JSON text that a person can read and that holds all of it: like `JSON.stringify`, but
 * - BigInts are their digits and NaN and infinities their names, as text; -0 stays -0; undefined and holes are null;
 * - typed arrays, buffers and Sets are arrays; a Map is an object, or a list of pairs when its keys are objects or have the same text;
 * - a Date is ISO 8601, and a RegExp, a URL and an Error are the text they print as; an Error with fields or a cause is an object;
 * - another object is what its `toJSON` gives, else its own enumerable fields, else what its `toString` gives.
 * @param what - what an error calls the value
 * @throws {TrackingError} INVALID_PARAMETER_VALUE, with the place and the type, for what no text can hold: a promise, a function,
 *   a symbol, an object that shows nothing of what it holds, and what holds itself
 */
export function jsonText(value: unknown, what: string, style: JsonStyle = {}): string {
  const plain = plainJson(value, style);
  if (plain !== undefined) return plain;
  const writer = new JsonWriter(what, style);
  try {
    return writer.write(value);
  } catch (error) {
    if (error instanceof RunlabError) throw error;
    const reason = error instanceof Error ? error.message : typeOf(error);
    throw new TrackingError("INVALID_PARAMETER_VALUE", `${writer.place} cannot be read: ${reason}`, { cause: error });
  }
}

/**
 * What `JSON.stringify` writes, three times as fast, for a value that is JSON throughout: data is, nearly always.
 * @returns undefined for any other value, which {@link JsonWriter} writes or refuses
 */
function plainJson(value: unknown, { indent }: JsonStyle): string | undefined {
  const above: unknown[] = [];
  function check(this: Readonly<Record<string, unknown>>, key: string, part: unknown): unknown {
    // A toJSON has been asked by now: of a Date, a Buffer, or one of the user's.
    if (own(this, key) !== part) throw notPlain();
    if (typeof part === "string" || typeof part === "boolean" || part === null) return part;
    if (typeof part === "number" && Number.isFinite(part) && !Object.is(part, -0)) return part;
    if (typeof part !== "object" || !isLiteral(part)) throw notPlain();
    while (above.length > 0 && above.at(-1) !== this) above.pop();
    if (above.push(part) > deepest) throw notPlain();
    return part;
  }
  try {
    return JSON.stringify(value, check, indent);
  } catch {
    return undefined;
  }
}

/** Thrown and caught here: it says nothing to anybody. */
const notPlain = () => new Error("not plain JSON");

/** An array or `{…}` that is asked for nothing but its parts. */
function isLiteral(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Array.prototype) return true;
  return (
    prototype === Object.prototype && !("toJSON" in value) && !isThenable(value) && !types.isArgumentsObject(value)
  );
}

/**
 * A value as the text of a param or a tag: a text as it is, other values as {@link jsonText} has them, without quotes.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE for undefined, for what has no text, and for text that UTF-8 cannot hold
 */
export function valueText(value: unknown, what: string): string {
  const text = plainText(value) ?? unquoted(jsonText(value, what));
  checkWellFormed(text, what);
  return text;

  function plainText(given: unknown): string | undefined {
    if (typeof given === "string") return given;
    if (given === undefined) throw wrongType(`${what} is undefined.`, given, "Pass a value, or leave it out.");
    if (typeof given === "number") return Object.is(given, -0) ? "-0" : String(given);
    return typeof given === "boolean" || typeof given === "bigint" ? String(given) : undefined;
  }
}

/** @throws {TrackingError} INVALID_PARAMETER_VALUE for half a character, which every writer of UTF-8 replaces by another */
export function checkWellFormed(text: string, what: string): void {
  // Nearly no text has a surrogate at all, which is told faster.
  const half = /[\ud800-\udfff]/.test(text) ? text.search(/\p{Surrogate}/u) : -1;
  if (half < 0) return;
  const code = text.charCodeAt(half).toString(16).toUpperCase();
  throw new TrackingError(
    "INVALID_PARAMETER_VALUE",
    `${what} has half a character at position ${half} (U+${code}, a lone surrogate), which UTF-8 cannot encode.`,
    { hint: "This happens when text is cut in the middle of an emoji; text.toWellFormed() replaces it." },
  );
}

function unquoted(json: string): string {
  return json.startsWith('"') ? String(JSON.parse(json)) : json;
}

/** What an object is in JSON: another value, a list, or names with values. */
type Form = { value: unknown } | { items: ArrayLike<unknown> } | { fields: ReadonlyArray<readonly [string, unknown]> };

class JsonWriter {
  readonly #what: string;
  readonly #indent: string;
  readonly #omitUndefined: boolean;
  /** Where the value stands that is being written. */
  readonly #path: Array<string | number> = [];
  readonly #open = new Set<object>();
  readonly #names = new Map<string, string>();

  constructor(what: string, { indent = 0, omitUndefined = false }: JsonStyle) {
    this.#what = what;
    this.#indent = " ".repeat(indent);
    this.#omitUndefined = omitUndefined;
  }

  /** As an error shows it: `Param 'model' at .layers[2].units`. */
  get place(): string {
    if (this.#path.length === 0) return this.#what;
    const parts = this.#path.map((part) =>
      typeof part === "number"
        ? `[${part}]`
        : /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(part)
          ? `.${part}`
          : `[${JSON.stringify(part)}]`,
    );
    return `${this.#what} at ${parts.length > 20 ? `${parts.slice(0, 20).join("")}…` : parts.join("")}`;
  }

  write(value: unknown): string {
    switch (typeof value) {
      case "string":
        return JSON.stringify(value);
      case "number":
        return Number.isFinite(value) ? (Object.is(value, -0) ? "-0" : String(value)) : `"${value}"`;
      case "boolean":
        return String(value);
      case "bigint":
        return `"${value}"`;
      case "undefined":
        return "null";
      case "object":
        return value === null ? "null" : this.#object(value);
      default:
        throw this.#refused(value);
    }
  }

  #object(value: object, asks = true): string {
    if (isThenable(value)) throw this.#refused(value);
    if (this.#open.has(value)) throw this.#refused(value, "which contains itself");
    if (this.#path.length >= deepest) throw this.#refused(value, `more than ${deepest} levels deep`);
    this.#open.add(value);
    const form = formOf(value, asks);
    if (form === undefined) throw this.#refused(value, "which does not reveal its contents");
    const text =
      "value" in form ? this.#other(form.value) : "items" in form ? this.#list(form.items) : this.#fields(form.fields);
    this.#open.delete(value);
    return text;
  }

  /** What stands for an object is not asked again for what stands for it. */
  #other(value: unknown): string {
    if (typeof value !== "object" || value === null) return this.write(value);
    return this.#open.has(value) ? this.#again(value) : this.#object(value, false);
  }

  /** A `toJSON` that gives the object itself. */
  #again(value: object): string {
    this.#open.delete(value);
    const text = this.#object(value, false);
    this.#open.add(value);
    return text;
  }

  #list(items: ArrayLike<unknown>): string {
    if (items.length === 0) return "[]";
    const { before, between, after } = this.#gaps();
    let text = `[${before}`;
    for (let index = 0; index < items.length; index++) {
      if (index > 0) text += between;
      text += this.#part(index, items[index]);
    }
    return `${text}${after}]`;
  }

  #fields(fields: ReadonlyArray<readonly [string, unknown]>): string {
    const { before, between, after, colon } = this.#gaps();
    let text = "";
    for (const [name, value] of fields) {
      if (value === undefined && this.#omitUndefined) continue;
      text += `${text === "" ? before : between}${this.#name(name)}${colon}${this.#part(name, value)}`;
    }
    return text === "" ? "{}" : `{${text}${after}}`;
  }

  #part(at: string | number, value: unknown): string {
    if (typeof value === "object" || typeof value === "function" || typeof value === "symbol") {
      this.#path.push(at);
      const text = this.write(value);
      this.#path.pop();
      return text;
    }
    return this.write(value);
  }

  /** Rows of a table have the same names over and over. */
  #name(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const quoted = JSON.stringify(name);
    if (this.#names.size < 1000) this.#names.set(name, quoted);
    return quoted;
  }

  /** What stands around and between the parts at this depth. */
  #gaps(): { before: string; between: string; after: string; colon: string } {
    if (this.#indent === "") return { before: "", between: ",", after: "", colon: ":" };
    const after = `\n${this.#indent.repeat(this.#path.length)}`;
    const before = `${after}${this.#indent}`;
    return { before, between: `,${before}`, after, colon: ": " };
  }

  #refused(value: unknown, why = ""): TrackingError {
    const hint =
      typeof value === "function"
        ? "Call it, pass its name, or leave it out."
        : "Convert it to text, numbers, booleans, or lists and objects of them.";
    return wrongType(`${this.place} is ${typeOf(value)}${why === "" ? "" : `, ${why}`}.`, value, hint);
  }
}

/** @param asks - whether its `toJSON` is asked @returns undefined for an object that shows nothing */
function formOf(value: object, asks: boolean): Form | undefined {
  if (Array.isArray(value) || types.isArgumentsObject(value)) return { items: value as ArrayLike<unknown> };
  if (types.isTypedArray(value)) return { items: value };
  if (ArrayBuffer.isView(value)) return { items: new Uint8Array(value.buffer, value.byteOffset, value.byteLength) };
  if (types.isAnyArrayBuffer(value)) return { items: new Uint8Array(value) };
  if (types.isMap(value)) return mapForm(value);
  if (types.isSet(value)) return { items: [...value] };
  if (types.isDate(value)) return { value: Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString() };
  if (types.isRegExp(value)) return { value: String(value) };
  if (types.isBoxedPrimitive(value)) return { value: value.valueOf() };
  if (asks && "toJSON" in value && typeof value.toJSON === "function") return { value: value.toJSON() };
  if (types.isNativeError(value)) return errorForm(value);
  const fields = Object.entries(value);
  if (fields.length > 0 || isPlain(value)) return { fields };
  const text = String(value);
  return /^\[object .*\]$/.test(text) ? undefined : { value: text };
}

/** Keys that are objects have no name, and two keys may have one (`1` and `"1"`). */
function mapForm(map: ReadonlyMap<unknown, unknown>): Form {
  const entries = [...map];
  const names = entries.map(([key]) => (isName(key) ? String(key) : undefined));
  if (names.includes(undefined) || new Set(names).size < names.length) return { items: entries };
  return { fields: entries.map(([key, value]) => [String(key), value] as const) };
}

function isName(key: unknown): boolean {
  return ["string", "number", "bigint", "boolean"].includes(typeof key);
}

/** The stack says where it was made, not what it says, and is left out. */
function errorForm(error: Error): Form {
  const hidden = ["cause", "errors"].filter((name) => Object.hasOwn(error, name));
  const names = new Set([...Object.keys(error), ...hidden]);
  for (const known of ["name", "message", "stack"]) names.delete(known);
  if (names.size === 0) return { value: String(error) };
  const { name, message } = error;
  return {
    fields: [["name", name], ["message", message], ...[...names].map((key) => [key, Reflect.get(error, key)] as const)],
  };
}
