import { ModelError } from "../../errors.js";
import { own } from "../../own.js";
import type { LoggedModel, LoggedModelChanges, ModelMetric, NewLoggedModel } from "../../tracking/registry.js";
import { changeTags, findLoggedModel, type RegistryTable } from "./registry-table.js";

/** @throws RESOURCE_ALREADY_EXISTS: its id, or its folder in the run, is taken */
export function addLoggedModel(table: RegistryTable, wanted: NewLoggedModel, now: number): LoggedModel {
  if (table.loggedModels.some(({ modelId }) => modelId === wanted.modelId)) {
    throw new ModelError("RESOURCE_ALREADY_EXISTS", `Logged model with ID '${wanted.modelId}' already exists.`);
  }
  const { sourceRunId, artifactPath } = wanted;
  if (table.loggedModels.some((other) => other.sourceRunId === sourceRunId && other.artifactPath === artifactPath)) {
    throw new ModelError(
      "RESOURCE_ALREADY_EXISTS",
      `A logged model in '${artifactPath}' of run '${sourceRunId}' already exists.`,
    );
  }
  const model: LoggedModel = {
    ...wanted,
    creationTimestamp: now,
    lastUpdatedTimestamp: now,
    status: wanted.status ?? "READY",
    tags: { ...wanted.tags },
  };
  table.loggedModels.push(model);
  return model;
}

/**
 * Gives each of MLflow's models a folder of its run: its name, and of those of one name in a run, which MLflow allows, a number after it.
 * @param models - oldest first; changed in place
 */
export function countPaths(models: readonly LoggedModel[]): void {
  const counts = new Map<string, number>();
  for (const model of models) {
    // One that runlab has logged says its path.
    if (model.artifactPath !== model.name) continue;
    const name = `${model.sourceRunId}/${model.name}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    if (count > 1) model.artifactPath = `${model.name}-${count}`;
  }
}

/** @throws RESOURCE_DOES_NOT_EXIST */
export function tagLoggedModel(
  table: RegistryTable,
  modelId: string,
  tags: Readonly<Record<string, string>>,
  now: number,
): void {
  const model = findLoggedModel(table, modelId);
  model.tags = { ...model.tags, ...tags };
  model.lastUpdatedTimestamp = now;
}

/** @throws RESOURCE_DOES_NOT_EXIST: the model, or a tag; INVALID_PARAMETER_VALUE: a param has another value */
export function changeLoggedModel(
  table: RegistryTable,
  modelId: string,
  { status, params = {}, metrics = [], ...tags }: LoggedModelChanges,
  now: number,
): LoggedModel {
  const model = findLoggedModel(table, modelId);
  checkModelParams(model, params);
  changeTags(model.tags, tags, `logged model with ID '${modelId}'`);
  if (Object.keys(params).length > 0) model.params = { ...model.params, ...params };
  if (metrics.length > 0) model.metrics = latestOf([...(model.metrics ?? []), ...metrics]);
  if (status !== undefined) model.status = status;
  model.lastUpdatedTimestamp = now;
  return model;
}

/** @throws INVALID_PARAMETER_VALUE: one has another value */
export function checkModelParams({ modelId, params }: LoggedModel, wanted: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(wanted)) {
    const before = own(params, key);
    if (before === undefined || before === value) continue;
    throw new ModelError(
      "INVALID_PARAMETER_VALUE",
      `Param '${key}' of logged model '${modelId}' is already '${before}'; got '${value}'.`,
    );
  }
}

/** Of each metric, run and dataset the greatest by (step, timestamp); of equal ones the one that came last. */
export function latestOf(points: readonly ModelMetric[]): ModelMetric[] {
  const latest = new Map<string, ModelMetric>();
  for (const point of points) {
    const series = JSON.stringify([point.key, point.runId, point.datasetName, point.datasetDigest]);
    const before = latest.get(series);
    if (before === undefined || !isEarlier(point, before)) latest.set(series, point);
  }
  return [...latest.values()];
}

function isEarlier(a: ModelMetric, b: ModelMetric): boolean {
  return a.step === b.step ? a.timestamp < b.timestamp : a.step < b.step;
}

/** @throws RESOURCE_DOES_NOT_EXIST */
export function removeLoggedModel(table: RegistryTable, modelId: string): void {
  const model = findLoggedModel(table, modelId);
  table.loggedModels = table.loggedModels.filter((other) => other !== model);
}
