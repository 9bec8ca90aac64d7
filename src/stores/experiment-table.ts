import { TrackingError } from "../errors.js";
import { setOwn } from "../own.js";
import type { ExperimentChanges, NewExperiment } from "../tracking/store.js";
import type { Experiment } from "../tracking/types.js";
import { nextNumber } from "./next-number.js";

/** The experiment that every store has from its beginning. */
export function defaultExperiment(artifactLocation: string, now: number): Experiment {
  return {
    experimentId: "0",
    name: "Default",
    artifactLocation,
    lifecycleStage: "active",
    creationTime: now,
    lastUpdateTime: now,
    tags: {},
  };
}

/**
 * Adds an experiment under the next free number.
 * @param lastId - the highest number ever given: that of an experiment which was removed for good is not given again
 * @throws RESOURCE_ALREADY_EXISTS, also when a deleted one has the name
 */
export function addExperiment(
  experiments: Experiment[],
  wanted: NewExperiment,
  locate: (experimentId: string) => string,
  now: number,
  lastId = 0,
): Experiment {
  checkFree(experiments, wanted.name);
  const highest = experiments.reduce((most, { experimentId }) => Math.max(most, Number(experimentId) || 0), lastId);
  const experiment = newExperiment(String(nextNumber(highest, "experiment")), wanted, locate, now);
  experiments.push(experiment);
  return experiment;
}

/** An experiment as it is when it is made. */
export function newExperiment(
  experimentId: string,
  wanted: NewExperiment,
  locate: (experimentId: string) => string,
  now: number,
): Experiment {
  return {
    experimentId,
    name: wanted.name,
    artifactLocation: wanted.artifactLocation ?? locate(experimentId),
    lifecycleStage: "active",
    creationTime: now,
    lastUpdateTime: now,
    tags: { ...wanted.tags },
  };
}

/** @throws RESOURCE_DOES_NOT_EXIST, RESOURCE_ALREADY_EXISTS, INVALID_PARAMETER_VALUE (renaming a deleted one) */
export function changeExperiment(
  experiments: Experiment[],
  experimentId: string,
  changes: ExperimentChanges,
  now: number,
): Experiment {
  const experiment = findExperiment(experiments, experimentId);
  const { name, lifecycleStage, setTags = {}, deleteTags = [] } = changes;
  if (lifecycleStage === undefined && experiment.lifecycleStage !== "active") {
    throw new TrackingError(
      "INVALID_PARAMETER_VALUE",
      `The experiment ${experimentId} must be in the 'active' state. Current state is ${experiment.lifecycleStage}.`,
      { hint: "Restore it with restoreExperiment." },
    );
  }
  if (lifecycleStage !== undefined && lifecycleStage === experiment.lifecycleStage) {
    const problem = lifecycleStage === "deleted" ? "is already deleted" : "is not deleted";
    throw new TrackingError(
      "RESOURCE_DOES_NOT_EXIST",
      `The experiment ${experimentId} ('${experiment.name}') ${problem}.`,
    );
  }
  if (name !== undefined && name !== experiment.name) checkFree(experiments, name);
  const missing = deleteTags.find((key) => !Object.hasOwn(experiment.tags, key));
  if (missing !== undefined) {
    throw new TrackingError(
      "RESOURCE_DOES_NOT_EXIST",
      `No tag with name: ${missing} in experiment with id ${experimentId}`,
    );
  }
  if (name !== undefined) experiment.name = name;
  if (lifecycleStage !== undefined) experiment.lifecycleStage = lifecycleStage;
  for (const [key, value] of Object.entries(setTags)) setOwn(experiment.tags, key, value);
  for (const key of deleteTags) delete experiment.tags[key];
  experiment.lastUpdateTime = now;
  return experiment;
}

/** Takes a deleted experiment out of the list. @throws RESOURCE_DOES_NOT_EXIST, INVALID_STATE */
export function removeExperiment(experiments: Experiment[], experimentId: string): void {
  const experiment = findExperiment(experiments, experimentId);
  if (experiment.lifecycleStage !== "deleted" || experimentId === "0") {
    const reason = experimentId === "0" ? "every store needs it" : "it is not deleted";
    throw new TrackingError(
      "INVALID_STATE",
      `The experiment ${experimentId} cannot be permanently removed: ${reason}.`,
    );
  }
  experiments.splice(experiments.indexOf(experiment), 1);
}

export function hasRuns(experimentId: string): TrackingError {
  return new TrackingError(
    "INVALID_STATE",
    `The experiment ${experimentId} cannot be permanently removed: it has runs.`,
  );
}

/** @throws RESOURCE_DOES_NOT_EXIST */
export function findExperiment(experiments: readonly Experiment[], experimentId: string): Experiment {
  const found = experiments.find((experiment) => experiment.experimentId === experimentId);
  if (found !== undefined) return found;
  throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `No Experiment with id=${experimentId} exists`);
}

/** @throws INVALID_PARAMETER_VALUE: a deleted experiment takes no new run */
export function checkOpenForRuns(experiment: Experiment): void {
  if (experiment.lifecycleStage === "active") return;
  throw new TrackingError(
    "INVALID_PARAMETER_VALUE",
    `The experiment ${experiment.experimentId} ('${experiment.name}') must be in the 'active' state. Current state is deleted.`,
    { hint: "Restore it with restoreExperiment, or choose another with setExperiment." },
  );
}

/** @throws RESOURCE_ALREADY_EXISTS, also when a deleted one has the name */
export function checkFree(experiments: readonly Experiment[], name: string): void {
  const taken = experiments.find((experiment) => experiment.name === name);
  if (taken === undefined) return;
  const deleted = taken.lifecycleStage === "deleted";
  throw new TrackingError("RESOURCE_ALREADY_EXISTS", `Experiment(name=${name}) already exists.`, {
    hint: deleted
      ? `That experiment is deleted: restore experiment ${taken.experimentId}, or choose another name.`
      : "Choose another name.",
  });
}
