import { inspect } from "node:util";
import { errorStatus } from "../../errors.js";
import { own } from "../../own.js";
import { clip } from "../../render/format-value.js";
import { plainText } from "../values/plain-text.js";

/** Most properties shown of one error; clients of HTTP put whole requests into theirs. */
const maxProperties = 20;
/** Longest text of one of them, in characters. */
const maxText = 1_000;
/** As deep as Node prints what lies in a value. */
const depth = 2;

/** What every error has, and what tracebacks show in their own way. */
const known: ReadonlySet<string> = new Set(["name", "message", "stack", "cause", "suppressed"]);

/**
 * The lines of an error with its own properties below them, as Node prints them: `code`, `errno`, `path`, a user's own.
 * Runs no getters, and never throws.
 * @param lines - the last one is a frame when `hasFrames`; the brace opens behind it, else in a line of its own
 */
export function withProperties(
  lines: readonly string[],
  error: object,
  { hasFrames, indent = "" }: { hasFrames: boolean; indent?: string },
): string[] {
  const entries = properties(error);
  if (entries.length === 0) return [...lines];
  const shown = entries.slice(0, maxProperties).map(({ key, property }) => `${keyText(key)}: ${valueText(property)}`);
  const more = entries.length - shown.length;
  const listed = shown.map((text, at) => (at < entries.length - 1 ? `${text},` : text));
  if (more > 0) listed.push(`… and ${more.toLocaleString("en-US")} more`);
  const inside = listed.flatMap((text) => text.split("\n")).map((line) => `${indent}  ${line}`);
  const last = lines.at(-1) ?? "";
  const opened = hasFrames ? [...lines.slice(0, -1), `${last} {`] : [...lines, `${indent}{`];
  return [...opened, ...inside, `${indent}}`];
}

function properties(error: object): Array<{ key: string; property: PropertyDescriptor }> {
  try {
    const all = Object.getOwnPropertyDescriptors(error) as Record<string, PropertyDescriptor>;
    if (isOurs(all)) return [];
    return Object.entries(all).flatMap(([key, property]) =>
      property.enumerable === true && !isShown(key, property.value, all) ? { key, property } : [],
    );
  } catch {
    // a proxy's trap
    return [];
  }
}

/** An error of the package, whichever copy: its message and hint say to a person all that its code says to a program. */
function isOurs({ code, hint }: Record<string, PropertyDescriptor>): boolean {
  return hint !== undefined && Object.hasOwn(errorStatus, String(code?.value));
}

/** Whether a traceback shows it already, or there is nothing to show. */
function isShown(key: string, value: unknown, all: Record<string, PropertyDescriptor>): boolean {
  if (known.has(key) || (value === undefined && own(all, key)?.get === undefined)) return true;
  if (key === "hint") return typeof value === "string";
  if (key === "errors") return Array.isArray(value);
  // SuppressedError's; only there
  return key === "error" && all.suppressed?.value !== undefined;
}

function keyText(key: string): string {
  return /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(key) ? key : inspect(key);
}

function valueText({ get, set, value }: PropertyDescriptor): string {
  if (get) return set ? "[Getter/Setter]" : "[Getter]";
  if (set) return "[Setter]";
  return clip(plainText(value, depth).slice(0, maxText + 1), maxText);
}
