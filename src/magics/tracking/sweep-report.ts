import { type MetricGoal, metricGoal } from "../../metric-goal.js";
import { own } from "../../own.js";
import { rankRuns } from "../../queries/best-run.js";
import { paramImportanceChart } from "../../render/charts/param-importance.js";
import { compareRuns } from "../../render/compare.js";
import { differingParams, sharedMetrics } from "../../render/compared-runs.js";
import { formatNumber } from "../../render/format-value.js";
import { paramImportance } from "../../render/param-importance.js";
import { chartBundle } from "../../render/static/chart-bundle.js";
import { tableBundle } from "../../render/table.js";
import type { ActiveRun } from "../../tracking/active-run.js";
import type { Run } from "../../tracking/types.js";
import type { MagicContext } from "../magic.js";
import type { SweepPlan } from "./sweep-plan.js";
import { trialRuns } from "./sweep-resume.js";

/** Trials in the table; the charts draw them all. */
const mostRows = 30;

/** On the parent: the id of its best trial's run. */
const bestTag = "runlab.sweep.best_run";

/**
 * Shows how the trials that finished compare: a table, parallel coordinates, how much each param decides, and names the best.
 * @returns what the parent's card should say
 */
export async function showSweep(
  parent: ActiveRun,
  { session, output, services }: MagicContext,
  plan: SweepPlan,
): Promise<string[]> {
  const all = await trialRuns(session, parent);
  const finished = all.filter(({ info }) => info.status === "FINISHED").reverse();
  const metric = plan.metric ?? sharedMetrics(finished)[0];
  if (finished.length === 0) return [];
  if (metric === undefined) return ["No trial has logged a metric, so there is nothing to compare."];
  const goal = plan.goal ?? metricGoal(metric);
  const ranked = rankRuns(finished, metric, goal);
  if (ranked.length > 1) {
    const shown = ranked.slice(0, mostRows);
    const notes = shown.length < ranked.length ? [`The best ${shown.length} of ${ranked.length} trials.`] : [];
    const { scales } = plan;
    const options = { metrics: [metric], goals: { [metric]: goal }, colours: services.colours, scales };
    output.display(tableBundle(compareRuns(shown, { ...options, notes, as: "table" }).table));
    const as = differingParams(ranked).length > 1 ? { as: "parallel" as const } : {};
    const { chart } = compareRuns(ranked, { ...options, ...as });
    if (chart !== undefined) output.display(await chartBundle(chart));
    const importance = paramImportanceChart(metric, paramImportance(ranked, metric));
    if (importance !== undefined) output.display(await chartBundle(importance));
  }
  const others = sharedMetrics(finished).filter((key) => key !== metric);
  return bestNotes(parent, ranked[0], { metric, goal, others });
}

async function bestNotes(
  parent: ActiveRun,
  best: Run | undefined,
  { metric, goal, others }: { metric: string; goal: MetricGoal; others: readonly string[] },
): Promise<string[]> {
  const value = best && own(best.data.metrics, metric);
  if (best === undefined || value === undefined || Number.isNaN(value))
    return [
      `No finished trial has a value of ${metric}.${others.length === 0 ? "" : ` They have: ${others.slice(0, 10).join(", ")}.`}`,
    ];
  const { runId, runName } = best.info;
  await parent.client.setTag(parent.runId, bestTag, runId);
  return [`Best ${metric} (${goal}): ${formatNumber(value)}, run ${runName} (${runId.slice(0, 8)}).`];
}
