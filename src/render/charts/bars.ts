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

/**
 * Layers that write each bar's value outside its end, on the side it points to.
 * A side that no bar points to gets no layer: Vega warns of a layer without data.
 */
export function valueLabels(
  rows: readonly ComparisonRow[],
  position: { x: object; y: object },
  format: string,
): object[] {
  const side = (filter: string, align: "left" | "right", dx: number) => ({
    transform: [{ filter }],
    mark: { type: "text", color: inkColour, align, dx, baseline: "middle", fontSize: 10, aria: false },
    encoding: { ...position, text: { field: "value", type: "quantitative", format } },
  });
  return [
    ...(rows.some(({ value }) => value >= 0) ? [side("datum.value >= 0", "left", 4)] : []),
    ...(rows.some(({ value }) => value < 0) ? [side("datum.value < 0", "right", -4)] : []),
  ];
}
