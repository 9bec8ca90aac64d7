import { classificationMetrics } from "../../../src/models/metrics/classification.js";
import { regressionMetrics } from "../../../src/models/metrics/regression.js";

/**
 * `node metrics-cases.js`: JSON cases on stdin, their metrics on stdout, for test/python/test_metrics_parity.py; `{ error }` for what
 * is refused. `{ $number }` stands for a number that JSON lacks, `{ $bigint }` for a BigInt.
 */
const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
const cases = JSON.parse(Buffer.concat(chunks).toString(), (_, value) => {
  if (typeof value?.$number === "string") return Number(value.$number);
  return typeof value?.$bigint === "string" ? BigInt(value.$bigint) : value;
}) as Array<
  | { type: "regression"; targets: number[]; predictions: number[] }
  | ({ type: "classifier" } & Parameters<typeof classificationMetrics>[0])
>;
const results = cases.map((one) => {
  try {
    return one.type === "regression"
      ? regressionMetrics(one.targets, one.predictions)
      : classificationMetrics(one).metrics;
  } catch (error) {
    return { error: String(error) };
  }
});
process.stdout.write(JSON.stringify(results));
