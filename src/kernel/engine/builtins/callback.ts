import { inspect } from "node:util";

export type Callback = (...args: unknown[]) => unknown;

/** A function that was given, checked before anything is done, as the language does. @throws {TypeError} when it is not a function */
export function callback(given: unknown): Callback {
  if (typeof given === "function") return given as Callback;
  throw new TypeError(`${inspect(given, { depth: 0 })} is not a function`);
}

export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
