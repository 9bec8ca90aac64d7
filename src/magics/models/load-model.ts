import { loadModel as load } from "../../models/load-model.js";
import { callText, objectText } from "../language/script.js";
import type { Magic } from "../magic.js";
import { homePath, homePathText } from "../runtime/home-path.js";
import { optionalText, requiredText } from "../runtime/read-args.js";

/** `const model = %load_model models:/ElasticCars/latest`. */
export const loadModel: Magic = {
  name: "load_model",
  kind: "line",
  summary: "Load a model: its predict checks data against the signature",
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
    { name: "to", type: "string", doc: "A folder that the model is copied to", complete: "folder" },
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
  run(args, { session }) {
    const to = optionalText(args, "to");
    const folder = to === undefined ? undefined : homePath(to);
    return load(session, requiredText("load_model", args, "uri"), { folder });
  },
};
