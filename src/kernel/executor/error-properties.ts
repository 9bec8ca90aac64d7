import { inspect } from "node:util";
import { errorStatus } from "../../errors.js";
import { clip } from "../../render/format-value.js";
import { plainText } from "../values/plain-text.js";

/** Most properties shown of one error; clients of HTTP put whole requests into theirs. */
const maxProperties = 20;
/** The rest is counted one by one up to here. */
const manyProperties = 1_000;
/** Longest text of one of them, in characters. */
const maxText = 1_000;
/** As deep as Node prints what lies in a value. */
const depth = 2;

/** What every error has, and what tracebacks show in their own way. */
const known: ReadonlySet<string> = new Set(["name", "message", "stack", "cause", "suppressed"]);

/**
 * The lines of an error with its own properties below them, as Node prints them: `code`, `errno`, `path`, a user's own.
 * Runs no getters, and never throws.
 * @param lines - the last one is a frame when `hasFrames`; the brace opens after it, else in a line of its own
 */
export function withProperties(
  lines: readonly string[],
  error: object,
  { hasFrames, indent = "" }: { hasFrames: boolean; indent?: string },
): string[] {
  const { entries, more } = properties(error);
  if (entries.length === 0) return [...lines];
  const shown = entries.map(({ key, property }) => `${keyText(key)}: ${valueText(property)}`);
  const listed = shown.map((text, at) => (at < shown.length - 1 || more > 0 ? `${text},` : text));
  if (more > 0) listed.push(`… and ${more.toLocaleString("en-US")} more`);
  const inside = listed.flatMap((text) => text.split("\n")).map((line) => `${indent}  ${line}`);
  const last = lines.at(-1) ?? "";
  const opened = hasFrames ? [...lines.slice(0, -1), `${last} {`] : [...lines, `${indent}{`];
  return [...opened, ...inside, `${indent}}`];
}

interface Properties {
  entries: Array<{ key: string; property: PropertyDescriptor }>;
  /** How many further ones there are. */
  more: number;
}

/** The first properties to show. Their keys come all at once, for an error of a million as well; what they hold is looked at one by one. */
function properties(error: object): Properties {
  const entries: Properties["entries"] = [];
  try {
    if (isOurs(error)) return { entries, more: 0 };
    const keys = Object.keys(error);
    for (const [at, key] of keys.entries()) {
      if (entries.length === maxProperties) {
        const rest = keys.length - at;
        // Of very many, a few that are shown elsewhere do not matter.
        if (rest > manyProperties) return { entries, more: rest };
        return {
          entries,
          more: keys.slice(at).filter((each) => !isShown(each, propertyOf(error, each), error)).length,
        };
      }
      const property = propertyOf(error, key);
      if (!isShown(key, property, error)) entries.push({ key, property });
    }
  } catch {
    // a proxy's trap
    return { entries: [], more: 0 };
  }
  return { entries, more: 0 };
}

/** An error of the package, whichever copy: its message and hint say to a person all that its code says to a program. */
export function isOurs(error: object): boolean {
  return Object.hasOwn(error, "hint") && Object.hasOwn(errorStatus, String(dataOf(error, "code")));
}

/** Whether a traceback shows it already, or there is nothing to show. */
function isShown(key: string, { get, value }: PropertyDescriptor, error: object): boolean {
  if (known.has(key) || (value === undefined && get === undefined)) return true;
  if (key === "hint") return typeof value === "string";
  if (key === "errors") return Array.isArray(value);
  // SuppressedError's; only there
  return key === "error" && dataOf(error, "suppressed") !== undefined;
}

function propertyOf(error: object, key: string): PropertyDescriptor {
  return Object.getOwnPropertyDescriptor(error, key) ?? {};
}

function dataOf(error: object, key: string): unknown {
  return propertyOf(error, key).value;
}

function keyText(key: string): string {
  return /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(key) ? key : inspect(key);
}

function valueText({ get, set, value }: PropertyDescriptor): string {
  if (get) return set ? "[Getter/Setter]" : "[Getter]";
  if (set) return "[Setter]";
  return clip(plainText(value, depth).slice(0, maxText + 1), maxText);
}
