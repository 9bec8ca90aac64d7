import { own, setOwn } from "../../own.js";
import type { MetricSummaryRow, RunRow } from "../../render/rows.js";
import type { RunSet } from "../runs/run-set.js";

/** The runs as charts read them: records by name in place of lists. */
export function comparedRows({ params, metrics, tags, runs }: RunSet): RunRow[] {
  return runs.map((run): RunRow => {
    const values: Record<string, number> = {};
    const summaries: Record<string, MetricSummaryRow> = {};
    for (const [at, key] of metrics.entries()) {
      const value = run.metrics[at] ?? undefined;
      if (value === undefined) continue;
      setOwn(values, key, Number(value));
      const last = { step: 0, value: Number(value), timestamp: run.start };
      setOwn(summaries, key, { last, count: run.points?.[at] ?? 1 });
    }
    return {
      info: {
        runId: run.id,
        runName: run.name,
        status: run.status,
        startTime: run.start,
        experimentId: run.experiment,
        ...(run.end === undefined ? {} : { endTime: run.end }),
      },
      data: { metrics: values, params: texts(params, run.params), tags: texts(tags, run.tags) },
      metricSummaries: summaries,
    };
  });
}

function texts(keys: readonly string[], values: ReadonlyArray<string | null>): Record<string, string> {
  const record: Record<string, string> = {};
  for (const [at, key] of keys.entries()) {
    const value = values[at] ?? undefined;
    if (value !== undefined) setOwn(record, key, value);
  }
  return record;
}

/** How many runs have a history of a metric: two points or more. */
export function runsWithHistory(rows: readonly RunRow[], metric: string): number {
  return rows.filter(({ metricSummaries }) => (own(metricSummaries, metric)?.count ?? 0) > 1).length;
}
