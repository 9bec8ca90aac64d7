import { useEffect, useMemo, useState } from "preact/hooks";
import { own } from "../../own.js";
import { differingParams } from "../../render/compared-runs.js";
import { plural } from "../../render/format-value.js";
import { metricCurves } from "../../render/metric-curves.js";
import { RunColours } from "../../render/palette.js";
import { ChartRoom, VegaChart } from "../parts/vega-chart.js";
import { type Curve, useCurves } from "../run/use-curves.js";
import { Lacking, type ViewProps } from "./chart-view.js";
import { type CurvesState, keyOf } from "./compare-state.js";
import { runsWithHistory } from "./compared-rows.js";
import { Choice, Choices } from "./view-options.js";

/** Metrics that are drawn, each in a chart of its own. */
const mostMetrics = 4;
/** Points of all curves of a chart, and of one of them at most and at least. */
const allPoints = 12_000;
const mostPoints = 2000;
const leastPoints = 80;
/** ms after the last step of a slider. */
const rest = 120;

/** The histories of the metric in all runs; those that still log grow by their new points alone. */
export function CurvesView({ rows, metric, metrics, state, change, common }: ViewProps) {
  const curved = useMemo(() => metrics.filter((one) => runsWithHistory(rows, one) > 0), [rows, metrics]);
  const drawn = [metric, ...state.metrics.filter((one) => one !== metric)]
    .filter((one) => curved.includes(one))
    .slice(0, mostMetrics);
  const runIds = useMemo(() => rows.map(({ info }) => info.runId), [rows]);
  const limit = Math.max(leastPoints, Math.min(mostPoints, Math.floor(allPoints / Math.max(1, rows.length))));
  const curves = useCurves(runIds, drawn, limit);
  const differing = useMemo(() => differingParams(rows), [rows]);
  const options = state.curves;
  const set = (part: Partial<CurvesState>, replace = false) => change({ curves: { ...options, ...part } }, { replace });
  const others = curved.filter((one) => one !== metric);
  // Other values of a run that logs leave its curve as it is.
  const by = options.by === undefined ? undefined : keyOf(options.by)?.key;
  const lines = rows.map(({ info: { runId, runName }, data }): Line => {
    return { runId, runName, group: by === undefined ? undefined : (own(data.params, by) ?? "missing") };
  });
  const kept = useMemo(() => lines, [JSON.stringify(lines)]);
  const settled = useSettled(options.smooth);
  const drawnAs = useMemo(() => ({ ...options, smooth: settled, by }), [JSON.stringify(options), settled, by]);
  return (
    <>
      <div class="chart-options">
        <Choice
          label="x"
          value={options.x}
          options={[
            ["step", "step"],
            ["time", "time of day"],
            ["relative", "seconds since the start"],
          ]}
          choose={(x) => set({ x: x as CurvesState["x"] })}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={options.log}
            onChange={(event) => set({ log: event.currentTarget.checked })}
          />
          log y
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={options.logX && options.x !== "time"}
            disabled={options.x === "time"}
            onChange={(event) => set({ logX: event.currentTarget.checked })}
          />
          log x
        </label>
        <label class="smooth">
          smooth{" "}
          <input
            type="range"
            min="0"
            max="0.99"
            step="0.01"
            value={options.smooth}
            onInput={(event) => set({ smooth: Number(event.currentTarget.value) }, true)}
          />{" "}
          <output>{options.smooth === 0 ? "off" : options.smooth}</output>
        </label>
        {differing.length > 0 && (
          <Choice
            label="Bands by"
            value={options.by ?? ""}
            options={[["", "none"], ...differing.map((key) => [`params.${key}`, key] as const)]}
            choose={(by) => set({ by: by === "" ? undefined : by })}
          />
        )}
        {others.length > 0 && (
          <Choices
            label="More metrics"
            all={others}
            chosen={drawn.filter((one) => one !== metric)}
            most={mostMetrics - 1}
            choose={(more) => change({ metrics: [metric, ...more] })}
          />
        )}
      </div>
      {drawn.length === 0 && <Lacking what="A curve" lacks="a metric that was logged more than once" />}
      <div class={drawn.length > 1 ? "charts several" : "charts"}>
        {drawn.map((one) => (
          <CurveChart key={one} metric={one} lines={kept} curves={curves} options={drawnAs} common={common} />
        ))}
      </div>
    </>
  );
}

interface Line {
  runId: string;
  runName: string;
  /** What its run has of the param by which bands are drawn. */
  group: string | undefined;
}

/** A value once it rests: each step of a slider would draw all curves. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), rest);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

function CurveChart({
  metric,
  lines,
  curves,
  options,
  common,
}: {
  metric: string;
  lines: readonly Line[];
  curves: readonly Curve[] | undefined;
  options: CurvesState;
  common: ViewProps["common"];
}) {
  const { x, log, logX, smooth, by } = options;
  const spec = useMemo(() => {
    if (curves === undefined) return undefined;
    const byRun = new Map(curves.filter((curve) => curve.metric === metric).map((curve) => [curve.run, curve]));
    const having = lines.filter(({ runId }) => (byRun.get(runId)?.points.length ?? 0) > 0);
    if (having.length === 0) return undefined;
    const series = having.map(({ runId, runName }) => ({ runId, runName, points: byRun.get(runId)?.points ?? [] }));
    const of = new Map(lines.map(({ runId, group = "" }) => [runId, group]));
    const total = having.reduce((sum, { runId }) => sum + (byRun.get(runId)?.total ?? 0), 0);
    const read = series.reduce((sum, { points }) => sum + points.length, 0);
    const without = lines.length - having.length;
    return metricCurves(metric, series, {
      x,
      log,
      logX,
      smooth,
      goal: own(common.goals, metric),
      maxRuns: series.length,
      maxPoints: allPoints,
      // The picture of a run that still logs gets new rows and is not drawn anew; on a canvas nothing has a label.
      labelled: false,
      places: (common.colours ?? new RunColours()).placesOf(series.map(({ runId }) => runId)),
      ...(by === undefined ? {} : { groups: { name: by, of } }),
      notes: [
        ...(total > read ? [`${total.toLocaleString("en-US")} points, thinned; highs and lows are kept.`] : []),
        ...(without > 0 ? [`${plural(without, "run")} without ${metric}: no curve.`] : []),
      ],
    }).spec;
  }, [curves, lines, metric, x, log, logX, smooth, by, common]);
  return spec ? <VegaChart ours spec={spec} label={`${metric} of ${plural(lines.length, "run")}`} /> : <ChartRoom />;
}
