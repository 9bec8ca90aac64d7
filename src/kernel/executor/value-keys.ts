import { types } from "node:util";
import type { ValuePath } from "../engine/engine.js";

/** Most keys that are told. */
const mostKeys = 1000;

/**
 * Names that may follow a dot after a value: its own keys, then those of its classes. Reads data alone: getters and proxies, which
 * would run code of the user's, end the way.
 * @param names - what cells have declared
 * @returns empty when there is no such value
 */
export function keysAt(names: ReadonlyMap<string, unknown>, { name, steps }: ValuePath): string[] {
  let value = names.get(name);
  for (const key of steps) value = key === null ? firstOf(value) : dataOf(value, key);
  if (value === undefined || value === null || types.isProxy(value)) return [];
  const keys = new Set<string>();
  // Of lists and texts these are numbers.
  const isList = typeof value === "string" || Array.isArray(value) || ArrayBuffer.isView(value);
  if (!isList) for (const key of Object.keys(value)) add(keys, key);
  let holder: unknown = Object.getPrototypeOf(value);
  while (typeof holder === "object" && holder !== null && holder !== Object.prototype && !types.isProxy(holder)) {
    for (const key of Object.getOwnPropertyNames(holder)) if (key !== "constructor") add(keys, key);
    holder = Object.getPrototypeOf(holder);
  }
  return [...keys];
}

function add(keys: Set<string>, key: string): void {
  if (keys.size < mostKeys && /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key)) keys.add(key);
}

function dataOf(value: unknown, key: string): unknown {
  if ((typeof value !== "object" && typeof value !== "function") || value === null || types.isProxy(value)) {
    return undefined;
  }
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

/** Of a list, a Map, a Set or a record. */
function firstOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null || types.isProxy(value)) return undefined;
  if (types.isMap(value)) return Map.prototype.values.call(value).next().value;
  if (types.isSet(value)) return Set.prototype.values.call(value).next().value;
  if (Array.isArray(value)) return dataOf(value, "0");
  const [first] = Object.keys(value);
  return first === undefined ? undefined : dataOf(value, first);
}
