import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CellOutput } from "../src/kernel/cell-output.js";
import { typescriptSyntax } from "../src/kernel/engine/syntax.js";
import type { CellInfo } from "../src/kernel/extension.js";
import { magicCellExtension } from "../src/magics/cell-extension.js";
import { MagicIndex } from "../src/magics/language/find-magic.js";
import { lower } from "../src/magics/language/lower.js";
import { magics } from "../src/magics/registry.js";
import { openStore, resolveUri } from "../src/stores/open.js";
import { TrackingSession } from "../src/tracking/session.js";
import { noServices } from "../test/magics/no-services.js";

/** What magics cost: lowering a cell, and `%log_metric` in a loop down to the file store. */
const index = new MagicIndex(magics);
const plain = "const a = b % 2;\nfor (const x of [1, 2]) { console.log(x) }\n".repeat(50);
const marked = `%%run name=a\n${plain}%log_metrics rmse={f(x)} r2={g(x)}\n`;

function perCell(source: string, rounds: number): string {
  for (let round = 0; round < rounds / 10; round++) lower(source, index, typescriptSyntax);
  const start = performance.now();
  for (let round = 0; round < rounds; round++) lower(source, index, typescriptSyntax);
  return `${(((performance.now() - start) / rounds) * 1000).toFixed(1)} μs`;
}

function report(what: string, value: string, bar: string): void {
  process.stdout.write(`${what.padEnd(58)} ${value.padStart(14)}   ${bar}\n`);
}

report("lower a cell of 100 lines without magics", perCell(plain, 20_000), "nothing next to a check");
report("lower a cell of 100 lines with two magics", perCell(marked, 300), "below a trivial cell's 8 ms");

const quiet = () => undefined;
const output: CellOutput = { display: quiet, update: quiet, clear: quiet, stream: quiet };
const cell: CellInfo = {
  count: 1,
  source: "",
  silent: false,
  signal: new AbortController().signal,
  onOutput: () => quiet,
  capture: () => quiet,
};
const services = noServices();
const folder = await mkdtemp(join(tmpdir(), "runlab-bench-"));
const session = new TrackingSession({ resolveUri, openStore });
session.setTrackingUri(join(folder, "runlab"));
const extension = magicCellExtension({ magics, session, output, services, cell: () => cell });
const $magic = extension.globals.$magic as {
  log_metric(key: string, value: number, options: { step: number }): void;
};
const calls = 200_000;
await session.startRun({}, async () => {
  const start = performance.now();
  for (let step = 0; step < calls; step++) $magic.log_metric("loss", 1 / (step + 1), { step });
  await extension.settle(cell);
  const rate = Math.round((calls / (performance.now() - start)) * 1000);
  report("%log_metric in a loop, saved in the file store", `${rate.toLocaleString("en-US")}/s`, "at least 50,000/s");
});
await session.close();
await rm(folder, { recursive: true, force: true });
