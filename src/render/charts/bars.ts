import { numberFormat } from "../format-value.js";
import { inkColour, plainColour } from "../palette.js";
import type { ComparisonRow } from "./comparison.js";

/**
 * Bars of runs, the best at full strength: a mark with its encoding, for one view of a chart.
 * @param tooltip - what else a bar tells besides its run
 */
export function bestBars(axes: { x: object; y: object }, tooltip: readonly object[]) {
  return {
    // The chart has a description; a label per bar would make up most of the picture.
    mark: { type: "bar", color: plainColour, aria: false },
    encoding: {
      ...axes,
      opacity: { condition: { test: "datum.best", value: 1 }, value: 0.55 },
      tooltip: [{ field: "run", type: "nominal" }, ...tooltip],
    },
  };
}

/** Pixels of the longest label, such as -1.2346e-7, and of the space before it. */
const labelWidth = 60;

/**
 * Layers that write each bar's value outside its end, on the side it points to.
 * @param width - of the frame, in pixels
 * A side that no bar points to gets no layer: Vega warns of a layer without data.
 */
export function valueLabels(
  rows: readonly ComparisonRow[],
  position: { x: object; y: object },
  width: number,
): object[] {
  const side = (filter: string, align: "left" | "right", dx: number) => ({
    transform: [{ filter }],
    mark: { type: "text", color: inkColour, align, dx, baseline: "middle", fontSize: 10, aria: false },
    encoding: { ...position, text: { field: "value", type: "quantitative", format: numberFormat } },
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
