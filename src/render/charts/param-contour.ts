import { numberFormat, plural } from "../format-value.js";
import { valueColours } from "../palette.js";
import { axisOf } from "./axis.js";
import { type ComparedParam, type Comparison, type ComparisonChart, differentValues } from "./comparison.js";

/** Cells along each side: fine enough for a picture, small enough to be kept in a notebook. */
const cells = 24;

/**
 * A metric over two numeric params: a heat map between the runs, interpolated by inverse distance, and each run as a point.
 * @see Shepard, "A two-dimensional interpolation function for irregularly-spaced data", 1968
 */
export const paramContour: ComparisonChart = {
  name: "param-contour",
  view: "contour",
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
    const position = (field: string, { key, values, scale }: ComparedParam) => ({
      field,
      type: "quantitative",
      title: key,
      scale: { ...(scale === "log" ? { type: "log" } : { zero: false }), domain: rangeOf(values), nice: false },
    });
    const x = position("x", first);
    const y = position("y", second);
    const color = { field: "z", type: "quantitative", title: metric, scale: valueColours };
    const left = comparison.labels.length - points.length;
    const best = points.filter((point) => point.best).map(({ run }) => run);
    const notes = [
      "The colour between the points is interpolated by inverse distance.",
      ...(best.length > 0 && best.length < 4 ? [`Best (shown as a diamond): ${best.join(", ")}.`] : []),
      ...(left > 0 ? [`${plural(left, "run")} not drawn: ${first.key}, ${second.key} or ${metric} is missing.`] : []),
    ];
    return {
      notes,
      width: 420,
      height: 320,
      layer: [
        {
          data: { values: heat(first, second, points) },
          mark: { type: "rect", tooltip: null, aria: false },
          encoding: { x, y, x2: { field: "x2" }, y2: { field: "y2" }, color },
        },
        {
          data: { values: points },
          mark: { type: "point", filled: true, stroke: "white", strokeWidth: 1.2, opacity: 1 },
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

function rangeOf(values: ComparedParam["values"]): [number, number] {
  const numbers = values.filter((value) => typeof value === "number");
  return [Math.min(...numbers), Math.max(...numbers)];
}

/** The cells of the heat map, each with the mean of the runs weighted by the inverse cube of their distance. */
function heat(first: ComparedParam, second: ComparedParam, points: readonly Point[]): object[] {
  const edges = (param: ComparedParam) => {
    const [low, high] = rangeOf(param.values);
    const at = (part: number) => (param.scale === "log" ? low * (high / low) ** part : low + (high - low) * part);
    return Array.from({ length: cells + 1 }, (_, index) => Number(at(index / cells).toPrecision(6)));
  };
  const [xs, ys] = [edges(first), edges(second)];
  return Array.from({ length: cells * cells }, (_, cell) => {
    const [column, row] = [cell % cells, Math.floor(cell / cells)];
    const z = interpolated((column + 0.5) / cells, (row + 0.5) / cells, points);
    return { x: xs[column], x2: xs[column + 1], y: ys[row], y2: ys[row + 1], z };
  });
}

function interpolated(x: number, y: number, points: readonly Point[]): number {
  let sum = 0;
  let weights = 0;
  for (const { at, z } of points) {
    const weight = 1 / Math.max(1e-9, Math.hypot(at[0] - x, at[1] - y) ** 3);
    sum += weight * z;
    weights += weight;
  }
  return Number((sum / weights).toPrecision(5));
}
