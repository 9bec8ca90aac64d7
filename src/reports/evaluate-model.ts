import { ModelError } from "../errors.js";
import { loadModel } from "../models/load-model.js";
import type { LoadedModel } from "../models/loaded-model.js";
import { classificationMetrics, type Label } from "../models/metrics/classification.js";
import { regressionMetrics } from "../models/metrics/regression.js";
import { withoutColumn } from "../models/without-column.js";
import { own, setOwn } from "../own.js";
import type { TrackingSession } from "../tracking/session.js";
import { classificationCharts, type EvaluationCharts, regressionCharts } from "./evaluation-charts.js";

export interface EvaluateOptions {
  /** The column of `data` with the true values, or these themselves. */
  targets: string | readonly unknown[];
  type: "regression" | "classifier";
  /** Which output has the predictions, of a model that gives several by name. Default: the label, else the first. */
  predictions?: string;
  /** Of a classifier: which output has the probabilities, or these themselves. Default: `probabilities` when there is one. */
  probabilities?: string | ReadonlyArray<readonly number[] | number>;
  /** Of a classifier, in the order of the probabilities; the second of two is the positive one. */
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
  const { prefix = "" } = options;
  const { inputs, targets } = split(data, options.targets);
  const output = await predict(session, model, inputs, options.params);
  const evaluated =
    options.type === "regression" ? ofRegression(targets, output, options) : ofClassifier(targets, output, options);
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
  if (typeof model !== "string") return model.predict(inputs, params);
  const loaded: LoadedModel = await loadModel(session, model);
  try {
    return await loaded.predict(inputs, params);
  } finally {
    await loaded.dispose();
  }
}

function ofRegression(targets: readonly unknown[], output: unknown, options: EvaluateOptions) {
  const truth = targets.map((value, row) => toNumber(value, "target", row));
  const predicted = listOf(outputNamed(output, options.predictions)).map((value, row) =>
    toNumber(value, "prediction", row),
  );
  return { metrics: { ...regressionMetrics(truth, predicted) }, charts: regressionCharts(truth, predicted) };
}

function ofClassifier(targets: readonly unknown[], output: unknown, options: EvaluateOptions) {
  const result = classificationMetrics({
    targets: targets.map(toLabel),
    predictions: listOf(outputNamed(output, options.predictions)).map(toLabel),
    probabilities: probabilitiesOf(output, options.probabilities),
    labels: options.labels,
  });
  return { metrics: result.metrics, charts: classificationCharts(result) };
}

function split(data: unknown, targets: EvaluateOptions["targets"]): { inputs: unknown; targets: readonly unknown[] } {
  if (typeof targets !== "string") return { inputs: data, targets };
  return withoutColumn(data, targets);
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
  throw new ModelError("INVALID_PARAMETER_VALUE", `The model gives no output '${wanted}'.`, {
    hint: `It gives ${keys.join(", ")}.`,
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

/** One value for each row; records of one field and lists of one value are that value. */
function listOf(output: unknown): unknown[] {
  if (!Array.isArray(output) && !ArrayBuffer.isView(output)) {
    throw new ModelError("INVALID_PARAMETER_VALUE", `The model gives ${typeof output} where a list is needed.`, {
      hint: "predict must give one prediction for each row.",
    });
  }
  return Array.from(output as unknown as ArrayLike<unknown>, (row) => {
    if (Array.isArray(row) && row.length === 1) return row[0];
    if (!isNamed(row)) return row;
    const values = Object.values(row);
    return values.length === 1 ? values[0] : row;
  });
}

function toNumber(value: unknown, what: string, row: number): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "bigint" || typeof value === "boolean") return Number(value);
  const got = typeof value === "string" ? JSON.stringify(value) : String(value);
  throw new ModelError("INVALID_PARAMETER_VALUE", `The ${what} of row ${row} is no finite number: ${got}.`, {
    hint: "Leave out rows without a value; labels are evaluated with type: 'classifier'.",
  });
}

function toLabel(value: unknown, row: number): Label {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value === "bigint") return Number(value);
  throw new ModelError(
    "INVALID_PARAMETER_VALUE",
    `The label of row ${row} is no text, number or boolean: ${String(value)}.`,
  );
}
