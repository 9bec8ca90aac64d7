import type { ScriptCall } from "../magic.js";
import type { ArgValue, BoundArgs } from "./bound-args.js";

/** Reads bound arguments back as text of the cell. */
export function scriptCall(
  source: string,
  bound: BoundArgs,
  rest: { text?: string; assigned?: boolean } = {},
): ScriptCall {
  return {
    arg(name) {
      const value = bound.get(name)?.value;
      return value && argText(source, value);
    },
    literal(name) {
      const value = bound.get(name)?.value;
      return value?.kind === "literal" ? value.value : undefined;
    },
    keys(name) {
      const value = bound.get(name)?.value;
      return value?.kind === "record" ? value.entries.map(({ key }) => key) : [];
    },
    text: rest.text ?? "",
    assigned: rest.assigned ?? false,
  };
}

/** `name(a, b)`, without the arguments at the end that were not given. */
export function callText(name: string, ...args: ReadonlyArray<string | undefined>): string {
  const given = args.slice(0, args.findLastIndex((arg) => arg !== undefined) + 1);
  return `${name}(${given.map((arg) => arg ?? "undefined").join(", ")})`;
}

/** `{ step: epoch, value }`; undefined when no entry has a value. */
export function objectText(entries: Readonly<Record<string, string | undefined>>): string | undefined {
  const given = Object.entries(entries).filter(([, text]) => text !== undefined);
  if (given.length === 0) return undefined;
  return `{ ${given.map(([key, text]) => (key === text ? key : `${keyText(key)}: ${text}`)).join(", ")} }`;
}

/** Entries of an object given whole and of single ones: `{ ...settings, alpha }`. */
export function mergedText(whole: string | undefined, entries: string | undefined): string {
  if (whole === undefined) return entries ?? "{}";
  return entries === undefined ? whole : `{ ...${whole}, ${entries.slice(2)}`;
}

function argText(source: string, value: ArgValue): string {
  switch (value.kind) {
    case "literal":
      return Object.is(value.value, -0) ? "-0" : JSON.stringify(value.value);
    case "variable":
      return value.name;
    case "list":
      return `[${value.items.map((item) => argText(source, item)).join(", ")}]`;
    case "record":
      return objectText(
        Object.fromEntries(value.entries.map(({ key, value: item }) => [key, argText(source, item)])),
      ) as string;
    case "expression": {
      const text = source.slice(value.start, value.end);
      // Braces hold one expression; a comma in it would make two arguments, and an object literal is no block here.
      return text.startsWith("{") ? bare(text.slice(1, -1).trim()) : text;
    }
  }
}

/** Brackets stay where a comma stands outside of any. */
function bare(text: string): string {
  const inner = text.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`/g, "");
  let flat = inner;
  for (let before = ""; before !== flat; ) {
    before = flat;
    flat = flat.replace(/\([^()[\]{}]*\)|\[[^()[\]{}]*\]|\{[^()[\]{}]*\}/g, "");
  }
  return flat.includes(",") || /[()[\]{}]/.test(flat) ? `(${text})` : text;
}

function keyText(key: string): string {
  if (key === "__proto__") return '["__proto__"]';
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}
