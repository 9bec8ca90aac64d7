import { formatNumber } from "../../render/format-value.js";
import { typeNameOf } from "../../value-outline.js";
import type { ValueKind } from "./value-kind.js";

/** Longer ones are summarised; shorter ones print as Node prints them, whole. */
const longest = 100;
const firstShown = 10;
const lastShown = 3;
/** Elements that the statistics are of; reading a hundred million would take a second. */
const mostRead = 1_000_000;

/** Float64Array and its like: length, first and last elements, and what the numbers are like. */
export const typedArray: ValueKind = {
  name: "typed-array",
  bundle(value) {
    if (!isTypedArray(value) || value.length <= longest) return undefined;
    const first = Array.from(value.subarray(0, firstShown), String).join(", ");
    const last = Array.from(value.subarray(-lastShown), String).join(", ");
    const head = `${typeNameOf(value)}(${value.length.toLocaleString("en-US")}) [${first}, …, ${last}]`;
    const part = value.length > mostRead ? ` (of the first ${mostRead.toLocaleString("en-US")})` : "";
    return { data: { "text/plain": `${head}\n${statistics(value.subarray(0, mostRead))}${part}` } };
  },
};

type NumberArray = Float64Array | Float32Array | Int32Array | Uint8Array | BigInt64Array;

function isTypedArray(value: unknown): value is NumberArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** Of finite numbers; how many are not is said. BigInts count as the nearest doubles. */
function statistics(values: NumberArray): string {
  const found = { count: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, sum: 0 };
  for (const element of values) {
    const number = Number(element);
    if (!Number.isFinite(number)) continue;
    found.count++;
    found.sum += number;
    if (number < found.min) found.min = number;
    if (number > found.max) found.max = number;
  }
  const others = values.length - found.count;
  const notFinite = others === 0 ? [] : [`${others.toLocaleString("en-US")} not finite`];
  if (found.count === 0) return notFinite.join("");
  const { min, max, sum, count } = found;
  const facts = [`min ${formatNumber(min)}`, `max ${formatNumber(max)}`, `mean ${formatNumber(sum / count)}`];
  return [...facts, ...notFinite].join(", ");
}
