import { ModelError } from "../../errors.js";
import { own, setOwn } from "../../own.js";
import { checkValue } from "./check-value.js";
import type { ParamSpec } from "./schema.js";
import { type ModelSignature, typeText } from "./signature.js";

/**
 * All params of a call, defaults filled in. A model without params in its signature takes none.
 * @throws {ModelError} INVALID_PARAMETER_VALUE naming every param that is unknown or of another type
 */
export function modelParams(
  signature: ModelSignature | undefined,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  if (signature === undefined) return { ...given };
  const specs = signature.params ?? [];
  const names = new Set(specs.map(({ name }) => name));
  const problems = Object.keys(given)
    .filter((name) => !names.has(name))
    .map((name) => `'${name}' is not one of them`);
  const all: Record<string, unknown> = {};
  for (const spec of specs) {
    const value = Object.hasOwn(given, spec.name) ? own(given, spec.name) : spec.default;
    if (Object.hasOwn(given, spec.name)) problems.push(...problemsOf(spec, value));
    setOwn(all, spec.name, value);
  }
  if (problems.length === 0) return all;
  throw new ModelError("INVALID_PARAMETER_VALUE", `The model's params: ${problems.join("; ")}.`, {
    hint:
      specs.length === 0
        ? "This model has no params."
        : `It takes ${specs.map((spec) => `${spec.name}: ${typeText(spec.type)}${spec.shape ? "[]" : ""}`).join(", ")}.`,
  });
}

function problemsOf({ name, type, shape }: ParamSpec, value: unknown): string[] {
  const problems: string[] = [];
  const report = (fault: { at: string; text: string }) => problems.push(`'${name}'${fault.at} ${fault.text}`);
  if (value === null || value === undefined) return [`'${name}' is empty`];
  if (shape === undefined) checkValue(value, type, {}, report);
  else if (!Array.isArray(value)) return [`'${name}' is not a list`];
  else for (const item of value) checkValue(item, type, {}, report);
  return problems;
}
