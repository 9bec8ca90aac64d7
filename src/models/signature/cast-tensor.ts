import { own } from "../../own.js";
import { type Cast, toNumber, toWhole } from "./cast-value.js";
import { plainIntegers } from "./exact-json.js";
import type { TensorSpec } from "./schema.js";

/**
 * Nested lists from JSON or CSV, by name where the tensors have names, as tensors of these dtypes hold them, by numpy's rules:
 * null is NaN among floats, numbers may be text, booleans 0 and 1. What cannot be cast stays, for the check to name it.
 */
export function castTensors(specs: readonly TensorSpec[], data: unknown): unknown {
  const [only] = specs;
  if (only !== undefined && only.name === undefined) return castNested(data, castOfDtype(only.dtype));
  if (typeof data !== "object" || data === null) return data;
  const dtypes = new Map(specs.map(({ name, dtype }) => [name, dtype]));
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => {
      const dtype = dtypes.get(name);
      return [name, dtype === undefined ? value : castNested(value, castOfDtype(dtype))];
    }),
  );
}

function castOfDtype(dtype: string): Cast {
  if (dtype.startsWith("float")) return (value) => (value === null ? Number.NaN : toNumber(value));
  if (/^u?int\d/.test(dtype)) return toWhole;
  if (dtype === "bool") return toBoolean;
  return dtype === "str" ? (value) => value : plainIntegers;
}

const toBoolean: Cast = (value) => own(booleans, String(value).toLowerCase()) ?? value;

const booleans: Readonly<Record<string, boolean>> = { true: true, false: false, 1: true, 0: false };

/** numpy's: deeper than any tensor. */
const mostAxes = 64;

/** The lists themselves where nothing changes, as for nearly all numbers. */
function castNested(value: unknown, cast: Cast, above = 0): unknown {
  if (!Array.isArray(value) || above === mostAxes) return cast(value);
  let copy: unknown[] | undefined;
  for (let at = 0; at < value.length; at++) {
    // Nearly all are numbers, which are as they should be.
    if (typeof value[at] === "number" && cast !== toBoolean) continue;
    const made = castNested(value[at], cast, above + 1);
    if (made === value[at]) continue;
    copy ??= [...value];
    copy[at] = made;
  }
  return copy ?? value;
}
