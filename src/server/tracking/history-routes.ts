import { TrackingError } from "../../errors.js";
import type { TrackingClient } from "../../tracking/client.js";
import { metricToJson } from "../../tracking/mlflow-json.js";
import type { MetricPoint } from "../../tracking/types.js";
import { pageJson, type Route } from "./route.js";

/** Most runs in one request, and most points of all of them. @see MLflow 3.17, get_metric_history_bulk_handler */
const mostRuns = 100;
const mostPoints = 25_000;
/** Most steps of a thinned history. */
const mostSteps = 2500;

/** `metrics/…` of MLflow's REST API: whole histories, those of many runs, and thinned ones. */
export function historyRoutes(client: TrackingClient): Route[] {
  return [
    {
      method: "GET",
      path: "metrics/get-history",
      answer: async (fields) => {
        const runId = fields.runId();
        const key = fields.text("metric_key");
        const maxResults = fields.optionalInt("max_results");
        const pageToken = fields.optionalText("page_token") || undefined;
        const page =
          maxResults === undefined && pageToken === undefined
            ? await client.getMetricHistory(runId, key)
            : await client.getMetricHistoryPage(runId, key, {
                ...(maxResults === undefined ? {} : { maxResults }),
                ...(pageToken === undefined ? {} : { pageToken }),
              });
        return pageJson("metrics", page, (point) => metricToJson({ key, ...point }));
      },
    },
    {
      method: "GET",
      path: "metrics/get-history-bulk",
      answer: async (fields) => {
        const runIds = checkRuns("run_id", fields.texts("run_id"));
        const key = fields.text("metric_key");
        const limit = Math.min(fields.optionalInt("max_results") ?? mostPoints, mostPoints);
        const metrics: object[] = [];
        for (const runId of [...runIds].sort()) {
          const left = limit - metrics.length;
          if (left <= 0) break;
          const points = await client.getMetricHistoryPage(runId, key, { maxResults: left });
          metrics.push(...points.map((point) => ({ ...metricToJson({ key, ...point }), run_id: runId })));
        }
        return { metrics };
      },
    },
    {
      method: "GET",
      path: "metrics/get-history-bulk-interval",
      answer: async (fields) => {
        const runIds = checkRuns("run_ids", fields.texts("run_ids"));
        const key = fields.text("metric_key");
        const maxResults = fields.optionalInt("max_results") ?? mostSteps;
        if (maxResults < 1 || maxResults > mostSteps) {
          throw new TrackingError("INVALID_PARAMETER_VALUE", `max_results must be from 1 to ${mostSteps}.`);
        }
        const range = { start: fields.optionalInt("start_step"), end: fields.optionalInt("end_step") };
        if ((range.start === undefined) !== (range.end === undefined)) {
          throw new TrackingError("INVALID_PARAMETER_VALUE", "start_step and end_step come together or not at all.");
        }
        const histories = await Promise.all(
          runIds.map(async (runId) => ({
            runId,
            points: (await client.getMetricHistory(runId, key)).filter(({ step }) => within(step, range)),
          })),
        );
        const steps = sampledSteps(
          histories.map(({ points }) => points),
          maxResults,
        );
        const metrics = histories.flatMap(({ runId, points }) =>
          points
            .filter(({ step }) => steps.has(step))
            .sort((a, b) => a.step - b.step || a.timestamp - b.timestamp)
            .map((point) => ({ ...metricToJson({ key, ...point }), run_id: runId })),
        );
        return metrics.length === 0 ? {} : { metrics };
      },
    },
  ];
}

function checkRuns(name: string, runIds: readonly string[]): readonly string[] {
  if (runIds.length > 0 && runIds.length <= mostRuns) return runIds;
  throw new TrackingError("INVALID_PARAMETER_VALUE", `${name} must name 1 to ${mostRuns} runs; got ${runIds.length}.`);
}

function within(
  step: number,
  { start = -Infinity, end = Infinity }: { start?: number | undefined; end?: number | undefined },
): boolean {
  return step >= start && step <= end;
}

/** Steps at even distances among those that any run has, and each run's first and last one. */
export function sampledSteps(histories: ReadonlyArray<readonly MetricPoint[]>, most: number): ReadonlySet<number> {
  const all = [...new Set(histories.flatMap((points) => points.map(({ step }) => step)))].sort((a, b) => a - b);
  if (all.length <= most) return new Set(all);
  const chosen = new Set<number>();
  for (let at = 0; at < most; at++) {
    const step = all[Math.floor((at * all.length) / most)];
    if (step !== undefined) chosen.add(step);
  }
  for (const points of histories) {
    let first = Infinity;
    let last = -Infinity;
    for (const { step } of points) {
      first = Math.min(first, step);
      last = Math.max(last, step);
    }
    if (points.length > 0) chosen.add(first).add(last);
  }
  return chosen;
}
