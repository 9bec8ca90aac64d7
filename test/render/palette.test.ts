import assert from "node:assert/strict";
import { test } from "node:test";
import { runScales } from "../../src/render/palette.js";

const names = Array.from({ length: 30 }, (_, at) => `run ${at}`);
const { colour, dash } = runScales(names) as { colour: { range: string[] }; dash: { range: number[][] } };

test("no two of thirty runs have the same colour and dash", () => {
  assert.equal(new Set(names.map((_, at) => `${colour.range[at]} ${dash.range[at]}`)).size, 30);
});

test("the first four colours have a contrast of 3:1 on white and on Vega's dark background", () => {
  const contrast = (a: number, b: number) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  for (const hex of colour.range.slice(0, 4)) {
    for (const background of ["#ffffff", "#333333"]) {
      const ratio = contrast(luminance(hex), luminance(background));
      assert.ok(ratio >= 3, `${hex} on ${background}: ${ratio.toFixed(2)}`);
    }
  }
});

/** Relative luminance. @see WCAG 2.2 */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
