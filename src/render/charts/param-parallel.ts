import { numberFormat, plural } from "../format-value.js";
import { inkColour, valueColours } from "../palette.js";
import { type Axis, axisOf } from "./axis.js";
import type { ComparedParam, ComparisonChart } from "./comparison.js";

/** Axes that still read at a glance, the metric's included. */
const maxAxes = 8;

/** Where a missing value lies: below the axis, which goes from 0 to 1. */
const missingAt = -0.16;

/**
 * One metric against several params: parallel coordinates, a line per run, coloured by the metric, the best one thick. A run that
 * lacks a param goes through a lane of its own below that axis: a missing value is no value.
 */
export const paramParallel: ComparisonChart = {
  name: "param-parallel",
  view: "parallel",
  maxRuns: () => 1000,
  suits: (comparison) => {
    const { metrics, labels } = comparison;
    const params = comparison.params.filter((param) => tells(param, labels.length));
    if (metrics.length !== 1 || params.length < 2 || labels.length < 4) return false;
    const complete = labels.filter((_, at) => params.every(({ values }) => values[at] !== undefined));
    return complete.length >= 3;
  },
  lacks: ({ params }) => (params.length > 0 ? undefined : "a param that differs"),
  draw: (comparison) => {
    const { labels } = comparison;
    const [metric] = comparison.metrics;
    const runs = labels.map((_, at) => at).filter((at) => Number.isFinite(metric?.last[at]));
    // Texts that differ in every run say nothing about the metric; they come last.
    const params = [...comparison.params].sort((a, b) => Number(tells(b, runs.length)) - Number(tells(a, runs.length)));
    const columns: ComparedParam[] = [
      ...params.slice(0, maxAxes - 1),
      { key: metric?.key ?? "", values: metric?.last ?? [], scale: "linear" },
    ];
    const axes = columns.map(axisOf);
    const result = axes.length - 1;
    const lines = runs.map((at) => ({
      run: labels[at] ?? "",
      result: metric?.last[at] ?? 0,
      best: metric?.last[at] === metric?.top,
      ...Object.fromEntries(axes.map((axis, index) => [`a${index}`, round(axis.at[at] ?? missingAt)])),
      ...Object.fromEntries(columns.map(({ values }, index) => [`v${index}`, values[at] ?? "missing"])),
    }));
    const missing = axes.some((axis) => runs.some((at) => axis.at[at] === undefined));
    const x = { field: "axis", type: "quantitative", axis: null, scale: { domain: [0, result], nice: false } };
    const y = {
      field: "at",
      type: "quantitative",
      axis: null,
      scale: { domain: [missing ? missingAt - 0.04 : 0, 1], nice: false },
    };
    const fold = [
      { fold: axes.map((_, index) => `a${index}`), as: ["name", "at"] },
      { calculate: "toNumber(substring(datum.name, 1))", as: "axis" },
    ];
    const tooltip = [
      { field: "run", type: "nominal" },
      ...columns.map(({ key, scale }, index) => ({
        field: `v${index}`,
        // A missing value is a text among numbers.
        type: "nominal",
        title: key,
        ...(scale !== "category" && index === result ? { format: numberFormat, type: "quantitative" } : {}),
      })),
    ];
    const text = (values: object[], at: { y: number } | undefined, mark: object) => ({
      data: { values },
      mark: { type: "text", color: inkColour, limit: 120, aria: false, ...mark },
      encoding: {
        x,
        y: at === undefined ? y : { datum: at.y, type: "quantitative", axis: null, scale: y.scale },
        text: { field: "text", type: "nominal" },
      },
    });
    const bold = labels.find((_, at) => metric?.last[at] !== undefined && metric.last[at] === metric.top);
    const notes = bold === undefined ? [] : [`Best (the thick line): ${bold}.`];
    const lacking = runs.filter((at) => axes.some((axis) => axis.at[at] === undefined)).length;
    if (lacking > 0) notes.push(`${plural(lacking, "run")} with a missing param, drawn below its axis.`);
    if (params.length > maxAxes - 1) notes.push(`Showing ${maxAxes - 1} of ${plural(params.length, "param")}.`);
    for (const { key } of axes.filter(({ crowded }) => crowded)) notes.push(`${key} has too many values to name each.`);
    return {
      notes,
      width: Math.max(320, Math.min(840, 130 * result)),
      height: missing ? 300 : 260,
      padding: { left: 45, right: 45, top: 5, bottom: 5 },
      layer: [
        {
          data: { values: axes.map((_, axis) => ({ axis })) },
          mark: { type: "rule", color: "#888888", aria: false },
          encoding: { x },
        },
        {
          data: { values: lines },
          params: [
            {
              name: "picked",
              select: { type: "point", fields: ["run"], on: "mouseover", clear: "mouseout", nearest: false },
            },
          ],
          transform: fold,
          mark: { type: "line", strokeWidth: runs.length > 100 ? 1.2 : 2.5 },
          encoding: {
            x,
            y,
            detail: { field: "run", type: "nominal" },
            color: { field: "result", type: "quantitative", title: metric?.key ?? "", scale: valueColours },
            strokeWidth: { condition: { test: "datum.best", value: 5 }, value: runs.length > 100 ? 1.2 : 2.5 },
            opacity: { condition: { param: "picked", value: runs.length > 100 ? 0.7 : 0.9 }, value: 0.12 },
            tooltip,
          },
        },
        ...(missing
          ? [
              {
                data: { values: axes.map((_, axis) => ({ axis, at: missingAt, text: "missing" })) },
                mark: { type: "text", color: inkColour, dy: 12, fontSize: 9, fontStyle: "italic", aria: false },
                encoding: { x, y, text: { field: "text", type: "nominal" } },
              },
            ]
          : []),
        text(ticksOf(axes), undefined, { dx: -5, align: "right", baseline: "middle", fontSize: 10, limit: 90 }),
        text(
          axes.map(({ key }, axis) => ({ axis, text: key })),
          { y: 1 },
          { dy: -14, fontWeight: "bold" },
        ),
      ],
    };
  },
};

function ticksOf(axes: readonly Axis[]): object[] {
  return axes.flatMap(({ ticks }, axis) => ticks.map(({ at, text }) => ({ axis, at: round(at), text })));
}

/** Whether a param can say anything: a number, or a text that some runs share. */
function tells({ scale, values }: ComparedParam, runs: number): boolean {
  return scale !== "category" || new Set(values).size < Math.max(3, runs);
}

/** A spec is kept in the notebook: a thousandth of the height is finer than a pixel. */
function round(at: number): number {
  return Math.round(at * 1000) / 1000;
}
