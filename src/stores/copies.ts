import { own, setOwn } from "../own.js";
import type { MetricSummary, Page, Run } from "../tracking/types.js";

/** A copy that the caller may change; points and datasets are shared, as nobody changes them. */
export function cloneRun(run: Run): Run {
  const metricSummaries: Record<string, MetricSummary> = {};
  for (const key of Object.keys(run.metricSummaries)) {
    const summary = own(run.metricSummaries, key);
    if (summary !== undefined) setOwn(metricSummaries, key, { ...summary });
  }
  return {
    info: { ...run.info },
    data: { params: { ...run.data.params }, metrics: { ...run.data.metrics }, tags: { ...run.data.tags } },
    inputs: { datasetInputs: run.inputs.datasetInputs.slice() },
    outputs: { modelOutputs: run.outputs.modelOutputs.slice() },
    metricSummaries,
  };
}

/** A page that its caller may change, with rows that are copies. */
export function copyPage<T, C>(page: Page<T>, copy: (row: T) => C): Page<C> {
  const copies: Page<C> = page.map((row) => copy(row));
  if (page.nextPageToken !== undefined) copies.nextPageToken = page.nextPageToken;
  return copies;
}
