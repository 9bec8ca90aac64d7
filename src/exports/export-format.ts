import type { QuerySource } from "../queries/run-search.js";
import type { ArtifactContent } from "../tracking/artifact-store.js";
import type { NewLoggedModel } from "../tracking/registry.js";
import {
  type DatasetInput,
  type Experiment,
  hasEnded,
  type MetricPoint,
  type ModelOutput,
  type Run,
  type RunStatus,
  runStatuses,
} from "../tracking/types.js";
import { checkWord } from "../tracking/validation.js";

/**
 * A file format for runs: out, in, or both. A new one is a file exporting one of these, and its line in `exportFormats`; help,
 * completion, the choice by a file's name and the hints of errors all read this declaration.
 */
export interface ExportFormat {
  readonly name: string;
  /** What a file of it is and holds, for help: "a row per run, with params, metrics, tags and histories". */
  readonly doc: string;
  /** With the dot, in lower case; none when a name does not tell. */
  readonly extensions: readonly string[];
  /** Takes what no extension tells: a folder, or a file by its whole name. */
  recognizes?(path: string, isFolder: boolean): boolean;
  /** The file in pieces; histories and artifacts are read one run at a time. Without it and `writeFolder`, it is only read. */
  write?(source: ExportSource): AsyncIterable<string | Uint8Array>;
  /** In place of `write`, for a folder. @returns bytes */
  writeFolder?(path: string, source: ExportSource): Promise<number>;
  /**
   * Absent: it is only written.
   * @throws {TrackingError} INVALID_PARAMETER_VALUE naming the place in the file
   */
  read?(file: ImportFile): Promise<ImportedRuns>;
}

export interface ExportSource {
  /** The store's verbs, for a format that holds more than a run's record. */
  query: QuerySource;
  experiment: Experiment;
  runs: readonly Run[];
  history(runId: string, key: string): Promise<MetricPoint[]>;
  /** So many more runs are written. */
  advance(runs?: number): void;
}

/** What an import reads. */
export interface ImportFile {
  /** Absolute. */
  path: string;
  /** @throws {TrackingError} for what cannot be read or is not UTF-8 */
  text(): Promise<string>;
  /** @throws {TrackingError} for what cannot be read */
  bytes(): Promise<Uint8Array>;
  /** A format that reads the file itself says first how many bytes it will read. @returns takes so many more that have been read */
  reading(total: number): (bytes: number) => void;
}

export interface ImportedRuns {
  experimentTags: Readonly<Record<string, string>>;
  runs: readonly ImportedRun[];
  /** What of the file is not imported, or only in part; a sentence each. */
  notes?: readonly string[];
  /** When the runs have been added, or not: closes what `runs` still reads. */
  close?(): Promise<void>;
}

/** A run as a file has it: its fields are of these types, and whether a store takes them is seen by `checkImported`. */
export interface ImportedRun {
  /** Where the file has a field of it, for errors: `runs[3].params.lr`, `Row 5, params.lr`. */
  locate(field: RunField, key?: string): string;
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
  metrics: Record<string, ImportedPoints>;
  /** The file may have been written to since an earlier import: points that the run lacks are added to it. */
  grows?: boolean;
  datasetInputs: DatasetInput[];
  modelOutputs: ModelOutput[];
  /** Absent where the format has none. */
  artifacts?: readonly ImportedArtifact[];
  /** The run's own, without what the store decides. */
  loggedModels?: readonly ImportedModel[];
}

/** The points of a metric; those of an array, or of what makes them when they are asked for. */
export interface ImportedPoints {
  readonly length: number;
  /** From 0, `to` not included, as of an array. */
  slice(from?: number, to?: number): MetricPoint[];
}

/** A file of a run. Its path has been checked, and no other has it. */
export interface ImportedArtifact {
  path: string;
  /** Hands the content over, and removes what it took to do so. @throws {TrackingError} when the file is damaged there */
  give(put: (content: ArtifactContent) => Promise<void>): Promise<void>;
}

export type ImportedModel = Omit<NewLoggedModel, "experimentId" | "sourceRunId">;

export type RunField = Exclude<keyof ImportedRun, "locate" | "grows">;

/**
 * A run that was open when it was written is not open here.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE naming the place, with the statuses that there are
 */
export function statusOf(text: string | undefined, where: string): RunStatus {
  if (text === undefined) return "FINISHED";
  const status = checkWord(`status (${where})`, text, runStatuses);
  return hasEnded(status) ? status : "KILLED";
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
