import { defineMagic, tsType } from "../define-magic.js";
import { callText, mergedText } from "../language/script.js";
import { namedValues } from "../runtime/call-args.js";

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
