import { callText } from "../language/script.js";
import type { Magic } from "../magic.js";
import { requiredText } from "../runtime/read-args.js";

/** `%log_text {report} to=report.md`. */
export const logText: Magic = {
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
      complete: "variable",
    },
    { name: "to", type: "string", doc: "Path inside the run, e.g. notes/report.md", positional: true, required: true },
  ],
  lowering: "call",
  examples: ["%log_text {report} to=report.md", '%log_text "no outliers removed" notes.txt'],
  script: ({ arg }) => ({ calls: [callText("logText", arg("text"), arg("to"))] }),
  run(args, { session }) {
    // A file may be empty.
    const text = args.text === "" ? "" : requiredText("log_text", args, "text");
    const path = requiredText("log_text", args, "to");
    void session.logText(text, path);
  },
};
