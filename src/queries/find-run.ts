import { isNotFound, TrackingError } from "../errors.js";
import { suggest } from "../suggest.js";
import type { Experiment, Run, ViewType } from "../tracking/types.js";
import { allExperiments } from "./find-experiment.js";
import { bothFilters, type FoundRuns, filterText, type QuerySource, type RunScope, searchPages } from "./run-search.js";

/** How whoever asks words the way out: as magics in a notebook, as commands in a terminal. */
export interface QueryHints {
  /** Says what lists runs, or the deleted ones. */
  listRuns(view: "active" | "deleted"): string;
  /** Says what brings a deleted run back. @param run - its name or id, as the user wrote it */
  restoreRun(run: string): string;
}

export interface FindRunOptions {
  hints: QueryHints;
  /** Names are looked up in these; default the current experiment, and then all others. */
  experimentIds?: readonly string[];
  /** Default ACTIVE_ONLY. */
  viewType?: ViewType;
  /** Several runs of one name: the newest (to look at), or an error that lists them (to change). */
  several: "newest" | "error";
  /** Told in one sentence when there were several and the newest was taken. */
  say?: (line: string) => void;
}

/** Runs that are counted, and looked through for a name that is near. */
const looked = 1000;

const wholeId = /^[0-9a-f]{32}$/;
const idStart = /^[0-9a-f]{4,31}$/;

/**
 * Finds a run by its id, its name, or the beginning of its id (4 digits or more), in this order.
 * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST with the nearest name; RESOURCE_CONFLICT naming the candidates
 */
export async function findRun(source: QuerySource, word: string, options: FindRunOptions): Promise<Run> {
  const { hints, viewType = "ACTIVE_ONLY" } = options;
  const known = wholeId.test(word) ? await runOfId(source, word) : undefined;
  if (known !== undefined) return inView(known, word, viewType, hints);
  const near = options.experimentIds ?? [(await source.currentExperiment()).experimentId];
  const far = options.experimentIds === undefined ? await otherExperiments(source, near) : [];
  for (const experimentIds of [near, far]) {
    const found = await search(source, { experimentIds, viewType }, nameFilter(word));
    if (found.runs.length > 0) return chosen(word, "are named", found, options);
  }
  const all = [...near, ...far];
  if (idStart.test(word)) {
    const found = await search(source, { experimentIds: all, viewType }, idStartFilter(word));
    if (found.runs.length > 0) return oneOfId(word, found);
  }
  if (viewType === "ACTIVE_ONLY") {
    const deleted = await search(source, { experimentIds: all, viewType: "DELETED_ONLY" }, nameFilter(word), 1);
    if (deleted.runs.length > 0) throw isDeleted(word, hints);
  }
  const deleted = viewType === "DELETED_ONLY";
  const what = `${deleted ? "deleted run" : "run"} with the name or id '${word}'`;
  throw await notFound(source, word, what, { experimentIds: near, viewType }, () =>
    hints.listRuns(deleted ? "deleted" : "active"),
  );
}

/** The runs meant by a list of names and ids, each once, in the order given; of several of one name the newest. */
export async function findRuns(
  source: QuerySource,
  words: readonly string[],
  options: Omit<FindRunOptions, "several">,
): Promise<Run[]> {
  const runs = new Map<string, Run>();
  for (const word of words) {
    const run = await findRun(source, word, { ...options, several: "newest" });
    runs.set(run.info.runId, run);
  }
  return [...runs.values()];
}

/**
 * Every run of an experiment that a list of names, ids and beginnings of ids means, each once.
 * @param where - a filter that they must match too
 * @throws {TrackingError} as {@link findRun}, for a word that means none
 */
export async function findAllRuns(
  source: QuerySource,
  words: readonly string[],
  { experiment, where }: { experiment: Experiment; where?: string },
): Promise<Run[]> {
  const scope = { experimentIds: [experiment.experimentId] };
  const runs = new Map<string, Run>();
  for (const word of words) {
    const exact = `run_id = ${filterText(word)} OR ${nameFilter(word)}`;
    let found = await searchPages(source, { ...scope, filterString: bothFilters(where, exact) });
    if (found.runs.length === 0 && idStart.test(word)) {
      found = await search(source, scope, bothFilters(where, idStartFilter(word)));
      if (found.runs.length > 0) oneOfId(word, found);
    }
    if (found.runs.length === 0) {
      const among = `experiment '${experiment.name}'${where === undefined ? "" : ` that matches ${where}`}`;
      const what = `run with the name or id '${word}' in ${among}`;
      throw await notFound(source, word, what, { ...scope, filterString: where }, listed);
    }
    for (const run of found.runs) runs.set(run.info.runId, run);
  }
  return [...runs.values()];
}

async function runOfId({ client }: QuerySource, runId: string): Promise<Run | undefined> {
  try {
    return await client.getRun(runId);
  } catch (error) {
    // A run may be named so.
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function inView(run: Run, word: string, view: ViewType, hints: QueryHints): Run {
  const deleted = run.info.lifecycleStage === "deleted";
  if (deleted && view === "ACTIVE_ONLY") throw isDeleted(word, hints);
  if (deleted || view !== "DELETED_ONLY") return run;
  throw new TrackingError("INVALID_STATE", `Run '${run.info.runName}' (${run.info.runId}) is not deleted.`);
}

/** The newest first. */
function search(source: QuerySource, scope: RunScope, filterString: string, count = looked): Promise<FoundRuns> {
  return searchPages(source, { ...scope, filterString, orderBy: ["attributes.start_time DESC"] }, count);
}

function nameFilter(name: string): string {
  return `run_name = ${filterText(name)}`;
}

function idStartFilter(digits: string): string {
  return `run_id LIKE ${filterText(`${digits}%`)}`;
}

async function otherExperiments(source: QuerySource, near: readonly string[]): Promise<string[]> {
  const all = await allExperiments(source, "ALL");
  return all.map(({ experimentId }) => experimentId).filter((experimentId) => !near.includes(experimentId));
}

function chosen(word: string, verb: string, found: FoundRuns, { several, say }: FindRunOptions): Run {
  const [first] = found.runs;
  if (first === undefined || (found.runs.length > 1 && several === "error")) throw ambiguous(word, verb, found);
  if (found.runs.length > 1) {
    say?.(`${count(found)} runs ${verb} '${word}'; this is the newest, ${first.info.runId.slice(0, 8)}.`);
  }
  return first;
}

/** An id that is cut off too early is no choice of anything. */
function oneOfId(word: string, found: FoundRuns): Run {
  const [first] = found.runs;
  if (first !== undefined && found.runs.length === 1) return first;
  throw ambiguous(word, "have an id that begins with", found);
}

function ambiguous(word: string, verb: string, found: FoundRuns): TrackingError {
  const listed = found.runs.slice(0, 5).map(({ info }) => {
    return `${info.runId.slice(0, 12)} (${info.runName}, ${new Date(info.startTime).toISOString().slice(0, 19)}Z)`;
  });
  const others = found.runs.length - listed.length;
  const more = others > 0 ? `, and ${others}${found.more ? "+" : ""} more` : "";
  return new TrackingError(
    "RESOURCE_CONFLICT",
    `${count(found)} runs ${verb} '${word}': ${listed.join(", ")}${more}.`,
    { hint: "Name the one you mean by its id." },
  );
}

function count({ runs, more }: FoundRuns): string {
  return `${more ? "More than " : ""}${runs.length.toLocaleString("en-US")}`;
}

/** @param otherwise - the hint when no name of the scope is near; it gets these names */
async function notFound(
  source: QuerySource,
  word: string,
  what: string,
  scope: RunScope,
  otherwise: (names: readonly string[]) => string,
): Promise<TrackingError> {
  const { runs } = await searchPages(source, scope, looked);
  const names = runs.map(({ info }) => info.runName);
  const near = suggest(word, names);
  return new TrackingError("RESOURCE_DOES_NOT_EXIST", `There is no ${what}.`, {
    hint: near === undefined ? otherwise(names) : `Did you mean '${near}'?`,
  });
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => `'${name}'`);
  if (shown.length === 0) return "There are no runs to choose from.";
  return `The newest are ${shown.join(", ")}${names.length > shown.length ? ", …" : ""}.`;
}

function isDeleted(word: string, hints: QueryHints): TrackingError {
  return new TrackingError("INVALID_STATE", `Run '${word}' is deleted.`, { hint: hints.restoreRun(word) });
}
