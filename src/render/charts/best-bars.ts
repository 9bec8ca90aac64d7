import { plainColour } from "../palette.js";

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
