import { isNotFound } from "../../errors.js";
import { own, setOwn } from "../../own.js";
import { eachLimit } from "../../tracking/each-limit.js";
import type { Filter, Search } from "../../tracking/filter/filter-tree.js";
import type { MetricPoint, MetricSummary, Run } from "../../tracking/types.js";
import { showLatest, summaryOf } from "../metric-summary.js";

/** The metrics whose least or greatest value a search asks for, which MLflow's server does not tell. */
export function summarised({ filter, orderBy = [] }: Search): Set<string> {
  const fields = [...fieldsOf(filter), ...orderBy.map(({ field }) => field)];
  return new Set(
    fields.flatMap(({ aggregate, key }) => (aggregate === undefined || aggregate === "last" ? [] : [key])),
  );
}

/**
 * Completes the summaries of these metrics, in place, from their histories.
 * @param read - all points of a metric
 * @param whole - summaries that are complete: they are not read again
 */
export async function readSummaries(
  runs: readonly Run[],
  keys: Iterable<string>,
  read: (runId: string, key: string) => Promise<MetricPoint[]>,
  whole: WeakSet<MetricSummary>,
): Promise<void> {
  const wanted = [...new Set(keys)].flatMap((key) =>
    runs.flatMap((run) => {
      const known = own(run.metricSummaries, key);
      return known === undefined || whole.has(known) ? [] : [{ run, key }];
    }),
  );
  await eachLimit(wanted, async ({ run, key }) => {
    const summary = summaryOf(key, await orNone(read(run.info.runId, key)));
    // Removed in the meantime: what was known stays.
    if (summary === undefined) return;
    setOwn(run.metricSummaries, key, summary);
    showLatest(run, key);
    whole.add(summary);
  });
}

/** Of a run that has been removed. */
async function orNone(points: Promise<MetricPoint[]>): Promise<MetricPoint[]> {
  try {
    return await points;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

function fieldsOf(filter: Filter | undefined): Array<{ key: string; aggregate?: string }> {
  if (filter === undefined) return [];
  if ("parts" in filter) return filter.parts.flatMap(fieldsOf);
  return filter.kind === "not" ? fieldsOf(filter.part) : [filter.field];
}
