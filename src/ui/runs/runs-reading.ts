import type { RunsJson, RunsRequest } from "../../server/page/page-json.js";
import { post } from "../server/ask.js";
import { filterOf } from "./name-filter.js";
import type { RunsView } from "./view-state.js";

/** Runs of a first answer: more than a window shows, and read by the server in a few ms. */
const firstRuns = 500;

/** How the runs of a table are read. */
export interface RunsReading {
  /** All of them. */
  all: RunsRequest;
  /** What is asked for first: the newest ones, where they come first in the table too. */
  first: RunsRequest;
}

export function runsReading(experimentIds: readonly string[], view: RunsView): RunsReading {
  const all: RunsRequest = {
    experimentIds: [...experimentIds],
    ...(view.where === "" ? {} : { filter: filterOf(view.where) }),
    ...(view.deleted ? { deleted: true } : {}),
  };
  const newestFirst = view.sort.length === 0 && view.group === undefined;
  return { all, first: newestFirst ? { ...all, most: firstRuns } : all };
}

/** Most runs that are compared: more are ranked by the table of runs, and filtered there. */
export const mostCompared = 500;

/** Ids of the runs that the address of a comparison names. */
export function comparedIds(query: URLSearchParams): string[] {
  const ids = (query.get("runs") ?? "").split(",").map((id) => id.trim());
  return [...new Set(ids.filter((id) => id !== ""))];
}

/** The runs of a comparison, wherever they are: all at once. */
export function comparedReading(ids: readonly string[]): RunsReading {
  const all: RunsRequest = { experimentIds: [], runIds: ids.slice(0, mostCompared) };
  return { all, first: all };
}

export function readRuns(request: RunsRequest, signal?: AbortSignal): Promise<RunsJson> {
  return post<RunsJson>("runlab", "runs", request, signal);
}

/** Names a request among the first answers. */
export function runsKey(request: RunsRequest): string {
  return `runs ${JSON.stringify(request)}`;
}
