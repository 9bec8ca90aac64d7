import { own, setOwn } from "../../own.js";
import type { DatasetInput, LifecycleStage, Metric, MetricSummary, Run, RunStatus } from "../../tracking/types.js";
import { damaged } from "./document.js";

/** `run.json`, in MLflow's snake_case. The artifact root is not in it: it is always `artifacts` beside the document. */
export interface RunDocument {
  info: {
    run_id: string;
    run_name: string;
    experiment_id: string;
    status: RunStatus;
    start_time: number;
    end_time?: number;
    lifecycle_stage: LifecycleStage;
    deleted_time?: number;
    user_id: string;
  };
  params: Record<string, string>;
  tags: Record<string, string>;
  metrics: Record<string, MetricDocument>;
  inputs: DatasetDocument[];
  outputs: Array<{ model_id: string; step: number }>;
}

interface MetricDocument {
  last?: PointDocument;
  /** Of the finite values; left out when it is `last` itself. */
  min?: PointDocument;
  max?: PointDocument;
  count: number;
  /** How much of the metric's file is summed up here. */
  bytes: number;
}

/** `[timestamp, value, step]`; a value that JSON lacks is its name. */
type PointDocument = [number, number | string, number];

export interface DatasetDocument {
  name: string;
  digest: string;
  source_type: string;
  source: string;
  schema?: string;
  profile?: string;
  tags: Record<string, string>;
}

/** A run, and how many bytes of each metric's file its summaries cover. */
export interface RunState {
  run: Run;
  bytes: Map<string, number>;
}

export function toDocument({ run, bytes }: RunState): RunDocument {
  const { info, data } = run;
  const metrics: Record<string, MetricDocument> = {};
  for (const [key, covered] of bytes) {
    const summary = own(run.metricSummaries, key);
    const { last, min, max } = summary ?? {};
    setOwn(metrics, key, {
      ...(last && { last: toPoint(last) }),
      ...(min && min !== last && { min: toPoint(min) }),
      ...(max && max !== last && { max: toPoint(max) }),
      count: summary?.count ?? 0,
      bytes: covered,
    });
  }
  return {
    info: {
      run_id: info.runId,
      run_name: info.runName,
      experiment_id: info.experimentId,
      status: info.status,
      start_time: info.startTime,
      ...(info.endTime === undefined ? {} : { end_time: info.endTime }),
      lifecycle_stage: info.lifecycleStage,
      ...(info.deletedTime === undefined ? {} : { deleted_time: info.deletedTime }),
      user_id: info.userId,
    },
    params: data.params,
    tags: data.tags,
    metrics,
    inputs: run.inputs.datasetInputs.map(toDataset),
    outputs: run.outputs.modelOutputs.map(({ modelId, step }) => ({ model_id: modelId, step })),
  };
}

/** @throws {TrackingError} DATA_LOSS when it is no run's document */
export function fromDocument(document: RunDocument, path: string, artifactUri: string): RunState {
  const { info, params, tags, metrics, inputs, outputs } = document;
  if (!isRecord(info) || typeof info.run_id !== "string" || typeof info.start_time !== "number") {
    throw damaged(path, "its info has no run_id or start_time");
  }
  for (const [name, part] of Object.entries({ params, tags, metrics })) {
    if (!isRecord(part)) throw damaged(path, `its ${name} are no JSON object`);
  }
  if (!Array.isArray(inputs) || !Array.isArray(outputs)) throw damaged(path, "its inputs or outputs are no list");
  const run: Run = {
    info: {
      runId: info.run_id,
      runName: String(info.run_name),
      experimentId: String(info.experiment_id),
      status: info.status,
      startTime: info.start_time,
      ...(info.end_time === undefined ? {} : { endTime: info.end_time }),
      lifecycleStage: info.lifecycle_stage,
      ...(info.deleted_time === undefined ? {} : { deletedTime: info.deleted_time }),
      artifactUri,
      userId: String(info.user_id),
    },
    data: { params, metrics: {}, tags },
    inputs: { datasetInputs: inputs.map(fromDataset) },
    outputs: { modelOutputs: outputs.map(({ model_id, step }) => ({ modelId: model_id, step })) },
    metricSummaries: {},
  };
  const bytes = new Map<string, number>();
  for (const [key, metric] of Object.entries(metrics)) {
    bytes.set(key, metric.bytes);
    if (metric.last === undefined) continue;
    const last = fromPoint(key, metric.last);
    // Where the last value is finite there is a least and a greatest one.
    const finite = Number.isFinite(last.value) ? last : undefined;
    const min = metric.min === undefined ? finite : fromPoint(key, metric.min);
    const max = metric.max === undefined ? finite : fromPoint(key, metric.max);
    const summary: MetricSummary = { last, ...(min && { min }), ...(max && { max }), count: metric.count };
    setOwn(run.metricSummaries, key, summary);
    setOwn(run.data.metrics, key, last.value);
  }
  return { run, bytes };
}

export function toDataset({ dataset, tags }: DatasetInput): DatasetDocument {
  const { name, digest, sourceType, source, schema, profile } = dataset;
  return {
    name,
    digest,
    source_type: sourceType,
    source,
    ...(schema === undefined ? {} : { schema }),
    ...(profile === undefined ? {} : { profile }),
    tags,
  };
}

export function fromDataset({ source_type, tags, ...dataset }: DatasetDocument): DatasetInput {
  return { dataset: { ...dataset, sourceType: source_type }, tags };
}

function toPoint({ timestamp, value, step }: Metric): PointDocument {
  const named = !Number.isFinite(value) || Object.is(value, -0);
  return [timestamp, named ? (value === 0 ? "-0" : String(value)) : value, step];
}

function fromPoint(key: string, [timestamp, value, step]: PointDocument): Metric {
  return { key, value: Number(value), timestamp, step };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
