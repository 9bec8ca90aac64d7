import { ModelError } from "../../errors.js";
import type { LoggedModel, NewLoggedModel } from "../../tracking/registry.js";
import { findLoggedModel, type RegistryTable } from "./registry-table.js";

/** @throws RESOURCE_ALREADY_EXISTS: its id, or its place in the run, is taken */
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
    status: "READY",
    tags: { ...wanted.tags },
  };
  table.loggedModels.push(model);
  return model;
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

/** @throws RESOURCE_DOES_NOT_EXIST */
export function removeLoggedModel(table: RegistryTable, modelId: string): void {
  const model = findLoggedModel(table, modelId);
  table.loggedModels = table.loggedModels.filter((other) => other !== model);
}
