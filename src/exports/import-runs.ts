import { basename, extname, resolve } from "node:path";
import { RunlabError, TrackingError } from "../errors.js";
import { own } from "../own.js";
import type { QuerySource } from "../queries/run-search.js";
import { plural } from "../render/format-value.js";
import type { TrackingClient } from "../tracking/client.js";
import { quietFor, type StartProgress } from "../tracking/progress.js";
import { checkExperimentName } from "../tracking/validation.js";
import { checkImported } from "./check-imported.js";
import type { ImportedRun, ImportedRuns } from "./export-format.js";
import { readFormatOf } from "./export-formats.js";
import type { TransferContext } from "./export-runs.js";
import { isFolder, readBytes, readTextFile } from "./read-text-file.js";
import { parentTag, RunAdder, workOfRun } from "./run-adder.js";

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
  /** Those of them that are copies with ids of their own: another experiment of the store has them, or the store gives ids itself. */
  copied: number;
  /** Runs that the experiment has already, by their ids or as copies; they stay as they are. */
  skipped: number;
  /** Those of them that got points which an earlier import had not found, and how many these are. */
  grown: { runs: number; points: number };
  /** What of the file was not imported, or only in part; a sentence each. */
  notes: string[];
}

/**
 * Reads runs from a file that `exportRuns` wrote, from MLflow's `search_runs().to_csv()` or from TensorBoard's event files into the
 * session's store. All of the file is checked before the first run is written. A run keeps its id, so importing twice adds nothing; of
 * a run that another experiment of the store has, a copy is added, with an id of its own and the tag `runlab.import.run_id`, once; so
 * too where the store gives ids itself. A run that was open is
 * KILLED. When the store fails on the way (a full disk), each run is there whole or not at all, the error says how many are, and
 * importing again adds the rest.
 * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST when there is no such file; INVALID_PARAMETER_VALUE when it is no export, naming
 * the row and the field
 */
export async function importRuns(
  source: QuerySource,
  request: ImportRequest,
  { cwd = process.cwd(), startProgress }: TransferContext = {},
): Promise<ImportResult> {
  const path = resolve(cwd, request.from);
  const fromFolder = await isFolder(path);
  const format = readFormatOf(path, fromFolder, request.format);
  const read = await readFile(path, format, startProgress);
  try {
    checkImported(read);
    const experiment = request.experiment ?? experimentOf(read) ?? basename(path, fromFolder ? "" : extname(path));
    checkExperimentName(experiment);
    const label = `import ${plural(read.runs.length, "run")}`;
    const progress = startProgress?.({ label, total: workOf(read.runs), after: quietFor });
    try {
      const adder = await addAll(source.client, experiment, read, (work) => progress?.advance(work));
      const { copied, skipped, grown } = adder;
      const notes = [...(read.notes ?? []), ...adder.notes];
      return { path, experiment, runs: adder.added, copied, skipped, grown, notes };
    } finally {
      progress?.end();
    }
  } finally {
    await read.close?.();
  }
}

/** Long reading shows how many bytes have been read. */
async function readFile(
  path: string,
  format: ReturnType<typeof readFormatOf>,
  startProgress: TransferContext["startProgress"],
): Promise<ImportedRuns> {
  let progress: ReturnType<StartProgress> | undefined;
  const reading = (total: number) => {
    progress = startProgress?.({ label: `read ${basename(path)}`, total, unit: "bytes", after: quietFor });
    return (bytes: number) => progress?.advance(bytes);
  };
  try {
    return await format.read({
      path,
      text: () => readTextFile(path, reading),
      bytes: () => readBytes(path, reading),
      reading,
    });
  } finally {
    progress?.end();
  }
}

/** What there is to add: a run alone may have millions of points, or large files. */
function workOf(runs: readonly ImportedRun[]): number {
  return runs.reduce((sum, run) => sum + workOfRun(run), 0);
}

async function addAll(
  client: TrackingClient,
  experiment: string,
  read: ImportedRuns,
  advance: (work: number) => void,
): Promise<RunAdder> {
  const found = await client.getExperimentByName(experiment);
  const experimentId =
    found?.experimentId ?? (await client.createExperiment(experiment, { tags: read.experimentTags }));
  let done = 0;
  const adder = new RunAdder(client, experimentId, (work) => {
    done += work;
    advance(work);
  });
  try {
    let end = 0;
    for (const run of parentsFirst(read.runs)) {
      await adder.add(run);
      end += workOfRun(run);
      // What the store had already is done as well.
      advance(end - done);
      done = end;
    }
    return adder;
  } catch (error) {
    const left = await adder.withdraw();
    if (left === 0 && found === undefined) await removeExperiment(client, experimentId).catch(() => undefined);
    throw stopped(error, left, read.runs.length - adder.skipped);
  }
}

/** A copy's parent is the copy of its parent: in the order of the file, but each after the run that it is nested in. */
function parentsFirst(runs: readonly ImportedRun[]): ImportedRun[] {
  const byId = new Map(runs.flatMap((run) => (run.runId === undefined ? [] : [[run.runId, run] as const])));
  const ordered = new Set<ImportedRun>();
  for (const run of runs) {
    const line = new Set<ImportedRun>();
    // Tags of a file may name each other as parents.
    for (let at: ImportedRun | undefined = run; at !== undefined && !ordered.has(at) && !line.has(at); ) {
      line.add(at);
      at = byId.get(own(at.tags, parentTag) ?? "");
    }
    for (const one of [...line].reverse()) ordered.add(one);
  }
  return [...ordered];
}

/** The one that the file names. @throws {TrackingError} INVALID_PARAMETER_VALUE when it names several */
function experimentOf({ runs }: ImportedRuns): string | undefined {
  const [first, ...others] = runs.filter((run) => run.experimentName !== undefined);
  const other = others.find((run) => run.experimentName !== first?.experimentName);
  if (first === undefined || other === undefined) return first?.experimentName;
  throw new TrackingError(
    "INVALID_PARAMETER_VALUE",
    `${other.locate("experimentName")} is '${other.experimentName}', but ${first.locate("experimentName")} is '${first.experimentName}'. A file can only be imported into one experiment.`,
    { hint: "Choose an experiment for all runs with the option experiment, or import one file per experiment." },
  );
}

/** One that holds a run which could not be taken back stays as it is. */
async function removeExperiment(client: TrackingClient, experimentId: string): Promise<void> {
  await client.deleteExperiment(experimentId);
  try {
    await client.purgeExperiment(experimentId);
  } catch {
    await client.restoreExperiment(experimentId);
  }
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
export function importedText({ runs, copied, skipped, grown, experiment, path, notes }: ImportResult): string {
  const copies =
    copied === 0 ? "" : `; ${copied === runs ? "" : `${copied.toLocaleString("en-US")} `}copied with new ids`;
  const there = skipped === 0 ? "" : `; ${skipped.toLocaleString("en-US")} already existed`;
  const more =
    grown.points === 0 ? "" : `; ${plural(grown.points, "new point")} in ${plural(grown.runs, "existing run")}`;
  return [
    `Added ${plural(runs, "run")} to experiment '${experiment}' from ${path}${copies}${there}${more}`,
    ...notes,
  ].join("\n");
}
