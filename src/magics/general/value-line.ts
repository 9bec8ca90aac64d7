import { inspect } from "node:util";
import { clip } from "../../render/format-value.js";
import { maxElements, typeNameOf, ValueOutline } from "../../value-outline.js";
import { visible } from "../../visible.js";

/** Longest line of a value, in characters. */
const longest = 200;

/** What a variable is called in a list of them: "number", "Array", "Map", "null". */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  return typeof value === "object" ? typeNameOf(value) : typeof value;
}

/** The beginning of a value on one line, with how many elements it has: `Array(3): [ 1, 2, 3 ]`. Never throws. */
export function valueLine(value: unknown, outline = new ValueOutline()): string {
  try {
    const text = typeof value === "string" ? JSON.stringify(value.slice(0, longest + 2)) : inspected(value, outline);
    return visible(clip(text, longest));
  } catch {
    // A custom inspect function, or a proxy's trap, has thrown.
    return `[${kindOf(value)}]`;
  }
}

function inspected(value: unknown, outline: ValueOutline): string {
  if (outline.depth(value, 1, maxElements) < 1 && typeof value === "object")
    return `[${kindOf(value)}${sizeOf(value)}]`;
  return inspect(outline.printable(value, 1), {
    depth: 1,
    breakLength: Number.POSITIVE_INFINITY,
    compact: true,
    maxArrayLength: 10,
    maxStringLength: longest,
  });
}

function sizeOf(value: unknown): string {
  const size =
    Array.isArray(value) || ArrayBuffer.isView(value)
      ? (value as { length?: unknown }).length
      : sizeOfCollection(value);
  return typeof size === "number" ? ` of ${size.toLocaleString("en-US")}` : "";
}

function sizeOfCollection(value: unknown): number | undefined {
  return value instanceof Map || value instanceof Set ? value.size : undefined;
}
