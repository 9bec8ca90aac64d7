import { metricGoal } from "../metric-goal.js";
import { visible } from "../visible.js";
import { nameWidth, numberAxis, timeAxis } from "./axis-look.js";
import { meanRows } from "./curve-groups.js";
import { type CurveAxes, type CurveAxis, type CurveRow, curveRows, isDrawn, short, xOf } from "./curve-rows.js";
import { bestPoint, curveText, groupText, pointWords } from "./curve-text.js";
import { chartSpec, csvData, type Drawing, mostLabelled } from "./drawing.js";
import { numberFormat, plural } from "./format-value.js";
import { placesApart, runScales } from "./palette.js";
import { type MetricSeries, runLabels } from "./rows.js";

export interface CurveOptions {
  /** What lies along x. Default `step`. */
  x?: CurveAxis;
  /** A logarithmic y axis; values that are not positive become gaps, and the chart says how many. */
  log?: boolean;
  /** A logarithmic x axis, of steps or relative time; what is not above 0 is left out. */
  logX?: boolean;
  /** 0 to below 1: a smoothed line beside the raw one, which becomes pale. Default 0, none. */
  smooth?: number;
  /** The group of each run by its id, and what groups are called: drawn as mean and band, with the runs' own lines pale. */
  groups?: { name: string; of: ReadonlyMap<string, string> };
  /** Which way is better; default by the metric's name. */
  goal?: "min" | "max";
  /** Most points drawn over all curves together. Default: as many as keep the chart small enough for a notebook. */
  maxPoints?: number;
  /** Most curves drawn, in the order given. Default 30. */
  maxRuns?: number;
  /** Where each run stands in the palette; default: in the order of `series`. */
  places?: readonly number[];
  /** Whether lines have labels for screen readers, which change with each point. Default true. */
  labelled?: boolean;
  /** What else to say, one line each. */
  notes?: readonly string[];
  /** Pixels. Default 560 x 300, and smaller where there are several metrics. */
  width?: number;
  height?: number;
}

/** Pixels between the outermost points and the frame. */
const edge = 6;

/** With more runs than this only the best have colours and a place in the legend. */
const mostColoured = 10;
const bestColoured = 8;

/** Where no curve of a chart has more points than this, each point shows as a dot; all curves look alike. */
const dottedLength = 40;

/** Characters of a chart's data: with its picture it stays below 200 kB. A row has about 17. */
const dataSize = 100_000;

/**
 * One line per run of one metric. Long histories are thinned, and the chart says so.
 * @param metric - the metric's key, shown as the title of y
 */
export function metricCurves(metric: string, series: readonly MetricSeries[], options: CurveOptions = {}): Drawing {
  return severalCurves([{ metric, series }], options);
}

/** The histories of one metric, a series per run. */
export interface MetricHistories {
  metric: string;
  series: readonly MetricSeries[];
}

/** As `metricCurves`, for several metrics of the same runs: a panel each, with an axis of its own. */
export function severalCurves(all: readonly MetricHistories[], options: CurveOptions = {}): Drawing {
  const [first = { metric: "", series: [] }] = all;
  const plots = all.map(({ metric, series }) => ({ metric, series: series.slice(0, options.maxRuns ?? 30) }));
  const drawn = plots[0]?.series ?? [];
  const labels = runLabels(drawn);
  const axes: CurveAxes = {
    x: options.x ?? "step",
    logX: options.logX === true && options.x !== "time",
    logY: options.log === true,
    smooth: options.smooth ?? 0,
  };
  const limit = pointLimit(labels, plots, options);
  const best = options.groups ? undefined : bestRuns(drawn, options.goal ?? metricGoal(first.metric));
  const isBest = (at: number) => best === undefined || best.includes(at);
  // What stands out is drawn last, above the others.
  const order = [...drawn.keys()].sort((a, b) => Number(isBest(a)) - Number(isBest(b)));
  const rows = plots.flatMap(({ metric, series }) => {
    const dotted = best === undefined && series.every(({ points }) => points.length <= dottedLength);
    const goal = options.goal ?? metricGoal(metric);
    const lines = order.flatMap((at) => {
      const run = series[at];
      if (run === undefined) return [];
      const label = labels[at] ?? "";
      const group = options.groups && { group: groupOf(options.groups.of, run) };
      const own = curveRows(run, label, { limit, dotted: dotted && !options.groups, axes });
      const top = isBest(at) && !options.groups ? bestRow(run, label, goal, axes) : [];
      return [...own, ...top].map((row): CurveRow => ({ ...row, ...group }));
    });
    const means = options.groups ? groupRows(series, options.groups.of, axes) : [];
    return [...lines, ...means].map((row): CurveRow => (plots.length > 1 ? { ...row, metric } : row));
  });
  const kept = rows.filter(({ kind }) => kind === undefined).length;
  const notes = [
    ...(options.notes ?? []),
    ...curveNotes(all, plots, kept, axes, options),
    ...(best ? [`In colour: the best ${best.length} of ${plural(drawn.length, "run")}.`] : []),
  ];
  const goalOf = (metric: string) => options.goal ?? metricGoal(metric);
  return {
    spec: curveSpec(rows, { plots, labels, best, axes, notes, options }),
    text: [
      ...all.flatMap(({ metric, series }) => [
        curveText(metric, series, goalOf(metric)),
        ...(options.groups ? [groupText(options.groups.name, groupsOf(series, options.groups.of))] : []),
      ]),
      ...notes.map(visible),
    ].join("\n"),
  };
}

function pointLimit(labels: readonly string[], plots: readonly MetricHistories[], options: CurveOptions): number {
  const rowSize = 17 + (options.x === "time" ? 8 : 0);
  const most = options.maxPoints ?? Math.min(6000, Math.floor(dataSize / rowSize));
  return Math.max(4, Math.floor(most / Math.max(1, labels.length * plots.length)));
}

function groupRows(series: readonly MetricSeries[], of: ReadonlyMap<string, string>, axes: CurveAxes): CurveRow[] {
  return groupsOf(series, of).flatMap(([group, runs]) => meanRows(group, runs, axes));
}

function groupsOf(
  series: readonly MetricSeries[],
  of: ReadonlyMap<string, string>,
): Array<readonly [group: string, runs: MetricSeries[]]> {
  return groupNames(series, of).map((group) => [group, series.filter((run) => groupOf(of, run) === group)]);
}

/** A param may be an empty text. */
function groupOf(of: ReadonlyMap<string, string>, { runId }: MetricSeries): string {
  return of.get(runId) || "(empty)";
}

/** Numbers by their size, texts by the alphabet. */
function groupNames(series: readonly MetricSeries[], of: ReadonlyMap<string, string>): string[] {
  const names = [...new Set(series.map((run) => groupOf(of, run)))];
  return names.sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1));
}

/** The best point of a run, to be marked; none of a run that has no history. */
function bestRow({ points }: MetricSeries, run: string, goal: "min" | "max", axes: CurveAxes): CurveRow[] {
  const best = bestPoint(points, goal);
  if (best === undefined || points.length < 2 || !isDrawn(best.value, axes)) return [];
  const x = xOf(best, points[0], axes.x);
  return axes.logX && !(x > 0) ? [] : [{ run, kind: "b", x: short(x, 13), y: short(best.value) }];
}

interface CurveParts {
  plots: readonly MetricHistories[];
  labels: readonly string[];
  best: readonly number[] | undefined;
  axes: CurveAxes;
  notes: readonly string[];
  options: CurveOptions;
}

function curveSpec(rows: readonly CurveRow[], parts: CurveParts) {
  const { plots, labels, best, axes, notes, options } = parts;
  const { groups } = options;
  const several = plots.length > 1;
  const size = { width: options.width ?? (several ? 340 : 560), height: options.height ?? (several ? 200 : 300) };
  const said = lineWords(parts);
  const metric = plots[0]?.metric ?? "";
  const xTitle = { step: "step", time: "time", relative: "seconds" }[axes.x];
  const colourField = groups ? "group" : "run";
  const names = groups ? groupNames(plots[0]?.series ?? [], groups.of) : labels;
  const named = groups ? names : best?.map((at) => labels[at] ?? "");
  const placeOf = (at: number) => options.places?.[at] ?? at;
  const scales = runScales(
    names,
    named,
    groups ? undefined : best ? placesApart(best.map(placeOf)) : labels.map((_, at) => placeOf(at)),
  );
  const legend = {
    symbolType: "stroke",
    symbolSize: 300,
    symbolStrokeWidth: 2,
    symbolOpacity: 1,
    labelLimit: 300,
    ...(best && named ? { values: named } : {}),
    // Beside two panels it would be off the edge of a notebook's page.
    ...(several ? { orient: "bottom", columns: legendColumns(named ?? names) } : {}),
  };
  const title = groups?.name ?? "run";
  const time = axes.x === "time" ? timeAxis(valuesOf(rows, ["x"]), size.width) : undefined;
  const x = {
    field: "x",
    type: time?.type ?? "quantitative",
    title: xTitle,
    // Room for a whole dot at both ends: what lies beyond the frame is cut off.
    scale: {
      ...(axes.logX ? { type: "log" } : time?.type === "temporal" ? {} : { zero: false }),
      nice: false,
      padding: edge,
    },
    axis: {
      // There is no half step.
      ...(axes.x === "step" && !axes.logX ? { tickMinStep: 1 } : {}),
      ...(axes.logX ? numberAxis(valuesOf(rows, ["x"]), { log: true, length: size.width }) : {}),
      ...time?.axis,
    },
  };
  const yScale = axes.logY ? { type: "log", padding: edge } : { zero: false, padding: edge };
  const yAxis = numberAxis(valuesOf(rows, ["y", "low", "high"]), { log: axes.logY, length: size.height });
  const yTitle = several ? "value" : metric;
  const encoding = {
    x,
    y: { field: "y", type: "quantitative", title: several ? null : metric, scale: yScale, axis: yAxis },
    color: { field: colourField, type: "nominal", title, scale: scales.colour, legend },
    tooltip: [
      { field: "run", type: "nominal" },
      ...(groups ? [{ field: "group", type: "nominal", title }] : []),
      {
        field: "x",
        title: xTitle,
        ...(time ? { type: "temporal", format: "%Y-%m-%d %H:%M:%S" } : { type: "quantitative" }),
      },
      { field: "y", type: "quantitative", title: yTitle, format: numberFormat },
    ],
  };
  const dim = (value: number) => ({ condition: { param: "shown", value }, value: Math.min(value, 0.1) });
  const dash = { field: colourField, type: "nominal", title, scale: scales.dash, legend };
  const has = (test: (row: CurveRow) => boolean) => rows.some(test);
  // A layer without data makes Vega warn.
  const layer = (kind: CurveRow["kind"] | "dot", mark: object, channels: object) => {
    const there = kind === "dot" ? has(({ dot, y }) => dot === true && y !== null) : has((row) => row.kind === kind);
    if (!there) return [];
    const filter = kind === "dot" ? "datum.dot && isValid(datum.y)" : `datum.kind === '${kind}'`;
    return [{ transform: [{ filter }], mark: { aria: false, ...mark }, encoding: { ...encoding, ...channels } }];
  };
  const pale = groups !== undefined || axes.smooth > 0;
  const layers = [
    ...layer("m", { type: "area" }, { y: { ...encoding.y, field: "low" }, y2: { field: "high" }, opacity: dim(0.2) }),
    {
      params: [
        { name: "shown", select: { type: "point", fields: [colourField], toggle: "true" }, bind: "legend" },
        // Plain scrolling stays with the page. Chromium makes a wheel with Shift a horizontal one, which Vega does not zoom by. Panels have each a y axis of their own, so there x alone is moved.
        {
          name: "zoom",
          select: {
            type: "interval",
            zoom: "wheel![event.ctrlKey || event.metaKey]",
            ...(several ? { encodings: ["x"] } : {}),
          },
          bind: "scales",
        },
      ],
      transform: [{ filter: "!isValid(datum.kind)" }],
      mark: { type: "line", strokeWidth: pale ? 1 : 1.8, aria: said.size > 0 },
      encoding: {
        ...encoding,
        ...(said.size > 0 ? { description: { field: "says", type: "nominal" } } : {}),
        ...(groups ? { detail: { field: "run", type: "nominal" } } : { strokeDash: dash }),
        // Many grey lines would hide the coloured ones behind a grey area.
        ...(best && named ? { strokeOpacity: strengths(names, named) } : {}),
        opacity: dim(pale ? 0.35 : 1),
      },
    },
    ...layer(
      "s",
      { type: "line", strokeWidth: 2.2 },
      groups ? { opacity: dim(0.35) } : { strokeDash: dash, opacity: dim(1) },
    ),
    ...layer("m", { type: "line", strokeWidth: 2.4 }, { strokeDash: dash, opacity: dim(1) }),
    ...layer("dot", { type: "point", filled: false, size: 28 }, { opacity: dim(pale ? 0.35 : 1) }),
    ...layer("b", { type: "point", shape: "diamond", filled: true, size: 90 }, { opacity: dim(1) }),
  ];
  const keys = plots.map((plot) => plot.metric);
  const text = several ? keys.join(", ") : metric;
  return chartSpec({
    description: `${text} by ${xTitle}, ${plural(labels.length, "run")}.`,
    title: {
      text,
      anchor: "start",
      ...(several ? { offset: 10 } : {}),
      ...(notes.length > 0 ? { subtitle: notes } : {}),
    },
    ...curveData(rows, said),
    ...(several
      ? {
          facet: {
            field: "metric",
            type: "nominal",
            title: null,
            sort: keys,
            header: { labelFontSize: 12, labelFontWeight: "bold", labelAnchor: "start" },
          },
          columns: 2,
          spec: { ...size, layer: layers },
          resolve: { scale: { y: "independent" } },
        }
      : { ...size, layer: layers }),
  });
}

function* valuesOf(rows: readonly CurveRow[], fields: ReadonlyArray<"x" | "y" | "low" | "high">): Iterable<unknown> {
  for (const row of rows) for (const field of fields) yield row[field];
}

function strengths(names: readonly string[], best: readonly string[]): object {
  const strong = new Set(best);
  const range = names.map((name) => (strong.has(name) ? 1 : 0.4));
  return { field: "run", type: "ordinal", legend: null, scale: { domain: names, range } };
}

/** Rows say by a number which line they are of, so that a long name is written once. */
function curveData(rows: readonly CurveRow[], said: ReadonlyMap<string, string>): object {
  const lines = new Map<string, { line: number; run: string; group?: string; metric?: string; says?: string }>();
  const numbered = rows.map(({ run, group, metric, ...row }) => {
    const names = JSON.stringify([run, group, metric]);
    const says = said.get(lineKey(run, metric));
    const found = lines.get(names) ?? { line: lines.size, run, group, metric, says };
    lines.set(names, found);
    return { line: found.line, ...row };
  });
  const columns = { line: "number", x: "number", y: "number", kind: "string" } as const;
  const others = { low: "number", high: "number", dot: "boolean" } as const;
  const used = Object.entries(others).filter(([name]) => numbered.some((row) => Object.hasOwn(row, name)));
  const values = [...lines.values()];
  const fields = ["run", "group", "metric", "says"].filter((name) =>
    values.some((line) => Reflect.get(line, name) !== undefined),
  );
  return {
    data: csvData(numbered, { ...columns, ...Object.fromEntries(used) }),
    transform: [{ lookup: "line", from: { data: { values }, key: "line", fields } }],
  };
}

function lineKey(run: string, metric: string | undefined): string {
  return JSON.stringify([run, metric]);
}

/** What each line of runs says to a screen reader, by its `lineKey`; nothing where there are so many that nobody listens. */
function lineWords({ plots, labels, options: { goal, labelled = true } }: CurveParts): Map<string, string> {
  const several = plots.length > 1;
  if (!labelled || plots.length * labels.length > mostLabelled) return new Map();
  const entries = plots.flatMap(({ metric, series }) =>
    series.map(({ points }, at): [string, string] => {
      const label = labels[at] ?? "";
      const of = several ? `${metric} of ${label}` : label;
      return [lineKey(label, several ? metric : undefined), `${of}: ${pointWords(points, goal ?? metricGoal(metric))}`];
    }),
  );
  return new Map(entries);
}

/** The indices of the best runs, best first; undefined where there are few enough to show all alike. */
function bestRuns(drawn: readonly MetricSeries[], goal: "min" | "max"): number[] | undefined {
  if (drawn.length <= mostColoured) return undefined;
  const worst = goal === "min" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  const values = drawn.map(({ points }) => bestPoint(points, goal)?.value ?? worst);
  const ranked = [...drawn.keys()].sort((a, b) => {
    const [first = worst, second = worst] = [values[a], values[b]];
    return first === second ? a - b : (goal === "min" ? 1 : -1) * (first < second ? -1 : 1);
  });
  return ranked.slice(0, bestColoured);
}

function curveNotes(
  all: readonly MetricHistories[],
  plots: readonly MetricHistories[],
  kept: number,
  axes: CurveAxes,
  { groups }: CurveOptions,
): string[] {
  const notes: string[] = [];
  const [given = 0, shown = 0] = [all[0]?.series.length, plots[0]?.series.length];
  if (shown < given) notes.push(`Showing ${shown} of ${plural(given, "run")}.`);
  let points = 0;
  let gaps = 0;
  let negative = 0;
  let before = 0;
  for (const series of plots.flatMap((plot) => plot.series)) {
    points += series.points.length;
    for (const point of series.points) {
      if (!Number.isFinite(point.value)) gaps++;
      else if (axes.logY && point.value <= 0) negative++;
      if (axes.logX && !(xOf(point, series.points[0], axes.x) > 0)) before++;
    }
  }
  if (kept < points - before) {
    notes.push(`Thinned to ${kept.toLocaleString("en-US")} of ${plural(points, "point")}, keeping highs and lows.`);
  }
  if (gaps > 0) notes.push(`${plural(gaps, "value")} NaN or infinite, shown as gaps.`);
  if (negative > 0) notes.push(`${plural(negative, "value")} not above 0, not shown on a log axis.`);
  if (before > 0) notes.push(`${plural(before, "point")} at or before 0, not shown on a log axis.`);
  if (axes.smooth > 0) notes.push(`Smoothed by ${axes.smooth} (moving average); the raw line is pale.`);
  if (groups)
    notes.push(`Thick: the mean of the runs of one ${groups.name}, with one standard deviation to each side.`);
  return notes;
}

/** Names side by side below two panels, which are some 700 px wide. */
function legendColumns(names: readonly string[]): number {
  const longest = names.reduce((most, name) => Math.max(most, name.length), 0);
  return Math.max(1, Math.floor(700 / (50 + Math.min(300, nameWidth(longest)))));
}
