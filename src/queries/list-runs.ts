import { metricGoal } from "../metric-goal.js";
import { keysByUse, runsTable } from "../render/runs-table.js";
import type { Table } from "../render/table.js";
import type { Experiment, Page, Run, ViewType } from "../tracking/types.js";
import { bestLastValues } from "./best-run.js";
import { checkLimit } from "./choose-runs.js";
import type { QuerySource } from "./run-search.js";

export interface ListRunsOptions {
  /** Undefined: all that are not deleted. */
  experiment: Experiment | undefined;
  where?: string;
  /** `metrics.rmse ASC`, …; the newest first when left out. */
  order?: readonly string[];
  /** Most runs listed. */
  limit?: number;
  /** Default ACTIVE_ONLY. */
  viewType?: ViewType;
}

/** Runs as a list to look at: the first of those that match. */
export interface ListedRuns {
  runs: Page<Run>;
  /**
   * The list as a table. Where it leaves runs out, `more` says so below it, and the mark of the best value is that of all the
   * runs that match: a metric whose best run is not listed has none.
   * @param more - says how to see more
   */
  table(options: { caption?: string; more: string; notes?: readonly string[] }): Promise<Table>;
}

/** The first runs of an experiment, or of all. @throws {TrackingError} INVALID_PARAMETER_VALUE for a filter, order or limit that is wrong */
export async function listRuns(source: QuerySource, options: ListRunsOptions): Promise<ListedRuns> {
  const { experiment, where, order, limit, viewType = "ACTIVE_ONLY" } = options;
  checkLimit(limit);
  const experimentIds = experiment === undefined ? await activeExperiments(source) : [experiment.experimentId];
  const scope = { experimentIds, filterString: where, viewType };
  const runs = await source.client.searchRuns({ ...scope, orderBy: order, maxResults: limit });
  return {
    runs,
    async table({ caption, more, notes = [] }) {
      const of = `${viewType === "DELETED_ONLY" ? "Deleted runs" : "Runs"} of ${experiment?.name ?? "all experiments"}`;
      if (runs.nextPageToken === undefined) return runsTable(runs, { caption: caption ?? of, notes });
      const keys = keysByUse(runs.map(({ data }) => data.metrics));
      const best = await bestLastValues(
        source,
        scope,
        keys.map((key) => ({ key, goal: metricGoal(key) })),
      );
      return runsTable(runs, { caption: caption ?? of, best, notes: [...notes, more] });
    },
  };
}

async function activeExperiments({ client }: QuerySource): Promise<string[]> {
  const all = await client.searchExperiments({ viewType: "ACTIVE_ONLY", maxResults: 50_000 });
  return all.map(({ experimentId }) => experimentId);
}
