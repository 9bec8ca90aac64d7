import { TrackingError } from "../errors.js";
import { own, setOwn } from "../own.js";
import type { RunChanges } from "../tracking/store.js";
import type { DatasetInput, LifecycleStage, ModelOutput, Param, Run, RunInfo, RunStatus } from "../tracking/types.js";

/** One change of a run's document, applied whole or not at all. Metric points are no part of it. */
export interface RunChange {
  params?: readonly Param[];
  tags?: Readonly<Record<string, string>>;
  deleteTags?: readonly string[];
  status?: RunStatus;
  /** null takes it away. */
  endTime?: number | null;
  runName?: string;
  stage?: LifecycleStage;
  /** null takes it away. */
  deletedTime?: number | null;
  inputs?: readonly DatasetInput[];
  outputs?: readonly ModelOutput[];
}

/** Applies a change in place; one whose params contradict the run's is left out whole. @returns whether it was applied */
export function applyChange(run: Run, change: RunChange): boolean {
  if (change.params !== undefined && conflictOf(run, change.params) !== undefined) return false;
  for (const { key, value } of change.params ?? []) setOwn(run.data.params, key, value);
  for (const [key, value] of Object.entries(change.tags ?? {})) setOwn(run.data.tags, key, value);
  for (const key of change.deleteTags ?? []) delete run.data.tags[key];
  if (change.status !== undefined) run.info.status = change.status;
  if (change.endTime === null) delete run.info.endTime;
  // Where a clock was set back meanwhile, a run takes no time; it does not end before it starts.
  else if (change.endTime !== undefined) run.info.endTime = Math.max(change.endTime, run.info.startTime);
  if (change.runName !== undefined) setName(run, change.runName);
  else if (change.tags !== undefined && Object.hasOwn(change.tags, "mlflow.runName"))
    setName(run, change.tags["mlflow.runName"]);
  if (change.stage !== undefined) run.info.lifecycleStage = change.stage;
  if (change.deletedTime === null) delete run.info.deletedTime;
  else if (change.deletedTime !== undefined) run.info.deletedTime = change.deletedTime;
  for (const input of change.inputs ?? []) addInput(run, input);
  for (const output of change.outputs ?? []) addOutput(run, output);
  return true;
}

/** Params are written once: MLflow's rule and message. @throws INVALID_PARAMETER_VALUE */
export function checkParams(
  run: { info: Pick<RunInfo, "runId">; data: Pick<Run["data"], "params"> },
  params: readonly Param[],
): void {
  const seen = new Map<string, string>();
  for (const { key, value } of params) {
    const before = seen.get(key);
    if (before !== undefined && before !== value) {
      throw new TrackingError("INVALID_PARAMETER_VALUE", `Duplicate parameter keys have been submitted: ['${key}'].`);
    }
    seen.set(key, value);
  }
  const conflict = conflictOf(run, params);
  if (conflict === undefined) return;
  throw new TrackingError(
    "INVALID_PARAMETER_VALUE",
    `Changing param values is not allowed. Param with key='${conflict.key}' was already logged with value='${own(run.data.params, conflict.key)}' for run ID='${run.info.runId}'. Attempted logging new value '${conflict.value}'.`,
    {
      hint: "A param can be written only once. Start a new or nested run for another value, or log values that change as a metric.",
    },
  );
}

/** @throws INVALID_PARAMETER_VALUE with MLflow's words when the run is deleted */
export function checkActive(run: { info: Pick<RunInfo, "runId" | "lifecycleStage"> }): void {
  if (run.info.lifecycleStage === "active") return;
  throw new TrackingError(
    "INVALID_PARAMETER_VALUE",
    `The run ${run.info.runId} must be in the 'active' state. Current state is ${run.info.lifecycleStage}.`,
    { hint: "Restore it with restoreRun." },
  );
}

/** What a caller asks for as a change of the document: the reason of an end is kept as a tag. */
export function toRunChange({ reason, ...change }: RunChanges): RunChange {
  return { ...change, ...(reason === undefined ? {} : { tags: { "runlab.end_reason": reason } }) };
}

/** A deletion as a change. */
export function deletion(now: number): RunChange {
  return { stage: "deleted", deletedTime: now };
}

export const restoration: RunChange = { stage: "active", deletedTime: null };

/** @throws INVALID_STATE: only what has been deleted is removed for good */
export function checkDeleted(run: { info: Pick<RunInfo, "runId" | "lifecycleStage"> }): void {
  if (run.info.lifecycleStage === "deleted") return;
  throw new TrackingError(
    "INVALID_STATE",
    `The run ${run.info.runId} cannot be permanently removed, because it is not deleted.`,
    {
      hint: "Delete it first, with deleteRun or `runlab runs delete`.",
    },
  );
}

/** @throws RESOURCE_DOES_NOT_EXIST */
export function checkTag(run: Run, key: string): void {
  if (!Object.hasOwn(run.data.tags, key)) throw noTag(run.info.runId, key);
}

export function noTag(runId: string, key: string): TrackingError {
  return new TrackingError("RESOURCE_DOES_NOT_EXIST", `No tag with name: ${key} in run with id ${runId}`);
}

export function noRun(runId: string): TrackingError {
  return new TrackingError("RESOURCE_DOES_NOT_EXIST", `Run with id=${runId} not found`, {
    hint: "It may be in another store; check getTrackingUri().",
  });
}

export function runExists(runId: string): TrackingError {
  return new TrackingError("RESOURCE_ALREADY_EXISTS", `Run with UUID=${runId} already exists.`);
}

export function noArtifact(runId: string, path: string): TrackingError {
  return new TrackingError("RESOURCE_DOES_NOT_EXIST", `Run ${runId} has no artifact file '${path}'.`, {
    hint: "Use listArtifacts to see its files.",
  });
}

function conflictOf(run: { data: Pick<Run["data"], "params"> }, params: readonly Param[]): Param | undefined {
  return params.find(({ key, value }) => Object.hasOwn(run.data.params, key) && own(run.data.params, key) !== value);
}

function setName(run: Run, name = ""): void {
  run.info.runName = name;
  run.data.tags["mlflow.runName"] = name;
}

function addInput(run: Run, input: DatasetInput): void {
  const { name, digest } = input.dataset;
  const inputs = run.inputs.datasetInputs;
  if (!inputs.some(({ dataset }) => dataset.name === name && dataset.digest === digest)) inputs.push(input);
}

function addOutput(run: Run, output: ModelOutput): void {
  const outputs = run.outputs.modelOutputs;
  if (!outputs.some(({ modelId, step }) => modelId === output.modelId && step === output.step)) outputs.push(output);
}
