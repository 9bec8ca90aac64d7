import { own } from "../../own.js";
import type { TrackingClient } from "../../tracking/client.js";
import type { ModelMetric } from "../../tracking/registry.js";
import type { RunBatch } from "../../tracking/store.js";
import type { Metric } from "../../tracking/types.js";
import { checkBatch } from "../../tracking/validation.js";
import type { RequestFields } from "./request-fields.js";

/** A metric of a request; of a logged model where it names one. */
export interface WireMetric {
  metric: Metric;
  modelId: string | undefined;
  datasetName: string | undefined;
  datasetDigest: string | undefined;
}

export function metricOf(fields: RequestFields): WireMetric {
  return {
    metric: {
      key: fields.text("key"),
      value: fields.number("value"),
      timestamp: fields.int("timestamp"),
      step: fields.optionalInt("step") ?? 0,
    },
    modelId: fields.optionalText("model_id") || undefined,
    datasetName: fields.optionalText("dataset_name") || undefined,
    datasetDigest: fields.optionalText("dataset_digest") || undefined,
  };
}

/**
 * Logs a batch into a run, and what belongs to logged models to these as well. MLflow's client sends the metrics of a run once more,
 * with a model's id, when a model is logged: a point that the run has already is not added to its history again.
 * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST: the run, or a model; then nothing is stored
 */
export async function logMetrics(
  client: TrackingClient,
  runId: string,
  metrics: readonly WireMetric[],
  rest: Omit<RunBatch, "metrics"> = {},
): Promise<void> {
  const byModel = new Map<string, ModelMetric[]>();
  for (const { metric, modelId, datasetName, datasetDigest } of metrics) {
    if (modelId === undefined) continue;
    const point = {
      ...metric,
      runId,
      ...(datasetName === undefined ? {} : { datasetName }),
      ...(datasetDigest === undefined ? {} : { datasetDigest }),
    };
    const points = byModel.get(modelId);
    if (points === undefined) byModel.set(modelId, [point]);
    else points.push(point);
  }
  const all = metrics.map(({ metric }) => metric);
  if (byModel.size === 0) return client.logBatch(runId, { ...rest, metrics: all });
  checkBatch({ ...rest, metrics: all });
  for (const modelId of byModel.keys()) await client.getLoggedModel(modelId);
  await client.logBatch(runId, { ...rest, metrics: await unknownPoints(client, runId, metrics) });
  for (const [modelId, points] of byModel) await client.updateLoggedModel(modelId, { metrics: points });
}

/** Those that the run does not have yet. */
async function unknownPoints(
  client: TrackingClient,
  runId: string,
  metrics: readonly WireMetric[],
): Promise<readonly Metric[]> {
  const { metricSummaries } = await client.getRun(runId);
  const known = new Map<string, ReadonlySet<string>>();
  const found: Metric[] = [];
  for (const { metric, modelId } of metrics) {
    const last = own(metricSummaries, metric.key)?.last;
    // A later step than any is new, which saves reading the history in a loop that logs.
    if (modelId === undefined || last === undefined || metric.step > last.step) {
      found.push(metric);
      continue;
    }
    const points = known.get(metric.key) ?? new Set((await client.getMetricHistory(runId, metric.key)).map(identity));
    known.set(metric.key, points);
    if (!points.has(identity(metric))) found.push(metric);
  }
  return found;
}

function identity({ step, timestamp, value }: Omit<Metric, "key">): string {
  return `${step} ${timestamp} ${value}`;
}
