import { useEffect, useRef, useState } from "preact/hooks";
import type { PointRow } from "../../render/rows.js";
import type { CurvesJson } from "../../server/page/page-json.js";
import { post } from "../server/ask.js";
import { useNews } from "../server/use-news.js";

/** A history as far as a picture needs it. */
export interface Curve {
  run: string;
  metric: string;
  /** How many points the store has. */
  total: number;
  points: PointRow[];
}

/** Points that a curve keeps while it grows, as a multiple of those of its first answer. */
const growth = 4;

/**
 * The histories of some metrics in some runs. While runs log, only the points that are new are asked for.
 * @param limit - points of each
 */
export function useCurves(
  runIds: readonly string[],
  metrics: readonly string[],
  limit: number,
): readonly Curve[] | undefined {
  const key = JSON.stringify([runIds, metrics, limit]);
  const [state, setState] = useState<{ key: string; curves: readonly Curve[] }>();
  const latest = useRef({ key, busy: false, stale: new Set<string>() });
  const ask = async (ids: readonly string[]): Promise<void> => {
    const asked = key;
    const before = state?.key === key ? state.curves : [];
    const tooLong = ({ points }: Curve) => points.length > growth * limit;
    const known = before.filter((curve) => ids.includes(curve.run) && !tooLong(curve));
    const { curves } = await post<CurvesJson>("runlab", "curves", {
      runIds: ids,
      metrics,
      limit,
      known: known.map(({ run, metric, total }) => ({ run, metric, total })),
    });
    if (latest.current.key !== asked) return;
    setState((now) => {
      const old = now?.key === asked ? now.curves : [];
      const others = old.filter(({ run }) => !ids.includes(run));
      return { key: asked, curves: [...others, ...curves.map((curve) => joined(old, curve))] };
    });
  };

  useEffect(() => {
    latest.current = { key, busy: false, stale: new Set() };
    if (runIds.length > 0 && metrics.length > 0) void ask(runIds).catch(() => undefined);
  }, [key]);
  useNews(async ({ runIds: changed }) => {
    const now = latest.current;
    for (const id of runIds) if (changed === null || changed.includes(id)) now.stale.add(id);
    if (now.stale.size === 0 || now.busy || metrics.length === 0) return;
    now.busy = true;
    const ids = [...now.stale];
    now.stale.clear();
    await ask(ids).catch(() => undefined);
    now.busy = false;
  });
  return state?.key === key ? state.curves : undefined;
}

function joined(
  old: readonly Curve[],
  { run, metric, total, from, steps, values, times }: CurvesJson["curves"][number],
): Curve {
  const points = steps.map((step, at): PointRow => {
    return { step, value: Number(values[at]), timestamp: times[at] ?? 0 };
  });
  const before = from === 0 ? undefined : old.find((one) => one.run === run && one.metric === metric);
  const all = before === undefined ? points : [...before.points, ...points].sort((a, b) => a.step - b.step);
  return { run, metric, total, points: all };
}

/** The curve of a metric among several. */
export function curveOf(curves: readonly Curve[] | undefined, metric: string): Curve | undefined {
  return curves?.find((curve) => curve.metric === metric);
}
