import { ModelError } from "../../errors.js";
import type {
  LoggedModel,
  ModelStage,
  ModelVersion,
  ModelVersionChanges,
  NewLoggedModel,
  NewModelVersion,
  NewRegisteredModel,
  RegisteredModel,
  RegisteredModelChanges,
} from "../../tracking/registry.js";
import { setOwn } from "../metric-summary.js";

/** A registered model as it is kept: what can be derived is not. */
export type ModelEntry = Omit<RegisteredModel, "latestVersions"> & {
  /** The highest number ever given; it is not given again when that version is deleted. */
  lastVersion: number;
};
export type VersionEntry = Omit<ModelVersion, "aliases">;

/** All that a registry holds. Functions here change it in place, or throw before they have changed anything. */
export interface RegistryTable {
  loggedModels: LoggedModel[];
  registeredModels: ModelEntry[];
  modelVersions: VersionEntry[];
}

export function emptyRegistry(): RegistryTable {
  return { loggedModels: [], registeredModels: [], modelVersions: [] };
}

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
export function findLoggedModel(table: RegistryTable, modelId: string): LoggedModel {
  const found = table.loggedModels.find((model) => model.modelId === modelId);
  if (found !== undefined) return found;
  throw new ModelError("RESOURCE_DOES_NOT_EXIST", `Logged model with ID '${modelId}' not found.`, {
    hint: "%models lists what is registered; a run's models stand on its page, %run_info.",
  });
}

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

/** @throws RESOURCE_DOES_NOT_EXIST, with the names there are */
export function findRegisteredModel(table: RegistryTable, name: string): ModelEntry {
  const found = table.registeredModels.find((model) => model.name === name);
  if (found !== undefined) return found;
  const names = table.registeredModels.map((model) => `'${model.name}'`).slice(0, 10);
  throw new ModelError("RESOURCE_DOES_NOT_EXIST", `Registered Model with name=${name} not found`, {
    hint: names.length === 0 ? "No model is registered in this store yet." : `There are ${names.join(", ")}.`,
  });
}

export function changeRegisteredModel(
  table: RegistryTable,
  name: string,
  changes: RegisteredModelChanges,
  now: number,
): ModelEntry {
  const model = findRegisteredModel(table, name);
  const { name: newName, aliases = {}, deleteTags = [] } = changes;
  if (newName !== undefined && newName !== name && table.registeredModels.some((other) => other.name === newName)) {
    throw new ModelError("RESOURCE_ALREADY_EXISTS", `Registered Model (name=${newName}) already exists.`);
  }
  for (const version of Object.values(aliases)) if (version !== null) findVersion(table, name, version);
  changeTags(model.tags, changes.setTags, deleteTags, `registered model ${name}`);
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

export function removeRegisteredModel(table: RegistryTable, name: string): void {
  findRegisteredModel(table, name);
  table.registeredModels = table.registeredModels.filter((model) => model.name !== name);
  table.modelVersions = table.modelVersions.filter((version) => version.name !== name);
}

export function addVersion(table: RegistryTable, wanted: NewModelVersion, now: number): VersionEntry {
  const { createModel, ...entry } = wanted;
  const missing = !table.registeredModels.some(({ name }) => name === wanted.name);
  const model =
    createModel && missing
      ? addRegisteredModel(table, { name: wanted.name }, now)
      : findRegisteredModel(table, wanted.name);
  model.lastVersion++;
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

/** @throws RESOURCE_DOES_NOT_EXIST, with the versions there are */
export function findVersion(table: RegistryTable, name: string, version: string): VersionEntry {
  findRegisteredModel(table, name);
  const versions = versionsOf(table, name);
  const found = versions.find((entry) => entry.version === version);
  if (found !== undefined) return found;
  throw new ModelError("RESOURCE_DOES_NOT_EXIST", `Model Version (name=${name}, version=${version}) not found`, {
    hint:
      versions.length === 0
        ? "It has no version."
        : `It has ${versions
            .slice(-10)
            .map((entry) => entry.version)
            .join(", ")}.`,
  });
}

export function changeVersion(
  table: RegistryTable,
  name: string,
  version: string,
  changes: ModelVersionChanges,
  now: number,
): VersionEntry {
  const entry = findVersion(table, name, version);
  changeTags(entry.tags, changes.setTags, changes.deleteTags ?? [], `version ${version} of model ${name}`);
  if (changes.description !== undefined) entry.description = changes.description;
  if (changes.stage !== undefined) {
    if (changes.archiveExisting) archive(versionsOf(table, name), entry, changes.stage, now);
    entry.currentStage = changes.stage;
  }
  entry.lastUpdatedTimestamp = now;
  return entry;
}

export function removeVersion(table: RegistryTable, name: string, version: string): void {
  const entry = findVersion(table, name, version);
  const model = findRegisteredModel(table, name);
  for (const [alias, target] of Object.entries(model.aliases)) if (target === version) delete model.aliases[alias];
  table.modelVersions = table.modelVersions.filter((other) => other !== entry);
}

export function versionsOf(table: RegistryTable, name: string): VersionEntry[] {
  return table.modelVersions.filter((version) => version.name === name);
}

function archive(versions: readonly VersionEntry[], kept: VersionEntry, stage: ModelStage, now: number): void {
  for (const other of versions) {
    if (other === kept || other.currentStage !== stage) continue;
    other.currentStage = "Archived";
    other.lastUpdatedTimestamp = now;
  }
}

function changeTags(
  tags: Record<string, string>,
  set: Readonly<Record<string, string>> = {},
  remove: readonly string[],
  owner: string,
): void {
  const missing = remove.find((key) => !Object.hasOwn(tags, key));
  if (missing !== undefined) {
    throw new ModelError("RESOURCE_DOES_NOT_EXIST", `No tag with name: ${missing} in ${owner}`);
  }
  for (const [key, value] of Object.entries(set)) setOwn(tags, key, value);
  for (const key of remove) delete tags[key];
}
