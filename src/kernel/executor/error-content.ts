import { isSystemError } from "../../errors.js";
import { clip } from "../../render/format-value.js";
import { visible, visibleText } from "../../visible.js";
import { lineWindow } from "../line-window.js";
import type { ErrorContent } from "../messages.js";
import { plainText } from "../values/plain-text.js";
import { isOurs, withProperties } from "./error-properties.js";

/** Causes followed; a chain that bites its own tail ends here too. */
const causesShown = 8;

/** Lines of the user's text around the failing one. */
const around = 2;

/** Levels printed of what is thrown and is no error; as many as Node prints. */
const depth = 2;

/** Longest name shown, in characters. */
const maxName = 200;

/** Frames stand at the end of a stack, after a message of any length; these many characters hold all that Node collects. */
const maxFrames = 100_000;

/** Longest message shown, in characters; some libraries put whole documents into theirs. */
const maxMessage = 10_000;

/**
 * A thrown value as Jupyter's error: the message with its hint, the failing lines of the cell, the user's own frames,
 * further properties, and the same for each cause. Never throws, whatever was thrown; shows what a terminal would act on escaped.
 * @param sourceOf - the user's text of a cell or local file, by its name in stacks; undefined when it is not known
 */
export function errorContent(thrown: unknown, sourceOf: (file: string) => string | undefined): ErrorContent {
  return visibleContent(contentOf(thrown, sourceOf));
}

/** Messages quote what others have written. A front end draws colours, and a terminal does all that an escape asks for. */
function visibleContent({ ename, evalue, traceback }: ErrorContent): ErrorContent {
  return { ename: visible(ename), evalue: visibleText(evalue), traceback: traceback.map(visibleText) };
}

function contentOf(thrown: unknown, sourceOf: (file: string) => string | undefined): ErrorContent {
  try {
    if (!(thrown instanceof Error) && !isErrorLike(thrown)) {
      const evalue = plainText(thrown, depth);
      return { ename: "Thrown value", evalue, traceback: [`Thrown value: ${evalue}`] };
    }
    const traceback = describe(thrown, sourceOf);
    const seen = new Set<unknown>([thrown]);
    for (let next = origin(thrown); next !== undefined && !seen.has(next.value); ) {
      const { how, value } = next;
      seen.add(value);
      const like = isErrorLike(value) ? value : undefined;
      traceback.push("", how, ...(like ? describe(like, sourceOf) : [plainText(value, depth)]));
      if (seen.size > causesShown) break;
      next = like && origin(like);
    }
    return { ename: nameOf(thrown), evalue: messageOf(thrown), traceback };
  } catch {
    const evalue = "The cell threw a value that cannot be shown: looking at it throws again.";
    return { ename: "Error", evalue, traceback: [`Error: ${evalue}`] };
  }
}

interface ErrorLike {
  name: unknown;
  message: unknown;
  stack?: unknown;
  cause?: unknown;
  hint?: unknown;
  errors?: unknown;
  error?: unknown;
  suppressed?: unknown;
}

/** What an error comes from: its cause, or what a failed disposal (`using`) hid. */
function origin(error: ErrorLike): { how: string; value: unknown } | undefined {
  // What a call of ours to the file system got is in our message.
  if (isOurs(error) && isSystemError(error.cause)) return undefined;
  if (error.cause !== undefined) return { how: "Caused by:", value: error.cause };
  return error.suppressed === undefined ? undefined : { how: "While this was thrown:", value: error.suppressed };
}

/** Errors of another realm (`node:vm`) are no instance of ours. */
function isErrorLike(value: unknown): value is ErrorLike {
  return value !== null && typeof value === "object" && "message" in value && "name" in value;
}

function describe(error: ErrorLike, sourceOf: (file: string) => string | undefined): string[] {
  const stack = stackOf(error);
  const firstFrame = stack.search(/^[ \t]+at /m);
  const frames =
    firstFrame < 0
      ? []
      : stack
          .slice(firstFrame)
          .split("\n")
          // Errors of other threads come with a stack that nobody has tidied.
          .filter((line) => /^\s+at /.test(line) && !/[( ]node:/.test(line));
  const hint = typeof error.hint === "string" ? [shortened(error.hint)] : [];
  const above = [headOf(error), ...hint, ...codeFrame(frames, sourceOf), ...frames];
  const lines = withProperties(above, error, { hasFrames: frames.length > 0 });
  if (Array.isArray(error.errors)) {
    // AggregateError: what `Promise.any` and others gather.
    for (const part of error.errors.slice(0, causesShown)) lines.push(...partOf(part));
    const more = error.errors.length - causesShown;
    if (more > 0) lines.push(`  and ${more} more`);
  }
  // SuppressedError: `error` is what the disposal threw.
  if (error.suppressed !== undefined && error.error !== undefined) lines.push(...partOf(error.error));
  return lines;
}

/** An error within another: its message, where it was made, and its causes in a line each. */
function partOf(part: unknown): string[] {
  if (!isErrorLike(part)) return [`  - ${plainText(part, depth)}`];
  const stack = stackOf(part);
  const frame = stack.split("\n").find((line) => /^\s+at /.test(line));
  const above = [`  - ${headOf(part)}`, ...(frame === undefined ? [] : [`  ${frame}`])];
  const lines = withProperties(above, part, { hasFrames: frame !== undefined, indent: "    " });
  const { cause } = part;
  if (cause !== undefined) lines.push(`    Caused by: ${isErrorLike(cause) ? headOf(cause) : plainText(cause, depth)}`);
  return lines;
}

function stackOf({ stack }: ErrorLike): string {
  return typeof stack === "string" ? stack.slice(-maxFrames) : "";
}

function headOf(error: ErrorLike): string {
  const message = messageOf(error);
  return message === "" ? nameOf(error) : `${nameOf(error)}: ${message}`;
}

function nameOf({ name }: ErrorLike): string {
  return clip(String(name).slice(0, maxName + 1), maxName);
}

function messageOf({ message }: ErrorLike): string {
  return shortened(String(message));
}

function shortened(text: string): string {
  if (text.length <= maxMessage) return text;
  return `${clip(text.slice(0, maxMessage + 1), maxMessage)}\n(showing the first 10,000 of ${text.length.toLocaleString("en-US")} characters)`;
}

/** The lines around the first frame that stands in the user's text. */
function codeFrame(frames: readonly string[], sourceOf: (file: string) => string | undefined): string[] {
  for (const frame of frames) {
    const location = /(?:\(|at (?:async )?)([^()]+):(\d+):(\d+)\)?$/.exec(frame);
    const [, file = "", line = "", column = ""] = location ?? [];
    const source = location ? sourceOf(file) : undefined;
    if (source === undefined) continue;
    const lines = source.split(/\r?\n/);
    const at = Number(line);
    const last = Math.min(lines.length, at + around);
    const width = String(last).length;
    const shown: string[] = [];
    for (let number = Math.max(1, at - around); number <= last; number += 1) {
      const part = lineWindow(lines[number - 1] ?? "", number === at ? Number(column) : 1);
      shown.push(`${number === at ? ">" : " "} ${String(number).padStart(width)} | ${part.text}`);
      if (number === at) shown.push(`  ${" ".repeat(width)} | ${" ".repeat(Math.max(0, part.column - 1))}^`);
    }
    return shown;
  }
  return [];
}
