import { loadModel as load } from "../../models/load-model.js";
import { homePath, homePathText } from "../../user-folders.js";
import { defineMagic } from "../define-magic.js";
import { callText, objectText } from "../language/script.js";

/** `const model = %load_model models:/ElasticCars/latest`. */
export const loadModel = defineMagic({
  name: "load_model",
  kind: "line",
  summary: "Load a model; its predict checks data against the signature",
  input: "args",
  args: [
    {
      name: "uri",
      type: "string",
      doc: "runs:/<run id>/<name>, models:/<name>/<version>, models:/<name>@<alias>, models:/<name>/latest, m-<id> or a folder",
      positional: true,
      required: true,
      complete: "model",
    },
    { name: "to", type: "string", doc: "A folder to copy the model to", complete: "folder" },
  ],
  lowering: "await",
  returns: "LoadedModel",
  examples: ["const model = %load_model models:/ElasticCars/latest", "const net = %load_model models:/Net@champion"],
  script({ arg, literal, assigned }) {
    if (!assigned) return undefined;
    const inHome = homePathText(literal("to"));
    return {
      calls: [callText("loadModel", arg("uri"), objectText({ folder: inHome?.text ?? arg("to") }))],
      ...(inHome && { imports: inHome.imports }),
    };
  },
  run({ uri, to }, { session }) {
    return load(session, uri, { folder: to === undefined ? undefined : homePath(to) });
  },
});
