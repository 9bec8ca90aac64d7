import { randomBytes } from "node:crypto";
import { ModelError, RunlabError } from "../../errors.js";
import { allPages } from "../../tracking/all-pages.js";
import type { TrackingClient } from "../../tracking/client.js";
import type { LoggedModel } from "../../tracking/registry.js";
import { generateRunName } from "../../tracking/run-name.js";
import type { RequestFields } from "./request-fields.js";

/** Tag of a run that was made for a model which no run has logged. */
const holderTag = "runlab.model_id";

/**
 * A logged model as `POST logged-models` asks for it: PENDING, in a folder of its run that no other model has. One without a run
 * gets a run of its own, since every file of a store is in a run.
 * @throws {RunlabError} RESOURCE_DOES_NOT_EXIST: the experiment, or the run; INVALID_PARAMETER_VALUE: a name that MLflow refuses, a
 * deleted experiment or run
 */
export async function createLoggedModel(client: TrackingClient, fields: RequestFields): Promise<LoggedModel> {
  const experimentId = fields.text("experiment_id");
  const name = checkMlflowName(fields.optionalText("name") || generateRunName());
  const modelId = `m-${randomBytes(16).toString("hex")}`;
  const model = {
    modelId,
    name,
    experimentId,
    modelType: fields.optionalText("model_type") ?? "",
    status: "PENDING",
    tags: fields.keyValues("tags"),
    params: fields.keyValues("params"),
  } as const;
  await checkExperiment(client, experimentId);
  const runId = fields.optionalText("source_run_id") || undefined;
  const sourceRunId = runId ?? (await holdingRun(client, experimentId, name, modelId));
  if (runId !== undefined) await client.getRun(runId);
  const earlier = await allPages((pageToken) =>
    client.searchLoggedModels({ experimentIds: [experimentId], runId: sourceRunId, name, pageToken }),
  );
  for (let count = earlier.length + 1; ; count++) {
    const artifactPath = count === 1 ? name : `${name}-${count}`;
    if ((await client.listArtifacts(sourceRunId, artifactPath)).length > 0) continue;
    try {
      return await client.createLoggedModel({ ...model, sourceRunId, artifactPath });
    } catch (error) {
      // Another request has taken the folder meanwhile.
      if (!(error instanceof RunlabError) || error.code !== "RESOURCE_ALREADY_EXISTS") throw error;
    }
  }
}

async function holdingRun(
  client: TrackingClient,
  experimentId: string,
  runName: string,
  modelId: string,
): Promise<string> {
  const { info } = await client.createRun(experimentId, { runName, tags: { [holderTag]: modelId }, owned: false });
  await client.endRun(info.runId);
  return info.runId;
}

async function checkExperiment(client: TrackingClient, experimentId: string): Promise<void> {
  const { lifecycleStage } = await client.getExperiment(experimentId);
  if (lifecycleStage === "active") return;
  throw new ModelError(
    "INVALID_PARAMETER_VALUE",
    `The experiment ${experimentId} must be in the 'active' state. Current state is ${lifecycleStage}.`,
  );
}

/** @see MLflow 3.17, _validate_logged_model_name */
function checkMlflowName(name: string): string {
  if (!/[/:.%"']/.test(name)) return name;
  throw new ModelError("INVALID_PARAMETER_VALUE", `Invalid model name ('${name.slice(0, 200)}') provided.`, {
    hint: "A model's name is a non-empty string without / : . % \" '.",
  });
}
