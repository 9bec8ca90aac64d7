import { once } from "node:events";
import { logMetric, setTag, startRun } from "../../../src/index.js";

/** Logs the first half of a run, waits for a line on its standard input, logs the second half, and waits to be killed. */
const run = await startRun({ runName: "killed" });
const values = async (from: number, to: number) => {
  for (let step = from; step < to; step++) void logMetric("loss", step, { step, timestamp: 3 });
};
await values(0, 1500);
await run.read();
process.stdout.write("first half\n");
await once(process.stdin, "data");
await values(1500, 3000);
await setTag("last", "yes");
process.stdout.write("second half\n");
setInterval(() => undefined, 1000);
