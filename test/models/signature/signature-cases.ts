import { readFileSync } from "node:fs";
import { argv } from "node:process";
import { inferSignature } from "../../../src/models/signature/infer-signature.js";

/**
 * Prints, for every case of the file given, what runlab infers: a JSON list of `{ name, signature?, text?, error? }`.
 * `test/python/test_signature_parity.py` runs MLflow on the same cases and compares.
 * Tagged values stand for what JSON has not: `$date`, `$bytes`, `$number`, `$array` (dtype, values), `$tensor` (dtype,
 * shape, flat values), `$frame` (columns), `$numpy` (nested lists that are a numpy array in Python).
 */
const cases = JSON.parse(readFileSync(argv[2] ?? "", "utf8")) as SignatureCase[];
console.log(JSON.stringify(cases.map(outcome)));

interface SignatureCase {
  name: string;
  input?: unknown;
  output?: unknown;
  params?: Record<string, unknown>;
  options?: object;
}

function outcome({ name, input, output, params, options }: SignatureCase): object {
  try {
    const read = params && (decode(params) as Record<string, unknown>);
    const signature = inferSignature(decode(input), decode(output), read, options);
    return { name, signature: signature.toJSON(), text: String(signature) };
  } catch (error) {
    return { name, error: String(error) };
  }
}

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== "object" || value === null) return value;
  const [tag, content] = Object.entries(value)[0] ?? ["", undefined];
  switch (tag) {
    case "$date":
      return new Date(`${content}Z`);
    case "$bytes":
      return Buffer.from(String(content), "base64");
    case "$number":
      return Number(content);
    case "$array":
      return typed(...(content as [string, number[]]));
    case "$tensor": {
      const [dtype, shape, values] = content as [string, number[], number[]];
      return { dtype, shape, dataSync: () => values };
    }
    case "$frame":
    case "$numpy":
      return decode(content);
    default:
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(item)]));
  }
}

function typed(dtype: string, values: number[]): unknown {
  const big = () => values.map(BigInt);
  const make: Record<string, () => unknown> = {
    float32: () => Float32Array.from(values),
    float64: () => Float64Array.from(values),
    int8: () => Int8Array.from(values),
    int16: () => Int16Array.from(values),
    int32: () => Int32Array.from(values),
    int64: () => BigInt64Array.from(big()),
    uint8: () => Uint8Array.from(values),
    uint16: () => Uint16Array.from(values),
    uint32: () => Uint32Array.from(values),
    uint64: () => BigUint64Array.from(big()),
  };
  return make[dtype]?.();
}
