/**
 * Colours that people with any of the common colour-vision deficiencies can tell apart: Okabe and Ito's, without yellow
 * and black, and with a lighter blue, so that each shows on white and on Jupyter's dark grey (contrast 3:1 for the first four).
 * @see Okabe and Ito, "Color Universal Design", 2008
 */
const colours = ["#3B82C4", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00"] as const;

/** Solid, dashed, dotted, …: the second signal, since colour alone is none. Lengths in pixels. */
const dashes = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
  [12, 4],
] as const;

/** Of a run among so many that only the best have a colour of their own. */
const otherColour = "#9a9a9a";

/**
 * Names in order, each with a colour and a dash; as scales of Vega-Lite.
 * @param best - those that are to stand out; the others are grey
 */
export function runScales(names: readonly string[], best: readonly string[] = names): { colour: object; dash: object } {
  const domain = [...names];
  const places = new Map(best.map((name, at) => [name, at]));
  const pick = <T>(from: readonly T[], at: number | undefined, other: T): T | undefined =>
    at === undefined ? other : from[at % from.length];
  const placeOf = (name: string) => places.get(name);
  return {
    colour: { domain, range: domain.map((name) => pick<string>(colours, placeOf(name), otherColour)) },
    // A seventh run has the first colour again, with another dash: no two of 30 look the same.
    dash: {
      domain,
      range: domain.map((name) => {
        const at = placeOf(name);
        return pick<readonly number[]>(dashes, at && at + Math.floor(at / colours.length), dashes[0]);
      }),
    },
  };
}

/**
 * The colour of text that stands in a chart. Vega's themes colour axes and titles, not text marks; `background` is
 * Vega's own signal, so the text reads on whatever the front end has put behind it.
 */
export const inkColour: object = { expr: "luminance(background) < 0.4 ? '#e6e6e6' : '#222222'" };

/** The colour of marks that need none to be told apart. */
export const plainColour: string = colours[0];
