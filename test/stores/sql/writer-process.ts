import { openStore } from "../../../src/stores/open.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import { isError } from "../../is-error.js";

/**
 * Says that it is ready, waits for the word, and writes a run and a model version. With "stay" it says the run's id and waits to be
 * killed; with "until told" it goes on logging, says so, and says what it has logged when it is told to stop.
 */
const [uri = "", mode = "end"] = process.argv.slice(2);
const client = new TrackingClient(openStore(uri));

async function experimentId(): Promise<string> {
  try {
    return await client.createExperiment("shared");
  } catch (error) {
    isError("RESOURCE_ALREADY_EXISTS")(error);
    return (await client.getExperimentByName("shared"))?.experimentId ?? "";
  }
}

async function logUntilTold(runId: string): Promise<void> {
  const told = new Promise((resolve) => process.once("message", resolve)).then(() => true);
  let count = 0;
  for (let stop = false; !stop; ) {
    await client.logMetric(runId, "loss", count, { step: count });
    count++;
    if (count === 1) process.send?.("begun");
    stop = await Promise.race([told, false]);
  }
  await client.endRun(runId);
  process.send?.({ runId, count });
}

process.once("message", async () => {
  const { runId } = (await client.createRun(await experimentId())).info;
  if (mode.startsWith("until told")) await logUntilTold(runId);
  else {
    await Promise.all(Array.from({ length: 100 }, (_, step) => client.logMetric(runId, "loss", step, { step })));
    if (mode === "stay") {
      process.send?.(runId);
      // A channel that nobody listens to keeps no process alive.
      setInterval(() => undefined, 60_000);
      return;
    }
    await client.endRun(runId);
    const version = { name: "Raced", source: `runs:/${runId}/m`, runId, userId: "", createModel: true };
    await client.store.registry.createModelVersion(version);
  }
  await client.store.close();
  process.disconnect();
});
process.send?.("ready");
