import { basename, extname, resolve } from "node:path";
import { RunlabError, TrackingError } from "../errors.js";
import type { QuerySource } from "../queries/run-search.js";
import { plural } from "../render/format-value.js";
import type { TrackingClient } from "../tracking/client.js";
import { checkExperimentName } from "../tracking/validation.js";
import { checkImported } from "./check-imported.js";
import type { ImportedRuns } from "./export-format.js";
import { formatOf } from "./export-formats.js";
import { readBytes, readTextFile } from "./read-text-file.js";
import { RunAdder } from "./run-adder.js";

export interface ImportRequest {
  from: string;
  /** Default: by the extension of `from`. */
  format?: string;
  /** Where the runs go; created when there is none of that name. Default: the name in the file, else the file's own. */
  experiment?: string;
}

export interface ImportResult {
  /** Absolute. */
  path: string;
  experiment: string;
  /** Runs that were added. */
  runs: number;
  /** Runs that the store has already, by their ids; they stay as they are. */
  skipped: number;
}

/**
 * Reads runs from a file that `exportRuns` wrote, or from MLflow's `search_runs().to_csv()`, into the session's store. All of the
 * file is checked before the first run is written. A run keeps its id, so importing twice adds nothing; a run that was open is
 * KILLED. When the store fails on the way (a full disk), each run is there whole or not at all, the error says how many are, and
 * importing again adds the rest.
 * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST when there is no such file; INVALID_PARAMETER_VALUE when it is no export, naming
 * the row and the field
 */
export async function importRuns(
  source: QuerySource,
  request: ImportRequest,
  cwd = process.cwd(),
): Promise<ImportResult> {
  const path = resolve(cwd, request.from);
  const format = formatOf(path, request.format);
  const read = format.content === "text" ? format.read(await readTextFile(path)) : format.read(await readBytes(path));
  checkImported(read);
  const { client } = source;
  const experiment = request.experiment ?? experimentOf(read) ?? basename(path, extname(path));
  checkExperimentName(experiment);
  const found = await client.getExperimentByName(experiment);
  const experimentId =
    found?.experimentId ?? (await client.createExperiment(experiment, { tags: read.experimentTags }));
  const adder = new RunAdder(client, experimentId);
  try {
    for (const run of read.runs) await adder.add(run);
  } catch (error) {
    const left = await adder.withdraw();
    if (left === 0 && found === undefined) await removeExperiment(client, experimentId).catch(() => undefined);
    throw stopped(error, left, read.runs.length - adder.skipped);
  }
  return { path, experiment, runs: adder.added, skipped: adder.skipped };
}

/** The one that the file names. @throws {TrackingError} INVALID_PARAMETER_VALUE when it names several */
function experimentOf({ runs }: ImportedRuns): string | undefined {
  const [first, ...others] = runs.filter((run) => run.experimentName !== undefined);
  const other = others.find((run) => run.experimentName !== first?.experimentName);
  if (first === undefined || other === undefined) return first?.experimentName;
  throw new TrackingError(
    "INVALID_PARAMETER_VALUE",
    `${other.place("experimentName")} is '${other.experimentName}', but ${first.place("experimentName")} is '${first.experimentName}'. A file can only be imported into one experiment.`,
    { hint: "Choose an experiment for all runs with the option experiment, or import one file per experiment." },
  );
}

async function removeExperiment(client: TrackingClient, experimentId: string): Promise<void> {
  await client.deleteExperiment(experimentId);
  await client.purgeExperiment(experimentId);
}

/** @param left - runs that were added before and stay */
function stopped(error: unknown, left: number, all: number): unknown {
  if (!(error instanceof Error)) return error;
  const there = left === 0 ? "No runs were added." : `${left} of ${all} runs were added before the error.`;
  return new TrackingError(
    error instanceof RunlabError ? error.code : "INTERNAL_ERROR",
    `The import stopped: ${error.message} ${there}`,
    { hint: "Fix the problem and import the file again; runs that were already added stay as they are.", cause: error },
  );
}

/** What came in, from where, and what was there already, for a person. */
export function importedText({ runs, skipped, experiment, path }: ImportResult): string {
  const there = skipped === 0 ? "" : `; ${skipped.toLocaleString("en-US")} already existed`;
  return `Added ${plural(runs, "run")} to experiment '${experiment}' from ${path}${there}`;
}
