import { ModelError } from "../../errors.js";
import { setOwn } from "../../own.js";
import type { NewRegisteredModel, RegisteredModelChanges } from "../../tracking/registry.js";
import {
  changeTags,
  findRegisteredModel,
  findVersion,
  type ModelEntry,
  type RegistryTable,
  versionsOf,
} from "./registry-table.js";

/** @throws RESOURCE_ALREADY_EXISTS */
export function addRegisteredModel(table: RegistryTable, wanted: NewRegisteredModel, now: number): ModelEntry {
  if (table.registeredModels.some(({ name }) => name === wanted.name)) {
    throw new ModelError("RESOURCE_ALREADY_EXISTS", `Registered Model (name=${wanted.name}) already exists.`, {
      hint: "Register a version of it: registerModel(uri, name).",
    });
  }
  const model: ModelEntry = {
    name: wanted.name,
    creationTimestamp: now,
    lastUpdatedTimestamp: now,
    description: wanted.description ?? "",
    tags: { ...wanted.tags },
    aliases: {},
    lastVersion: 0,
  };
  table.registeredModels.push(model);
  return model;
}

/** @throws RESOURCE_DOES_NOT_EXIST: the model, the version of an alias, a tag; RESOURCE_ALREADY_EXISTS: its new name is taken */
export function changeRegisteredModel(
  table: RegistryTable,
  name: string,
  changes: RegisteredModelChanges,
  now: number,
): ModelEntry {
  const model = findRegisteredModel(table, name);
  const { name: newName, aliases = {} } = changes;
  if (newName !== undefined && newName !== name && table.registeredModels.some((other) => other.name === newName)) {
    throw new ModelError("RESOURCE_ALREADY_EXISTS", `Registered Model (name=${newName}) already exists.`);
  }
  for (const version of Object.values(aliases)) if (version !== null) findVersion(table, name, version);
  changeTags(model.tags, changes, `registered model ${name}`);
  for (const [alias, version] of Object.entries(aliases)) {
    if (version === null) delete model.aliases[alias];
    else setOwn(model.aliases, alias, version);
  }
  if (changes.description !== undefined) model.description = changes.description;
  if (newName !== undefined) {
    for (const version of versionsOf(table, name)) version.name = newName;
    model.name = newName;
  }
  model.lastUpdatedTimestamp = now;
  return model;
}

/** With its versions. @throws RESOURCE_DOES_NOT_EXIST */
export function removeRegisteredModel(table: RegistryTable, name: string): void {
  findRegisteredModel(table, name);
  table.registeredModels = table.registeredModels.filter((model) => model.name !== name);
  table.modelVersions = table.modelVersions.filter((version) => version.name !== name);
}
