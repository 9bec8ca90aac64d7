import { formatNumber, plural } from "../format-value.js";
import type { Comparison, ComparisonChart } from "./comparison.js";

/** Axes that still read at a glance, the metric's included. */
const maxAxes = 8;

interface Axis {
  key: string;
  values: ReadonlyArray<number | undefined>;
  low: number;
  high: number;
}

/**
 * One metric against several numeric params: parallel coordinates, a line per run, coloured by the metric.
 * A run that lacks one of the params is not drawn, and the chart says so: a missing value is no value.
 */
export const paramParallel: ComparisonChart = {
  name: "param-parallel",
  fits: (comparison) => {
    const { metrics, params, labels } = comparison;
    if (metrics.length !== 1 || params.length < 2) return false;
    const complete = completeRuns(comparison).length;
    return complete >= 4 && complete > labels.length / 2;
  },
  draw: (comparison) => {
    const { labels, metrics, params } = comparison;
    const runs = completeRuns(comparison);
    const columns = [...params.slice(0, maxAxes - 1), { key: metrics[0]?.key ?? "", values: metrics[0]?.last ?? [] }];
    const axes = columns.map(({ key, values }): Axis => {
      const numbers = runs.map((at) => values[at] ?? 0);
      return { key, values, low: Math.min(...numbers), high: Math.max(...numbers) };
    });
    const result = axes.length - 1;
    const lines = runs.flatMap((at) =>
      axes.map((axis, index) => ({
        run: labels[at] ?? "",
        axis: index,
        name: axis.key,
        at: place(axis, axis.values[at] ?? 0),
        value: axis.values[at] ?? 0,
        result: metrics[0]?.last[at] ?? 0,
      })),
    );
    const ticks = axes.flatMap((axis, index) =>
      (axis.low === axis.high ? [0.5] : [0, 0.25, 0.5, 0.75, 1]).map((at) => ({
        axis: index,
        at,
        text: formatNumber(Number((axis.low + at * (axis.high - axis.low)).toPrecision(3))),
      })),
    );
    const heads = axes.map((axis, index) => ({ axis: index, at: 1, text: axis.key }));
    const notes: string[] = [];
    const left = labels.length - runs.length;
    if (left > 0) notes.push(`${plural(left, "run")} without one of the params not drawn.`);
    if (params.length > maxAxes - 1) notes.push(`Showing ${maxAxes - 1} of ${plural(params.length, "param")}.`);
    const x = { field: "axis", type: "quantitative", axis: null, scale: { domain: [0, result], nice: false } };
    const y = { field: "at", type: "quantitative", axis: null, scale: { domain: [0, 1] } };
    const text = { field: "text", type: "nominal" };
    return {
      notes,
      width: Math.max(320, 130 * result),
      height: 260,
      padding: { left: 30, right: 30, top: 5, bottom: 5 },
      layer: [
        {
          data: { values: lines },
          params: [{ name: "picked", select: { type: "point", fields: ["run"], on: "mouseover", nearest: false } }],
          mark: { type: "line", strokeWidth: 2.5 },
          encoding: {
            x,
            y,
            detail: { field: "run", type: "nominal" },
            color: {
              field: "result",
              type: "quantitative",
              title: axes[result]?.key ?? "",
              scale: { scheme: "viridis" },
            },
            opacity: { condition: { param: "picked", value: 0.9 }, value: 0.15 },
            tooltip: [
              { field: "run", type: "nominal" },
              { field: "name", type: "nominal", title: "axis" },
              { field: "value", type: "quantitative", format: ".6~g" },
            ],
          },
        },
        { data: { values: heads }, mark: { type: "rule", color: "#888888" }, encoding: { x } },
        {
          data: { values: ticks },
          mark: { type: "text", style: "guide-label", align: "right", dx: -5, baseline: "middle", aria: false },
          encoding: { x, y, text },
        },
        {
          data: { values: heads },
          mark: { type: "text", style: "guide-title", dy: -14, limit: 120, aria: false },
          encoding: { x, y, text },
        },
      ],
    };
  },
};

function completeRuns({ labels, metrics, params }: Comparison): number[] {
  const shown = params.slice(0, maxAxes - 1);
  return labels
    .map((_, at) => at)
    .filter((at) => Number.isFinite(metrics[0]?.last[at]) && shown.every(({ values }) => values[at] !== undefined));
}

function place({ low, high }: Axis, value: number): number {
  return low === high ? 0.5 : (value - low) / (high - low);
}
