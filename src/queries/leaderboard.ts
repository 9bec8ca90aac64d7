import { TrackingError } from "../errors.js";
import { type MetricGoal, metricGoal } from "../metric-goal.js";
import { sharedMetrics } from "../render/compared-runs.js";
import { type LeaderboardRow, leaderboardTable } from "../render/leaderboard-table.js";
import type { Table } from "../render/table.js";
import type { Run } from "../tracking/types.js";
import { searchBest } from "./best-run.js";
import { checkLimit } from "./choose-runs.js";
import { allExperiments, findExperiments } from "./find-experiment.js";
import { metricCurves } from "./metric-curves.js";
import { noRuns, type Sought } from "./no-runs.js";
import { bothFilters, metricField, type QuerySource, type RunScope, searchPages } from "./run-search.js";
import { wholeSummaries } from "./whole-summaries.js";

export interface LeaderboardRequest {
  /** Default: the one that most of the newest thousand runs have. */
  metric?: string;
  /** Default by the metric's name. */
  goal?: MetricGoal;
  /** Names or ids; default all that are not deleted. */
  experiments?: readonly string[];
  /** A filter on the runs. */
  where?: string;
  /** Most runs. Default {@link leaderboardLimit}. */
  limit?: number;
}

export interface Leaderboard {
  /** Best first. */
  runs: Run[];
  metric: string;
  goal: MetricGoal;
  /** @param more - says how to see more, where there is more */
  table(more: string): Promise<Table>;
}

export const leaderboardLimit = 20;

/** Runs that are looked through for a metric, and counted when they lack it. */
const looked = 1000;

/**
 * The best runs of all experiments by the last value of a metric. Runs of equal value share a place; NaN has none and comes last;
 * runs without the metric are not in the list.
 * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST when no run has the metric, or any
 */
export async function leaderboard(source: QuerySource, request: LeaderboardRequest): Promise<Leaderboard> {
  const { where, limit = leaderboardLimit, experiments: words = [] } = request;
  checkLimit(limit);
  const given = words.length > 0;
  const experiments = await (given ? findExperiments(source, words) : allExperiments(source));
  const scope = { experimentIds: experiments.map(({ experimentId }) => experimentId), filterString: where };
  const sought = { ...(given ? { experiments } : {}), where };
  const metric = request.metric ?? (await commonMetric(source, scope, sought));
  const goal = request.goal ?? metricGoal(metric);
  const having = { ...scope, filterString: bothFilters(where, `${metricField(metric)} IS NOT NULL`) };
  const { runs, more: isCut } = await searchBest(source, having, metric, goal, limit);
  if (runs.length === 0) throw await noRuns(source, { ...sought, metrics: [metric] });
  const without = { ...scope, filterString: bothFilters(where, `${metricField(metric)} IS NULL`) };
  return {
    runs,
    metric,
    goal,
    async table(more) {
      await wholeSummaries(source, runs, [metric]);
      const [curves, lacking] = await Promise.all([
        metricCurves(source, runs, 1, [metric]),
        searchPages(source, without, looked),
      ]);
      const names = new Map(experiments.map(({ experimentId, name }) => [experimentId, name]));
      const rows = runs.map((run): LeaderboardRow => {
        return { run, experiment: names.get(run.info.experimentId) ?? run.info.experimentId };
      });
      const count = `${lacking.runs.length.toLocaleString("en-US")}${lacking.more ? " or more" : ""}`;
      return leaderboardTable(rows, metric, goal, {
        curve: curves.get(metric),
        notes: [
          ...(isCut ? [more] : []),
          ...(lacking.runs.length > 0
            ? [`Not in the list: ${count} ${lacking.runs.length === 1 ? "run" : "runs"} without ${metric}.`]
            : []),
        ],
      });
    },
  };
}

async function commonMetric(source: QuerySource, scope: RunScope, sought: Omit<Sought, "metrics">): Promise<string> {
  const { runs } = await searchPages(source, scope, looked);
  if (runs.length === 0) throw await noRuns(source, { ...sought, metrics: [] });
  const [metric] = sharedMetrics(runs);
  if (metric !== undefined) return metric;
  throw new TrackingError("RESOURCE_DOES_NOT_EXIST", "None of the runs has logged a metric.", {
    hint: "A leaderboard ranks runs by the last value of a metric.",
  });
}
