import { resolve } from "node:path";
import { TrackingError } from "../errors.js";
import { experimentMeant } from "../queries/find-experiment.js";
import { findAllRuns } from "../queries/find-run.js";
import { type QuerySource, searchPages } from "../queries/run-search.js";
import { plural } from "../render/format-value.js";
import type { Experiment, Run } from "../tracking/types.js";
import { datedName, writeWhole } from "../whole-file.js";
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
  const path = resolve(cwd, request.to ?? datedName(experiment.name, extensionOf(request.format)));
  const format = formatOf(path, request.format);
  const runs = await selectRuns(source, experiment, request);
  const client = source.client;
  const pieces = format.write({ experiment, runs, history: (runId, key) => client.getMetricHistory(runId, key) });
  const bytes = await writeWhole(path, pieces, { what: "The export", force: request.force === true });
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

/** Of the format, else of the default one. */
function extensionOf(format: string | undefined): string {
  return exportFormats.find(({ name }) => name === format?.toLowerCase())?.extensions[0] ?? ".json";
}
