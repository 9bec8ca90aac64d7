import { list, object, optional, orNull, record, type TypeOf, text, time, tuple } from "../../schema.js";
import { modelOutputFromJson, modelOutputToJson } from "../../tracking/mlflow-json.js";
import type { RunChange } from "../run-change.js";
import { datasetSchema, fromDataset, outputSchema, stageSchema, statusSchema, toDataset } from "./run-codec.js";

/** A change as a line of the journal has it. */
export const changeSchema = object({
  params: optional(list(tuple(text, text))),
  tags: optional(record(text)),
  delete_tags: optional(list(text)),
  status: optional(statusSchema),
  end_time: optional(orNull(time)),
  run_name: optional(text),
  lifecycle_stage: optional(stageSchema),
  deleted_time: optional(orNull(time)),
  inputs: optional(list(datasetSchema)),
  outputs: optional(list(outputSchema)),
});
export type ChangeDocument = TypeOf<typeof changeSchema>;

/** Field by field: every param and tag that is logged takes this way, and spreading conditions takes ten times as long. */
export function toChangeDocument(change: RunChange): ChangeDocument {
  const { params, tags, deleteTags, status, endTime, runName, stage, deletedTime, inputs, outputs } = change;
  const document: { -readonly [Field in keyof ChangeDocument]: ChangeDocument[Field] } = {};
  if (params?.length) document.params = params.map(({ key, value }): [string, string] => [key, value]);
  if (tags !== undefined) document.tags = tags;
  if (deleteTags !== undefined) document.delete_tags = [...deleteTags];
  if (status !== undefined) document.status = status;
  if (endTime !== undefined) document.end_time = endTime;
  if (runName !== undefined) document.run_name = runName;
  if (stage !== undefined) document.lifecycle_stage = stage;
  if (deletedTime !== undefined) document.deleted_time = deletedTime;
  if (inputs !== undefined) document.inputs = inputs.map(toDataset);
  if (outputs !== undefined) document.outputs = outputs.map(modelOutputToJson);
  return document;
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
    ...(change.outputs && { outputs: change.outputs.map(modelOutputFromJson) }),
  };
}
