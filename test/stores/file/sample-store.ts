import { join } from "node:path";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { TrackingClient } from "../../../src/tracking/client.js";

/** A store with something in every field of every document, as a real one has it. */
export interface SampleStore {
  /** At rest, with all that a run may have. */
  full: string;
  /** At rest, beside it. */
  other: string;
  deleted: string;
  /** Being written by this process: its changes are in its journal. */
  open: string;
  client: TrackingClient;
}

export async function makeSampleStore(folder: string): Promise<SampleStore> {
  const client = new TrackingClient(new FileStore(folder));
  await client.createExperiment("cars", { tags: { team: "a", constructor: "c" } });
  await client.createExperiment("elsewhere", { artifactLocation: join(folder, "..", "artifacts") });
  await client.createExperiment("gone");
  await client.deleteExperiment("3");

  const full = await newRun("full", "1");
  await client.logMetric(full, "loss", [3, 1, 2]);
  await client.logMetrics(full, { odd: Number.NaN, inf: Number.POSITIVE_INFINITY, Upper: -0 });
  await client.logParams(full, { lr: 0.1, __proto_: "x", constructor: "y" });
  await client.logInput(full, {
    name: "train",
    digest: "d1",
    source: "s",
    schema: "{}",
    profile: "{}",
    context: "training",
  });
  await client.logOutputs(full, [{ modelId: "m-1", step: 3 }]);
  await client.endRun(full);
  const other = await newRun("other", "1");
  await client.logMetric(other, "loss", [1, 2]);
  await client.logParam(other, "lr", 0.2);
  await client.endRun(other);
  const deleted = await newRun("deleted", "0");
  await client.endRun(deleted);
  await client.deleteRun(deleted);

  const open = await newRun("open", "1");
  await client.logMetric(open, "Loss", 0.5);
  await client.logParams(open, { batch: 32, seed: 1 });
  await client.setTag(open, "note", "n");
  await client.setTag(open, "short", "s");
  await client.deleteTag(open, "short");
  await client.logInput(open, { name: "train", digest: "d1", source: "s", context: "training" });
  await client.logOutputs(open, [{ modelId: "m-1", step: 0 }]);
  await client.renameRun(open, "opened");
  await client.updateRun(open, "FINISHED", 1_900_000_000_000);
  await client.updateRun(open, "RUNNING");

  const { registry } = client.store;
  const model = { modelId: "m-1", name: "elastic", experimentId: "1", sourceRunId: full, artifactPath: "elastic" };
  const signature = { inputs: "[]", outputs: "[]", params: "[]" };
  await registry.createLoggedModel({ ...model, modelType: "node", signature, digest: "d", tags: { a: "1" } });
  await registry.createLoggedModel({ ...model, modelId: "m-2", name: "b", artifactPath: "b", modelType: "node" });
  for (const name of ["Cars", "Bikes"]) {
    await client.createRegisteredModel(name, { description: "d", tags: { t: "v" } });
    for (const modelId of ["m-1", "m-2"]) {
      await client.createModelVersion(name, `models:/${modelId}`, {
        runId: full,
        modelId,
        signature,
        tags: { a: "1" },
      });
    }
    await client.setRegisteredModelAlias(name, "champion", "1");
  }
  return { full, other, deleted, open, client };

  async function newRun(runName: string, experimentId: string): Promise<string> {
    return (await client.createRun(experimentId, { runName, tags: { kind: runName } })).info.runId;
  }
}
