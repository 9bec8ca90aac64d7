import { writeSync } from "node:fs";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { TrackingClient } from "../../../src/tracking/client.js";

/** A process that logs for ever without a pause: `node busy-process.js <store>`. It says its run's id and is to be killed. */
const client = new TrackingClient(new FileStore(process.argv[2] ?? ""));
const { runId } = (await client.createRun("0")).info;
writeSync(1, `${runId}\n`);
const endless = Date.now() + 60_000;
for (let step = 0; Date.now() < endless; step++) client.logMetric(runId, "m", step, { step });
