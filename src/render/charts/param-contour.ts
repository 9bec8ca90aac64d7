import { numberAxis } from "../axis-look.js";
import { csvData, mostLabelled } from "../drawing.js";
import { numberFormat, plural } from "../format-value.js";
import { valueColours } from "../palette.js";
import { axisOf } from "./axis.js";
import { type ComparedParam, type Comparison, type ComparisonChart, differentValues } from "./comparison.js";

/** Cells along each side: fine enough for a picture, small enough to be kept in a notebook. */
const cells = 24;

/** Pixels. */
const width = 420;
const height = 320;

/**
 * A metric over two numeric params: a heat map between the runs, interpolated by inverse distance, and each run as a point.
 * @see Shepard, "A two-dimensional interpolation function for irregularly-spaced data", 1968
 */
export const paramContour: ComparisonChart = {
  name: "param-contour",
  view: "contour",
  firstMetricOnly: true,
  maxRuns: () => 1000,
  suits: (comparison) => {
    const { metrics, params } = comparison;
    if (metrics.length !== 1 || params.length !== 2 || params.some(({ scale }) => scale === "category")) return false;
    return params.every((param) => differentValues(param) >= 3) && pointsOf(comparison, params).length >= 10;
  },
  lacks: (comparison) => {
    const numeric = numericParams(comparison);
    if (numeric.length < 2) return "two numeric params that differ";
    return pointsOf(comparison, numeric).length < 3 ? "three runs that have both params" : undefined;
  },
  draw: (comparison) => {
    const metric = comparison.metrics[0]?.key ?? "";
    const params = numericParams(comparison).slice(0, 2);
    const [first, second] = params as [ComparedParam, ComparedParam];
    const points = pointsOf(comparison, params);
    const position = (field: string, { key, values, scale }: ComparedParam, length: number) => ({
      field,
      type: "quantitative",
      title: key,
      // Lines would shine through between the cells.
      axis: { grid: false, ...numberAxis(values, { log: scale === "log", length }) },
      scale: { ...(scale === "log" ? { type: "log" } : { zero: false }), domain: rangeOf(values), nice: false },
    });
    const x = position("x", first, width);
    const y = position("y", second, height);
    const color = { field: "z", type: "quantitative", title: metric, scale: valueColours };
    const apart = apartOf(comparison, first, second);
    const best = points.filter((point) => point.best).map(({ run }) => run);
    const notes = [
      "The colour between the points is interpolated by inverse distance.",
      ...(best.length > 0 && best.length < 4 ? [`Best (shown as a diamond): ${best.join(", ")}.`] : []),
      ...(apart.length > 0
        ? [`${plural(apart.length, "run")} at the frame, as a triangle: ${first.key} or ${second.key} is missing.`]
        : []),
    ];
    const tooltip = (field: string, { key }: ComparedParam) => ({ field, type: "nominal", title: key });
    // Where a value is missing, the mark stands at the lower or the left end of the frame, or in the corner.
    const triangles = (lacks: "x" | "y" | "both") => {
      const values = apart.filter((point) => point.lacks === lacks);
      if (values.length === 0) return [];
      return [
        {
          data: { values },
          mark: {
            type: "point",
            shape: lacks === "y" ? "triangle-down" : "triangle-left",
            size: 90,
            filled: true,
            stroke: "white",
            strokeWidth: 1,
            opacity: 1,
          },
          encoding: {
            x: lacks === "y" ? x : { value: 6 },
            y: lacks === "x" ? y : { value: height - 6 },
            color,
            tooltip: [
              { field: "run", type: "nominal" },
              tooltip("xText", first),
              tooltip("yText", second),
              { field: "z", type: "quantitative", title: metric, format: numberFormat },
            ],
          },
        },
      ];
    };
    return {
      notes,
      width,
      height,
      layer: [
        {
          data: csvData(heat(points), { c: "number", r: "number", z: "number" }),
          transform: [...edges(first, "c", ["x", "x2"]), ...edges(second, "r", ["y", "y2"])],
          // Cells overlap by half a pixel: those that end within one would show a seam.
          mark: { type: "rect", tooltip: null, aria: false, x2Offset: 0.5, y2Offset: -0.5 },
          encoding: { x, y, x2: { field: "x2" }, y2: { field: "y2" }, color },
        },
        {
          data: csvData(points, { run: "string", x: "number", y: "number", z: "number", best: "boolean" }),
          mark: {
            type: "point",
            filled: true,
            stroke: "white",
            strokeWidth: 1.2,
            opacity: 1,
            aria: points.length <= mostLabelled,
          },
          encoding: {
            x,
            y,
            color,
            shape: { condition: { test: "datum.best", value: "diamond" }, value: "circle" },
            size: { condition: { test: "datum.best", value: 220 }, value: 70 },
            tooltip: [
              { field: "run", type: "nominal" },
              { field: "x", type: "quantitative", title: first.key },
              { field: "y", type: "quantitative", title: second.key },
              { field: "z", type: "quantitative", title: metric, format: numberFormat },
            ],
          },
        },
        ...triangles("x"),
        ...triangles("y"),
        ...triangles("both"),
      ],
    };
  },
};

function numericParams({ params }: Comparison): ComparedParam[] {
  return params.filter(({ scale }) => scale !== "category");
}

interface Point {
  run: string;
  x: number;
  y: number;
  z: number;
  best: boolean;
  /** In the unit square, where distances are taken. */
  at: readonly [number, number];
}

function pointsOf({ labels, metrics }: Comparison, [first, second]: readonly ComparedParam[]): Point[] {
  const [metric] = metrics;
  if (first === undefined || second === undefined) return [];
  const [across, along] = [axisOf(first).at, axisOf(second).at];
  return labels.flatMap((run, at) => {
    const [x, y, z] = [first.values[at], second.values[at], metric?.last[at]];
    if (typeof x !== "number" || typeof y !== "number" || z === undefined || !Number.isFinite(z)) return [];
    return [{ run, x, y, z, best: z === metric?.top, at: [across[at] ?? 0, along[at] ?? 0] as const }];
  });
}

/** A run that lacks one of the params or both. */
interface Apart {
  run: string;
  lacks: "x" | "y" | "both";
  x: number | null;
  y: number | null;
  xText: string;
  yText: string;
  z: number;
}

function apartOf({ labels, metrics: [metric] }: Comparison, first: ComparedParam, second: ComparedParam): Apart[] {
  return labels.flatMap((run, at): Apart[] => {
    const [x, y, z] = [first.values[at], second.values[at], metric?.last[at]];
    if (z === undefined || !Number.isFinite(z) || (x !== undefined && y !== undefined)) return [];
    return [
      {
        run,
        lacks: x !== undefined ? "y" : y !== undefined ? "x" : "both",
        x: typeof x === "number" ? x : null,
        y: typeof y === "number" ? y : null,
        xText: String(x ?? "missing"),
        yText: String(y ?? "missing"),
        z,
      },
    ];
  });
}

function rangeOf(values: ComparedParam["values"]): [number, number] {
  const numbers = values.filter((value) => typeof value === "number");
  return [Math.min(...numbers), Math.max(...numbers)];
}

/** The cells of the heat map, each with the mean of the runs weighted by the inverse cube of their distance. */
function heat(points: readonly Point[]): Array<{ c: number; r: number; z: number }> {
  return Array.from({ length: cells * cells }, (_, cell) => {
    const [c, r] = [cell % cells, Math.floor(cell / cells)];
    return { c, r, z: interpolated((c + 0.5) / cells, (r + 0.5) / cells, points) };
  });
}

/** The two edges of a cell along an axis, from its number, as expressions of Vega's. */
function edges({ values, scale }: ComparedParam, number: string, names: readonly [string, string]): object[] {
  const [low, high] = rangeOf(values);
  const at = (part: string) =>
    scale === "log" ? `${low} * pow(${high / low}, ${part})` : `${low} + ${high - low} * ${part}`;
  return names.map((as, after) => ({ calculate: at(`((datum.${number} + ${after}) / ${cells})`), as }));
}

function interpolated(x: number, y: number, points: readonly Point[]): number {
  let sum = 0;
  let weights = 0;
  for (const { at, z } of points) {
    // Not Math.hypot, which takes several times as long for two numbers of this size.
    const weight = 1 / Math.max(1e-9, ((at[0] - x) ** 2 + (at[1] - y) ** 2) ** 1.5);
    sum += weight * z;
    weights += weight;
  }
  return Number((sum / weights).toPrecision(5));
}
