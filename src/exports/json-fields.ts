import { TrackingError } from "../errors.js";
import { isRecord } from "../schema.js";
import { typeOf } from "../tracking/value-type.js";

// Parts of a JSON document, each of the type that it must have. Errors name the place.

/** Python's writers have null for what is absent. */
export function absent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

export function textOf(value: unknown, where: string): string | undefined {
  return absent(value) ? undefined : neededText(value, where);
}

export function neededText(value: unknown, where: string): string {
  if (typeof value !== "string") throw wrong(where, "a text", value);
  return value;
}

export function numberOf(value: unknown, where: string): number | undefined {
  return absent(value) ? undefined : neededNumber(value, where);
}

/** JSON has no infinities: a number that is one had more digits than a number has. */
export function neededNumber(value: unknown, where: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw wrong(where, "a number", value);
  return value;
}

export function textsOf(value: unknown, where: string): Record<string, string> {
  return entriesOf(value, where, neededText);
}

export function entriesOf<T>(
  value: unknown,
  where: string,
  read: (item: unknown, where: string) => T,
): Record<string, T> {
  const entries = Object.entries(recordOf(value, where));
  return Object.fromEntries(entries.map(([key, item]) => [key, read(item, `${where}${keyPath(key)}`)]));
}

export function recordOf(value: unknown, where: string): Record<string, unknown> {
  if (absent(value)) return {};
  if (!isRecord(value)) throw wrong(where, "an object", value);
  return value;
}

export function listOf(value: unknown, where: string): unknown[] {
  if (!Array.isArray(value)) throw wrong(where, "a list", value);
  return value;
}

export function keyPath(key: string): string {
  return /^\w+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

export function wrong(where: string, wanted: string, value: unknown): TrackingError {
  return invalid(`${where} is ${typeOf(value)}, but must be ${wanted}.`);
}

export function invalid(message: string): TrackingError {
  return new TrackingError("INVALID_PARAMETER_VALUE", message, {
    hint: "Import a file that runlab has exported.",
  });
}
