/**
 * The public API: MLflow's verbs in camelCase, bound to the one tracking session of the process. In a notebook and in a plain
 * script alike. A log verb's promise resolves when the value is in the store; it need not be awaited: a failure that nobody
 * looked at is thrown at the end of the run or cell.
 */
export * from "./api/charts.js";
export * from "./api/experiments.js";
export * from "./api/log.js";
export * from "./api/models.js";
export { progress } from "./api/progress.js";
export * from "./api/runs.js";
export { getTrackingUri, RunlabClient, setTrackingUri } from "./api/session.js";
export { type SweepOptions, type SweepSpaces, sweepTrials, type TrialOf, trialName } from "./api/sweep-trials.js";
export { type ErrorCode, KernelError, MagicError, ModelError, RunlabError, TrackingError } from "./errors.js";
export type { AutologOptions } from "./models/autolog.js";
export type {
  Flavor,
  FlavorConfig,
  FlavorModel,
  LoadContext,
  SaveContext,
  SavedFlavor,
} from "./models/flavors/flavor.js";
export { registerFlavor } from "./models/flavors/flavors.js";
export type { LoadOptions } from "./models/load-model.js";
export type { LoadedModel } from "./models/loaded-model.js";
export type { LogModelOptions, ModelInfo } from "./models/log-model.js";
export type { MLmodel } from "./models/package/mlmodel.js";
export type { RegisterOptions } from "./models/register-model.js";
export type { Problem } from "./models/signature/check-value.js";
export { type EnforceOptions, enforce, SignatureMismatchError } from "./models/signature/enforce.js";
export { type InferOptions, inferSignature, toSignature } from "./models/signature/infer-signature.js";
export type { ColumnSpec, ColumnType, ParamSpec, ScalarType, Schema, TensorSpec } from "./models/signature/schema.js";
export { ModelSignature } from "./models/signature/signature.js";
export { diffSignatures, type SignatureChange } from "./models/signature/signature-diff.js";
export { signatureOf } from "./models/signature/types/signature-of.js";
export type { BestRunOptions } from "./queries/best-run.js";
export type { CalibrationBin, FeatureImportance } from "./reports/diagnostic-charts.js";
export type { EvaluateOptions, EvaluationResult } from "./reports/evaluate-model.js";
export type {
  CalibrationOptions,
  ConfusionNumbers,
  LabelOptions,
  LoggedChart,
  PrNumbers,
  RocNumbers,
} from "./reports/ready-charts.js";
export type { ActiveRun, EndRunOptions } from "./tracking/active-run.js";
export type { LogFigureOptions, LogImageOptions, LogInputOptions, TableData } from "./tracking/artifact-formats.js";
export type { StartRunOptions } from "./tracking/create-run.js";
export type { Figure } from "./tracking/figure.js";
export type { MetricOptions, MetricSeries, MetricValue } from "./tracking/metric-values.js";
export type { ProgressOptions } from "./tracking/progress.js";
export type { ExperimentQuery } from "./tracking/query.js";
export type * from "./tracking/registry.js";
export type { SearchRunsOptions } from "./tracking/search-runs.js";
export type { NewExperiment } from "./tracking/store.js";
export type * from "./tracking/types.js";
