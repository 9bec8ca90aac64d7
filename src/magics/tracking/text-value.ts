import type { MagicArg } from "../magic.js";

/** The value of a param or a tag. */
export const textValue: MagicArg = {
  name: "value",
  type: "value",
  doc: "Its value, kept as text",
  positional: true,
  required: true,
  complete: "variable",
};
