import { isNotFound, TrackingError } from "../errors.js";
import { suggest } from "../suggest.js";
import type { Experiment } from "../tracking/types.js";
import type { QuerySource } from "./run-search.js";

/**
 * An experiment by its name, else by its id. Also a deleted one.
 * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST with the nearest name
 */
export async function findExperiment(source: QuerySource, word: string): Promise<Experiment> {
  const found = await experimentOf(source, word);
  if (found !== undefined) return found;
  const all = await source.client.searchExperiments({ viewType: "ACTIVE_ONLY", maxResults: 50_000 });
  const names = all.map(({ name }) => name);
  const near = suggest(word, names);
  throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `There is no experiment with the name or id '${word}'.`, {
    hint: near === undefined ? `There are: ${listed(names)}.` : `Did you mean '${near}'?`,
  });
}

/** The experiment that is meant: {@link findExperiment}, else the current one. */
export async function experimentMeant(source: QuerySource, word: string | undefined): Promise<Experiment> {
  return word === undefined ? source.currentExperiment() : findExperiment(source, word);
}

/** Those that are meant, each once: {@link findExperiment} of each word, else the current one. */
export async function experimentsMeant(source: QuerySource, words: readonly string[] = []): Promise<Experiment[]> {
  if (words.length === 0) return [await source.currentExperiment()];
  const found = new Map<string, Experiment>();
  for (const word of words) {
    const experiment = await findExperiment(source, word);
    found.set(experiment.experimentId, experiment);
  }
  return [...found.values()];
}

/** As {@link findExperiment}; undefined when there is none. */
export async function experimentOf({ client }: QuerySource, word: string): Promise<Experiment | undefined> {
  const named = await client.getExperimentByName(word);
  if (named !== undefined) return named;
  try {
    return await client.getExperiment(word);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Names in quotes, the first eight of them. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => `'${name}'`);
  return names.length > shown.length
    ? `${shown.join(", ")}, and ${names.length - shown.length} more`
    : shown.join(", ");
}
