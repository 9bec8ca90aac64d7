import { performance } from "node:perf_hooks";
import { enforce } from "../src/models/signature/enforce.js";
import { inferSignature } from "../src/models/signature/infer-signature.js";
import { ModelSignature } from "../src/models/signature/signature.js";
import { median } from "./support/quantile.js";

/**
 * What checking data against a signature costs: 1,000,000 values in every form that data has, at most 50 ms, and data in which
 * every value is wrong. Medians of 9, after 3 to warm up.
 */
const rowCount = 100_000;
const names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

const rows = Array.from({ length: rowCount }, (_, row) =>
  Object.fromEntries(names.map((name, at) => [name, row + at])),
);
const texts = Array.from({ length: rowCount }, (_, row) => Object.fromEntries(names.map((name) => [name, `t${row}`])));
const mixed = Array.from({ length: rowCount }, (_, row) => ({
  a: row,
  b: `t${row}`,
  c: row % 2 === 0,
  d: new Date(row),
  e: row / 3,
  f: row % 7 === 0 ? null : row,
  g: `u${row}`,
  h: row,
  i: row,
  j: row,
}));
const columns = Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name] ?? 0)]));
const typed = Object.fromEntries(names.map((name) => [name, Float64Array.from({ length: rowCount }, (_, at) => at)]));
const matrix = rows.map((row) => names.map((name) => row[name] ?? 0));
const longs = inferSignature(rows.slice(0, 10), undefined, undefined, { integers: "long" });

const cases: Array<[string, unknown, ModelSignature?]> = [
  ["100,000 records of 10 doubles", rows],
  ["100,000 records of 10 texts", texts],
  ["100,000 records of 10 kinds of values, some empty", mixed],
  ["100,000 records of 10 whole numbers (long)", rows, longs],
  ["10 columns of 100,000 doubles", columns],
  ["10 typed arrays of 100,000", typed],
  ["100,000 lists of 10 doubles", matrix],
  ["a list of 1,000,000 doubles", Array.from({ length: 1_000_000 }, (_, at) => at / 3)],
  ["a list of 1,000,000 texts", Array.from({ length: 1_000_000 }, (_, at) => `t${at}`)],
];

for (const [name, data, given] of cases) {
  const signature = given ?? inferSignature(data);
  report(name, "1,000,000 values", () => enforce(signature, data), 50);
}

const wrong = inferSignature(texts.slice(0, 10));
report("100,000 records, every value wrong", "1,000,000 problems", () => {
  try {
    enforce(wrong, rows);
  } catch {
    return;
  }
  throw new Error("wrong data was let pass");
});
report("inferSignature of 100,000 records of 10 kinds", "1,000,000 values", () => inferSignature(mixed));
const one = inferSignature(mixed.slice(0, 10));
const json = one.toJSON();
report("a signature from its JSON", "10 columns", () => ModelSignature.fromJSON(json));

function report(name: string, size: string, work: () => unknown, limit?: number): void {
  const times: number[] = [];
  for (let at = 0; at < 12; at++) {
    const start = performance.now();
    work();
    if (at >= 3) times.push(performance.now() - start);
  }
  const time = median(times);
  const bar = limit === undefined ? "" : time <= limit ? `  (at most ${limit} ms)` : `  MISSED: at most ${limit} ms`;
  if (limit !== undefined && time > limit) process.exitCode = 1;
  console.log(`${name.padEnd(52)} ${size.padEnd(18)} ${time.toFixed(1).padStart(7)} ms${bar}`);
}
