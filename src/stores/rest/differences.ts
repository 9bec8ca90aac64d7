/**
 * What MLflow's server cannot express, or does in its own way, in one place: the conformance suite reads it and tries what is said
 * here instead of what other stores promise, and docs/mlflow.md lists it. Measured on MLflow 3.17 with its SQL store.
 */
export const mlflowDifferences = {
  infinities: "`Infinity` and `-Infinity` come back as ±1.7976931348623157e308, and -0 as 0.",
  duplicatePoints: "Of points of one metric that are equal in step, time and value, one is kept.",
  historyOrder: "A history is ordered by time, then step, then value, not by the order of the calls.",
  summaries:
    "A run tells the latest point of each metric only; `metrics.rmse.min` and its like read the histories of the runs that are searched, and what shows best values or curves reads up to 300 histories.",
  artifactNames: "Names of artifacts take no `#`, no `%` followed by two hex digits, and no `?` or `;` at the end.",
  givenIds: "Runs and logged models get their ids from the server.",
  pages:
    "Where the server filters and orders by itself, a run that is added or deleted meanwhile shifts the next page.",
  modelMetrics: "Of a logged model's metric one value is kept per step and time, whatever its dataset, and NaN as 0.",
  modelNames: "Names of logged models take no dot.",
} as const;

export type MlflowDifference = keyof typeof mlflowDifferences;
