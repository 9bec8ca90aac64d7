import { bySteps, thin } from "../../render/thin.js";
import type { TrackingClient } from "../../tracking/client.js";
import { eachLimit } from "../../tracking/each-limit.js";
import { numberToJson } from "../../tracking/mlflow-json.js";
import type { CurveJson, CurvesJson, CurvesRequest } from "./page-json.js";

/** Histories in one answer. */
const mostCurves = 2000;
const defaultLimit = 500;

/** Histories as a picture needs them: of a long one the points that its line goes through. */
export async function curvesAnswer(client: TrackingClient, request: CurvesRequest): Promise<CurvesJson> {
  const { runIds, metrics, limit = defaultLimit } = request;
  const known = new Map(request.known?.map(({ run, metric, total }) => [`${run}/${metric}`, total]));
  const wanted = runIds.flatMap((run) => metrics.map((metric) => ({ run, metric }))).slice(0, mostCurves);
  const curves: CurveJson[] = [];
  await eachLimit(wanted, async ({ run, metric }, index) => {
    const from = known.get(`${run}/${metric}`) ?? 0;
    curves[index] = await curve(client, run, metric, from, limit);
  });
  return { curves };
}

async function curve(
  client: TrackingClient,
  run: string,
  metric: string,
  known: number,
  limit: number,
): Promise<CurveJson> {
  const all = await client.getMetricHistory(run, metric);
  // A history that is shorter than it was is another one.
  const from = known <= all.length ? known : 0;
  const points = thin((from === 0 ? all : all.slice(from)).sort(bySteps), Math.max(4, limit));
  return {
    run,
    metric,
    total: all.length,
    from,
    steps: points.map(({ step }) => step),
    values: points.map(({ value }) => numberToJson(value)),
    times: points.map(({ timestamp }) => timestamp),
  };
}
