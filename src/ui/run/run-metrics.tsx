import { useMemo, useState } from "preact/hooks";
import { type MetricGoal, metricGoal } from "../../metric-goal.js";
import { columnFormat, formatNumber } from "../../render/format-value.js";
import { metricCurves } from "../../render/metric-curves.js";
import type { MetricDetailsJson, RunDetailsJson } from "../../server/page/page-json.js";
import { FindField, hasText, seenAtOnce } from "../parts/find-field.js";
import { ChartRoom, VegaChart } from "../parts/vega-chart.js";
import { hrefs } from "../route/route.js";
import { goTo } from "../route/use-route.js";
import { MiniCurve } from "./mini-curve.js";
import { type Curve, curveOf, useCurves } from "./use-curves.js";

/** Curves that are drawn small at first sight. */
const mostCurves = 24;
/** Points of a small curve, and of a large one. */
const smallLimit = 120;
const largeLimit = 2000;

/** The metrics of a run: those with a history as curves, and all of them with their last and best values. */
export function RunMetrics({ run, query }: { run: RunDetailsJson; query: URLSearchParams }) {
  const [text, find] = useState("");
  const [all, setAll] = useState(false);
  const everyCurve = run.metrics.filter(({ count }) => count > 1);
  // A search reads all of them once, instead of others with each letter.
  const read = all || text !== "" ? everyCurve : everyCurve.slice(0, mostCurves);
  const found = run.metrics.filter(({ key }) => hasText([key], text));
  const curved = read.filter(({ key }) => hasText([key], text));
  const open = query.get("metric") ?? undefined;
  // A curve that is open from the beginning is read once, for both of its pictures: it may have a million points.
  const [first] = useState(open);
  const large = useCurves([run.id], first === undefined ? [] : [first], largeLimit);
  const small = useCurves(
    [run.id],
    read.map(({ key }) => key).filter((key) => key !== first),
    smallLimit,
  );
  const show = (metric: string | undefined) => {
    const next = new URLSearchParams(query);
    if (metric === undefined || metric === open) next.delete("metric");
    else next.set("metric", metric);
    goTo(hrefs.run(run.experimentId, run.id, next));
  };
  if (run.metrics.length === 0) {
    return (
      <section class="panel">
        <h2>Metrics</h2>
        <p class="faint">
          {run.status === "RUNNING" ? "No metric has been logged yet." : "No metric was logged."} In a notebook:{" "}
          <code>%log_metric rmse 0.42</code>
        </p>
      </section>
    );
  }
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Metrics</h2>
        {run.metrics.length > seenAtOnce && <FindField by="name" label="Find in Metrics" text={text} find={find} />}
      </div>
      {open !== undefined &&
        (open === first ? (
          <LargeCurve run={run} metric={open} curve={curveOf(large, open)} query={query} />
        ) : (
          <OtherCurve run={run} metric={open} query={query} />
        ))}
      {curved.length > 0 && (
        <div class="mini-grid">
          {curved.map(({ key, last }) => (
            <button
              key={key}
              type="button"
              class={key === open ? "mini open" : "mini"}
              aria-pressed={key === open}
              onClick={() => show(key)}
            >
              <span class="mini-name" title={key}>
                {key}
              </span>
              <span class="mini-value">{formatNumber(Number(last))}</span>
              <MiniCurve points={curveOf(key === first ? large : small, key)?.points} />
            </button>
          ))}
        </div>
      )}
      {read.length < everyCurve.length && (
        <p class="more-curves">
          <button type="button" class="link-button" onClick={() => setAll(true)}>
            All {everyCurve.length.toLocaleString("en-US")} curves
          </button>
        </p>
      )}
      {found.length === 0 ? <p class="faint">None has this text.</p> : <MetricTable metrics={found} />}
    </section>
  );
}

function MetricTable({ metrics }: { metrics: readonly MetricDetailsJson[] }) {
  const several = metrics.some(({ count }) => count > 1);
  return (
    <div class="scroll-x">
      <table class="plain-table">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" class="number">
              Last
            </th>
            {several && (
              <>
                <th scope="col" class="number">
                  Best
                </th>
                <th scope="col" class="number">
                  At step
                </th>
                <th scope="col" class="number">
                  Points
                </th>
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {metrics.map((metric) => {
            const goal: MetricGoal = metricGoal(metric.key);
            const best = goal === "min" ? metric.min : metric.max;
            const last = Number(metric.last);
            // The two are read against each other.
            const format = several && best !== undefined ? columnFormat([last, best.value]) : formatNumber;
            return (
              <tr key={metric.key}>
                <th scope="row" class="name-cell">
                  {metric.key}
                </th>
                <td class="number" title={String(metric.last)}>
                  {format(last)}
                </td>
                {several && (
                  <>
                    <td class="number" title={best && `the ${goal === "min" ? "lowest" : "highest"}: ${best.value}`}>
                      {best === undefined ? "–" : format(best.value)}
                    </td>
                    <td class="number">{best?.step.toLocaleString("en-US") ?? "–"}</td>
                    <td class="number">{metric.count.toLocaleString("en-US")}</td>
                  </>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** A curve that is opened later. */
function OtherCurve({ run, metric, query }: { run: RunDetailsJson; metric: string; query: URLSearchParams }) {
  const curves = useCurves([run.id], [metric], largeLimit);
  return <LargeCurve run={run} metric={metric} curve={curveOf(curves, metric)} query={query} />;
}

/** One curve, large, with its axes: the same drawing as in a notebook. */
function LargeCurve({
  run,
  metric,
  curve,
  query,
}: {
  run: RunDetailsJson;
  metric: string;
  curve: Curve | undefined;
  query: URLSearchParams;
}) {
  const x = query.get("x") === "time" ? "time" : query.get("x") === "relative" ? "relative" : "step";
  const log = query.get("log") === "1";
  const smooth = Math.max(0, Math.min(0.95, Number(query.get("smooth")) || 0));
  const set = (key: string, value: string) => {
    const next = new URLSearchParams(query);
    if (value === "") next.delete(key);
    else next.set(key, value);
    goTo(hrefs.run(run.experimentId, run.id, next), { replace: true });
  };
  const spec = useMemo(() => {
    if (curve === undefined || curve.points.length === 0) return undefined;
    const series = { runId: run.id, runName: run.name, points: curve.points };
    const most = curve.total > curve.points.length ? [`${curve.total.toLocaleString("en-US")} points, thinned`] : [];
    const drawn = metricCurves(metric, [series], {
      x,
      log,
      smooth,
      maxPoints: 2 * largeLimit,
      labelled: false,
      notes: most,
    }).spec;
    const config = drawn.config as { legend?: object } | undefined;
    return { ...drawn, config: { ...config, legend: { ...config?.legend, orient: "bottom" } } };
  }, [curve, metric, run.id, run.name, x, log, smooth]);
  return (
    <div class="large-curve">
      <div class="chart-options">
        <label>
          x{" "}
          <select value={x} onChange={(event) => set("x", event.currentTarget.value)}>
            <option value="step">step</option>
            <option value="time">time</option>
            <option value="relative">relative</option>
          </select>
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={log}
            onChange={(event) => set("log", event.currentTarget.checked ? "1" : "")}
          />
          log
        </label>
        <label class="smooth">
          smooth{" "}
          <input
            type="range"
            min="0"
            max="0.95"
            step="0.05"
            value={smooth}
            onInput={(event) => set("smooth", event.currentTarget.value === "0" ? "" : event.currentTarget.value)}
          />
        </label>
      </div>
      {spec ? <VegaChart spec={spec} label={`${metric} of ${run.name}`} ours /> : <ChartRoom />}
    </div>
  );
}
