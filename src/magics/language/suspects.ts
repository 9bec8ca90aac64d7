import { MagicError } from "../../errors.js";
import type { Diagnostic } from "../../kernel/engine/engine.js";
import type { MagicIndex } from "./find-magic.js";
import { type Candidate, findMisused } from "./grammar.js";

/** A line left as code is right inside a template, and an error of its own anywhere else. */
export function suspect(candidate: Candidate, index: MagicIndex): Diagnostic[] {
  const { name, marker, percent } = candidate;
  if (!index.get(name)) return marker === "%" ? [suspectOf(index.notFound(name, marker, percent), candidate)] : [];
  const message = `${marker}${name} stands where no statement can: inside an expression or a class body.`;
  const hint = "Move it to a line between two statements.";
  return [suspectOf(new MagicError("INVALID_PARAMETER_VALUE", message, { hint }), candidate)];
}

/** Magics in the place of a value: `f(%best rmse)`. */
export function misused(source: string, candidates: readonly Candidate[], index: MagicIndex): Diagnostic[] {
  return findMisused(source)
    .filter(
      ({ name, percent }) => index.get(name) && !candidates.some((line) => line.start <= percent && percent < line.end),
    )
    .map((place) => {
      const mark = source.slice(place.percent, place.nameEnd);
      const hint = index.get(place.name)?.returns
        ? `Write const x = ${mark} … on a line of its own, and use x here.`
        : `Write ${mark} … on a line of its own.`;
      return suspectOf(
        new MagicError("INVALID_PARAMETER_VALUE", `${mark} stands inside a statement.`, { hint }),
        place,
      );
    });
}

/** Only the name is suspect, not the line: behind it may stand `${…}` of a template, with errors of its own. */
function suspectOf(error: MagicError, candidate: { percent: number; nameEnd: number }): Diagnostic {
  return {
    message: error.hint === undefined ? error.message : `${error.message} ${error.hint}`,
    code: "",
    category: "error",
    start: candidate.percent,
    length: candidate.nameEnd - candidate.percent,
  };
}
