import { resolve } from "node:path";
import { TrackingError } from "../errors.js";
import { experimentMeant } from "../queries/find-experiment.js";
import { findAllRuns } from "../queries/find-run.js";
import { type QuerySource, searchPages } from "../queries/run-search.js";
import { plural } from "../render/format-value.js";
import { quietFor, type StartProgress } from "../tracking/progress.js";
import type { Experiment, Run } from "../tracking/types.js";
import { datedName, writeWhole } from "../whole-file.js";
import { writtenFormatOf, writtenFormats } from "./export-formats.js";

export interface ExportRequest {
  /** Name or id; absent: the active one. */
  experiment?: string;
  /** Names, ids or beginnings of ids; all runs of a name; absent or empty: all of the experiment. */
  runs?: readonly string[];
  /** A filter that the runs must match, named ones too. */
  where?: string;
  /** Default `./<experiment>-<YYYY-MM-DD>.json`; a folder of MLflow's is `./mlruns`. */
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

/** Where paths are relative to, default the working directory; and how far the work is, default: nobody is told. */
export interface TransferContext {
  cwd?: string;
  startProgress?: StartProgress;
}

/**
 * Writes runs to a file; what of a run it holds is up to the format. The file appears when it is whole.
 * @throws {TrackingError} RESOURCE_ALREADY_EXISTS when the file is there and `force` is not set; RESOURCE_DOES_NOT_EXIST
 * when no run matches; INVALID_PARAMETER_VALUE for an unknown format or a filter that cannot be read
 */
export async function exportRuns(
  source: QuerySource,
  request: ExportRequest,
  { cwd = process.cwd(), startProgress }: TransferContext = {},
): Promise<ExportResult> {
  const experiment = await experimentMeant(source, request.experiment);
  const path = resolve(cwd, request.to ?? defaultPath(experiment.name, request.format));
  const format = writtenFormatOf(path, request.format);
  const runs = await selectRuns(source, experiment, request);
  const client = source.client;
  const progress = startProgress?.({ label: "export", total: runs.length, after: quietFor });
  try {
    const content = {
      query: source,
      experiment,
      runs,
      history: (runId: string, key: string) => client.getMetricHistory(runId, key),
      advance: (count?: number) => progress?.advance(count),
    };
    const bytes =
      "writeFolder" in format && format.writeFolder !== undefined
        ? await format.writeFolder(path, content)
        : await writeWhole(path, format.write?.(content) ?? [], { what: "The export", force: request.force === true });
    return { path, runs: runs.length, bytes };
  } finally {
    progress?.end();
  }
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

/** With the extension of the format, else of the default one; a folder has the format's name. */
function defaultPath(experiment: string, format: string | undefined): string {
  const known = writtenFormats.find(({ name }) => name === format?.toLowerCase());
  if (known?.writeFolder !== undefined) return known.name;
  return datedName(experiment, known?.extensions[0] ?? ".json");
}
