import type { TrackingClient } from "../../src/tracking/client.js";

/** Runs with everything that a store holds: odd values, files, a nested run, a model, a registered one with a gap in its versions. */
export async function filled(
  client: TrackingClient,
  experiment = "cars",
): Promise<{ parent: string; child: string; modelId: string }> {
  await client.deleteExperiment(await client.createExperiment(`gone before ${experiment}`));
  const registered = experiment.replace("cars", "Cars");
  const experimentId = await client.createExperiment(experiment, { tags: { team: "a" } });
  const parent = await client.createRun(experimentId, { runName: "parent", startTime: 1000, userId: "ann" });
  const { runId } = parent.info;
  await client.logParams(runId, { alpha: 0.5, __proto__x: "y" });
  const values = [1, 2, 2, Number.NaN, Number.POSITIVE_INFINITY, -0, 0.1];
  for (const value of values) await client.logMetric(runId, "loss", value, { step: 0, timestamp: 5 });
  await client.logText(runId, "häßlich", "notes/deep/a.txt");
  await client.logInput(runId, { name: "data", data: [{ x: 1 }], context: "training" });
  const modelId = `m-${"a1".repeat(16)}`;
  const model = { modelId, name: "tree", experimentId, sourceRunId: runId, artifactPath: "tree", modelType: "json" };
  await client.createLoggedModel({ ...model, tags: { k: "v" }, params: { depth: "3" } });
  await client.logText(runId, `model_id: ${modelId}\nrun_id: ${runId}\n`, "tree/MLmodel");
  await client.logOutputs(runId, [{ modelId, step: 3 }]);
  const metric = { key: "acc", value: 0.5, step: 1, timestamp: 6 };
  await client.logBatch(runId, { metrics: [metric] });
  await client.store.registry.updateLoggedModel?.(modelId, { metrics: [{ ...metric, runId }] });
  await client.endRun(runId, "FAILED", "Error: no");
  const tags = { "mlflow.parentRunId": runId, family: "linear" };
  const child = await client.createRun(experimentId, { runName: "child", startTime: 2000, tags });
  await client.logMetric(child.info.runId, "loss", 3);
  await client.endRun(child.info.runId);
  const removed = await client.createRun(experimentId, { runName: "removed", startTime: 3000 });
  await client.deleteRun(removed.info.runId);
  await client.createRegisteredModel(registered, { description: "of cars", tags: { t: "1" } });
  for (let version = 0; version < 3; version++)
    await client.createModelVersion(registered, `models:/${modelId}`, {
      runId,
      modelId,
      description: "v",
      tags: { n: "1" },
    });
  await client.deleteModelVersion(registered, 2);
  await client.setRegisteredModelAlias(registered, "champion", 3);
  await client.transitionModelVersionStage(registered, 3, "Production");
  return { parent: runId, child: child.info.runId, modelId };
}
