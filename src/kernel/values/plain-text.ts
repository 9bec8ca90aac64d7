import { inspect } from "node:util";
import { reasonOf } from "../../errors.js";
import { clip } from "../../render/format-value.js";
import { maxElements, typeNameOf, ValueOutline } from "../../value-outline.js";

/** Longest text of one value, in characters; a notebook with more than this is no longer pleasant to open. */
const maxText = 100_000;
/** Most values printed of one; more are printed less deep. */
const maxValues = 5_000;
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

/** One line for a cell of a table. @param outline - one for all cells, which looks at no more of them than is worth the time */
export function shortText(value: unknown, outline: ValueOutline): string {
  try {
    if (typeof value === "string") return value.slice(0, maxCell);
    if (outline.depth(value, 1, maxElements) < 1) return `[${typeNameOf(value)}]`;
    return inspect(outline.printable(value, 1), {
      depth: 1,
      breakLength: Number.POSITIVE_INFINITY,
      compact: true,
      maxArrayLength: 10,
    });
  } catch {
    return `[${typeNameOf(value)}]`;
  }
}

function inspected(value: unknown, levels: number): string {
  const outline = new ValueOutline();
  const depth = outline.depth(value, levels, maxValues);
  return inspect(outline.printable(value, depth), { depth, maxArrayLength: maxElements, maxStringLength: maxString });
}

function capped(text: string): string {
  if (text.length <= maxText) return text;
  const size = text.length.toLocaleString("en-US");
  return `${clip(text.slice(0, maxText + 1), maxText)}\n(showing the first 100,000 of ${size} characters)`;
}

function messageOf(error: unknown): string {
  try {
    return reasonOf(error);
  } catch {
    return "an error that cannot be printed either";
  }
}
