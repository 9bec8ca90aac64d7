import { performance } from "node:perf_hooks";
import { compareRuns } from "../src/render/compare.js";
import { metricCurves } from "../src/render/metric-curves.js";
import type { RunRow } from "../src/render/rows.js";
import { chartBundle } from "../src/render/static/chart-bundle.js";
import { median } from "./support/quantile.js";

/**
 * What drawing costs, from the data to the MIME bundle: the first chart of a process, which loads vega, at most 400 ms; later ones
 * at most 60 ms; a curve of 1,000,000 points at most 2 s and 200 kB.
 */
function run(at: number, metrics: Record<string, number>): RunRow {
  const info = { runId: at.toString(16).padStart(32, "0"), runName: `run ${at}`, status: "FINISHED", startTime: at };
  const params = { lr: String(10 ** -(1 + (at % 4))), depth: String(2 + (at % 5)) };
  return { info, data: { params, metrics, tags: {} } };
}

const runs = Array.from({ length: 30 }, (_, at) => run(at, { rmse: 3 + Math.sin(at), r2: 0.5 + at / 100 }));
const thousand = Array.from({ length: 1000 }, (_, at) => run(at, { rmse: 3 + Math.sin(at) }));
const points = (length: number) =>
  Array.from({ length }, (_, step) => ({ step, value: Math.sin(step / 1e4) + (step % 97) / 97, timestamp: step }));
const curve = (length: number) => [{ runId: "0".repeat(32), runName: "run", points: points(length) }];
const million = curve(1_000_000);

async function timed(draw: () => Parameters<typeof chartBundle>[0] | undefined): Promise<{ ms: number; size: number }> {
  const started = performance.now();
  const drawing = draw();
  if (drawing === undefined) throw new Error("nothing was drawn");
  const bundle = await chartBundle(drawing);
  const ms = performance.now() - started;
  return { ms, size: JSON.stringify(bundle.data).length };
}

function report(name: string, ms: number, size: number): void {
  console.log(`${name.padEnd(52)} ${ms.toFixed(0).padStart(5)} ms  ${(size / 1000).toFixed(0).padStart(4)} kB`);
}

const first = await timed(() => compareRuns(runs, { metrics: ["rmse"] }).chart);
report("first chart of a process: 30 runs", first.ms, first.size);
const later: Array<[string, () => Parameters<typeof chartBundle>[0] | undefined]> = [
  ["30 runs, contour", () => compareRuns(runs, { metrics: ["rmse"], as: "contour" }).chart],
  ["30 runs, parallel", () => compareRuns(runs, { metrics: ["rmse"], as: "parallel" }).chart],
  ["30 runs, bars", () => compareRuns(runs, { metrics: ["rmse"], as: "bars" }).chart],
  ["30 runs, matrix", () => compareRuns(runs, { as: "matrix" }).chart],
  ["1,000 runs, parallel", () => compareRuns(thousand, { metrics: ["rmse"], as: "parallel" }).chart],
  ["a curve of 1,000 points", () => metricCurves("loss", curve(1000))],
  ["a curve of 1,000,000 points", () => metricCurves("loss", million)],
];
for (const [name, draw] of later) {
  const measured = [];
  for (let round = 0; round < 7; round++) measured.push(await timed(draw));
  report(`${name}, median of 7`, median(measured.map(({ ms }) => ms)), measured[0]?.size ?? 0);
}
