import { isNotFound, TrackingError } from "../../errors.js";
import type { TrackingClient } from "../../tracking/client.js";
import { metricToJson } from "../../tracking/mlflow-json.js";
import type { MetricPoint, Page } from "../../tracking/types.js";
import { pageJson, type Route } from "./route.js";
import { thinnedHistory } from "./thinned-history.js";

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
        const found =
          maxResults === undefined && pageToken === undefined
            ? client.getMetricHistory(runId, key)
            : client.getMetricHistoryPage(runId, key, {
                ...(maxResults === undefined ? {} : { maxResults }),
                ...(pageToken === undefined ? {} : { pageToken }),
              });
        const page: Page<MetricPoint> = await found.catch(noneOfUnknown);
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
          const points = await client.getMetricHistoryPage(runId, key, { maxResults: left }).catch(noneOfUnknown);
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
        const [start, end] = [fields.optionalInt("start_step"), fields.optionalInt("end_step")];
        if ((start === undefined) !== (end === undefined)) {
          throw new TrackingError("INVALID_PARAMETER_VALUE", "start_step and end_step come together or not at all.");
        }
        if (start !== undefined && end !== undefined && start > end) {
          throw new TrackingError(
            "INVALID_PARAMETER_VALUE",
            `end_step must not be below start_step; got ${start}, ${end}.`,
          );
        }
        const metrics: object[] = [];
        // One run after the other: each history may be long.
        for (const runId of runIds) {
          const points = await thinnedHistory(client, runId, key, { start, end, most: maxResults }).catch(
            noneOfUnknown,
          );
          metrics.push(...points.map((point) => ({ ...metricToJson({ key, ...point }), run_id: runId })));
        }
        return metrics.length === 0 ? {} : { metrics };
      },
    },
  ];
}

function checkRuns(name: string, runIds: readonly string[]): readonly string[] {
  if (runIds.length > 0 && runIds.length <= mostRuns) return runIds;
  throw new TrackingError("INVALID_PARAMETER_VALUE", `${name} must name 1 to ${mostRuns} runs; got ${runIds.length}.`);
}

/** MLflow's server knows of no points of a run that it does not know. */
function noneOfUnknown(error: unknown): MetricPoint[] {
  if (isNotFound(error)) return [];
  throw error;
}
