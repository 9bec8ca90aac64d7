import { defineMagic } from "../define-magic.js";
import { callText } from "../language/script.js";

/** `%log_text {report} to=report.md`. */
export const logText = defineMagic({
  name: "log_text",
  kind: "line",
  summary: "Keep a text as a file of the active run",
  input: "args",
  args: [
    {
      name: "text",
      type: "string",
      doc: "The file's content",
      positional: true,
      required: true,
      mayBeEmpty: true,
      complete: "variable",
    },
    { name: "to", type: "string", doc: "Path inside the run, e.g. notes/report.md", positional: true, required: true },
  ],
  lowering: "call",
  examples: ["%log_text {report} to=report.md", '%log_text "no outliers removed" notes.txt'],
  script: ({ arg }) => ({ calls: [callText("logText", arg("text"), arg("to"))] }),
  run({ text, to }, { session }) {
    void session.logText(text, to);
  },
});
