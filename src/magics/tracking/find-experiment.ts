import { TrackingError } from "../../errors.js";
import type { TrackingSession } from "../../tracking/session.js";
import type { Experiment } from "../../tracking/types.js";
import { suggest } from "../language/suggest.js";

/**
 * An experiment by its name, else by its id. Also a deleted one.
 * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST with the nearest name
 */
export async function findExperiment(session: TrackingSession, word: string): Promise<Experiment> {
  const found = await experimentOf(session, word);
  if (found !== undefined) return found;
  const all = await session.searchExperiments({ viewType: "ACTIVE_ONLY", maxResults: 50_000 });
  const names = all.map(({ name }) => name);
  const near = suggest(word, names);
  throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `There is no experiment with the name or id '${word}'.`, {
    hint: near === undefined ? `There are: ${listed(names)}.` : `Did you mean '${near}'?`,
  });
}

/** As {@link findExperiment}; undefined when there is none. */
export async function experimentOf(session: TrackingSession, word: string): Promise<Experiment | undefined> {
  const named = await session.getExperimentByName(word);
  if (named !== undefined) return named;
  const all = await session.searchExperiments({ viewType: "ALL", maxResults: 50_000 });
  return all.find(({ experimentId }) => experimentId === word);
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => `'${name}'`);
  return names.length > shown.length
    ? `${shown.join(", ")}, and ${names.length - shown.length} more`
    : shown.join(", ");
}
