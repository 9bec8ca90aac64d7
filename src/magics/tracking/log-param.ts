import { defineMagic } from "../define-magic.js";
import { callText } from "../language/script.js";
import type { MagicArg } from "../magic.js";

/** The value of a param or a tag. */
export const textValue = {
  name: "value",
  type: "value",
  doc: "Its value, kept as text",
  positional: true,
  required: true,
  complete: "variable",
} as const satisfies MagicArg;

/** `%log_param alpha 0.5`, `%log_param alpha={a}`, `%log_param alpha`: a param is written once. */
export const logParam = defineMagic({
  name: "log_param",
  kind: "line",
  summary: "Log a param on the active run; a param is written once",
  input: "args",
  args: [
    { name: "key", type: "string", doc: "The param's name", positional: true, required: true, complete: "param" },
    textValue,
  ],
  shorthand: true,
  lowering: "call",
  examples: ["%log_param alpha 0.5", "%log_param alpha={settings.alpha}", "%log_param alpha"],
  script: ({ arg }) => ({ calls: [callText("logParam", arg("key"), arg("value"))] }),
  run({ key, value }, { session }) {
    void session.logParam(key, value);
  },
});
