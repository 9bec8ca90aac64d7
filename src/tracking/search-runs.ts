import { TrackingError } from "../errors.js";
import type { TrackingClient } from "./client.js";
import type { CurrentExperiment } from "./current-experiment.js";
import { checkQuery, checkTexts, type RunQuery } from "./query.js";
import type { Page, Run } from "./types.js";

export interface SearchRunsOptions extends Partial<RunQuery> {
  /** With those of `experimentIds`; default: the current experiment. */
  experimentNames?: readonly string[];
  /** Every experiment that is not deleted, whatever else is named. */
  searchAllExperiments?: boolean;
}

/** The runs of the experiments that `options` name, else of the current one. @throws {TrackingError} RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE */
export async function searchRuns(
  client: TrackingClient,
  options: SearchRunsOptions,
  current: CurrentExperiment,
): Promise<Page<Run>> {
  checkQuery("searchRuns", options);
  const { experimentNames, experimentIds, searchAllExperiments, ...query } = options;
  if (experimentNames !== undefined) checkTexts("experimentNames", experimentNames);
  if (searchAllExperiments) {
    const all = await client.searchExperiments({ viewType: "ACTIVE_ONLY", maxResults: 50_000 });
    return client.searchRuns({ ...query, experimentIds: all.map((experiment) => experiment.experimentId) });
  }
  if (experimentNames === undefined && experimentIds === undefined) {
    return client.searchRuns({ ...query, experimentIds: [await current.id(client)] });
  }
  const ids = [...(experimentIds ?? [])];
  for (const name of experimentNames ?? []) ids.push(await idOf(client, name));
  return client.searchRuns({ ...query, experimentIds: ids });
}

async function idOf(client: TrackingClient, name: string): Promise<string> {
  const found = await client.getExperimentByName(name);
  if (found !== undefined) return found.experimentId;
  const names = (await client.searchExperiments({ maxResults: 10 })).map((experiment) => `'${experiment.name}'`);
  throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `There is no experiment named '${name}'.`, {
    hint: `The experiments in this store are ${names.join(", ")}.`,
  });
}
