import { isNotFound, TrackingError } from "../errors.js";
import { metricGoal } from "../metric-goal.js";
import { runGroupsTable } from "../render/run-groups-table.js";
import { keysByUse, runsTable } from "../render/runs-table.js";
import type { Table } from "../render/table.js";
import type { Experiment, Page, Run, ViewType } from "../tracking/types.js";
import { bestLastValues } from "./best-run.js";
import { checkLimit } from "./choose-runs.js";
import { allExperiments } from "./find-experiment.js";
import { unknownInOrder } from "./known-keys.js";
import { type MetricCurves, metricCurves } from "./metric-curves.js";
import { type QuerySource, type RunScope, searchPages } from "./run-search.js";

export interface ListRunsOptions {
  /** Undefined: all that are not deleted. */
  experiment: Experiment | undefined;
  where?: string;
  /** `metrics.rmse ASC`, …; the newest first when left out. */
  order?: readonly string[];
  /** Most runs on a page; default: as many as a search returns. */
  limit?: number;
  /** Which page, from 1; default 1. */
  page?: number;
  /** Default ACTIVE_ONLY. */
  viewType?: ViewType;
}

/** Runs as a list to look at: one page of those that match. */
export interface ListedRuns {
  runs: Page<Run>;
  /**
   * The list as a table. Where it leaves runs out, `more` says so below it, and the mark of the best value is that of all the
   * runs that match: a metric whose best run is not listed has none.
   * @throws {RunlabError} INVALID_PARAMETER_VALUE for a column that none of the runs has
   */
  table(options: ListOptions): Promise<Table>;
  /**
   * All the runs that match, at most {@link mostGrouped}, by the values of params or tags.
   * @throws {RunlabError} RESOURCE_DOES_NOT_EXIST when none of the runs has one of them
   */
  groups(keys: readonly string[], options: Omit<ListOptions, "more">): Promise<Table>;
}

export interface ListOptions {
  caption?: string;
  /** Says how to see more. */
  more: string;
  notes?: readonly string[];
  /** Columns beside the run's name, in this order; of groups the metrics. Default all. */
  columns?: readonly string[];
  /** Draw the curves of metrics beside their values. */
  curves?: boolean;
}

/** Most runs that are read to group them. */
const mostGrouped = 10_000;

/** Most metrics whose curves are drawn in a table. */
const maxCurves = 2;

/** The runs of an experiment, or of all. @throws {TrackingError} INVALID_PARAMETER_VALUE for a filter, order, limit or page that is wrong */
export async function listRuns(source: QuerySource, options: ListRunsOptions): Promise<ListedRuns> {
  const { experiment, where, order, limit, page = 1, viewType = "ACTIVE_ONLY" } = options;
  checkLimit(limit);
  if (!Number.isInteger(page) || page < 1) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", `The page must be a whole number of 1 or more; got ${page}.`);
  }
  const experiments = experiment === undefined ? await allExperiments(source) : [experiment];
  const scope = { experimentIds: experiments.map(({ experimentId }) => experimentId), filterString: where, viewType };
  const runs = await pageOf(source, { ...scope, orderBy: order }, limit, page);
  const kind = viewType === "DELETED_ONLY" ? "Deleted runs" : "Runs";
  const of = `${kind} of ${experiment?.name ?? "all experiments"}`;
  return {
    runs,
    async table({ caption = page === 1 ? of : `${of}, page ${page}`, more, notes = [], columns, curves }) {
      const isPart = runs.nextPageToken !== undefined || page > 1;
      const keys = keysByUse(runs.map(({ data }) => data.metrics));
      const said = [...notes, ...(await unknownInOrder(source, scope, runs, order))];
      return runsTable(runs, {
        caption,
        columns,
        experiments: new Map(experiments.map(({ experimentId, name }) => [experimentId, name])),
        curves: curves ? await curvesIfThere(source, runs) : undefined,
        best: isPart
          ? await bestLastValues(
              source,
              scope,
              keys.map((key) => ({ key, goal: metricGoal(key) })),
            )
          : undefined,
        notes: runs.nextPageToken === undefined ? said : [...said, more],
      });
    },
    async groups(keys, { caption = `${of} by ${keys.join(", ")}`, notes = [], columns }) {
      const found = await searchPages(source, { ...scope, orderBy: order }, mostGrouped);
      const cut = found.more ? [`Of the first ${mostGrouped.toLocaleString("en-US")} runs.`] : [];
      return runGroupsTable(found.runs, keys, { caption, metrics: columns, notes: [...notes, ...cut] });
    },
  };
}

/** @throws {TrackingError} RESOURCE_DOES_NOT_EXIST for a page after the last one */
async function pageOf(
  { client }: QuerySource,
  query: RunScope & { orderBy: readonly string[] | undefined },
  limit: number | undefined,
  page: number,
): Promise<Page<Run>> {
  let pageToken: string | undefined;
  for (let at = 1; ; at++) {
    const runs = await client.searchRuns({ ...query, maxResults: limit, pageToken });
    if (at === page) return runs;
    pageToken = runs.nextPageToken;
    if (pageToken !== undefined) continue;
    throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `There is no page ${page} of these runs.`, {
      hint: at === 1 ? "There is only one page." : `The last one is page ${at}.`,
    });
  }
}

/** None when a run is removed while they are read: the list is not the place to complain. */
async function curvesIfThere(source: QuerySource, runs: readonly Run[]): Promise<MetricCurves | undefined> {
  try {
    return await metricCurves(source, runs, maxCurves);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
