import { TrackingError } from "../../errors.js";
import type { TrackingSession } from "../../tracking/session.js";
import type { Run, ViewType } from "../../tracking/types.js";
import { suggest } from "../language/suggest.js";
import type { MagicContext } from "../magic.js";
import { say } from "../runtime/say.js";

export interface FindRunOptions {
  /** Names are looked up here; default the current experiment, and then all others. */
  experimentId?: string;
  /** Default ACTIVE_ONLY. */
  viewType?: ViewType;
  /** Several runs of one name: the newest (to look at), or an error that lists them (to change). */
  several: "newest" | "error";
  /** Told in one sentence when there were several and the newest was taken. */
  say?: (line: string) => void;
}

/** Says it under the cell, unless only a value is wanted. */
export function sayIn({ output, assigned }: MagicContext): (line: string) => void {
  return (line) => {
    if (!assigned) say(output, line);
  };
}

/**
 * Finds a run by its id, its name, or the beginning of its id (4 digits or more), in this order.
 * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST with the nearest name; RESOURCE_CONFLICT naming the candidates
 */
export async function findRun(session: TrackingSession, word: string, options: FindRunOptions): Promise<Run> {
  const view = options.viewType ?? "ACTIVE_ONLY";
  if (/^[0-9a-f]{32}$/.test(word)) return runOfId(session, word, view);
  const own = options.experimentId ?? (await session.currentExperiment()).experimentId;
  const scopes = options.experimentId === undefined ? [[own], await otherExperiments(session, own)] : [[own]];
  for (const experimentIds of scopes) {
    const found = await searchName(session, experimentIds, word, view);
    if (found.length > 0) return chosen(word, "are named", found, options);
  }
  if (/^[0-9a-f]{4,31}$/.test(word)) {
    const found = await search(session, scopes.flat(), `run_id LIKE '${word}%'`, view);
    if (found.length > 0) return chosen(word, "have an id that begins with", found, { ...options, several: "error" });
  }
  throw await notFound(session, word, own, view);
}

/** The runs meant by a list of names and ids, each once, in the order given. */
export async function findRuns(
  session: TrackingSession,
  words: readonly string[],
  options: Omit<FindRunOptions, "several"> = {},
): Promise<Run[]> {
  const runs = new Map<string, Run>();
  for (const word of words) {
    const run = await findRun(session, word, { ...options, several: "newest" });
    runs.set(run.info.runId, run);
  }
  return [...runs.values()];
}

async function runOfId(session: TrackingSession, runId: string, view: ViewType): Promise<Run> {
  const run = await session.getRun(runId);
  const deleted = run.info.lifecycleStage === "deleted";
  if (deleted && view === "ACTIVE_ONLY") throw isDeleted(runId);
  if (!deleted && view === "DELETED_ONLY") throw isNotDeleted(run);
  return run;
}

/** Exact names only: where the filter has to be a LIKE, it may find more. */
async function searchName(
  session: TrackingSession,
  experimentIds: readonly string[],
  name: string,
  viewType: ViewType,
): Promise<Run[]> {
  const found = await search(session, experimentIds, nameFilter(name), viewType);
  return found.filter(({ info }) => info.runName === name);
}

async function search(
  session: TrackingSession,
  experimentIds: readonly string[],
  filterString: string,
  viewType: ViewType,
): Promise<Run[]> {
  if (experimentIds.length === 0) return [];
  return session.searchRuns({ experimentIds, filterString, viewType, orderBy: ["attributes.start_time DESC"] });
}

async function otherExperiments(session: TrackingSession, own: string): Promise<string[]> {
  const all = await session.searchExperiments({ viewType: "ALL", maxResults: 50_000 });
  return all.map(({ experimentId }) => experimentId).filter((experimentId) => experimentId !== own);
}

function chosen(word: string, verb: string, found: readonly Run[], { several, say }: FindRunOptions): Run {
  const [first] = found;
  if (first !== undefined && (found.length === 1 || several === "newest")) {
    if (found.length > 1)
      say?.(`${found.length} runs ${verb} '${word}'; this is the newest, ${first.info.runId.slice(0, 8)}.`);
    return first;
  }
  const listed = found.slice(0, 5).map(({ info }) => {
    return `${info.runId.slice(0, 12)} (${info.runName}, ${new Date(info.startTime).toISOString().slice(0, 19)}Z)`;
  });
  const more = found.length > listed.length ? `, and ${found.length - listed.length} more` : "";
  throw new TrackingError("RESOURCE_CONFLICT", `${found.length} runs ${verb} '${word}': ${listed.join(", ")}${more}.`, {
    hint: "Name the one you mean by its id.",
  });
}

async function notFound(session: TrackingSession, word: string, own: string, view: ViewType): Promise<TrackingError> {
  if (view === "ACTIVE_ONLY") {
    const deleted = await searchName(session, [own, ...(await otherExperiments(session, own))], word, "DELETED_ONLY");
    if (deleted.length > 0) return isDeleted(word);
  }
  const near = await session.searchRuns({ experimentIds: [own], viewType: view, maxResults: 1_000 });
  const name = suggest(
    word,
    near.map(({ info }) => info.runName),
  );
  const what = view === "DELETED_ONLY" ? "deleted run" : "run";
  return new TrackingError("RESOURCE_DOES_NOT_EXIST", `There is no ${what} with the name or id '${word}'.`, {
    hint:
      name === undefined ? `%runs${view === "DELETED_ONLY" ? " deleted" : ""} lists them.` : `Did you mean '${name}'?`,
  });
}

function isDeleted(word: string): TrackingError {
  return new TrackingError("INVALID_STATE", `Run '${word}' is deleted.`, {
    hint: `Bring it back with %restore ${quoted(word)}.`,
  });
}

function isNotDeleted({ info }: Run): TrackingError {
  return new TrackingError("INVALID_STATE", `Run '${info.runName}' (${info.runId}) is not deleted.`);
}

/** A search filter for an exact name. A filter has no escapes: a name with both kinds of quotes is found by LIKE's `_`. */
export function nameFilter(name: string): string {
  if (!name.includes("'")) return `run_name = '${name}'`;
  if (!name.includes('"')) return `run_name = "${name}"`;
  return `run_name LIKE '${name.replaceAll("'", "_")}'`;
}

/** A word as a magic's argument: in quotes when it is not one plain word. */
export function quoted(word: string): string {
  return /^[\w./:-]+$/.test(word) ? word : JSON.stringify(word);
}
