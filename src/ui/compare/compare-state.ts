import { own } from "../../own.js";
import { type CurveAxis, curveAxes } from "../../render/curve-rows.js";
import { comparedIds } from "../runs/runs-reading.js";
import { parseView, printView, type RunsView } from "../runs/view-state.js";

/** Ways to look at runs side by side, in the order of their tabs. */
export const views = [
  "table",
  "parallel",
  "scatter",
  "box",
  "contour",
  "curves",
  "bars",
  "matrix",
  "importance",
  "diff",
] as const;
export type View = (typeof views)[number];

/** What the page that compares shows, and how. All of it is in the address. */
export interface CompareState {
  /** Ids of the runs. */
  runs: readonly string[];
  /** Undefined: the one that suits. */
  view: View | undefined;
  /** The metric that is compared, and others that are drawn beside it; none: the one that most runs have. */
  metrics: readonly string[];
  /** Params of parallel coordinates and of the matrix, in their order; undefined: all that differ. */
  params: readonly string[] | undefined;
  /** What lies along x of a scatter plot: `params.alpha`, `metrics.r2`. */
  across: string | undefined;
  /** The param whose values are boxes. */
  box: string | undefined;
  /** The two params of a contour. */
  over: readonly [string | undefined, string | undefined];
  curves: CurvesState;
  /** The two runs whose difference is shown. */
  pair: readonly [string | undefined, string | undefined];
  /** Order, columns, baseline and selection of the table below. */
  table: RunsView;
}

export interface CurvesState {
  x: CurveAxis;
  log: boolean;
  logX: boolean;
  /** 0 to below 1. */
  smooth: number;
  /** Runs of one value are drawn as their mean and a band: `params.model`. */
  by: string | undefined;
}

/** How a part of the page changes what is shown. @param replace - going back does not lead to what was before */
export type ChangeState = (change: Partial<CompareState>, options?: { replace?: boolean }) => void;

/** Most of what a smoothed value may keep of the one before. */
const mostSmooth = 0.99;

export function parseState(query: URLSearchParams): CompareState {
  const view = query.get("view");
  const axis = query.get("axis");
  const log = query.get("log") ?? "";
  const params = query.getAll("param");
  return {
    runs: comparedIds(query),
    view: views.find((one) => one === view),
    metrics: [...new Set(query.getAll("metric"))],
    params: params.length === 0 ? undefined : [...new Set(params)],
    across: query.get("across") ?? undefined,
    box: query.get("box") ?? undefined,
    over: [query.get("over_x") ?? undefined, query.get("over_y") ?? undefined],
    curves: {
      x: curveAxes.find((one) => one === axis) ?? "step",
      log: log.includes("y"),
      logX: log.includes("x"),
      smooth: Math.max(0, Math.min(mostSmooth, Number(query.get("smooth")) || 0)),
      by: query.get("by") ?? undefined,
    },
    pair: [query.get("a") ?? undefined, query.get("b") ?? undefined],
    table: parseView(query),
  };
}

export function printState(state: CompareState): URLSearchParams {
  const query = new URLSearchParams();
  const set = (key: string, value: string | undefined) => value && query.set(key, value);
  set("runs", state.runs.join(","));
  set("view", state.view);
  for (const key of state.metrics) query.append("metric", key);
  for (const key of state.params ?? []) query.append("param", key);
  set("across", state.across);
  set("box", state.box);
  set("over_x", state.over[0]);
  set("over_y", state.over[1]);
  const { x, log, logX, smooth, by } = state.curves;
  set("axis", x === "step" ? undefined : x);
  set("log", `${logX ? "x" : ""}${log ? "y" : ""}`);
  set("smooth", smooth === 0 ? undefined : String(smooth));
  set("by", by);
  set("a", state.pair[0]);
  set("b", state.pair[1]);
  for (const [key, value] of printView(state.table)) query.append(key, value);
  return query;
}

/** The address of a comparison of some runs. */
export function compareQuery(
  runs: ReadonlyArray<{ id: string }>,
  baseline: { id: string } | undefined,
): URLSearchParams {
  const ids = runs.map(({ id }) => id);
  const compared = baseline === undefined || ids.includes(baseline.id) ? ids : [...ids, baseline.id];
  return new URLSearchParams({ runs: compared.join(","), ...(baseline && { base: baseline.id }) });
}

/** The kind and key of a column's id: `params.a.b` is the param `a.b`. */
export function keyOf(id: string): { kind: "params" | "metrics"; key: string } | undefined {
  const dot = id.indexOf(".");
  const kind = own({ params: "params", metrics: "metrics" } as const, id.slice(0, dot));
  return kind && { kind, key: id.slice(dot + 1) };
}
