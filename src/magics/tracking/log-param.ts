import { callText } from "../language/script.js";
import type { Magic } from "../magic.js";
import { requiredText } from "../runtime/read-args.js";
import { textValue } from "./text-value.js";

/** `%log_param alpha 0.5`, `%log_param alpha={a}`, `%log_param alpha`: a param is written once. */
export const logParam: Magic = {
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
  run(args, { session }) {
    void session.logParam(requiredText("log_param", args, "key"), args.value);
  },
};
