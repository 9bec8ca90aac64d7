import { mostLabelled } from "../drawing.js";
import { numberFormat } from "../format-value.js";
import { distinctColours, inkColour, plainColour, runScales } from "../palette.js";
import type { Comparison, ComparisonRow } from "./comparison.js";

/**
 * Bars of runs, the best at full strength: a mark with its encoding, for one view of a chart. Few runs have each the colour
 * that they have in other charts.
 * @param tooltip - what else a bar tells besides its run
 */
export function bestBars(
  { labels, places, metrics }: Comparison,
  axes: { x: object; y: object },
  tooltip: readonly object[],
) {
  const ofRun = { field: "run", type: "nominal", legend: null, scale: runScales(labels, labels, places).colour };
  return {
    mark: { type: "bar", color: plainColour, aria: labels.length * metrics.length <= mostLabelled },
    encoding: {
      ...axes,
      ...(labels.length <= distinctColours ? { color: ofRun } : {}),
      opacity: { condition: { test: "datum.best", value: 1 }, value: 0.6 },
      tooltip: [{ field: "run", type: "nominal" }, ...tooltip],
    },
  };
}

/** Pixels of the longest label, such as -1.2346e-7 ★, and of the space before it. */
const labelWidth = 70;

/**
 * Layers that write each bar's value outside its end, on the side it points to, with a star at the best.
 * @param width - of the frame, in pixels
 * A side that no bar points to gets no layer: Vega warns of a layer without data.
 */
export function valueLabels(
  rows: readonly ComparisonRow[],
  position: { x: object; y: object },
  width: number,
): object[] {
  const side = (filter: string, align: "left" | "right", dx: number) => ({
    transform: [{ filter }, { calculate: "datum.written + (datum.best ? ' \u2605' : '')", as: "label" }],
    mark: { type: "text", color: inkColour, align, dx, baseline: "middle", fontSize: 10, aria: false },
    encoding: { ...position, text: { field: "label", type: "nominal" } },
  });
  // Marks that nobody sees, as far beyond each bar's end as its label reaches: so the axis leaves room for it.
  const room = {
    transform: [{ calculate: `datum.value * ${(width / Math.max(1, width - labelWidth)).toFixed(3)}`, as: "room" }],
    mark: { type: "point", opacity: 0, tooltip: null, aria: false },
    encoding: { y: position.y, x: { ...position.x, field: "room" } },
  };
  return [
    ...(rows.length > 0 ? [room] : []),
    ...(rows.some(({ value }) => value >= 0) ? [side("datum.value >= 0", "left", 4)] : []),
    ...(rows.some(({ value }) => value < 0) ? [side("datum.value < 0", "right", -4)] : []),
  ];
}

/** A layer that writes `missing` or `NaN` where a bar would begin; no layer when every run has a value. */
export function missingLabels(rows: ReadonlyArray<{ text?: string }>, y: object): object[] {
  if (!rows.some(({ text }) => text !== undefined)) return [];
  return [
    {
      transform: [{ filter: "isValid(datum.text)" }],
      mark: { type: "text", color: inkColour, align: "left", dx: 4, fontSize: 10, fontStyle: "italic", aria: false },
      encoding: { y, x: { datum: 0, type: "quantitative" }, text: { field: "text", type: "nominal" } },
    },
  ];
}

/** A line at the value of the baseline. */
export function baselineRule({ metrics, baseline }: Comparison): object[] {
  if (baseline === undefined) return [];
  const values = metrics.flatMap(({ key, last }) => {
    const value = last[baseline];
    return value !== undefined && Number.isFinite(value) ? [{ metric: key, baseline: value }] : [];
  });
  if (values.length === 0) return [];
  return [
    {
      data: { values },
      mark: { type: "rule", color: inkColour, strokeDash: [4, 3], aria: false },
      encoding: {
        x: { field: "baseline", type: "quantitative" },
        tooltip: [{ field: "baseline", type: "quantitative", format: numberFormat }],
      },
    },
  ];
}
