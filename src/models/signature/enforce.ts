import { ModelError } from "../../errors.js";
import { own, setOwn } from "../../own.js";
import { isThenable, typeOf, wrongType } from "../../tracking/value-type.js";
import { type ColumnOptions, checkColumns } from "./check-columns.js";
import { checkTensors } from "./check-tensors.js";
import { checkValue, type Problem, Problems } from "./check-value.js";
import type { ParamSpec, Schema } from "./schema.js";
import { type ModelSignature, typeText } from "./signature.js";

export interface EnforceOptions extends ColumnOptions {
  /** Most problems listed in the message; all are counted. Default 20. */
  maxProblems?: number;
}

/** Data that does not fit a signature: every problem at once, the first of them in the message. */
export class SignatureMismatchError extends ModelError {
  constructor(
    /** The first `maxProblems`. */
    readonly problems: readonly Problem[],
    /** How many there are in all. */
    readonly total: number,
    hint: string,
  ) {
    const lines = problems.map(({ message }) => `  ${message}`);
    if (total > problems.length) lines.push(`  … and ${(total - problems.length).toLocaleString("en-US")} more`);
    const count = total === 1 ? "1 problem" : `${total.toLocaleString("en-US")} problems`;
    super("INVALID_PARAMETER_VALUE", `The data does not fit the signature, ${count}:\n${lines.join("\n")}`, { hint });
  }
}

/**
 * Checks data against a signature's inputs. A million values take some 20 ms.
 * @param data - in any form that `inferSignature` reads
 * @returns `data` itself
 * @throws {SignatureMismatchError} listing what is missing, extra, null where required, of the wrong type or shape, or
 * would lose something by a cast
 */
export function enforce<T>(signature: ModelSignature, data: T, options: EnforceOptions = {}): T {
  if (isThenable(signature)) throw wrongType(`The signature is ${typeOf(signature)}.`, signature);
  return signature.inputs ? enforceSchema(signature.inputs, data, options) : data;
}

/** The same for one schema, e.g. a signature's outputs. @throws {SignatureMismatchError} */
export function enforceSchema<T>(schema: Schema, data: T, options: EnforceOptions = {}): T {
  if (isThenable(data)) throw wrongType(`The data is ${typeOf(data)}.`, data);
  const found = new Problems(options.maxProblems ?? 20);
  if (schema.kind === "tensors")
    checkTensors(schema.tensors, data, (column, fault) => found.add(undefined, column, fault));
  else checkColumns(schema.columns, data, options, found);
  if (found.total > 0) throw new SignatureMismatchError(found.listed, found.total, hintOf(schema));
  return data;
}

function hintOf(schema: Schema): string {
  const names =
    schema.kind === "tensors"
      ? schema.tensors.map(({ name, dtype, shape }) => `${name ?? "tensor"}: ${dtype} [${shape.join(", ")}]`)
      : schema.columns.map(
          ({ name, type, required }) => `${name ?? "values"}: ${typeText(type)}${required ? "" : "?"}`,
        );
  const text = names.slice(0, 30).join(", ");
  return `The model takes ${text}${names.length > 30 ? `, … (${names.length} in all)` : ""}.`;
}

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
