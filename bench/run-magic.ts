import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CellOutput } from "../src/kernel/cell-output.js";
import type { CellValue } from "../src/kernel/engine/engine.js";
import type { CellInfo } from "../src/kernel/extension.js";
import { magicCellExtension } from "../src/magics/cell-extension.js";
import { magics } from "../src/magics/registry.js";
import { openStore } from "../src/stores/open.js";
import { TrackingSession } from "../src/tracking/session.js";
import { noServices } from "../test/magics/no-services.js";
import { quantile } from "./support/quantile.js";

/**
 * What tracking costs a cell, on the file store: `%%run` over an empty body (start to idle, provenance and card included),
 * and `%log_metric` called in a loop as lowered text does. The engine and the wire are not in these figures.
 */
const emptyCells = 100;
const loggedPoints = 200_000;

const folder = mkdtempSync(join(tmpdir(), "runlab-bench-"));
const store = openStore(join(folder, "runlab"));
const session = new TrackingSession({ resolveUri: (uri) => uri ?? "bench", openStore: () => store });
try {
  const cell: CellInfo = {
    count: 1,
    source: "%%run\n1",
    silent: false,
    signal: new AbortController().signal,
    onOutput: () => () => undefined,
    capture: () => () => undefined,
  };
  const extension = magicCellExtension({
    magics,
    session,
    output: nowhere(),
    services: noServices(),
    cell: () => cell,
  });
  const run = async (body: () => CellValue) => {
    const start = performance.now();
    await extension.runMagic({ name: "run", args: { name: "bench" } }, cell, async () => body());
    await extension.settle(cell);
    return performance.now() - start;
  };
  const nothing: CellValue = { hasValue: false, value: undefined };
  const first = await run(() => nothing);
  const times: number[] = [];
  for (let at = 0; at < emptyCells; at++) times.push(await run(() => nothing));
  const at = (part: number) => quantile(times, part).toFixed(1);
  console.log(
    `%%run, empty body: first ${first.toFixed(1)} ms, then median ${at(0.5)} ms, p90 ${at(0.9)} ms, slowest ${at(1)} ms`,
  );

  const { log_metric: logMetric } = extension.globals.$magic as {
    log_metric(key: string, value: number, options: { step: number }): void;
  };
  const took = await run(() => {
    for (let step = 0; step < loggedPoints; step++) logMetric("loss", 1 / (step + 1), { step });
    return nothing;
  });
  console.log(`%log_metric in a loop: ${Math.round((loggedPoints / took) * 1000).toLocaleString("en-US")} points/s`);
} finally {
  await session.close();
  rmSync(folder, { recursive: true, force: true });
}

function nowhere(): CellOutput {
  return { display: () => undefined, update: () => undefined, clear: () => undefined, stream: () => undefined };
}
