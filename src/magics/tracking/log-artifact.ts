import { homePath, homePathText } from "../../user-folders.js";
import { defineMagic } from "../define-magic.js";
import { callText } from "../language/script.js";

/** `%log_artifact plots/roc.png to=plots`: a file or a folder is copied into the run. */
export const logArtifact = defineMagic({
  name: "log_artifact",
  kind: "line",
  summary: "Copy a file or a folder into the active run",
  input: "args",
  args: [
    {
      name: "path",
      type: "string",
      doc: "A file or folder on this machine",
      positional: true,
      required: true,
      complete: "file",
    },
    { name: "to", type: "string", doc: "Folder inside the run; default: its top level", positional: true },
  ],
  lowering: "call",
  examples: ["%log_artifact model.onnx", '%log_artifact "my plots/roc.png" to=plots'],
  script({ arg, literal }) {
    const inHome = homePathText(literal("path"));
    return {
      calls: [callText("logArtifact", inHome?.text ?? arg("path"), arg("to"))],
      ...(inHome && { imports: inHome.imports }),
    };
  },
  run({ path, to }, { session }) {
    void session.logArtifact(homePath(path), to);
  },
});

/** `%log_text {report} to=report.md`. */
export const logText = defineMagic({
  name: "log_text",
  kind: "line",
  summary: "Save text as a file in the active run",
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
