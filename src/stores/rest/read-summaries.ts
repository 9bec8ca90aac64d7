import { own } from "../../own.js";
import { eachLimit } from "../../tracking/each-limit.js";
import type { Filter, Search } from "../../tracking/filter/filter-tree.js";
import type { MetricPoint, Run } from "../../tracking/types.js";
import { addMetric } from "../metric-summary.js";

/** The metrics whose least or greatest value a search asks for, which MLflow's server does not tell. */
export function summarised({ filter, orderBy = [] }: Search): Set<string> {
  const fields = [...fieldsOf(filter), ...orderBy.map(({ field }) => field)];
  return new Set(
    fields.flatMap(({ aggregate, key }) => (aggregate === undefined || aggregate === "last" ? [] : [key])),
  );
}

/** Completes the summaries of these metrics, in place, from their histories. @param read - all points of a metric */
export async function readSummaries(
  runs: readonly Run[],
  keys: Iterable<string>,
  read: (runId: string, key: string) => Promise<MetricPoint[]>,
): Promise<void> {
  const wanted = [...keys].flatMap((key) =>
    runs.flatMap((run) => (Object.hasOwn(run.metricSummaries, key) ? [{ run, key }] : [])),
  );
  await eachLimit(wanted, async ({ run, key }) => {
    const points = await read(run.info.runId, key);
    const known = own(run.metricSummaries, key);
    delete run.metricSummaries[key];
    for (const point of points) addMetric(run, { key, ...point });
    // Removed in the meantime: what was known stays.
    if (points.length === 0 && known !== undefined) addMetric(run, known.last);
  });
}

function fieldsOf(filter: Filter | undefined): Array<{ key: string; aggregate?: string }> {
  if (filter === undefined) return [];
  if ("parts" in filter) return filter.parts.flatMap(fieldsOf);
  return filter.kind === "not" ? fieldsOf(filter.part) : [filter.field];
}
