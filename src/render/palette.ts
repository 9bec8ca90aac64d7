/**
 * Colours that people with any of the common colour-vision deficiencies can tell apart, and that show on white and on
 * Jupyter's dark grey: the "bright" scheme without its grey.
 * @see Paul Tol, "Colour Schemes", SRON/EPS/TN/09-002, 2021
 */
const colours = ["#4477AA", "#EE6677", "#228833", "#AA3377", "#66CCEE", "#CCBB44"] as const;

/** Solid, dashed, dotted, …: the second signal, since colour alone is none. Lengths in pixels. */
const dashes = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
  [12, 4],
] as const;

const shapes = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"] as const;

/** A run's names in order, each with a colour and a dash and a shape; as scales of Vega-Lite. */
export function runScales(names: readonly string[]): {
  colour: object;
  dash: object;
  shape: object;
} {
  const domain = [...names];
  const pick = <T>(from: readonly T[], at: number) => from[at % from.length];
  return {
    colour: { domain, range: domain.map((_, at) => pick(colours, at)) },
    // A seventh run has the first colour again, with another dash: no two of 30 look the same.
    dash: { domain, range: domain.map((_, at) => pick(dashes, at + Math.floor(at / colours.length))) },
    shape: { domain, range: domain.map((_, at) => pick(shapes, at + Math.floor(at / colours.length))) },
  };
}

/**
 * The colour of text that stands in a chart. Vega's themes colour axes and titles, not text marks; `background` is
 * Vega's own signal, so the text reads on whatever the front end has put behind it.
 */
export const inkColour: object = { expr: "luminance(background) < 0.4 ? '#e6e6e6' : '#222222'" };

/** The colour of marks that need none to be told apart. */
export const plainColour: string = colours[0];
