import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { thisProcess } from "../../../src/stores/file/owner.js";
import { TrackingClient } from "../../../src/tracking/client.js";

/**
 * A process that others cannot ask whether it lives, for tests: `node unaskable-process.js <store> <options>`. It starts a run, says
 * its id, and does what it is told on stdin, one command a line; each is answered with its own words when it is done.
 */
const [, , folder = "", optionsText = "{}"] = process.argv;
const options = JSON.parse(optionsText) as { host?: string; beatMs?: number; thread?: boolean; foreignMs?: number };
const { host, beatMs, foreignMs, thread = false } = options;
const store = new FileStore(folder, {
  ...(host === undefined ? {} : { self: { ...thisProcess(), host } }),
  limits: { ...(beatMs === undefined ? {} : { beatMs }), ...(foreignMs === undefined ? {} : { foreignMs }) },
  heartbeatThread: thread,
});
const client = new TrackingClient(store);
const say = (line: string) => writeSync(1, `${line}\n`);
const { runId } = (await client.createRun("0")).info;
say(runId);
for await (const line of createInterface({ input: process.stdin })) {
  const [command, argument = ""] = line.split(" ");
  if (command === "block") {
    const end = performance.now() + Number(argument);
    while (performance.now() < end);
  } else if (command === "log") await client.logMetric(runId, "m", 1);
  else if (command === "tag") await client.setTag(runId, "t", 1);
  else if (command === "end") await client.endRun(runId);
  else if (command === "experiments") {
    for (let index = 0; index < Number(argument); index++) {
      const name = `${runId} ${index}`;
      await client.createExperiment(name);
      say(name);
    }
  }
  say(line);
}
await store.close();
