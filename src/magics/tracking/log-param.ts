import { defineMagic, tsType } from "../define-magic.js";
import { callText, mergedText } from "../language/script.js";
import type { MagicArg } from "../magic.js";
import { namedValues } from "../runtime/call-args.js";

/** The value of a param or a tag. */
export const textValue = {
  name: "value",
  type: "value",
  doc: "Its value, stored as text",
  positional: true,
  required: true,
  complete: "variable",
} as const satisfies MagicArg;

/** `%log_param alpha 0.5`, `%log_param alpha={a}`, `%log_param alpha`: a param is written once. */
export const logParam = defineMagic({
  name: "log_param",
  kind: "line",
  summary: "Log a param on the active run; a param can be written only once",
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

/** `%log_params alpha l1 solver="cd"`: params are written once. */
export const logParams = defineMagic({
  name: "log_params",
  kind: "line",
  summary: "Log params on the active run: names of variables, key=value pairs or an object",
  input: "args",
  args: [
    {
      name: "params",
      type: "record",
      tsType: tsType<Readonly<Record<string, unknown>>>("object"),
      doc: "An object; each of its keys becomes a param",
      positional: true,
    },
  ],
  extraArgs: { type: "value", doc: "A param by its name", complete: "param" },
  shorthand: true,
  lowering: "call",
  examples: ["%log_params alpha l1", "%log_params lr=0.1 layers={model.layers.length}", "%log_params {settings}"],
  script: ({ arg }) => ({ calls: [callText("logParams", mergedText(arg("params"), arg("extra")))] }),
  run({ params, extra }, { session }) {
    void session.logParams(namedValues("params", params, extra));
  },
});
