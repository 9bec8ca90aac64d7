import { inspect } from "node:util";
import type { ErrorContent } from "../messages.js";

/** Causes followed; a chain that bites its own tail ends here too. */
const causesShown = 8;

/** Lines of the user's text around the failing one. */
const around = 2;

/**
 * A thrown value as Jupyter's error: the message with its hint, the failing lines of the cell, the user's own frames,
 * and the same for each cause. Never throws, whatever was thrown.
 * @param sourceOf - the user's text of a cell or local file, by its name in stacks; undefined when it is not known
 */
export function errorContent(thrown: unknown, sourceOf: (file: string) => string | undefined): ErrorContent {
  try {
    if (!(thrown instanceof Error) && !isErrorLike(thrown)) {
      const evalue = inspect(thrown, { depth: 2 });
      return { ename: "Thrown value", evalue, traceback: [`Thrown value: ${evalue}`] };
    }
    const traceback = describe(thrown, sourceOf);
    const seen = new Set<unknown>([thrown]);
    for (let cause = thrown.cause; cause !== undefined && !seen.has(cause); ) {
      seen.add(cause);
      const like = isErrorLike(cause) ? cause : undefined;
      traceback.push("", "Caused by:", ...(like ? describe(like, sourceOf) : [inspect(cause, { depth: 2 })]));
      if (seen.size > causesShown) break;
      cause = like?.cause;
    }
    return { ename: String(thrown.name), evalue: String(thrown.message), traceback };
  } catch (error) {
    return { ename: "Error", evalue: "The cell threw a value that cannot be shown.", traceback: [String(error)] };
  }
}

interface ErrorLike {
  name: unknown;
  message: unknown;
  stack?: unknown;
  cause?: unknown;
  hint?: unknown;
  errors?: unknown;
}

/** Errors of another realm (`node:vm`) are no instance of ours. */
function isErrorLike(value: unknown): value is ErrorLike {
  return value !== null && typeof value === "object" && "message" in value && "name" in value;
}

function describe(error: ErrorLike, sourceOf: (file: string) => string | undefined): string[] {
  const head = `${String(error.name)}: ${String(error.message)}`;
  const stack = typeof error.stack === "string" ? error.stack : "";
  const firstFrame = stack.search(/^\s+at /m);
  const frames =
    firstFrame < 0
      ? []
      : stack
          .slice(firstFrame)
          .split("\n")
          .filter((line) => /^\s+at /.test(line));
  const lines = [head];
  if (typeof error.hint === "string") lines.push(error.hint);
  lines.push(...codeFrame(frames, sourceOf), ...frames);
  if (Array.isArray(error.errors)) {
    // AggregateError: what `Promise.any` and others gather.
    for (const part of error.errors.slice(0, causesShown))
      lines.push(`  - ${isErrorLike(part) ? `${part.name}: ${part.message}` : inspect(part)}`);
  }
  return lines;
}

/** The lines around the first frame that stands in the user's text. */
function codeFrame(frames: readonly string[], sourceOf: (file: string) => string | undefined): string[] {
  for (const frame of frames) {
    const place = /(?:\(|at (?:async )?)([^()]+):(\d+):(\d+)\)?$/.exec(frame);
    const [, file = "", line = "", column = ""] = place ?? [];
    const source = place ? sourceOf(file) : undefined;
    if (source === undefined) continue;
    const lines = source.split("\n");
    const at = Number(line);
    const last = Math.min(lines.length, at + around);
    const width = String(last).length;
    const shown: string[] = [];
    for (let number = Math.max(1, at - around); number <= last; number += 1) {
      shown.push(`${number === at ? ">" : " "} ${String(number).padStart(width)} | ${lines[number - 1] ?? ""}`);
      if (number === at) shown.push(`  ${" ".repeat(width)} | ${" ".repeat(Math.max(0, Number(column) - 1))}^`);
    }
    return shown;
  }
  return [];
}
