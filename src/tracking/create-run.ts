import { TrackingError } from "../errors.js";
import type { ActiveRun } from "./active-run.js";
import type { TrackingClient } from "./client.js";
import type { CurrentExperiment } from "./current-experiment.js";
import type { Run } from "./types.js";
import { fieldsOf } from "./value-type.js";

export interface StartRunOptions {
  /** Default: a generated one. */
  runName?: string;
  /** Created when there is none of that name; default: the session's experiment. */
  experimentName?: string;
  experimentId?: string;
  /** Goes on with a run of this id. */
  runId?: string;
  /** Allows a run inside the active one, as its child. */
  nested?: boolean;
  /** The parent of a nested run; default: the active run. */
  parentRunId?: string;
  tags?: Readonly<Record<string, unknown>>;
  description?: string;
  /** Log CPU, memory, disk, network and GPU as `system/…`; default: what MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING says. */
  logSystemMetrics?: boolean;
}

/** Whether a run may start while another is active: it nests in it, or goes on with one that exists. */
export function startsBeside({ runId, nested }: StartRunOptions): boolean {
  return runId !== undefined || nested === true;
}

/** @throws {TrackingError} INVALID_STATE when a run is active, and this one neither nests in it nor goes on with another */
export function checkMayStart(options: StartRunOptions, active: ActiveRun | undefined): void {
  if (active === undefined || startsBeside(options)) return;
  throw new TrackingError(
    "INVALID_STATE",
    `Run with UUID ${active.runId} is already active. To start a new run, first end the current run with endRun(). To start a nested run, call startRun with nested: true`,
    {
      hint: `Run '${active.info.runName}' is still open. To have several runs at once, give each a callback: startRun({…}, async (run) => …).`,
    },
  );
}

/**
 * A new run: in the experiment that is named, else in its parent's, else in the current one.
 * @param hostTags - what the surroundings say of every run; the caller's own tags win
 */
export async function createRun(
  client: TrackingClient,
  options: StartRunOptions,
  parent: ActiveRun | undefined,
  experiment: CurrentExperiment,
  hostTags: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const experimentId =
    options.experimentName === undefined
      ? (options.experimentId ?? parent?.info.experimentId ?? (await experiment.forNewRun(client)))
      : (await experiment.named(client, options.experimentName)).experimentId;
  const parentRunId = options.parentRunId ?? parent?.runId;
  const tags: Record<string, unknown> = { ...hostTags };
  if (parentRunId !== undefined) tags["mlflow.parentRunId"] = parentRunId;
  if (options.description !== undefined) tags["mlflow.note.content"] = options.description;
  const given = fieldsOf("The tags of a run", options.tags ?? {}, { mayBeEmpty: true });
  try {
    return await client.createRun(experimentId, {
      ...(options.runName === undefined ? {} : { runName: options.runName }),
      tags: { ...tags, ...Object.fromEntries(given) },
    });
  } catch (error) {
    throw await experiment.refusal(client, experimentId, error);
  }
}

/** Goes on with a run. @throws {TrackingError} RESOURCE_DOES_NOT_EXIST; INVALID_PARAMETER_VALUE when it is of another experiment */
export async function resumeRun(client: TrackingClient, runId: string, options: StartRunOptions): Promise<Run> {
  const run = await client.getRun(runId);
  if (options.experimentId !== undefined && options.experimentId !== run.info.experimentId) {
    throw new TrackingError(
      "INVALID_PARAMETER_VALUE",
      `Cannot start run with ID ${runId} because active experiment ID does not match environment run ID: it belongs to experiment ${run.info.experimentId}.`,
    );
  }
  await client.updateRun(runId, "RUNNING");
  if (options.runName !== undefined) await client.renameRun(runId, options.runName);
  if (options.tags !== undefined && Object.keys(options.tags).length > 0) await client.setTags(runId, options.tags);
  return client.getRun(runId);
}
