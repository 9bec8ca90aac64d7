import { own, setOwn } from "../../own.js";
import {
  count,
  finite,
  flawText,
  list,
  object,
  oneOf,
  optional,
  record,
  type TypeOf,
  text,
  textLike,
  time,
  tuple,
  value,
  where,
} from "../../schema.js";
import {
  datasetFromJson,
  datasetToJson,
  modelOutputFromJson,
  modelOutputToJson,
  numberFromJson,
  numberToJson,
  runInfoFromJson,
  runInfoToJson,
} from "../../tracking/mlflow-json.js";
import type {
  DatasetInput,
  LifecycleStage,
  Metric,
  MetricSummary,
  Run,
  RunInfo,
  RunStatus,
} from "../../tracking/types.js";
import type { FileSum } from "./checksum.js";
import { damaged } from "./document.js";
import type { RunLayout } from "./layout.js";

export const statusSchema = oneOf([
  "RUNNING",
  "SCHEDULED",
  "FINISHED",
  "FAILED",
  "KILLED",
] as const satisfies readonly RunStatus[]);
export const stageSchema = oneOf(["active", "deleted"] as const satisfies readonly LifecycleStage[]);
/** Its file is named for it, and half of a surrogate pair has no place in a file's name. */
export const metricKeySchema = textLike("a metric's name", (key) => key !== "" && !/\p{Surrogate}/u.test(key));

export const datasetSchema = object({
  name: text,
  digest: text,
  source_type: text,
  source: text,
  schema: optional(text),
  profile: optional(text),
  tags: record(text),
});
export type DatasetDocument = TypeOf<typeof datasetSchema>;

export const outputSchema = object({ model_id: text, step: finite });

const numberNames: readonly unknown[] = ["NaN", "Infinity", "-Infinity", "-0"];
export const anyNumber = value<number | string>(
  "a number, or the name of one",
  (found) => Number.isFinite(found) || numberNames.includes(found),
);
const finiteNumber = value<number | string>("a finite number", (found) => Number.isFinite(found) || found === "-0");
/** `[timestamp, value, step]`; a value that JSON lacks is its name. */
const pointSchema = tuple(finite, anyNumber, finite);
const finitePoint = tuple(finite, finiteNumber, finite);
type PointDocument = TypeOf<typeof pointSchema>;

export const metricSchema = where(
  object({
    last: optional(pointSchema),
    /** Of the finite values; left out when it is `last` itself. */
    min: optional(finitePoint),
    max: optional(finitePoint),
    count,
    /** How much of the metric's file is summed up here. */
    bytes: count,
    /** Of these bytes; since the run has ended. */
    crc32: optional(count),
  }),
  ({ last, count }) =>
    count > 0 && last === undefined
      ? { path: "last", expected: `the last of ${count} points`, found: "nothing" }
      : undefined,
);

type MetricDocument = { -readonly [Field in keyof TypeOf<typeof metricSchema>]: TypeOf<typeof metricSchema>[Field] };

export const runInfoFields = {
  run_id: text,
  run_name: text,
  experiment_id: text,
  status: statusSchema,
  start_time: time,
  end_time: optional(time),
  lifecycle_stage: stageSchema,
  deleted_time: optional(time),
  user_id: text,
};

export const runInfoSchema = object(runInfoFields);

/** `run.json`, in MLflow's snake_case. The artifact root is not in it: it is always `artifacts` beside the document. */
export const runSchema = object({
  info: runInfoSchema,
  params: record(text),
  tags: record(text),
  metrics: record(metricSchema, metricKeySchema),
  inputs: list(datasetSchema),
  outputs: list(outputSchema),
});
export type RunDocument = TypeOf<typeof runSchema>;

/** A run, and how many bytes of each metric's file its summaries cover. */
export interface RunState {
  run: Run;
  bytes: Map<string, number>;
  /** Checksums of metric files, as far as they are known; one of other bytes than are covered is continued from there. */
  sums: Map<string, FileSum>;
  /** What is wrong in the files that were read; the rest of them counts. */
  problems?: Error[];
}

export function toDocument({ run, bytes, sums }: RunState): RunDocument {
  const { info, data } = run;
  const metrics: RunDocument["metrics"] = {};
  for (const [key, covered] of bytes) {
    const summary = own(run.metricSummaries, key);
    const { last, min, max } = summary ?? {};
    const sum = sums.get(key);
    // Field by field: a run's end writes each of its metrics, and spreading conditions takes three times as long.
    const metric = {} as MetricDocument;
    if (last !== undefined) metric.last = toPoint(last);
    if (min !== undefined && min !== last) metric.min = toPoint(min);
    if (max !== undefined && max !== last) metric.max = toPoint(max);
    metric.count = summary?.count ?? 0;
    metric.bytes = covered;
    if (sum?.bytes === covered) metric.crc32 = sum.crc;
    setOwn(metrics, key, metric);
  }
  return {
    info: runInfoToJson(info),
    params: data.params,
    tags: data.tags,
    metrics,
    inputs: run.inputs.datasetInputs.map(toDataset),
    outputs: run.outputs.modelOutputs.map(modelOutputToJson),
  };
}

/**
 * The run of a document that has been checked by {@link runSchema}.
 * @throws {TrackingError} DATA_LOSS when it is the document of another run than its folder is named for
 */
export function fromDocument(
  { info, params, tags, metrics, inputs, outputs }: RunDocument,
  layout: RunLayout,
): RunState {
  const run: Run = {
    info: fromInfo(info, layout),
    data: { params, metrics: {}, tags },
    inputs: { datasetInputs: inputs.map(fromDataset) },
    outputs: { modelOutputs: outputs.map(modelOutputFromJson) },
    metricSummaries: {},
  };
  const bytes = new Map<string, number>();
  const sums = new Map<string, FileSum>();
  for (const [key, metric] of Object.entries(metrics)) {
    bytes.set(key, metric.bytes);
    if (metric.crc32 !== undefined) sums.set(key, { bytes: metric.bytes, crc: metric.crc32 });
    const summary = toSummary(key, metric);
    if (summary === undefined) continue;
    setOwn(run.metricSummaries, key, summary);
    setOwn(run.data.metrics, key, summary.last.value);
  }
  return { run, bytes, sums };
}

/** The facts of a document that have been checked by {@link runInfoSchema}. @throws {TrackingError} as {@link fromDocument} */
export function fromInfo(info: TypeOf<typeof runInfoSchema>, layout: RunLayout): RunInfo {
  for (const field of ["run_id", "experiment_id"] as const) {
    const expected = field === "run_id" ? layout.runId : layout.experimentId;
    if (info[field] === expected) continue;
    const flaw = {
      path: `info.${field}`,
      expected: `'${expected}', as its folder is named`,
      found: `'${info[field]}'`,
    };
    throw damaged(layout.document, flawText(flaw));
  }
  return runInfoFromJson(info, layout.artifacts);
}

/** The summary of a metric that has points, from what {@link metricSchema} has checked. */
export function toSummary(key: string, metric: TypeOf<typeof metricSchema>): MetricSummary | undefined {
  if (metric.last === undefined) return undefined;
  const last = fromPoint(key, metric.last);
  // Where the last value is finite there is a least and a greatest one.
  const finite = Number.isFinite(last.value) ? last : undefined;
  const min = metric.min === undefined ? finite : fromPoint(key, metric.min);
  const max = metric.max === undefined ? finite : fromPoint(key, metric.max);
  return { last, ...(min && { min }), ...(max && { max }), count: metric.count };
}

export function toDataset({ dataset, tags }: DatasetInput): DatasetDocument {
  return { ...datasetToJson(dataset), tags };
}

export function fromDataset({ tags, ...dataset }: DatasetDocument): DatasetInput {
  return { dataset: datasetFromJson(dataset), tags };
}

function toPoint({ timestamp, value, step }: Metric): PointDocument {
  return [timestamp, numberToJson(value), step];
}

function fromPoint(key: string, [timestamp, value, step]: PointDocument): Metric {
  return { key, value: numberFromJson(value), timestamp, step };
}
