import { numberFormat, plural } from "../format-value.js";
import { plainColour } from "../palette.js";
import type { Comparison, ComparisonChart } from "./comparison.js";

/** One metric against the one numeric param that differs: a point per run, joined in the order of the param. */
export const paramScatter: ComparisonChart = {
  name: "param-scatter",
  fits: (comparison) => {
    const { metrics, params } = comparison;
    if (metrics.length !== 1 || params.length !== 1) return false;
    const points = pointsOf(comparison);
    return new Set(points.map(({ x }) => x)).size >= 3 && points.length > comparison.labels.length / 2;
  },
  draw: (comparison) => {
    const points = pointsOf(comparison);
    const xs = points.map(({ x }) => x);
    const wide = Math.min(...xs) > 0 && Math.max(...xs) / Math.min(...xs) >= 100;
    const param = comparison.params[0]?.key ?? "";
    const metric = comparison.metrics[0]?.key ?? "";
    const left = comparison.labels.length - points.length;
    const x = {
      field: "x",
      type: "quantitative",
      title: param,
      scale: { ...(wide ? { type: "log" } : { zero: false }), padding: 16 },
    };
    const y = { field: "y", type: "quantitative", title: metric, scale: { zero: false, padding: 10 } };
    const repeated = new Set(xs).size < xs.length;
    const best = points.filter((point) => point.best).map(({ run }) => run);
    const notes = best.length > 0 ? [`Best (shown as a diamond): ${best.join(", ")}.`] : [];
    if (left > 0) notes.push(`${plural(left, "run")} not drawn: ${param} is missing.`);
    return {
      notes,
      width: 480,
      height: 280,
      data: { values: points },
      layer: [
        {
          mark: { type: "line", color: plainColour, opacity: 0.35, aria: false },
          // Several runs at one value: the line runs through their mean.
          encoding: { x, y: repeated ? { ...y, aggregate: "mean" } : y },
        },
        {
          mark: { type: "point", filled: true, size: 70, color: plainColour, opacity: 1 },
          encoding: {
            x,
            y,
            shape: { condition: { test: "datum.best", value: "diamond" }, value: "circle" },
            size: { condition: { test: "datum.best", value: 160 }, value: 70 },
            tooltip: [
              { field: "run", type: "nominal" },
              { field: "x", type: "quantitative", title: param },
              { field: "y", type: "quantitative", title: metric, format: numberFormat },
            ],
          },
        },
      ],
    };
  },
};

function pointsOf({
  labels,
  metrics,
  params,
}: Comparison): Array<{ run: string; x: number; y: number; best: boolean }> {
  const [metric] = metrics;
  return labels.flatMap((run, at) => {
    const x = params[0]?.values[at];
    const y = metric?.last[at];
    if (x === undefined || y === undefined || !Number.isFinite(y)) return [];
    return [{ run, x, y, best: y === metric?.top }];
  });
}
