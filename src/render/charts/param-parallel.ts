import { formatNumber, numberFormat, plural } from "../format-value.js";
import { inkColour } from "../palette.js";
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
    const x = { field: "axis", type: "quantitative", axis: null, scale: { domain: [0, result], nice: false } };
    const y = { field: "at", type: "quantitative", axis: null, scale: { domain: [0, 1] } };
    // Each axis runs from its lowest to its highest value, written at its ends, clear of the lines.
    const ends = (pick: (axis: Axis) => string) => axes.map((axis, index) => ({ axis: index, text: pick(axis) }));
    const label = (values: object[], at: number, dy: number, bold = false) => ({
      data: { values },
      mark: { type: "text", color: inkColour, dy, limit: 120, aria: false, ...(bold ? { fontWeight: "bold" } : {}) },
      encoding: {
        x,
        y: { datum: at, type: "quantitative", axis: null, scale: y.scale },
        text: { field: "text", type: "nominal" },
      },
    });
    const notes: string[] = [];
    const left = labels.length - runs.length;
    if (left > 0) notes.push(`${plural(left, "run")} not drawn: a param is missing.`);
    if (params.length > maxAxes - 1) notes.push(`Showing ${maxAxes - 1} of ${plural(params.length, "param")}.`);
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
              // The ends of viridis vanish on black and on white.
              scale: { scheme: { name: "viridis", extent: [0.2, 0.9] } },
            },
            opacity: { condition: { param: "picked", value: 0.9 }, value: 0.15 },
            tooltip: [
              { field: "run", type: "nominal" },
              { field: "name", type: "nominal", title: "axis" },
              { field: "value", type: "quantitative", format: numberFormat },
            ],
          },
        },
        { data: { values: ends(() => "") }, mark: { type: "rule", color: "#888888", aria: false }, encoding: { x } },
        label(
          ends(({ high }) => formatNumber(high)),
          1,
          -9,
        ),
        label(
          ends(({ low, high }) => (low === high ? "" : formatNumber(low))),
          0,
          12,
        ),
        label(
          ends(({ key }) => key),
          1,
          -24,
          true,
        ),
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
