import { isNotFound, TrackingError } from "../errors.js";
import { suggest } from "../suggest.js";
import { allPages } from "../tracking/all-pages.js";
import type { Experiment, ViewType } from "../tracking/types.js";
import { largestPage, type QuerySource } from "./run-search.js";

/**
 * An experiment by its name, else by its id. Also a deleted one.
 * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST with the nearest name
 */
export async function findExperiment(source: QuerySource, word: string): Promise<Experiment> {
  const found = await experimentOf(source, word);
  if (found !== undefined) return found;
  const names = (await allExperiments(source)).map(({ name }) => name);
  const near = suggest(word, names);
  throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `There is no experiment with the name or id '${word}'.`, {
    hint: near === undefined ? `There are: ${listed(names)}.` : `Did you mean '${near}'?`,
  });
}

/** The experiment that is meant: {@link findExperiment}, else the current one. */
export async function experimentMeant(source: QuerySource, word: string | undefined): Promise<Experiment> {
  return word === undefined ? source.currentExperiment() : findExperiment(source, word);
}

/** The experiments that are meant, each once: {@link findExperiments}, else the current one. */
export async function experimentsMeant(source: QuerySource, words: readonly string[] = []): Promise<Experiment[]> {
  return words.length === 0 ? [await source.currentExperiment()] : findExperiments(source, words);
}

/** {@link findExperiment} of each word, each experiment once, in the order given. */
export async function findExperiments(source: QuerySource, words: readonly string[]): Promise<Experiment[]> {
  const found = new Map<string, Experiment>();
  for (const word of words) {
    const experiment = await findExperiment(source, word);
    found.set(experiment.experimentId, experiment);
  }
  return [...found.values()];
}

/** Every experiment of the store, over all pages. */
export function allExperiments({ client }: QuerySource, viewType: ViewType = "ACTIVE_ONLY"): Promise<Experiment[]> {
  return allPages((pageToken) => client.searchExperiments({ viewType, maxResults: largestPage, pageToken }));
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
