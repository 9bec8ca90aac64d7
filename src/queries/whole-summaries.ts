import type { Run } from "../tracking/types.js";
import type { QuerySource } from "./run-search.js";

/** Most requests for one answer: half a second to three from MLflow's server. */
const mostRequests = 300;

/**
 * Completes the least, greatest and number of points of these runs' metrics, in place, where the store's runs tell the latest point
 * only, as those of MLflow's server do: a history is then read for each run and metric.
 * @param keys - the most important first; those that would take more than {@link mostRequests} requests in all stay as they are
 */
export async function wholeSummaries(
  { client }: Pick<QuerySource, "client">,
  runs: readonly Run[],
  keys: readonly string[],
): Promise<void> {
  await client.completeSummaries(runs, keys.slice(0, Math.max(1, Math.floor(mostRequests / runs.length))));
}
