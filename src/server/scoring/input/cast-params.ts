import { plainIntegers } from "../../../models/signature/exact-json.js";
import type { ModelSignature } from "../../../models/signature/signature.js";

/** Params of a request, with BigInts for longs only. MLflow ignores params that a model without any is given. */
export function castParams(
  signature: ModelSignature | undefined,
  params: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (signature !== undefined && signature.params === undefined) return {};
  const types = new Map((signature?.params ?? []).map(({ name, type }) => [name, type.type]));
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      const type = types.get(name);
      if (type === "long" || type === "integer") return [name, value];
      return [name, type === "double" || type === "float" ? doubles(value) : plainIntegers(value)];
    }),
  );
}

function doubles(value: unknown): unknown {
  const one = (item: unknown) => (typeof item === "bigint" ? Number(item) : item);
  return Array.isArray(value) ? value.map(one) : one(value);
}
