import {
  type DatasetInput,
  type Experiment,
  type MetricPoint,
  type ModelOutput,
  type Run,
  type RunStatus,
  runStatuses,
} from "../tracking/types.js";
import { checkWord } from "../tracking/validation.js";

/** A file format for runs, out and in. A new one is a file exporting one of these, and its line in `exportFormats`. */
export type ExportFormat = TextFormat | BinaryFormat;

interface Format {
  readonly name: string;
  /** With the dot, in lower case. */
  readonly extensions: readonly string[];
}

export interface TextFormat extends Format {
  readonly content: "text";
  /** The file's text in pieces; histories are read one run at a time. */
  write(source: ExportSource): AsyncIterable<string>;
  /** @throws {TrackingError} INVALID_PARAMETER_VALUE naming the place in the text */
  read(text: string): ImportedRuns;
}

export interface BinaryFormat extends Format {
  readonly content: "binary";
  write(source: ExportSource): AsyncIterable<Uint8Array>;
  /** @throws {TrackingError} INVALID_PARAMETER_VALUE naming the place in the file */
  read(bytes: Uint8Array): ImportedRuns;
}

export interface ExportSource {
  experiment: Experiment;
  runs: readonly Run[];
  history(runId: string, key: string): Promise<MetricPoint[]>;
}

export interface ImportedRuns {
  experimentTags: Readonly<Record<string, string>>;
  runs: readonly ImportedRun[];
}

/** A run as a file has it: its fields are of these types, and whether a store takes them is seen by `checkImported`. */
export interface ImportedRun {
  /** Where the file has a field of it, for errors: `runs[3].params.lr`, `Row 5, params.lr`. */
  place(field: RunField, key?: string): string;
  /** Undefined when the file does not say it. */
  experimentName: string | undefined;
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

export type RunField = Exclude<keyof ImportedRun, "place">;

/**
 * A run that was open when it was written is not open here.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE naming the place, with the statuses that there are
 */
export function statusOf(text: string | undefined, place: string): RunStatus {
  if (text === undefined) return "FINISHED";
  const status = checkWord(`status (${place})`, text, runStatuses);
  return status === "RUNNING" || status === "SCHEDULED" ? "KILLED" : status;
}

const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * The number that a text is, as runlab, JavaScript, Python and pandas write it: `inf`, `-Infinity` and `nan` too.
 * @returns undefined for any other text, and for a number of too many digits, which would become an infinity
 */
export function numberOfText(text: string): number | undefined {
  const word = text.trim().toLowerCase();
  if (/^[+-]?nan$/.test(word)) return Number.NaN;
  if (/^[+-]?inf(?:inity)?$/.test(word))
    return word.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const number = decimal.test(word) ? Number(word) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}
