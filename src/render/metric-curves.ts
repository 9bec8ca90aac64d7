import { metricGoal } from "../metric-goal.js";
import { visible } from "../visible.js";
import { chartSpec, type Drawing } from "./drawing.js";
import { formatNumber, numberFormat, plural } from "./format-value.js";
import { runScales } from "./palette.js";
import { type MetricSeries, type PointRow, runLabels } from "./rows.js";
import { thin } from "./thin.js";

export interface CurveOptions {
  /** What lies along x: the step, or seconds since the run's first point. Default `step`. */
  x?: "step" | "time";
  /** A logarithmic y axis; values that are not positive become gaps, and the chart says how many. */
  log?: boolean;
  /** Which way is better, for the numbers in the text; default by the metric's name. */
  goal?: "min" | "max";
  /** Most points drawn over all curves together. Default 3,000. */
  maxPoints?: number;
  /** Most curves drawn, in the order given. Default 30. */
  maxRuns?: number;
  /** Where each run stands in the palette; default: in the order of `series`. */
  places?: readonly number[];
  /** What else to say, one line each. */
  notes?: readonly string[];
  /** Pixels. Default 560 x 300. */
  width?: number;
  height?: number;
}

interface CurveRow {
  run: string;
  x: number;
  /** null is a gap in the line. */
  y: number | null;
  /** Drawn as a dot too: every point of short curves, and points that no line reaches. Left out elsewhere: it costs space. */
  dot?: true;
}

/** Pixels between the outermost points and the frame. */
const edge = 6;

/** With more runs than this only the best have colours and a place in the legend. */
const mostColoured = 10;
const bestColoured = 8;

/** Where no curve of a chart has more points than this, each point shows as a dot; all curves look alike. */
const dottedLength = 40;

/**
 * One line per run of one metric. Long histories are thinned, and the chart says so.
 * @param metric - the metric's key, shown as the title of y
 */
export function metricCurves(metric: string, series: readonly MetricSeries[], options: CurveOptions = {}): Drawing {
  const drawn = series.slice(0, options.maxRuns ?? 30);
  const labels = runLabels(drawn);
  const limit = Math.max(4, Math.floor((options.maxPoints ?? 3000) / Math.max(1, drawn.length)));
  const thinned = drawn.map(({ points }) => thin(points, limit));
  const goal = options.goal ?? metricGoal(metric);
  const best = bestRuns(drawn, goal);
  const dotted = best === undefined && thinned.every((points) => points.length <= dottedLength);
  const isBest = (at: number) => best === undefined || best.includes(at);
  // What stands out is drawn last, above the others.
  const order = [...thinned.keys()].sort((a, b) => Number(isBest(a)) - Number(isBest(b)));
  const rows = order.flatMap((at) =>
    curveRows(thinned[at] ?? [], { run: labels[at] ?? "", first: drawn[at]?.points[0], dotted }, options),
  );
  const notes = [
    ...(options.notes ?? []),
    ...curveNotes(series, drawn, thinned, options),
    ...(best ? [`In colour: the best ${best.length} (${goal}) of ${plural(drawn.length, "run")}.`] : []),
  ];
  const byTime = options.x === "time";
  const named = best?.map((at) => labels[at] ?? "");
  const placesOf = (at: number) => options.places?.[at] ?? at;
  const scales = runScales(labels, named, best?.map((_, at) => at) ?? labels.map((_, at) => placesOf(at)));
  const legend = {
    symbolType: "stroke",
    symbolSize: 300,
    symbolStrokeWidth: 2,
    labelLimit: 300,
    ...(named ? { values: named } : {}),
  };
  const dim = { condition: { param: "shown", value: 1 }, value: 0.12 };
  const x = {
    field: "x",
    type: "quantitative",
    title: byTime ? "seconds" : "step",
    // Room for a whole dot at both ends: what lies beyond the frame is cut off.
    scale: { zero: false, nice: false, padding: edge },
    // There is no half step.
    ...(byTime ? {} : { axis: { tickMinStep: 1 } }),
  };
  const yScale = options.log ? { type: "log", padding: edge } : { zero: false, padding: edge };
  const encoding = {
    x,
    y: { field: "y", type: "quantitative", title: metric, scale: yScale },
    color: { field: "run", type: "nominal", title: "run", scale: scales.colour, legend },
    opacity: dim,
    tooltip: [
      { field: "run", type: "nominal" },
      { field: "x", type: "quantitative", title: byTime ? "seconds" : "step" },
      { field: "y", type: "quantitative", title: metric, format: numberFormat },
    ],
  };
  return {
    spec: chartSpec({
      description: `${metric} by ${byTime ? "time" : "step"}, ${plural(series.length, "run")}.`,
      title: { text: metric, anchor: "start", ...(notes.length > 0 ? { subtitle: notes } : {}) },
      width: options.width ?? 560,
      height: options.height ?? 300,
      data: { values: rows },
      layer: [
        {
          params: [
            { name: "shown", select: { type: "point", fields: ["run"], toggle: "true" }, bind: "legend" },
            // Plain scrolling stays with the page.
            { name: "zoom", select: { type: "interval", zoom: "wheel![event.shiftKey]" }, bind: "scales" },
          ],
          mark: { type: "line", strokeWidth: 1.8, aria: false },
          encoding: {
            ...encoding,
            strokeDash: { field: "run", type: "nominal", title: "run", scale: scales.dash, legend },
          },
        },
        // A layer without data makes Vega warn.
        ...(rows.some(({ dot, y: value }) => dot && value !== null)
          ? [
              {
                transform: [{ filter: "datum.dot && isValid(datum.y)" }],
                mark: { type: "point", filled: false, size: 28, aria: false },
                encoding,
              },
            ]
          : []),
      ],
    }),
    text: curveText(metric, series, goal, notes),
  };
}

/** The places of the best runs, best first; undefined where there are few enough to show all alike. */
function bestRuns(drawn: readonly MetricSeries[], goal: "min" | "max"): number[] | undefined {
  if (drawn.length <= mostColoured) return undefined;
  const worst = goal === "min" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  const values = drawn.map(({ points }) => bestPoint(points, goal)?.value ?? worst);
  const places = [...drawn.keys()].sort((a, b) => {
    const [first = worst, second = worst] = [values[a], values[b]];
    return first === second ? a - b : (goal === "min" ? 1 : -1) * (first < second ? -1 : 1);
  });
  return places.slice(0, bestColoured);
}

function curveRows(
  points: readonly PointRow[],
  { run, first, dotted }: { run: string; first: PointRow | undefined; dotted: boolean },
  options: CurveOptions,
): CurveRow[] {
  const y = (point: PointRow | undefined) => (point && isDrawn(point.value, options) ? drawn(point.value) : null);
  const start = first?.timestamp ?? 0;
  return points.map((point, at) => ({
    run,
    x: options.x === "time" ? (point.timestamp - start) / 1000 : point.step,
    y: y(point),
    ...(dotted || (y(points[at - 1]) === null && y(points[at + 1]) === null) ? { dot: true } : {}),
  }));
}

/** A spec is kept in the notebook: seven digits are far finer than a pixel. */
function drawn(value: number): number {
  return Number(value.toPrecision(7));
}

function isDrawn(value: number, { log }: CurveOptions): boolean {
  return Number.isFinite(value) && (!log || value > 0);
}

function curveNotes(
  series: readonly MetricSeries[],
  drawn: readonly MetricSeries[],
  thinned: ReadonlyArray<readonly PointRow[]>,
  options: CurveOptions,
): string[] {
  const notes: string[] = [];
  if (drawn.length < series.length) notes.push(`Showing ${drawn.length} of ${plural(series.length, "run")}.`);
  const all = drawn.reduce((sum, { points }) => sum + points.length, 0);
  const kept = thinned.reduce((sum, points) => sum + points.length, 0);
  if (kept < all) {
    notes.push(`Thinned to ${kept.toLocaleString("en-US")} of ${plural(all, "point")}, keeping highs and lows.`);
  }
  const count = (test: (value: number) => boolean) =>
    drawn.reduce((sum, { points }) => sum + points.filter(({ value }) => test(value)).length, 0);
  const gaps = count((value) => !Number.isFinite(value));
  if (gaps > 0) notes.push(`${plural(gaps, "value")} NaN or infinite, shown as gaps.`);
  const negative = options.log ? count((value) => Number.isFinite(value) && value <= 0) : 0;
  if (negative > 0) notes.push(`${plural(negative, "value")} not above 0, not shown on a log axis.`);
  return notes;
}

function curveText(metric: string, series: readonly MetricSeries[], goal: "min" | "max", notes: string[]): string {
  const labels = runLabels(series).map(visible);
  const width = Math.max(0, ...labels.map((label) => label.length));
  const lines = series.map(({ points }, at) => {
    const label = (labels[at] ?? "").padEnd(width);
    const last = points.at(-1);
    if (!last) return `  ${label}  no points`;
    const best = bestPoint(points, goal);
    const ends = `last ${formatNumber(last.value)} @ step ${last.step}`;
    const top = best ? `, ${goal} ${formatNumber(best.value)} @ step ${best.step}` : "";
    return `  ${label}  ${ends}${top}  (${plural(points.length, "point")})`;
  });
  return [`${visible(metric)}, ${plural(series.length, "run")}`, ...lines, ...notes].join("\n");
}

function bestPoint(points: readonly PointRow[], goal: "min" | "max"): PointRow | undefined {
  let best: PointRow | undefined;
  for (const point of points) {
    if (!Number.isFinite(point.value)) continue;
    if (!best || (goal === "min" ? point.value < best.value : point.value > best.value)) best = point;
  }
  return best;
}
