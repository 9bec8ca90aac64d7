import { access, link, open, rename, unlink } from "node:fs/promises";
import { resolve } from "node:path";
import { TrackingError } from "../errors.js";
import { experimentMeant } from "../queries/find-experiment.js";
import { findAllRuns } from "../queries/find-run.js";
import { type QuerySource, searchPages } from "../queries/run-search.js";
import { plural } from "../render/format-value.js";
import type { Experiment, Run } from "../tracking/types.js";
import { exportFormats, formatOf } from "./export-formats.js";

export interface ExportRequest {
  /** Name or id; absent: the active one. */
  experiment?: string;
  /** Names, ids or beginnings of ids; all runs of a name; absent or empty: all of the experiment. */
  runs?: readonly string[];
  /** A filter that the runs must match, named ones too. */
  where?: string;
  /** Default `./<experiment>-<YYYY-MM-DD>.json`. */
  to?: string;
  /** Default: by the extension of `to`. */
  format?: string;
  /** Overwrite an existing file. */
  force?: boolean;
}

export interface ExportResult {
  /** Absolute. */
  path: string;
  runs: number;
  bytes: number;
}

/**
 * Writes runs with params, metrics and their histories, and tags to a file. The file appears when it is whole.
 * @param cwd - the folder that `to` is relative to
 * @throws {TrackingError} RESOURCE_ALREADY_EXISTS when the file is there and `force` is not set; RESOURCE_DOES_NOT_EXIST
 * when no run matches; INVALID_PARAMETER_VALUE for an unknown format or a filter that cannot be read
 */
export async function exportRuns(
  source: QuerySource,
  request: ExportRequest,
  cwd = process.cwd(),
): Promise<ExportResult> {
  const experiment = await experimentMeant(source, request.experiment);
  const path = resolve(cwd, request.to ?? defaultName(experiment.name, request.format));
  const format = formatOf(path, request.format);
  const runs = await selectRuns(source, experiment, request);
  const client = source.client;
  const pieces = format.write({ experiment, runs, history: (runId, key) => client.getMetricHistory(runId, key) });
  const bytes = await writeWhole(path, pieces, request.force === true);
  return { path, runs: runs.length, bytes };
}

/** The oldest first. */
async function selectRuns(source: QuerySource, experiment: Experiment, request: ExportRequest): Promise<Run[]> {
  const { runs: words = [], where } = request;
  const scope = { experimentIds: [experiment.experimentId], filterString: where };
  const runs =
    words.length > 0
      ? await findAllRuns(source, words, { experiment, where })
      : (await searchPages(source, scope)).runs;
  if (runs.length > 0) return runs.sort((a, b) => a.info.startTime - b.info.startTime);
  const matching = where === undefined ? "" : ` that matches ${where}`;
  throw new TrackingError(
    "RESOURCE_DOES_NOT_EXIST",
    `There is no run in experiment '${experiment.name}'${matching} to export.`,
  );
}

/** What was written and where, for a person. */
export function exportedText({ runs, bytes, path }: ExportResult): string {
  return `Wrote ${plural(runs, "run")}, ${plural(bytes, "byte")}, to ${path}`;
}

/** A name that every file system takes. */
function defaultName(experiment: string, format: string | undefined): string {
  const safe = experiment.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|(?<![-.])[-.]+$/g, "");
  const now = new Date();
  const two = (part: number) => String(part).padStart(2, "0");
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  const extension = exportFormats.find(({ name }) => name === format?.toLowerCase())?.extensions[0] ?? ".json";
  return `${[...safe].slice(0, 60).join("") || "experiment"}-${day}${extension}`;
}

/** Writes beside the file and puts it in place at the end; without `force` only where no file is. @returns bytes */
async function writeWhole(path: string, pieces: AsyncIterable<string | Uint8Array>, force: boolean): Promise<number> {
  const exists = new TrackingError("RESOURCE_ALREADY_EXISTS", `The file ${path} already exists.`, {
    hint: "Overwrite it with the option force, or choose another path with the option to.",
  });
  if (!force && (await isThere(path))) throw exists;
  const part = `${path}.${process.pid}.part`;
  const file = await open(part, "wx").catch((cause: unknown) => {
    throw cannotWrite(path, cause);
  });
  try {
    let bytes = 0;
    try {
      for await (const piece of pieces) {
        // Unlike write(), which on a disk that is nearly full writes a part and says so.
        await file.appendFile(piece);
        bytes += Buffer.byteLength(piece);
      }
    } finally {
      await file.close();
    }
    await (force ? rename(part, path) : putInPlace(part, path));
    return bytes;
  } catch (cause) {
    if (isCode(cause, "EEXIST")) throw exists;
    throw cause instanceof TrackingError ? cause : cannotWrite(path, cause);
  } finally {
    await unlink(part).catch(() => undefined);
  }
}

/** A link, unlike a rename, never replaces a file that came in the meantime. Not every file system has links. */
async function putInPlace(part: string, path: string): Promise<void> {
  try {
    await link(part, path);
  } catch (error) {
    if (isCode(error, "EEXIST") || (await isThere(path))) throw error;
    await rename(part, path);
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function cannotWrite(path: string, cause: unknown): TrackingError {
  const code = isCode(cause, "EACCES") || isCode(cause, "EROFS") ? "PERMISSION_DENIED" : "INVALID_PARAMETER_VALUE";
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TrackingError(code, `The export cannot be written to ${path}: ${why}`, { cause });
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
