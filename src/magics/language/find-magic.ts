import { MagicError } from "../../errors.js";
import { suggest } from "../../suggest.js";
import type { Magic } from "../magic.js";
import { habitHint } from "./ipython-habits.js";

/** The magics by name, with the errors for an unknown name or one in the wrong form. */
export class MagicIndex {
  readonly all: readonly Magic[];
  readonly #byName: ReadonlyMap<string, Magic>;

  constructor(magics: readonly Magic[]) {
    this.all = magics;
    this.#byName = new Map(magics.map((magic) => [magic.name, magic]));
  }

  get(name: string): Magic | undefined {
    return this.#byName.get(name);
  }

  /**
   * The magic for a name as it stands in a cell.
   * @param at - offset of its `%` in the cell's source
   * @throws {MagicError} in IPython's words, with what was probably meant
   */
  need(name: string, marker: "%" | "%%", at: number): Magic {
    const magic = this.#byName.get(name);
    if (magic && (marker === "%" ? magic.kind !== "cell" : magic.kind !== "line")) return magic;
    throw this.notFound(name, marker, at);
  }

  notFound(name: string, marker: "%" | "%%", at: number): MagicError {
    const what = marker === "%" ? "Line magic function" : "Cell magic";
    const other = marker === "%" ? "%%" : "%";
    const otherWhat = marker === "%" ? "cell magic" : "line magic";
    const span = { start: at, length: marker.length + name.length };
    const habit = habitHint(name);
    if (this.#byName.has(name)) {
      return new MagicError(
        "INVALID_PARAMETER_VALUE",
        `${what} \`${marker}${name}\` not found (But ${otherWhat} \`${other}${name}\` exists, did you mean that instead?).`,
        { at: span, ...(habit !== undefined && { hint: habit }) },
      );
    }
    const fitting = this.all.filter(
      (magic) => magic.kind === "both" || magic.kind === (marker === "%" ? "line" : "cell"),
    );
    const near = suggest(
      name,
      fitting.map((magic) => magic.name),
    );
    const far = near ?? suggest(name, this.#byName.keys());
    const farMarker = near === undefined && far !== undefined ? other : marker;
    return new MagicError("INVALID_PARAMETER_VALUE", `${what} \`${marker}${name}\` not found.`, {
      hint:
        habit ??
        (far === undefined
          ? "%lsmagic lists all magics."
          : `Did you mean ${farMarker}${far}? %lsmagic lists all magics.`),
      at: span,
    });
  }
}
