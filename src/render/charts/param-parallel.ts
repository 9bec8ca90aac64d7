import { csvData, mostLabelled } from "../drawing.js";
import { numberFormat, plural } from "../format-value.js";
import { inkColour, ruleColour, valueColours } from "../palette.js";
import { type Axis, axisOf } from "./axis.js";
import type { ComparedParam, ComparisonChart } from "./comparison.js";

/** Axes that still read at a glance, the metric's included. */
const maxAxes = 8;

/** Where a missing value lies: below the axis, which goes from 0 to 1. */
const missingAt = -0.16;

/**
 * One metric against several params: parallel coordinates, a line per run, coloured by the metric, the best one thick. A run that
 * lacks a param goes through a lane of its own below that axis: a missing value has no place on the axis.
 */
export const paramParallel: ComparisonChart = {
  name: "param-parallel",
  view: "parallel",
  firstMetricOnly: true,
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
    const isBest = (at: number) => metric?.top !== undefined && metric.last[at] === metric.top;
    // The best line is drawn last, above the others.
    const drawn = [...runs].sort((a, b) => Number(isBest(a)) - Number(isBest(b)));
    const lines = drawn.map((at) => ({
      run: labels[at] ?? "",
      best: isBest(at),
      ...Object.fromEntries(
        columns.map(({ values }, index) => [`v${index}`, written(values[at], axes[index]?.range !== undefined)]),
      ),
      ...Object.fromEntries(
        axes.flatMap((axis, index) => (axis.range ? [] : [[`a${index}`, round(axis.at[at] ?? missingAt)]])),
      ),
    }));
    const columnTypes = Object.fromEntries([
      ["run", "string"],
      ["best", "boolean"],
      ...axes.flatMap(({ range }, index) =>
        range
          ? [[`v${index}`, "number"]]
          : [
              [`v${index}`, "string"],
              [`a${index}`, "number"],
            ],
      ),
    ]) as Record<string, "string" | "number" | "boolean">;
    const lacking = runs.filter((at) => axes.some((axis) => axis.at[at] === undefined)).length;
    const missing = lacking > 0;
    const x = { field: "axis", type: "quantitative", axis: null, scale: { domain: [0, result], nice: false } };
    const y = {
      field: "at",
      type: "quantitative",
      axis: null,
      scale: { domain: [missing ? missingAt - 0.04 : 0, 1], nice: false },
    };
    const fold = [
      ...axes.flatMap(({ range }, index) =>
        range ? [{ calculate: placeOf(`datum.v${index}`, range), as: `a${index}` }] : [],
      ),
      // What the tooltip says where there is none.
      ...axes.flatMap(({ range }, index) =>
        range && lacking > 0 && index < result
          ? [{ calculate: `isValid(datum.v${index}) ? datum.v${index} : 'missing'`, as: `t${index}` }]
          : [],
      ),
      { fold: axes.map((_, index) => `a${index}`), as: ["name", "at"] },
      { calculate: "toNumber(substring(datum.name, 1))", as: "axis" },
    ];
    const tooltip = [
      { field: "run", type: "nominal" },
      ...columns.map(({ key }, index) => {
        if (index === result) return { field: `v${index}`, title: key, format: numberFormat, type: "quantitative" };
        return { field: axes[index]?.range && lacking > 0 ? `t${index}` : `v${index}`, title: key, type: "nominal" };
      }),
    ];
    // Vega-Lite's own words would begin with the place on the first axis.
    const words = columns.map(({ key }, index) => {
      const value =
        index === result ? `format(datum.v${index}, '${numberFormat}')` : `datum.${tooltip[index + 1]?.field}`;
      return ` + ${JSON.stringify(`, ${key}: `)} + ${value}`;
    });
    const described =
      runs.length <= mostLabelled ? { description: { value: { expr: `'run: ' + datum.run${words.join("")}` } } } : {};
    // By default the domain would include the picked lines too, and Vega would warn as long as nothing is picked.
    const results = runs.flatMap((at) => metric?.last[at] ?? []);
    const domain = results.length === 0 ? [0, 1] : [Math.min(...results), Math.max(...results)];
    const colours = { ...valueColours, domain };
    const line = {
      x,
      y,
      detail: { field: "run", type: "nominal" },
      color: { field: `v${result}`, type: "quantitative", title: metric?.key ?? "", scale: colours },
    };
    const text = (values: object[], at: { y: number } | undefined, mark: object) => ({
      data: { values },
      mark: { type: "text", color: inkColour, limit: 120, aria: false, ...mark },
      encoding: {
        x,
        y: at === undefined ? y : { datum: at.y, type: "quantitative", axis: null, scale: y.scale },
        text: { field: "text", type: "nominal" },
      },
    });
    const bold = labels.find((_, at) => isBest(at));
    const width = runs.length > 100 ? 1.2 : 2.5;
    const notes = bold === undefined ? [] : [`Best (the thick line): ${bold}.`];
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
          mark: { type: "rule", color: ruleColour, aria: false },
          encoding: { x },
        },
        {
          data: csvData(lines, columnTypes),
          transform: fold,
          layer: [
            {
              params: [
                {
                  name: "picked",
                  select: { type: "point", fields: ["run"], on: "mouseover", clear: "mouseout", nearest: false },
                },
              ],
              mark: { type: "line", aria: runs.length <= mostLabelled, opacity: runs.length > 100 ? 0.7 : 0.9 },
              encoding: {
                ...line,
                size: { condition: { test: "datum.best", value: 5 }, value: width },
                tooltip,
                ...described,
              },
            },
            // A veil over all lines and the picked one above it: to pale each of the others would take a hundred times as long.
            {
              transform: [{ filter: { param: "picked", empty: false } }, { filter: `datum.axis == ${result}` }],
              mark: { type: "rect", color: ground, opacity: 0.82, tooltip: null, aria: false },
            },
            {
              transform: [{ filter: { param: "picked", empty: false } }],
              mark: { type: "line", tooltip: null, aria: false },
              encoding: { ...line, size: { condition: { test: "datum.best", value: 5 }, value: width + 1 } },
            },
            // Vega shows the tooltip of a line at its points alone; between them this says which run it is.
            ...[halo, {}].map((look) => ({
              transform: [{ filter: { param: "picked", empty: false } }, { filter: `datum.axis == ${result}` }],
              mark: {
                type: "text",
                color: inkColour,
                align: "right",
                dx: -12,
                dy: -12,
                fontWeight: "bold",
                limit: 240,
                tooltip: null,
                aria: false,
                ...look,
              },
              encoding: { x, y, text: { field: "run", type: "nominal" } },
            })),
          ],
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
        ...[halo, {}].map((look) =>
          text(ticksOf(axes), undefined, {
            dx: -5,
            align: "right",
            baseline: "middle",
            fontSize: 10,
            limit: 90,
            ...look,
          }),
        ),
        text(
          axes.map(({ key }, axis) => ({ axis, text: key })),
          { y: 1 },
          { dy: -14, fontWeight: "bold" },
        ),
      ],
    };
  },
};

/** As the tooltip shows it, and from which the chart itself takes the place on an axis: seven digits are finer than a pixel. */
function written(value: number | string | undefined, among: boolean): number | string | undefined {
  if (typeof value !== "number") return value === "" ? "(empty)" : (value ?? (among ? undefined : "missing"));
  if (!Number.isFinite(value)) return among ? undefined : String(value);
  return Number.isInteger(value) ? value : Number(value.toPrecision(7));
}

/** The same place as `axisOf` gives, as an expression of Vega's. */
function placeOf(value: string, { low, high, log }: NonNullable<Axis["range"]>): string {
  const size = (text: string | number) => (log ? `log(${text})` : `${text}`);
  const place = low === high ? "0.5" : `(${size(value)} - ${size(low)}) / (${size(high)} - ${size(low)})`;
  return `isNumber(${value}) ? ${place} : ${missingAt}`;
}

const ground = { expr: "background" };

/** Under a text, so that it reads across lines. */
const halo = { color: ground, stroke: ground, strokeWidth: 4, strokeJoin: "round" };

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
