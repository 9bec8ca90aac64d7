import { type LogModelOptions, logModel as log, type ModelInfo } from "../../models/log-model.js";
import { formatBytes } from "../../render/format-value.js";
import { defineMagic, tsType } from "../define-magic.js";
import { callText, objectText } from "../language/script.js";
import { say } from "../runtime/say.js";

/** `%log_model {model} name=elastic signature={inferSignature(x, y)} register=ElasticCars`. */
export const logModel = defineMagic({
  name: "log_model",
  kind: "line",
  summary:
    "Save a model in the active run as an MLflow model, with its signature and everything it needs to load anywhere",
  input: "args",
  args: [
    {
      name: "model",
      type: "value",
      doc: "An .onnx file, a tfjs model, an instance with toJSON and a static load, a function, an object with predict, or a module's file",
      positional: true,
      required: true,
      complete: "variable",
    },
    {
      name: "name",
      type: "string",
      doc: 'Its folder in the run; default: "model". Another model of that name goes to <name>-2',
      positional: true,
    },
    {
      name: "signature",
      type: "value",
      tsType: tsType<LogModelOptions["signature"]>(
        "ModelSignature | { inputs?: string; outputs?: string; params?: string }",
      ),
      doc: "Its inputs and outputs; default: inferred from example=",
    },
    { name: "example", type: "value", doc: "A few rows of its input, e.g. {inputs.slice(0, 3)}" },
    { name: "params", type: "record", doc: "The params of predict, with their defaults" },
    {
      name: "register",
      type: "string",
      doc: "Register it under this name, as its next version",
      complete: "registered_model",
    },
    { name: "metadata", type: "record", doc: "Any JSON values to save with it" },
    {
      name: "requirements",
      type: "list",
      doc: "Additional npm packages that it imports, [ml-matrix]",
    },
    { name: "flavor", type: "string", doc: "onnx, tfjs, transformers_js, mljs or function; default: detected" },
    { name: "package", type: "string", doc: "The npm package of its class, if it cannot be detected" },
    { name: "step", type: "number", doc: "The step of the run's metrics that it belongs to" },
  ],
  lowering: "await",
  returns: "ModelInfo",
  draws: true,
  examples: [
    "%log_model {model} name=elastic example={inputs.slice(0, 3)} register=ElasticCars",
    "%log_model ./model.onnx name=net",
    "const info = %log_model {forest} forest signature={inferSignature(x, y)}",
  ],
  script({ arg }) {
    const own = ["name", "signature", "params", "metadata", "requirements", "flavor", "package", "step"];
    const options = objectText({
      ...Object.fromEntries(own.map((name) => [name, arg(name)])),
      inputExample: arg("example"),
      registeredModelName: arg("register"),
    });
    return { calls: [callText("logModel", arg("model"), options)] };
  },
  async run({ model, example, register, ...options }, { session, output, assigned }) {
    const info = await log(session, model, { ...options, inputExample: example, registeredModelName: register });
    if (!assigned) say(output, said(info));
    return info;
  },
});

function said(info: ModelInfo): string {
  const { registeredModel: version, signature } = info;
  const registered = version === undefined ? "" : `, registered as ${version.name} version ${version.version}`;
  const none = signature === undefined ? "; it has no signature: add example= or signature=" : "";
  const name = info.name === "model" ? "the model" : `model ${info.name}`;
  return `Logged ${name} (${info.flavors[0]}, ${formatBytes(info.modelSizeBytes)}): runs:/${info.runId}/${info.artifactPath}${registered}${none}`;
}
