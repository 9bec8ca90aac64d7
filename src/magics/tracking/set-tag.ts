import { defineMagic } from "../define-magic.js";
import { callText } from "../language/script.js";
import { textValue } from "./log-param.js";

/** `%set_tag stage review`: the last value wins. */
export const setTag = defineMagic({
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
  run({ key, value }, { session }) {
    void session.setTag(key, value);
  },
});
