import { type AutologOptions, autolog as logFits } from "../models/autolog.js";
import { getModelInfo as infoOf, type LoadOptions, loadModel as load } from "../models/load-model.js";
import type { LoadedModel } from "../models/loaded-model.js";
import { type LogModelOptions, logModel as log, type ModelInfo } from "../models/log-model.js";
import type { MLmodel } from "../models/package/mlmodel.js";
import { type RegisterOptions, registerModel as register } from "../models/register-model.js";
import { type EvaluateOptions, type EvaluationResult, evaluateModel as evaluate } from "../reports/evaluate-model.js";
import type { ModelVersion } from "../tracking/registry.js";
import { session } from "./session.js";

/**
 * Saves a model in the active run, as an MLflow model in `artifacts/<name>/`.
 * @param model - an .onnx file, a tfjs model, an instance of a package's class with toJSON and a static load, a function
 * `(data, params) => prediction`, an object with `predict`, or `{ module: "./model.ts", state }`
 * @throws {ModelError} INVALID_STATE when it does not load again, or does not predict its example, without the notebook
 */
export function logModel(model: unknown, options?: LogModelOptions): Promise<ModelInfo> {
  return log(session, model, options);
}

/**
 * Loads a model that was logged here, or an ONNX model of Python's MLflow. Models that are code run it.
 * @param uri - `runs:/<run id>/<name>`, `models:/<name>/<version>`, `models:/<name>@<alias>`, `models:/<name>/latest`,
 * `m-<id>`, or a folder
 */
export function loadModel<Input = unknown, Output = unknown>(
  uri: string,
  options?: LoadOptions,
): Promise<LoadedModel<Input, Output>> {
  return load<Input, Output>(session, uri, options);
}

/** Makes a logged model the next version of a registered one, which is created when there is none of that name. */
export function registerModel(uri: string, name: string, options?: RegisterOptions): Promise<ModelVersion> {
  return register(session, uri, name, options);
}

/** What the MLmodel file of a model says; nothing is loaded. */
export function getModelInfo(uri: string): Promise<MLmodel> {
  return infoOf(session, uri);
}

/**
 * Predicts data with a model and compares with the true values: metrics by MLflow's names with scikit-learn's values, and
 * charts, logged on the active run.
 * @param model - a model's URI, a loaded model, or anything with `predict`
 */
export function evaluateModel(
  model: Parameters<typeof evaluate>[1],
  data: unknown,
  options: EvaluateOptions,
): Promise<EvaluationResult> {
  return evaluate(session, model, data, options);
}

/**
 * From now on every `fit` of a TensorFlow.js layers model logs its params, a metric per epoch, and the model at the end.
 * @param tf - the imported package: `import * as tf from "@tensorflow/tfjs"` @returns a function that ends it
 */
export function autolog(tf: unknown, options?: AutologOptions): () => void {
  return logFits(session, tf, options);
}
