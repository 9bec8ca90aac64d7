/**
 * Eight colours that people with any of the common colour-vision deficiencies can tell apart, and that show on white and on the
 * dark grey of Jupyter's charts (the first three with a contrast of 3:1 on either). They begin near Okabe and Ito's; what is close
 * there to people without blue cones is moved apart. A test simulates all three deficiencies.
 * @see Okabe and Ito, "Color Universal Design", 2008
 */
const colours = ["#3D81BC", "#DF6409", "#659E78", "#7D55F0", "#53AEF8", "#E4A300", "#CC1F1F", "#8F5570"] as const;

/** Solid, dashed, dotted, …: tells runs beyond eight apart. Lengths in pixels. */
const dashes = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
  [12, 4],
] as const;

/** The same signal where there is no line. */
const shapes = ["circle", "square", "triangle-up", "diamond", "cross"] as const;

/** Looks that differ: each colour with each dash. */
const looks = colours.length * dashes.length;

/** Of a run among so many that only the best have a colour of their own. */
const otherColour = "#9a9a9a";

/** Most runs that are told apart by colour alone. */
export const distinctColours = colours.length;

/** The place that each run of a notebook has in the palette, so that it looks the same in every chart. */
export class RunColours {
  readonly #places = new Map<string, number>();

  /**
   * The places of the runs of one chart, all different while there are at most 40; new runs get the next ones, in the order given.
   * A run that would look like another of the same chart gives way in this chart alone.
   */
  placesOf(runIds: readonly string[]): number[] {
    for (const id of runIds) if (!this.#places.has(id)) this.#places.set(id, this.#places.size);
    return placesApart(runIds.map((id) => this.#places.get(id) ?? 0));
  }
}

/** The same places, but for those that would look like one before them: of at most eight no two have the same colour. */
export function placesApart(places: readonly number[]): number[] {
  const taken = new Set<number>();
  const takenColours = new Set<number>();
  const byColour = places.length <= colours.length;
  const isTaken = (place: number) => taken.has(place) || (byColour && takenColours.has(place % colours.length));
  return places.map((wanted) => {
    let place = wanted % looks;
    for (let tries = 0; tries < looks && isTaken(place); tries++) place = (place + 1) % looks;
    taken.add(place);
    takenColours.add(place % colours.length);
    return place;
  });
}

/**
 * Names in order, each with a colour, a dash and a shape; as scales of Vega-Lite.
 * @param best - those that are to stand out; the others are grey
 * @param places - where those stand in the palette; default: in their order
 */
export function runScales(
  names: readonly string[],
  best: readonly string[] = names,
  places: readonly number[] = best.map((_, at) => at),
): { colour: object; dash: object; shape: object } {
  const domain = [...names];
  const placeOf = new Map(best.map((name, at) => [name, places[at] ?? at]));
  const scale = <T>(look: (place: number | undefined) => T) => ({
    domain,
    range: domain.map((name) => look(placeOf.get(name))),
  });
  // A ninth run has the first colour again, with another dash: no two of 40 look the same.
  const second = (place: number) => Math.floor(place / colours.length);
  const pick = <T>(from: readonly T[], at: number): T | undefined => from[at % from.length];
  return {
    colour: scale((place) => (place === undefined ? otherColour : pick<string>(colours, place))),
    dash: scale((place) => pick<readonly number[]>(dashes, place === undefined ? 0 : second(place))),
    shape: scale((place) => pick<string>(shapes, place === undefined ? 0 : second(place))),
  };
}

/**
 * The colour of text that stands in a chart. Vega's themes colour axes and titles, not text marks; `background` is
 * Vega's own signal, so the text reads on whatever the front end has put behind it.
 */
export const inkColour: object = { expr: "luminance(background) < 0.4 ? '#e6e6e6' : '#222222'" };

/** The colour of lines that marks are measured by; it shows on white and on dark grey. */
export const ruleColour = "#888888";

/** The colour of marks that need none to be told apart. */
export const plainColour: string = colours[0];

/**
 * Low to high, five of viridis: on white those from 0.1 to 0.8 of it, on dark those from 0.35 to its end. The others would vanish, and
 * the best run may well be the lowest.
 */
export const valueColours: object = {
  scheme: {
    expr:
      "luminance(background) < 0.4 ? ['#2f6c8e','#20938c','#39ba76','#8ed645','#fde725'] : " +
      "['#482475','#38598c','#25858e','#28ae80','#7ad151']",
  },
};
