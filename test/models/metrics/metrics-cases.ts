import { classificationMetrics } from "../../../src/models/metrics/classification.js";
import { regressionMetrics } from "../../../src/models/metrics/regression.js";

/** `node metrics-cases.js`: JSON cases on stdin, their metrics on stdout, for test/python/test_metrics_parity.py. */
const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
const cases = JSON.parse(Buffer.concat(chunks).toString()) as Array<
  | { type: "regression"; targets: number[]; predictions: number[] }
  | ({ type: "classifier" } & Parameters<typeof classificationMetrics>[0])
>;
const results = cases.map((one) =>
  one.type === "regression" ? regressionMetrics(one.targets, one.predictions) : classificationMetrics(one).metrics,
);
process.stdout.write(JSON.stringify(results));
