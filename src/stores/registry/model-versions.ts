import type { ModelStage, ModelVersionChanges, NewModelVersion } from "../../tracking/registry.js";
import { nextNumber } from "../next-number.js";
import { addRegisteredModel } from "./registered-models.js";
import {
  changeTags,
  findRegisteredModel,
  findVersion,
  type RegistryTable,
  type VersionEntry,
  versionsOf,
} from "./registry-table.js";

/** Under the next number of its model, which is made when there is none and `createModel` says so. @throws RESOURCE_DOES_NOT_EXIST */
export function addVersion(table: RegistryTable, wanted: NewModelVersion, now: number): VersionEntry {
  const { createModel, ...entry } = wanted;
  const missing = !table.registeredModels.some(({ name }) => name === wanted.name);
  const model =
    createModel && missing
      ? addRegisteredModel(table, { name: wanted.name }, now)
      : findRegisteredModel(table, wanted.name);
  model.lastVersion = nextNumber(model.lastVersion, `version of model ${wanted.name}`);
  const version: VersionEntry = {
    ...entry,
    version: String(model.lastVersion),
    creationTimestamp: now,
    lastUpdatedTimestamp: now,
    description: wanted.description ?? "",
    currentStage: "None",
    status: "READY",
    tags: { ...wanted.tags },
  };
  table.modelVersions.push(version);
  model.lastUpdatedTimestamp = now;
  return version;
}

/** @throws RESOURCE_DOES_NOT_EXIST: the version, or a tag */
export function changeVersion(
  table: RegistryTable,
  name: string,
  version: string,
  changes: ModelVersionChanges,
  now: number,
): VersionEntry {
  const entry = findVersion(table, name, version);
  changeTags(entry.tags, changes, `version ${version} of model ${name}`);
  if (changes.description !== undefined) entry.description = changes.description;
  if (changes.stage !== undefined) {
    if (changes.archiveExisting) archive(versionsOf(table, name), entry, changes.stage, now);
    entry.currentStage = changes.stage;
  }
  entry.lastUpdatedTimestamp = now;
  return entry;
}

/** Aliases that lead to it go with it. @throws RESOURCE_DOES_NOT_EXIST */
export function removeVersion(table: RegistryTable, name: string, version: string): void {
  const entry = findVersion(table, name, version);
  const model = findRegisteredModel(table, name);
  for (const [alias, target] of Object.entries(model.aliases)) if (target === version) delete model.aliases[alias];
  table.modelVersions = table.modelVersions.filter((other) => other !== entry);
}

function archive(versions: readonly VersionEntry[], kept: VersionEntry, stage: ModelStage, now: number): void {
  for (const other of versions) {
    if (other === kept || other.currentStage !== stage) continue;
    other.currentStage = "Archived";
    other.lastUpdatedTimestamp = now;
  }
}
