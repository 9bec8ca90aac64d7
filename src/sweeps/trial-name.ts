import { own } from "../own.js";
import { jsonText } from "../tracking/json-text.js";
import type { TrialParams } from "./samplers.js";

/** Longest name of a trial's run, in characters. */
const longestName = 80;

/**
 * What tells a trial of a sweep from the others, as the name of its run: `alpha=0.2 solver=adam`. Numbers have four digits, objects
 * are JSON, and a long name ends in `…` after 79 characters.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE for a value that no text can hold, such as a function
 */
export function trialName(params: TrialParams): string {
  const parts = Object.keys(params).map((name) => {
    const value = own(params, name);
    const text = typeof value === "number" ? String(Number(value.toPrecision(4))) : textOf(value);
    return `${name}=${text}`;
  });
  const name = parts.join(" ");
  return name.length <= longestName ? name : `${[...name].slice(0, longestName - 1).join("")}…`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : jsonText(value, "A choice");
}
