import { inspect, types } from "node:util";
import { own } from "../../own.js";
import { clip } from "../../render/format-value.js";

/** Longest text of one value, in characters; a notebook with more than this is no longer pleasant to open. */
const maxText = 100_000;
/** Most values printed of one; more are printed less deep. */
const maxValues = 5_000;
/** Most elements of one array, Map or Set, and most keys of one object at the top. */
const maxElements = 100;
const maxString = 10_000;
/** More than a table shows of one cell, its title included. */
const maxCell = 2_000;
/** Node prints 2 levels, Deno 4. */
const deepest = 4;

/**
 * A value as text, the way `console.log` in Node prints it, but of bounded size and whatever the value's own code does.
 * @param levels - most levels of values within values
 */
export function plainText(value: unknown, levels = deepest): string {
  try {
    return capped(inspected(value, levels));
  } catch (error) {
    // a custom inspect function, or a proxy's trap, has thrown
    return `[${typeNameOf(value)} that cannot be printed: ${messageOf(error)}]`;
  }
}

/** One line for a cell of a table. */
export function shortText(value: unknown): string {
  try {
    if (typeof value === "string") return value.slice(0, maxCell);
    if (typeof value === "object" && value !== null && weight(value, 1) > maxElements) return `[${typeNameOf(value)}]`;
    return inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, compact: true, maxArrayLength: 10 });
  } catch {
    return `[${typeNameOf(value)}]`;
  }
}

function inspected(value: unknown, levels: number): string {
  const depth = printableDepth(value, levels);
  const options = { depth, maxArrayLength: maxElements, maxStringLength: maxString };
  const keys = depth > 0 || !isKeyed(value) ? [] : Object.keys(value);
  if (keys.length <= maxValues) return inspect(value, options);
  const shown = Object.fromEntries(keys.slice(0, maxElements).map((key) => [key, own(value as Keyed, key)]));
  const note = `showing ${maxElements} of ${keys.length.toLocaleString("en-US")} keys`;
  return `${inspect(shown, options)}\n(${note})`;
}

/** As deep as is possible without printing too many values. */
function printableDepth(value: unknown, levels: number): number {
  for (let depth = levels; depth > 0; depth--) if (weight(value, depth) <= maxValues) return depth;
  return 0;
}

/** How many values would be printed; gives up counting when there are too many. Runs no code of the value's. */
function weight(value: unknown, depth: number): number {
  const count = { values: 0 };
  const walk = (inner: unknown, left: number): void => {
    count.values++;
    if (typeof inner !== "object" || inner === null || left < 0 || count.values > maxValues) return;
    if (types.isProxy(inner) || ArrayBuffer.isView(inner)) return;
    for (const child of children(inner)) {
      if (count.values > maxValues) return;
      walk(child, left - 1);
    }
  };
  walk(value, depth);
  return count.values;
}

function* children(value: object): Generator<unknown> {
  if (value instanceof Map || value instanceof Set) {
    const left = { elements: maxElements };
    for (const element of value.values()) {
      if (left.elements-- === 0) return;
      yield element;
    }
    return;
  }
  // Not by the keys of an array: making a million of them takes longer than printing the first hundred.
  const keys = Array.isArray(value)
    ? Array.from({ length: Math.min(value.length, maxElements) }, (_, at) => at)
    : Object.keys(value);
  for (const key of keys) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    yield property && "value" in property ? property.value : undefined;
  }
}

type Keyed = Record<string, unknown>;

function isKeyed(value: unknown): value is Keyed {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !types.isProxy(value);
}

function capped(text: string): string {
  if (text.length <= maxText) return text;
  const size = text.length.toLocaleString("en-US");
  return `${clip(text.slice(0, maxText + 1), maxText)}\n(showing the first 100,000 of ${size} characters)`;
}

/** Name of the value's class, without running code of the value's. */
export function typeNameOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return typeof value;
  if (types.isProxy(value)) return "Proxy";
  const prototype: unknown = Object.getPrototypeOf(value);
  const maker = prototype === null ? undefined : Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  const name: unknown = typeof maker === "function" ? Object.getOwnPropertyDescriptor(maker, "name")?.value : undefined;
  return typeof name === "string" && name !== "" ? name : "Object";
}

function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return "an error that cannot be printed either";
  }
}
