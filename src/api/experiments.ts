import type { ExperimentQuery } from "../tracking/query.js";
import type { NewExperiment } from "../tracking/store.js";
import type { Experiment, Page } from "../tracking/types.js";
import { session } from "./session.js";

/** Makes an experiment the current one; creates it when there is none of that name. */
export function setExperiment(name: string | { experimentId: string }): Promise<Experiment> {
  return session.setExperiment(name);
}

/** @returns the new experiment's id. @throws {TrackingError} RESOURCE_ALREADY_EXISTS */
export function createExperiment(name: string, options?: Omit<NewExperiment, "name">): Promise<string> {
  return session.createExperiment(name, options);
}

/** @throws {TrackingError} RESOURCE_DOES_NOT_EXIST */
export function getExperiment(experimentId: string): Promise<Experiment> {
  return session.getExperiment(experimentId);
}

/** Also a deleted one; undefined when there is none. */
export function getExperimentByName(name: string): Promise<Experiment | undefined> {
  return session.getExperimentByName(name);
}

/** Also of experiment "0". */
export function renameExperiment(experimentId: string, newName: string): Promise<void> {
  return session.renameExperiment(experimentId, newName);
}

/** Marks it as deleted; nothing is removed from the disk. */
export function deleteExperiment(experimentId: string): Promise<void> {
  return session.deleteExperiment(experimentId);
}

/** Brings a deleted one back, with its runs. @throws {TrackingError} RESOURCE_DOES_NOT_EXIST when it is not deleted */
export function restoreExperiment(experimentId: string): Promise<void> {
  return session.restoreExperiment(experimentId);
}

/** On the current experiment, or on the one given. */
export function setExperimentTag(key: string, value: unknown, experimentId?: string): Promise<void> {
  return session.setExperimentTag(key, value, experimentId);
}

/** Several at once, all or none, on the current experiment or on the one given. */
export function setExperimentTags(tags: Readonly<Record<string, unknown>>, experimentId?: string): Promise<void> {
  return session.setExperimentTags(tags, experimentId);
}

/** Newest first, unless `orderBy` says otherwise. */
export function searchExperiments(query?: ExperimentQuery): Promise<Page<Experiment>> {
  return session.searchExperiments(query);
}
