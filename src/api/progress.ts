import { TrackingError } from "../errors.js";
import { progressText } from "../render/progress.js";
import { checkProgressOptions, type ProgressOptions, type ProgressState } from "../tracking/progress.js";
import { typeOf } from "../tracking/value-type.js";
import { session } from "./session.js";

/**
 * The same items one by one, while the cell shows how many are done, the rate and the time left: one display, updated in its
 * place at most four times a second. In a script: one line on stderr.
 * @param items - an array, Set, Map or any iterable, also an asynchronous one; only what has a length or size, or
 * `options.total`, has a time left
 * @throws {TrackingError} INVALID_PARAMETER_VALUE when `items` is no iterable
 */
export function progress<T>(items: Iterable<T>, options?: ProgressOptions): IterableIterator<T>;
export function progress<T>(items: AsyncIterable<T>, options?: ProgressOptions): AsyncIterableIterator<T>;
export function progress<T>(
  items: Iterable<T> | AsyncIterable<T>,
  options: ProgressOptions = {},
): IterableIterator<T> | AsyncIterableIterator<T> {
  checkProgressOptions(options);
  const given: unknown = items;
  const known = Object(given) as { length?: unknown; size?: unknown };
  const size = options.total ?? known.length ?? known.size;
  const total = typeof size === "number" && Number.isInteger(size) && size >= 0 ? size : undefined;
  if (options.total !== undefined && total === undefined) {
    throw invalid(`progress: total must be a whole number of 0 or more; got ${typeOf(options.total)}.`);
  }
  const shown = { ...options, ...(total !== undefined && { total }) };
  if (given !== null && given !== undefined) {
    if (Symbol.iterator in Object(given)) return counted(items as Iterable<T>, shown);
    if (Symbol.asyncIterator in Object(given)) return countedAsync(items as AsyncIterable<T>, shown);
  }
  throw invalid(
    `progress needs an iterable; got ${typeOf(given)}.`,
    typeof given === "number"
      ? `For so many turns of a loop, write progress(Array(${given}).keys(), { total: ${given} }).`
      : "Pass an array, a Set, a Map or a generator.",
  );
}

function* counted<T>(items: Iterable<T>, options: ProgressOptions): IterableIterator<T> {
  const shown = session.startProgress(options, onStderr());
  try {
    for (const item of items) {
      yield item;
      shown.advance();
    }
  } finally {
    shown.end();
  }
}

async function* countedAsync<T>(items: AsyncIterable<T>, options: ProgressOptions): AsyncIterableIterator<T> {
  const shown = session.startProgress(options, onStderr());
  try {
    for await (const item of items) {
      yield item;
      shown.advance();
    }
  } finally {
    shown.end();
  }
}

/** In a terminal one line that is written over; in a file only the last one. */
function onStderr(): (state: ProgressState) => void {
  const { stderr } = process;
  return (state) => {
    if (stderr.isTTY) stderr.write(`\r\u001b[K${progressText(state)}${state.ended ? "\n" : ""}`);
    else if (state.ended) stderr.write(`${progressText(state)}\n`);
  };
}

function invalid(message: string, hint?: string): TrackingError {
  return new TrackingError("INVALID_PARAMETER_VALUE", message, hint === undefined ? {} : { hint });
}
