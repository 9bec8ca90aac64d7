import { ModelError } from "../errors.js";
import { loadModel } from "../models/load-model.js";
import type { LoadedModel } from "../models/loaded-model.js";
import { classificationMetrics } from "../models/metrics/classification.js";
import type { Label } from "../models/metrics/labels.js";
import { finiteNumbers, sameLength, shownValue } from "../models/metrics/paired-values.js";
import { regressionMetrics } from "../models/metrics/regression.js";
import { withoutColumn } from "../models/signature/model-rows.js";
import { own, setOwn } from "../own.js";
import type { TrackingSession } from "../tracking/session.js";
import { isThenable, typeOf, wrongType } from "../tracking/value-type.js";
import { classificationCharts, type EvaluationCharts, regressionCharts } from "./evaluation-charts.js";

export interface EvaluateOptions {
  /** The column of `data` with the true values, or these themselves. */
  targets: string | ArrayLike<unknown>;
  type: "regression" | "classifier";
  /** Which output has the predictions, of a model that gives several by name. Default: the label, else the first. */
  predictions?: string;
  /** Of a classifier: which output has the probabilities, or these themselves. Default: `probabilities` when there is one. */
  probabilities?: string | ReadonlyArray<readonly number[] | number>;
  /**
   * Of a classifier, in the order of the probabilities; the second of two is the positive one. Words that are numbers, as
   * `%evaluate` gives them, name numbers where the data has numbers.
   */
  labels?: readonly Label[];
  params?: Readonly<Record<string, unknown>>;
  /** Put before every metric's name, e.g. "test_". */
  prefix?: string;
}

export interface EvaluationResult {
  metrics: Record<string, number>;
  charts: EvaluationCharts;
  /** Where the charts lie in the run, by name. */
  artifacts: Record<string, string>;
}

/**
 * Predicts `data` with a model and compares with the true values. Metrics and charts go to the active run; without one, a
 * run is started.
 * @param model - a model's URI, a loaded model, or anything with `predict`
 * @returns metrics by MLflow's names, with scikit-learn's values
 * @throws {ModelError} INVALID_PARAMETER_VALUE when targets and predictions do not fit together
 */
export async function evaluateModel(
  session: TrackingSession,
  model: string | { predict(data: unknown, params?: Readonly<Record<string, unknown>>): unknown },
  data: unknown,
  options: EvaluateOptions,
): Promise<EvaluationResult> {
  const { prefix = "", type } = options;
  if (type !== "regression" && type !== "classifier") {
    throw new ModelError("INVALID_PARAMETER_VALUE", `type is ${shownValue(type)}.`, {
      hint: "Use 'regression' or 'classifier'.",
    });
  }
  if (isThenable(data)) throw wrongType(`The data is ${typeOf(data)}.`, data);
  const { inputs, targets } = split(data, options.targets);
  const output = await predict(session, model, inputs, options.params);
  const evaluated =
    type === "regression" ? ofRegression(targets, output, options) : ofClassifier(targets, output, options);
  const named = Object.entries(evaluated.metrics).map(([name, value]) => [prefix + name, value] as const);
  const metrics = Object.fromEntries(named);
  const run = await session.runToLogTo();
  await run.logMetrics(metrics);
  const artifacts: Record<string, string> = {};
  for (const [name, spec] of Object.entries(evaluated.charts)) {
    const path = `evaluation/${prefix}${name}.json`;
    await run.logFigure(spec, path);
    setOwn(artifacts, name, path);
  }
  return { metrics, charts: evaluated.charts, artifacts };
}

async function predict(
  session: TrackingSession,
  model: Parameters<typeof evaluateModel>[1],
  inputs: unknown,
  params: Readonly<Record<string, unknown>> | undefined,
): Promise<unknown> {
  if (typeof model !== "string") {
    if (typeof model?.predict !== "function") {
      throw wrongType(`The model must be a URI or an object with a predict method; got ${typeOf(model)}.`, model);
    }
    return model.predict(inputs, params);
  }
  const loaded: LoadedModel = await loadModel(session, model);
  try {
    return await loaded.predict(inputs, params);
  } finally {
    await loaded.dispose();
  }
}

function ofRegression(targets: readonly unknown[], output: unknown, options: EvaluateOptions) {
  const predictions = listOf(outputNamed(output, options.predictions));
  // Checked before they are drawn, too.
  sameLength(targets, predictions);
  const truth = finiteNumbers(targets, "target");
  const predicted = finiteNumbers(predictions, "prediction");
  return { metrics: { ...regressionMetrics(truth, predicted) }, charts: regressionCharts(truth, predicted) };
}

function ofClassifier(targets: readonly unknown[], output: unknown, options: EvaluateOptions) {
  const result = classificationMetrics({
    targets: targets as readonly Label[],
    predictions: listOf(outputNamed(output, options.predictions)) as Label[],
    probabilities: probabilitiesOf(output, options.probabilities),
    labels: options.labels,
  });
  return { metrics: result.metrics, charts: classificationCharts(result) };
}

function split(data: unknown, targets: unknown): { inputs: unknown; targets: readonly unknown[] } {
  if (typeof targets === "string") return withoutColumn(data, targets);
  const list = Array.isArray(targets) || (ArrayBuffer.isView(targets) && !(targets instanceof DataView));
  if (list) return { inputs: data, targets: Array.from(targets as ArrayLike<unknown>) };
  throw new ModelError("INVALID_PARAMETER_VALUE", `targets is ${shownValue(targets)}.`, {
    hint: "Pass the name of the column with the true values, or a list of them. (Is an await missing?)",
  });
}

/** What skl2onnx calls the outputs of a classifier. */
const labelOutputs = ["label", "output_label"];
const probabilityOutputs = ["probabilities", "output_probability"];

/** A model gives a list, or several by name. */
function outputNamed(output: unknown, name: string | undefined): unknown {
  if (!isNamed(output)) return output;
  const keys = Object.keys(output);
  const wanted = name ?? keys.find((key) => labelOutputs.includes(key)) ?? keys[0] ?? "";
  if (Object.hasOwn(output, wanted)) return own(output, wanted);
  throw new ModelError("INVALID_PARAMETER_VALUE", `The model has no output '${wanted}'.`, {
    hint: `Its outputs are ${keys.join(", ")}.`,
  });
}

function probabilitiesOf(output: unknown, wanted: EvaluateOptions["probabilities"]) {
  if (wanted !== undefined && typeof wanted !== "string") return wanted;
  const known = isNamed(output) ? probabilityOutputs.find((name) => Object.hasOwn(output, name)) : undefined;
  const name = wanted ?? known;
  if (name === undefined) return undefined;
  return listOf(outputNamed(output, name)) as ReadonlyArray<readonly number[] | number>;
}

function isNamed(output: unknown): output is Record<string, unknown> {
  return typeof output === "object" && output !== null && !Array.isArray(output) && !ArrayBuffer.isView(output);
}

/** One value for each row; a record of one field is its value. */
function listOf(output: unknown): unknown[] {
  if (!Array.isArray(output) && !ArrayBuffer.isView(output)) {
    throw new ModelError("INVALID_PARAMETER_VALUE", `The model returned ${typeof output} where a list is required.`, {
      hint: "predict must return one prediction per row.",
    });
  }
  return Array.from(output as unknown as ArrayLike<unknown>, (row) => {
    if (!isNamed(row)) return row;
    const values = Object.values(row);
    return values.length === 1 ? values[0] : row;
  });
}
