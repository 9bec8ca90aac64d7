import { MagicError } from "../../errors.js";
import { loadModel } from "../../models/load-model.js";
import { defineMagic } from "../define-magic.js";
import { callText } from "../language/script.js";

interface Predictor {
  predict(data: unknown, params?: Record<string, unknown>): unknown;
}

/** `%predict models:/ElasticCars/latest {rows}`. */
export const predict = defineMagic({
  name: "predict",
  kind: "line",
  summary: "Predict with a loaded model or a model URI; the data is checked against its signature",
  input: "args",
  args: [
    {
      name: "model",
      type: "value",
      doc: "A model's URI, or a loaded model in braces",
      positional: true,
      required: true,
      complete: "model",
    },
    {
      name: "data",
      type: "value",
      doc: "Rows: records, columns, lists, a tensor or a data frame",
      positional: true,
      required: true,
      complete: "variable",
    },
    { name: "params", type: "record", doc: "Params of the model's signature" },
  ],
  lowering: "await",
  returns: "any",
  examples: ["%predict models:/ElasticCars/latest {test}", "const y = %predict {model} {test} params={{ k: 3 }}"],
  script({ arg, literal, assigned }) {
    // A URI that is put together is a text in backticks: {`runs:/${id}/elastic`}.
    const isUri = typeof literal("model") === "string" || /^[`"']/.test(arg("model") ?? "");
    const model = isUri ? `(await ${callText("loadModel", arg("model"))})` : arg("model");
    const call = callText(`${model}.predict`, arg("data"), arg("params"));
    return assigned ? { calls: [call] } : { calls: [`console.log(await ${call})`], sync: true };
  },
  async run({ model, data, params = {} }, { session }) {
    if (typeof model !== "string") return predictorOf(model).predict(data, params);
    const loaded = await loadModel(session, model);
    try {
      return await loaded.predict(data, params);
    } finally {
      await loaded.dispose();
    }
  },
});

function predictorOf(model: unknown): Predictor {
  if (typeof model === "object" && model !== null && "predict" in model && typeof model.predict === "function") {
    return model as Predictor;
  }
  throw new MagicError("INVALID_PARAMETER_VALUE", "%predict needs a model: its URI, or an object with predict.", {
    hint: "const model = %load_model models:/<name>/latest, then %predict {model} {rows}",
  });
}
