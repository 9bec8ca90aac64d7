import { numberAxis } from "../axis-look.js";
import { csvData, mostLabelled } from "../drawing.js";
import { numberFormat, plural } from "../format-value.js";
import { plainColour } from "../palette.js";
import type { ComparedParam, Comparison, ComparisonChart } from "./comparison.js";

/** Params and metrics that are set against each other: five make ten panels, four of many runs six. */
const maxVariables = 5;
const maxVariablesOfMany = 4;
const many = 100;

/** Marks that a picture can have and still be kept in a notebook. */
const maxMarks = 1800;

interface Variable {
  key: string;
  values: ReadonlyArray<number | string | undefined>;
  scale: ComparedParam["scale"];
}

/** Every metric and param against every other: a panel of points per pair; what is brushed in one is lit in all. */
export const scatterMatrix: ComparisonChart = {
  name: "scatter-matrix",
  view: "matrix",
  maxRuns: (comparison) => Math.floor(maxMarks / pairs(variablesOf(comparison).length)),
  // Bars of so many runs cannot be read.
  suits: (comparison) => comparison.labels.length > 40 && variablesOf(comparison).length > 1,
  lacks: (comparison) =>
    variablesOf(comparison).length > 1 ? undefined : "two metrics, or a metric and a param that differs",
  draw: (comparison) => {
    const { labels, metrics, params } = comparison;
    const variables = variablesOf(comparison);
    const [metric] = metrics;
    const values = labels.map((run, at) => ({
      run,
      best: metric?.top !== undefined && metric.last[at] === metric.top,
      ...Object.fromEntries(variables.map((variable, index) => [`v${index}`, drawn(variable, at)])),
    }));
    const size = Math.max(90, Math.floor(600 / (variables.length - 1)) - 20);
    // Axes stand at the left and at the bottom alone: columns line up, and each axis takes as long to draw as a panel.
    const position = (index: number, outer: boolean) => {
      const { key: title, scale, values: own } = variables[index] ?? { key: "", scale: "linear", values: [] };
      const shown = (axis: object) =>
        outer ? { title, axis: { grid: false, titleLimit: size, ...axis } } : { axis: null };
      if (scale === "category") return { field: `v${index}`, type: "nominal", ...shown({ labelLimit: 60 }) };
      const kind = scale === "log" ? { type: "log" } : { zero: false };
      return {
        field: `v${index}`,
        type: "quantitative",
        scale: { ...kind, padding: 6 },
        ...shown({ tickCount: 3, ...numberAxis(own, { log: scale === "log", length: size }) }),
      };
    };
    const tooltip = [
      { field: "run", type: "nominal" },
      ...variables.map(({ key, scale }, index) => ({
        field: `v${index}`,
        title: key,
        ...(scale === "category" ? { type: "nominal" } : { type: "quantitative", format: numberFormat }),
      })),
    ];
    const panel = (row: number, column: number) => ({
      name: `p${row}_${column}`,
      width: size,
      height: size,
      // Each panel has the same runs, and a mark tells all its values: one panel's labels say everything.
      mark: { type: "point", filled: true, aria: row === 1 && values.length <= mostLabelled },
      encoding: {
        x: position(column, row === variables.length - 1),
        y: position(row, column === 0),
        color: { condition: { param: "brush", value: plainColour }, value: "#9a9a9a" },
        opacity: { condition: { param: "brush", value: 0.85 }, value: 0.2 },
        shape: { condition: { test: "datum.best", value: "diamond" }, value: "circle" },
        size: { condition: { test: "datum.best", value: 120 }, value: labels.length > 200 ? 14 : 30 },
        tooltip,
      },
    });
    const rows = variables.slice(1).map((_, index) => index + 1);
    const all = metrics.length + params.length;
    const lacking = labels.filter((_, at) => variables.some((variable) => drawn(variable, at) === null)).length;
    return {
      notes: [
        "Drag in a panel to follow runs through the others.",
        ...(metric?.top === undefined ? [] : [`Diamond: the best ${metric.key}.`]),
        ...(lacking > 0 ? [`${plural(lacking, "run")} with a missing value: no point in the panels of it.`] : []),
        ...(variables.length < all ? [`Showing ${variables.length} of ${plural(all, "metric")} and params.`] : []),
      ],
      data: csvData(values, {
        run: "string",
        best: "boolean",
        ...Object.fromEntries(
          variables.map(({ scale }, index) => [`v${index}`, scale === "category" ? "string" : "number"] as const),
        ),
      }),
      params: [
        {
          name: "brush",
          select: { type: "interval" },
          views: rows.flatMap((row) => Array.from({ length: row }, (_, column) => `p${row}_${column}`)),
        },
      ],
      vconcat: rows.map((row) => ({ hconcat: Array.from({ length: row }, (_, column) => panel(row, column)) })),
    };
  },
};

function pairs(variables: number): number {
  return Math.max(1, (variables * (variables - 1)) / 2);
}

/** Params along the bottom, metrics above; at least one of each where there are both. */
function variablesOf({ labels, metrics, params }: Comparison): Variable[] {
  const most = labels.length > many ? maxVariablesOfMany : maxVariables;
  const results = metrics
    .filter(({ last }) => new Set(last.filter(Number.isFinite)).size > 1)
    .map(({ key, last }): Variable => ({ key, values: last, scale: "linear" }));
  const telling = params.filter(({ scale, values }) => scale !== "category" || new Set(values).size <= 12);
  const metricPlaces = Math.max(1, most - telling.length, Math.min(2, results.length));
  const shownMetrics = results.slice(0, metricPlaces);
  return [...telling.slice(0, most - shownMetrics.length), ...shownMetrics];
}

function drawn({ values, scale }: Variable, at: number): number | string | null {
  const value = values[at];
  if (scale === "category") return value === undefined ? "missing" : String(value);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
