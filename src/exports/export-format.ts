import type { DatasetInput, Experiment, MetricPoint, ModelOutput, Run, RunStatus } from "../tracking/types.js";

/** A file format for runs, out and in. A new one is a file exporting one of these, and its line in `exportFormats`. */
export interface ExportFormat {
  readonly name: string;
  /** With the dot, in lower case. */
  readonly extensions: readonly string[];
  /** The file's text in pieces; histories are read one run at a time. */
  write(source: ExportSource): AsyncIterable<string>;
  /** @throws {TrackingError} INVALID_PARAMETER_VALUE naming the place in the text */
  read(text: string): ImportedRuns;
}

export interface ExportSource {
  experiment: Experiment;
  runs: readonly Run[];
  history(runId: string, key: string): Promise<MetricPoint[]>;
}

export interface ImportedRuns {
  /** Undefined when the file does not say it. */
  experimentName: string | undefined;
  experimentTags: Record<string, string>;
  runs: ImportedRun[];
}

export interface ImportedRun {
  runId: string | undefined;
  runName: string | undefined;
  status: RunStatus;
  /** ms since the epoch. */
  startTime: number | undefined;
  endTime: number | undefined;
  userId: string | undefined;
  params: Record<string, string>;
  tags: Record<string, string>;
  /** In the order they were logged. */
  metrics: Record<string, MetricPoint[]>;
  datasetInputs: DatasetInput[];
  modelOutputs: ModelOutput[];
}

const statuses: readonly RunStatus[] = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"];

/** A run that was open when it was written is not open here. */
export function statusOf(text: unknown): RunStatus {
  const status = statuses.find((known) => known === text) ?? "FINISHED";
  return status === "RUNNING" || status === "SCHEDULED" ? "KILLED" : status;
}

/** JSON has no NaN and no infinities; MLflow's REST writes them as text, and so do we. */
export function numberToJson(value: number): number | string {
  return Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? "-0" : String(value);
}

/** @returns undefined for what is no number */
export function numberOfJson(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || value.trim() === "") return undefined;
  const number = Number(value);
  return Number.isNaN(number) && value !== "NaN" ? undefined : number;
}
