import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CellOutput } from "../src/kernel/cell-output.js";
import type { CellInfo } from "../src/kernel/extension.js";
import { magicCellExtension } from "../src/magics/cell-extension.js";
import { magics } from "../src/magics/registry.js";
import { openStore } from "../src/stores/open.js";
import { TrackingSession } from "../src/tracking/session.js";
import { noServices } from "../test/magics/no-services.js";
import { median } from "./support/quantile.js";

/**
 * What `%%run live=loss` costs a loop with 5 ms of work and one log call per step: at most 3 % of its time. Runs with and without
 * take turns on the file store, and medians of processor time are compared. Counted is the loop; the last picture is drawn after it.
 */
const rounds = 9;
const steps = 400;
const work = 5;

/** Counts for some 5 ms of processor time, whatever else the machine does. */
function busy(turns: number): number {
  let sum = 0;
  for (let at = 0; at < turns; at++) sum += Math.sqrt(at) * 1.000001;
  return sum;
}

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function turnsOf(ms: number): number {
  busy(1e6);
  const begun = cpu();
  busy(2e7);
  return Math.round((2e7 * ms) / (cpu() - begun));
}

const turns = turnsOf(work);

const folder = mkdtempSync(join(tmpdir(), "runlab-bench-"));
const store = openStore(join(folder, "runlab"));
const session = new TrackingSession({ resolveUri: (uri) => uri ?? "bench", openStore: () => store });
let pictures = 0;
let size = 0;
/** What is sent is serialized, as the kernel does. */
const send = (bundle: unknown) => {
  pictures++;
  size = Math.max(size, JSON.stringify(bundle).length);
};
const output: CellOutput = {
  display: send,
  update: (_, bundle) => send(bundle),
  clear: () => undefined,
  stream: () => undefined,
};
const cell: CellInfo = {
  count: 1,
  source: "%%run\n1",
  silent: false,
  signal: new AbortController().signal,
  onOutput: () => () => undefined,
  capture: () => () => undefined,
};
const extension = magicCellExtension({ magics, session, output, services: noServices(), cell: () => cell });
const { log_metric: logMetric } = extension.globals.$magic as {
  log_metric(key: string, value: number, options: { step: number }): void;
};

/** @returns processor time of the loop, and of the cell to its end, ms */
async function loop(header: Record<string, unknown>): Promise<{ loop: number; cell: number }> {
  let took = 0;
  const started = cpu();
  await extension.runMagic({ name: "run", args: { name: "bench", ...header } }, cell, async () => {
    const begun = cpu();
    for (let step = 0; step < steps; step++) logMetric("loss", busy(turns) / 1e9 / (step + 1), { step });
    took = cpu() - begun;
    return { hasValue: false, value: undefined };
  });
  await extension.settle(cell);
  return { loop: took, cell: cpu() - started };
}

try {
  await loop({ live: ["loss"] });
  const plain: number[] = [];
  const live: number[] = [];
  const ends: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const without = await loop({});
    pictures = 0;
    const started = performance.now();
    const withLive = await loop({ live: ["loss"] });
    const seconds = (performance.now() - started) / 1000;
    plain.push(without.loop);
    live.push(withLive.loop);
    ends.push(withLive.cell - withLive.loop - (without.cell - without.loop));
    if (round === 0)
      console.log(`${pictures} pictures in ${seconds.toFixed(1)} s, the largest with ${size} characters`);
  }
  const [without, withLive] = [median(plain), median(live)];
  console.log(
    `a loop of ${steps} steps of ${work} ms: ${without.toFixed(0)} ms, with live=loss ${withLive.toFixed(0)} ms`,
  );
  console.log(
    `cost ${(((withLive - without) / without) * 100).toFixed(2)} %; last picture ${median(ends).toFixed(0)} ms`,
  );
} finally {
  await session.close();
  rmSync(folder, { recursive: true, force: true });
}
