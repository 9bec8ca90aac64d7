import type { ColumnType } from "../../../models/signature/schema.js";
import type { ModelSignature } from "../../../models/signature/signature.js";

/** Whether a model may be given whole numbers of 64 bits, or anything: where it takes doubles alone, JSON.parse reads them right. */
export function takesLargeIntegers(signature: ModelSignature | undefined): boolean {
  const inputs = signature?.inputs;
  if (inputs === undefined) return true;
  const large =
    inputs.kind === "tensors"
      ? inputs.tensors.some(({ dtype }) => !/^(?:float(?:16|32|64)|bool|str|u?int(?:8|16|32))$/.test(dtype))
      : inputs.columns.some(({ type }) => mayBeLarge(type));
  return large || (signature?.params ?? []).some(({ type }) => mayBeLarge(type));
}

function mayBeLarge(type: ColumnType): boolean {
  switch (type.type) {
    case "long":
    case "any":
      return true;
    case "array":
      return mayBeLarge(type.items);
    case "map":
      return mayBeLarge(type.values);
    case "object":
      return type.properties.some((property) => mayBeLarge(property.type));
    default:
      return false;
  }
}
