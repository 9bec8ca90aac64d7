import type { LifecycleStage, RunStatus } from "../../tracking/types.js";
import type { RunChange } from "../run-change.js";
import { type DatasetDocument, fromDataset, toDataset } from "./run-codec.js";

/** A change as a line of the journal has it. */
export interface ChangeDocument {
  params?: Array<[string, string]>;
  tags?: Record<string, string>;
  delete_tags?: readonly string[];
  status?: RunStatus;
  end_time?: number | null;
  run_name?: string;
  lifecycle_stage?: LifecycleStage;
  deleted_time?: number | null;
  inputs?: DatasetDocument[];
  outputs?: Array<{ model_id: string; step: number }>;
}

export function toChangeDocument(change: RunChange): ChangeDocument {
  const { params, tags, deleteTags, status, endTime, runName, stage, deletedTime, inputs, outputs } = change;
  return {
    ...(params?.length ? { params: params.map(({ key, value }): [string, string] => [key, value]) } : {}),
    ...(tags === undefined ? {} : { tags }),
    ...(deleteTags === undefined ? {} : { delete_tags: deleteTags }),
    ...(status === undefined ? {} : { status }),
    ...(endTime === undefined ? {} : { end_time: endTime }),
    ...(runName === undefined ? {} : { run_name: runName }),
    ...(stage === undefined ? {} : { lifecycle_stage: stage }),
    ...(deletedTime === undefined ? {} : { deleted_time: deletedTime }),
    ...(inputs === undefined ? {} : { inputs: inputs.map(toDataset) }),
    ...(outputs === undefined ? {} : { outputs: outputs.map(({ modelId, step }) => ({ model_id: modelId, step })) }),
  };
}

export function fromChangeDocument(change: ChangeDocument): RunChange {
  return {
    ...(change.params && { params: change.params.map(([key, value]) => ({ key, value })) }),
    ...(change.tags && { tags: change.tags }),
    ...(change.delete_tags && { deleteTags: change.delete_tags }),
    ...(change.status && { status: change.status }),
    ...(change.end_time === undefined ? {} : { endTime: change.end_time }),
    ...(change.run_name === undefined ? {} : { runName: change.run_name }),
    ...(change.lifecycle_stage && { stage: change.lifecycle_stage }),
    ...(change.deleted_time === undefined ? {} : { deletedTime: change.deleted_time }),
    ...(change.inputs && { inputs: change.inputs.map(fromDataset) }),
    ...(change.outputs && { outputs: change.outputs.map(({ model_id, step }) => ({ modelId: model_id, step })) }),
  };
}
