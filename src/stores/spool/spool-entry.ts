import {
  type DatasetInputJson,
  datasetInputFromJson,
  datasetInputToJson,
  type MetricJson,
  type ModelOutputJson,
  metricFromJson,
  metricToJson,
  modelOutputFromJson,
  modelOutputToJson,
} from "../../tracking/mlflow-json.js";
import type { NewRun, RunBatch, RunChanges } from "../../tracking/store.js";
import type { DatasetInput, ModelOutput, Param } from "../../tracking/types.js";

/** A change of a run that waits to be sent. */
export type SpoolEntry =
  | { kind: "batch"; batch: RunBatch }
  | { kind: "update"; changes: RunChanges }
  | { kind: "deleteTag"; key: string }
  | { kind: "inputs"; inputs: readonly DatasetInput[] }
  | { kind: "outputs"; outputs: readonly ModelOutput[] }
  /** @param file - name of the copy in the spool's folder of files */
  | { kind: "artifact"; path: string; file: string };

/** The first line of a spool: the run whose changes it holds. */
export interface SpoolHeader {
  version: 1;
  /** Address of the server. */
  store: string;
  /** The run's id; of one that the server does not have yet, the id of the request that creates it. */
  runId: string;
  /** The run that is still to be created. */
  create?: NewRun;
}

/** A note between the entries: up to which byte of the file the server has them, or which id it has given the run. */
export type SpoolNote = { kind: "sent"; bytes: number } | { kind: "created"; runId: string };

interface LineJson {
  batch?: { metrics?: MetricJson[]; params?: Param[]; tags?: Record<string, string> };
  update?: RunChanges;
  deleteTag?: string;
  inputs?: DatasetInputJson[];
  outputs?: ModelOutputJson[];
  artifact?: { path: string; file: string };
  sent?: number;
  created?: string;
}

/** One line, with its end. */
export function entryLine(entry: SpoolEntry | SpoolNote): string {
  return `${JSON.stringify(toJson(entry))}\n`;
}

function toJson(entry: SpoolEntry | SpoolNote): LineJson {
  switch (entry.kind) {
    case "batch": {
      const { metrics, params, tags } = entry.batch;
      return {
        batch: {
          ...(metrics && { metrics: metrics.map(metricToJson) }),
          ...(params && { params: [...params] }),
          ...(tags && { tags }),
        },
      };
    }
    case "update":
      return { update: entry.changes };
    case "deleteTag":
      return { deleteTag: entry.key };
    case "inputs":
      return { inputs: entry.inputs.map(datasetInputToJson) };
    case "outputs":
      return { outputs: entry.outputs.map(modelOutputToJson) };
    case "artifact":
      return { artifact: { path: entry.path, file: entry.file } };
    case "sent":
      return { sent: entry.bytes };
    case "created":
      return { created: entry.runId };
  }
}

/** @returns undefined for a damaged line */
export function lineEntry(line: string): SpoolEntry | SpoolNote | undefined {
  let json: LineJson;
  try {
    json = Object(JSON.parse(line)) as LineJson;
  } catch {
    return undefined;
  }
  const { batch, update, deleteTag, inputs, outputs, artifact, sent, created } = json;
  if (batch !== undefined) {
    const { metrics, ...rest } = batch;
    return { kind: "batch", batch: { ...rest, ...(metrics && { metrics: metrics.map(metricFromJson) }) } };
  }
  if (update !== undefined) return { kind: "update", changes: update };
  if (deleteTag !== undefined) return { kind: "deleteTag", key: deleteTag };
  if (inputs !== undefined) return { kind: "inputs", inputs: inputs.map(datasetInputFromJson) };
  if (outputs !== undefined) return { kind: "outputs", outputs: outputs.map(modelOutputFromJson) };
  if (artifact !== undefined) return { kind: "artifact", ...artifact };
  if (sent !== undefined) return { kind: "sent", bytes: sent };
  return created === undefined ? undefined : { kind: "created", runId: created };
}
