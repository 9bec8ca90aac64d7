import { inspect, types } from "node:util";
import { plural } from "../../render/format-value.js";
import { ValueOutline } from "../../value-outline.js";
import { readOwn } from "../values/read-property.js";

/** Levels that Node's console prints. */
const levels = 2;
/** Most values printed of one; more are printed less deep. They are some 100 ms of Node's time. */
const maxValues = 50_000;
/** Longest text printed of a value, in characters. A text itself is printed whole: nobody prints one by mistake. */
const maxText = 1_000_000;
/** Of `console.table`. */
const maxRows = 1_000;
const maxColumns = 60;

type Print = (...values: unknown[]) => void;

/**
 * Lets the console print values of any size in bounded time, and say what it leaves out. Node's own prints all keys of an object: a
 * million take seconds, and fill a notebook with 16 MB.
 */
export function boundConsole(console: Console): void {
  for (const name of ["log", "info", "debug", "dirxml", "warn", "error", "trace"] as const) {
    replace(
      console,
      name,
      (print) =>
        (...values) =>
          print(...values.map(printable)),
    );
  }
  replace(console, "dir", (print) => (value, options, ...rest) => {
    const depth = (options as { depth?: number | null } | null | undefined)?.depth;
    const shown = depth === undefined ? printable(value) : cut(value, depth ?? Number.POSITIVE_INFINITY);
    // Node's `dir` calls no custom inspection, by which a stand-in prints.
    const asked = shown === value ? options : { ...(options as object | null | undefined), customInspect: true };
    print(shown, asked, ...rest);
  });
  replace(console, "table", (print) => (data, columns) => {
    const { rows, names, notes } = firstRows(data, columns);
    print(rows, names);
    for (const note of notes) console.log(note);
  });
}

/** Under the name of Node's own; cells may put others in their place. */
function replace(console: Console, name: keyof Console, around: (print: Print) => Print): void {
  const print: unknown = Reflect.get(console, name);
  if (typeof print !== "function") return;
  const bounded = around((...values) => Reflect.apply(print, console, values));
  Object.defineProperty(bounded, "name", { value: name, configurable: true });
  Object.defineProperty(console, name, { value: bounded, configurable: true, writable: true, enumerable: true });
}

function printable(value: unknown): unknown {
  if (typeof value !== "object" && typeof value !== "function" && typeof value !== "bigint") return value;
  try {
    // What stands behind a Proxy is seen only once it is printed.
    if (types.isProxy(value)) {
      const text = inspect(value);
      return text.length <= maxText ? value : firstOf(text);
    }
    const outline = new ValueOutline();
    const depth = outline.depth(value, levels, maxValues);
    const shown = outline.printable(value, depth);
    if (depth === levels) return shown;
    return { [inspect.custom]: (_left: number, options: object) => inspect(shown, { ...options, depth }) };
  } catch {
    // Node's console says what is wrong with it.
    return value;
  }
}

/** For a depth that the user has chosen. */
function cut(value: unknown, depth: number, outline = new ValueOutline()): unknown {
  try {
    return outline.printable(value, depth);
  } catch {
    return value;
  }
}

function firstOf(text: string): string {
  const size = text.length.toLocaleString("en-US");
  // Not half of a surrogate pair.
  const first = text.slice(0, maxText).replace(/[\ud800-\udbff]$/, "");
  return `${first}\n(showing the first ${maxText.toLocaleString("en-US")} of ${size} characters)`;
}

/** What `console.table` draws in reasonable time, and what is to be said of the rest. */
function firstRows(data: unknown, columns: unknown): { rows: unknown; names: unknown; notes: readonly string[] } {
  const whole = { rows: data, names: columns, notes: [] };
  if (typeof data !== "object" || data === null || types.isProxy(data)) return whole;
  const { size, entries } = firstEntries(data);
  const outline = new ValueOutline();
  const wide = columns === undefined ? widest(entries, outline) : [];
  const names = wide.length > 0 ? wide.slice(0, maxColumns) : columns;
  const rows = entries.map(([key, row]) => [key, shownRow(row, names, outline)] as const);
  if (size === rows.length && wide.length === 0 && rows.every(([, row], at) => row === entries[at]?.[1])) return whole;
  const ofRows = size > rows.length ? [`(showing ${rows.length} of ${plural(size, "row")})`] : [];
  const ofColumns = wide.length > 0 ? [`(showing ${maxColumns} of ${plural(wide.length, "column")})`] : [];
  const notes = [...ofRows, ...ofColumns];
  if (types.isMap(data)) return { rows: new Map(rows), names, notes };
  const isList = Array.isArray(data) || types.isSet(data);
  return { rows: isList ? rows.map(([, row]) => row) : Object.fromEntries(rows), names, notes };
}

function firstEntries(data: object): { size: number; entries: ReadonlyArray<readonly [PropertyKey, unknown]> } {
  if (types.isMap(data) || types.isSet(data)) {
    const entries: [PropertyKey, unknown][] = [];
    for (const [key, row] of data.entries()) {
      if (entries.length === maxRows) break;
      entries.push([key as PropertyKey, row]);
    }
    return { size: data.size, entries };
  }
  if (Array.isArray(data)) return { size: data.length, entries: data.slice(0, maxRows).map((row, at) => [at, row]) };
  const keys = Object.keys(data);
  return { size: keys.length, entries: keys.slice(0, maxRows).map((key) => [key, readOwn(data, key)]) };
}

/** The keys of the first row that has more of them than a table has room for. */
function widest(entries: ReadonlyArray<readonly [PropertyKey, unknown]>, outline: ValueOutline): string[] {
  for (const [, row] of entries) {
    if (typeof row !== "object" || row === null || types.isProxy(row)) continue;
    const keys = outline.keys(row)?.filter((key) => typeof key === "string") ?? [];
    if (keys.length > maxColumns) return keys;
  }
  return [];
}

/** A row whose cells print in bounded time. */
function shownRow(row: unknown, names: unknown, outline: ValueOutline): unknown {
  if (!Array.isArray(names) || typeof row !== "object" || row === null || types.isProxy(row))
    return cut(row, 1, outline);
  const named = names.map(String).filter((name) => Object.hasOwn(row, name));
  return Object.fromEntries(named.map((name) => [name, cut(readOwn(row, name), 0, outline)]));
}
