import assert from "node:assert/strict";
import { test } from "node:test";
import { runScales, valueColours } from "../../src/render/palette.js";

const names = Array.from({ length: 30 }, (_, at) => `run ${at}`);
const { colour, dash } = runScales(names) as { colour: { range: string[] }; dash: { range: number[][] } };

test("no two of thirty runs have the same colour and dash; eight differ by colour alone, and are solid", () => {
  assert.equal(new Set(names.map((_, at) => `${colour.range[at]} ${dash.range[at]}`)).size, 30);
  assert.equal(new Set(colour.range.slice(0, 8)).size, 8);
  assert.deepEqual(new Set(dash.range.slice(0, 8).map(String)), new Set(["1,0"]));
});

test("the first three colours have a contrast of 3:1 on white and on Vega's dark background, all have 2:1", () => {
  const contrast = (a: number, b: number) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  for (const [at, hex] of colour.range.slice(0, 8).entries()) {
    for (const background of ["#ffffff", "#333333"]) {
      const ratio = contrast(luminance(hex), luminance(background));
      assert.ok(ratio >= (at < 3 ? 3 : 2), `${hex} on ${background}: ${ratio.toFixed(2)}`);
    }
  }
});

test("the lowest and the highest value have a contrast of 1.8:1 on white and on Vega's dark background", () => {
  const { expr } = (valueColours as { scheme: { expr: string } }).scheme;
  const [dark = [], light = []] = [...expr.matchAll(/\[([^\]]*)\]/g)].map(
    ([, list = ""]) => list.match(/#\w{6}/g) ?? [],
  );
  for (const [shown, background] of [
    [dark, "#333333"],
    [light, "#ffffff"],
  ] as const) {
    assert.equal(shown.length, 5);
    for (const hex of shown) {
      const [a, b] = [luminance(hex), luminance(background)];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      assert.ok(ratio >= 1.8, `${hex} on ${background}: ${ratio.toFixed(2)}`);
    }
  }
});

test("eight colours are told apart by people who lack one kind of cones", () => {
  const eight = colour.range.slice(0, 8);
  for (const [sight, matrix] of Object.entries(sights)) {
    for (const [at, one] of eight.entries()) {
      for (const other of eight.slice(0, at)) {
        const [a, b] = [one, other].map((hex) => okLab(times(matrix, linear(hex))));
        const distance = Math.hypot(...(a ?? []).map((part, axis) => part - (b?.[axis] ?? 0)));
        assert.ok(distance > 0.065, `${one} and ${other} with ${sight}: ${distance.toFixed(3)}`);
      }
    }
  }
});

type Matrix = ReadonlyArray<readonly number[]>;

/** What is left of linear red, green and blue. @see Machado et al., TVCG 15(6), 2009, severity 1 */
const sights: Readonly<Record<string, Matrix>> = {
  "all cones": [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function times(matrix: Matrix, vector: readonly number[]): number[] {
  return matrix.map((row) => row.reduce((sum, factor, at) => sum + factor * (vector[at] ?? 0), 0));
}

/** Even steps of what is seen: two per cent are just told apart side by side. @see Ottosson, "A perceptual color space", 2020 */
function okLab(rgb: readonly number[]): number[] {
  const toCones = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
  ];
  const toLab = [
    [0.2104542553, 0.793617785, -0.0040720468],
    [1.9779984951, -2.428592205, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.808675766],
  ];
  const seen = rgb.map((part) => Math.min(1, Math.max(0, part)));
  return times(toLab, times(toCones, seen).map(Math.cbrt));
}

/** Relative luminance. @see WCAG 2.2 */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = linear(hex);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function linear(hex: string): number[] {
  return [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
}
