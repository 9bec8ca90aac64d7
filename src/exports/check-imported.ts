import { RunlabError, TrackingError } from "../errors.js";
import { checkWellFormed } from "../tracking/json-text.js";
import { toShortTags } from "../tracking/named-texts.js";
import { checkLoggedModel } from "../tracking/registry-validation.js";
import {
  checkDataset,
  checkExperimentName,
  checkKey,
  checkLength,
  checkMetricPoint,
  checkOutputs,
  checkRunId,
  checkRunName,
  limits,
  toTime,
} from "../tracking/validation.js";
import type { ImportedRun, ImportedRuns, RunField } from "./export-format.js";

/** So many are objects at once. */
const pointsAtOnce = 1000;

/**
 * Looks at all that a file has before any of it is written.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE, naming the row and the field, for what a store does not take
 */
export function checkImported({ experimentTags, runs }: ImportedRuns): void {
  at("experiment.tags", () => toShortTags(experimentTags, "Experiment", limits.experimentTagValue));
  const seen = new Map<string, ImportedRun>();
  for (const run of runs) {
    checkRun(run);
    if (run.runId === undefined) continue;
    const other = seen.get(run.runId);
    if (other !== undefined)
      throw invalid(run.locate("runId"), `it is '${run.runId}', the same as ${other.locate("runId")}.`);
    seen.set(run.runId, run);
  }
}

function checkRun(run: ImportedRun): void {
  const { runId, runName, experimentName, userId, startTime, endTime, params, tags, metrics } = run;
  const check = <T>(field: RunField, value: T | undefined, checkValue: (value: T) => void) => {
    if (value !== undefined) at(run.locate(field), () => checkValue(value));
  };
  check("experimentName", experimentName, checkExperimentName);
  check("runId", runId, checkRunId);
  check("runName", runName, checkRunName);
  check("userId", userId, (text) => checkWellFormed(text, "The user"));
  check("startTime", startTime, checkWholeTime);
  check("endTime", endTime, checkWholeTime);
  if (startTime !== undefined && endTime !== undefined && endTime < startTime) {
    throw invalid(run.locate("endTime"), `the run cannot end at ${endTime}, before its start at ${startTime}.`);
  }
  checkEach(run, "params", params, (key, value) => {
    checkKey("param", key);
    checkWellFormed(value, "The value");
    checkLength("Param value", value, limits.paramValue);
  });
  // Longer ones than MLflow logs are kept: runlab writes some itself.
  checkEach(run, "tags", tags, (key, value) => {
    checkKey("tag", key);
    checkWellFormed(value, "The value");
  });
  checkEach(run, "metrics", metrics, (key, points) => {
    checkKey("metric", key);
    if (points.length === 0) throw invalid("The metric", "it has no points.");
    for (let from = 0; from < points.length; from += pointsAtOnce) {
      for (const { value, timestamp, step } of points.slice(from, from + pointsAtOnce)) {
        checkMetricPoint(key, value, timestamp, step);
        if (!Number.isInteger(timestamp)) checkWholeTime(timestamp);
      }
    }
  });
  check("datasetInputs", run.datasetInputs, (inputs) => {
    for (const { dataset, tags: own } of inputs) {
      checkDataset(dataset);
      for (const [key, value] of Object.entries(own)) {
        checkKey("tag", key);
        checkWellFormed(value, `Tag '${key}'`);
      }
    }
  });
  check("loggedModels", run.loggedModels, (logged) => {
    for (const model of logged) checkLoggedModel({ ...model, experimentId: "0", sourceRunId: runId ?? "" });
  });
  check("modelOutputs", run.modelOutputs, (outputs) => outputs.length > 0 && checkOutputs(outputs));
}

function checkEach<T>(
  run: ImportedRun,
  field: RunField,
  values: Readonly<Record<string, T>>,
  check: (key: string, value: T) => void,
): void {
  for (const [key, value] of Object.entries(values)) at(run.locate(field, key), () => check(key, value));
}

function checkWholeTime(time: number): void {
  if (toTime("The time", time) !== time)
    throw invalid("The time", `it is ${time}, not a whole number of milliseconds.`);
}

/** What is thrown in `check` is about that place of the file. */
function at(where: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof RunlabError)) throw error;
    throw new TrackingError(error.code, `${where}: ${error.message}`, { hint: error.hint, cause: error });
  }
}

function invalid(where: string, problem: string): TrackingError {
  return new TrackingError("INVALID_PARAMETER_VALUE", `${where}: ${problem}`);
}
