import { valueText } from "./json-text.js";
import type { Param } from "./types.js";
import { checkKey, checkLength, fitLength, limits } from "./validation.js";
import { fieldsOf } from "./value-type.js";

/** Gets what a person should know of a call that was done. */
export type Say = (line: string) => void;

/**
 * Params or tags with their values as text, of any length.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE for what is not an object of them, an odd key, and a value that has no text
 */
export function toTexts(
  kind: "param" | "tag",
  values: unknown,
  options?: { mayBeEmpty: boolean },
): Record<string, string> {
  const fields = fieldsOf(`The ${kind}s`, values, options);
  return Object.fromEntries(fields.map(([key, value]) => [key, toText(kind, key, value)]));
}

/** One of them, see {@link toTexts}. */
export function toText(kind: "param" | "tag", key: string, value: unknown): string {
  checkKey(kind, key);
  return valueText(value, `${kind === "param" ? "Param" : "Tag"} '${key}'`);
}

/** Params as they are logged, cut at MLflow's limit. */
export function toParams(params: unknown, say: Say): Param[] {
  return fieldsOf("The params", params).map(([key, value]) => toParam(key, value, say));
}

export function toParam(key: string, value: unknown, say: Say): Param {
  const text = toText("param", key, value);
  return { key, value: fitLength(`Param '${key}':`, text, limits.paramValue, say) };
}

/** Tags of a run likewise. @param options - `mayBeEmpty`: without any, there is nothing to do */
export function toTags(tags: unknown, say: Say, options?: { mayBeEmpty: boolean }): Record<string, string> {
  const fit = ([key, text]: [string, string]) => [key, fitLength(`Tag '${key}':`, text, limits.tagValue, say)];
  return Object.fromEntries(Object.entries(toTexts("tag", tags, options)).map(fit));
}

/** Tags of experiments and of models, which MLflow does not cut but refuse. */
export function toShortTags(tags: unknown, kind: "Experiment" | "Registry", limit: number): Record<string, string> {
  const texts = toTexts("tag", tags, { mayBeEmpty: true });
  for (const text of Object.values(texts)) checkLength(`${kind} tag value`, text, limit);
  return texts;
}
