import { bothFilters, filterText } from "../../queries/run-search.js";
import type { TrackingClient } from "../../tracking/client.js";
import { numberToJson } from "../../tracking/mlflow-json.js";
import type { Page, Run } from "../../tracking/types.js";
import type { RunJson, RunsJson, RunsRequest } from "./page-json.js";

/** Most runs of one answer: a table of more is not read but filtered. */
export const mostRuns = 20_000;
/** Most experiments that are listed, or that a run is looked for in. */
export const mostExperiments = 5000;

/** Tags that say how a run came about; the run's own page shows them. */
const ownTags = /^(mlflow|runlab)\./;

/**
 * The runs of a table in one answer.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE for a filter that cannot be read, with the column
 */
export async function runsAnswer(client: TrackingClient, request: RunsRequest): Promise<Omit<RunsJson, "cursor">> {
  const { filter, deleted = false, runIds, most = mostRuns } = request;
  const anywhere = request.experimentIds.length === 0 && runIds !== undefined;
  const experimentIds = anywhere ? await allExperiments(client) : request.experimentIds;
  const none = experimentIds.length === 0 || runIds?.length === 0;
  const ids = runIds && `attributes.run_id IN (${runIds.map(filterText).join(", ")})`;
  const found: Page<Run> = none
    ? []
    : await client.searchRuns({
        experimentIds,
        filterString: ids === undefined ? filter || undefined : bothFilters(filter, ids),
        viewType: deleted ? "DELETED_ONLY" : "ACTIVE_ONLY",
        maxResults: Math.max(1, Math.min(mostRuns, most)),
      });
  return { ...runsJson(found), ...(found.nextPageToken === undefined ? {} : { more: true }) };
}

async function allExperiments(client: TrackingClient): Promise<string[]> {
  const experiments = await client.searchExperiments({ maxResults: mostExperiments });
  return experiments.map(({ experimentId }) => experimentId);
}

/** Runs as the page reads them, with each name once. */
function runsJson(runs: readonly Run[]): Omit<RunsJson, "cursor"> {
  const params = new Names();
  const metrics = new Names();
  const tags = new Names();
  return { params: params.all, metrics: metrics.all, tags: tags.all, runs: runs.map(runJson) };

  function runJson({ info, data, metricSummaries }: Run): RunJson {
    const counts = Object.entries(metricSummaries);
    const several = counts.some(([, { count }]) => count > 1);
    const { "mlflow.parentRunId": parent, "mlflow.source.name": source } = data.tags;
    return {
      id: info.runId,
      name: info.runName,
      experiment: info.experimentId,
      status: info.status,
      start: info.startTime,
      ...(info.endTime === undefined ? {} : { end: info.endTime }),
      user: info.userId,
      ...(parent === undefined ? {} : { parent }),
      ...(source === undefined ? {} : { source }),
      params: params.align(Object.entries(data.params)),
      metrics: metrics.align(Object.entries(data.metrics).map(([key, value]) => [key, numberToJson(value)] as const)),
      ...(several ? { points: metrics.align(counts.map(([key, { count }]) => [key, count])).map(Number) } : {}),
      tags: tags.align(Object.entries(data.tags).filter(([key]) => !ownTags.test(key))),
    };
  }
}

/** Names in the order in which they were met. */
class Names {
  readonly all: string[] = [];
  readonly #at = new Map<string, number>();

  /** The values, each at the index of its name. */
  align<T>(entries: ReadonlyArray<readonly [string, T]>): Array<T | null> {
    const values: Array<T | null> = [];
    for (const [key, value] of entries) {
      let at = this.#at.get(key);
      if (at === undefined) {
        at = this.all.push(key) - 1;
        this.#at.set(key, at);
      }
      while (values.length < at) values.push(null);
      values[at] = value;
    }
    return values;
  }
}
