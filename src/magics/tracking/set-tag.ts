import { callText } from "../language/script.js";
import type { Magic } from "../magic.js";
import { requiredText } from "../runtime/read-args.js";
import { textValue } from "./text-value.js";

/** `%set_tag stage review`: the last value wins. */
export const setTag: Magic = {
  name: "set_tag",
  kind: "line",
  summary: "Set a tag on the active run; the last value wins",
  input: "args",
  args: [
    { name: "key", type: "string", doc: "The tag's name", positional: true, required: true, complete: "tag" },
    textValue,
  ],
  lowering: "call",
  examples: ["%set_tag stage review", "%set_tag rows {train.length}"],
  script: ({ arg }) => ({ calls: [callText("setTag", arg("key"), arg("value"))] }),
  run(args, { session }) {
    void session.setTag(requiredText("set_tag", args, "key"), args.value);
  },
};
