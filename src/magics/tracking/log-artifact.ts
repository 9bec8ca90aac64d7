import { defineMagic } from "../define-magic.js";
import { callText } from "../language/script.js";
import { homePath, homePathText } from "../runtime/home-path.js";

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
      doc: "A file or folder of this machine",
      positional: true,
      required: true,
      complete: "file",
    },
    { name: "to", type: "string", doc: "Folder inside the run; its top when left out", positional: true },
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
