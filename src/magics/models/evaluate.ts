import { MagicError } from "../../errors.js";
import { own } from "../../own.js";
import { chartBundle } from "../../render/static/chart-bundle.js";
import { tableBundle } from "../../render/table.js";
import { type EvaluateOptions, evaluateModel } from "../../reports/evaluate-model.js";
import { defineMagic, tsType } from "../define-magic.js";

/** `%evaluate models:/ElasticCars/latest {test} targets=mpg type=regression`. */
export const evaluate = defineMagic({
  name: "evaluate",
  kind: "line",
  summary: "Compare a model's predictions with the true values: metrics and charts, logged on the active run",
  input: "args",
  args: [
    {
      name: "model",
      type: "value",
      doc: "A model's URI, or a model with predict in braces",
      positional: true,
      required: true,
      complete: "model",
    },
    {
      name: "data",
      type: "value",
      doc: "Input rows for the model",
      positional: true,
      required: true,
      complete: "variable",
    },
    {
      name: "targets",
      type: "value",
      tsType: tsType<EvaluateOptions["targets"]>("string | readonly unknown[]"),
      doc: "The column with the true values, or the values in braces",
      required: true,
      complete: "variable",
    },
    {
      name: "type",
      type: "string",
      doc: "The kind of model",
      required: true,
      complete: ["regression", "classifier"],
    },
    {
      name: "labels",
      type: "list",
      doc: "All labels of a classifier, in the order of its probabilities",
    },
    { name: "prefix", type: "string", doc: "Prefix for every metric's name, e.g. test_" },
  ],
  lowering: "await",
  returns: "EvaluationResult",
  draws: true,
  examples: [
    "%evaluate models:/ElasticCars/latest {test} targets=mpg type=regression",
    "%evaluate {model} {inputs} targets={labels} type=classifier prefix=test_",
  ],
  async run({ model, data, targets, type, labels, prefix }, { session, output, assigned }) {
    const result = await evaluateModel(session, modelOf(model), data, {
      targets,
      type,
      ...(labels.length > 0 ? { labels } : {}),
      prefix,
    });
    if (assigned) return result;
    const table = {
      caption: "Evaluation",
      columns: [
        { label: "metric", rowHeader: true },
        { label: "value", type: "number" as const },
      ],
      rows: Object.entries(result.metrics),
    };
    output.display(tableBundle(table));
    for (const [name, spec] of Object.entries(result.charts)) {
      // Where no chart is drawn: what it is, and where it lies.
      const text = `${String(spec.title)} (${own(result.artifacts, name)})`;
      output.display(await chartBundle({ spec, text }));
    }
    return result;
  },
});

function modelOf(model: unknown): Parameters<typeof evaluateModel>[1] {
  if (typeof model === "string") return model;
  if (typeof model === "object" && model !== null && "predict" in model && typeof model.predict === "function") {
    return model as { predict(data: unknown): unknown };
  }
  throw new MagicError("INVALID_PARAMETER_VALUE", "%evaluate needs a model: its URI, or an object with predict.", {
    hint: "%evaluate models:/<name>/latest {rows} targets=<column> type=regression",
  });
}
