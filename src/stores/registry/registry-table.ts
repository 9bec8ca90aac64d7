import { ModelError } from "../../errors.js";
import { setOwn } from "../../own.js";
import type { LoggedModel, ModelVersion, RegisteredModel } from "../../tracking/registry.js";

/** A registered model as it is kept: what can be derived is not. */
export type ModelEntry = Omit<RegisteredModel, "latestVersions"> & {
  /** The highest number ever given; it is not given again when that version is deleted. */
  lastVersion: number;
};
export type VersionEntry = Omit<ModelVersion, "aliases">;

/**
 * All that a registry holds. What changes it (`logged-models.ts`, `registered-models.ts`, `model-versions.ts`) does so in place,
 * or throws before it has changed anything.
 */
export interface RegistryTable {
  loggedModels: LoggedModel[];
  registeredModels: ModelEntry[];
  modelVersions: VersionEntry[];
}

export function emptyRegistry(): RegistryTable {
  return { loggedModels: [], registeredModels: [], modelVersions: [] };
}

/** @throws RESOURCE_DOES_NOT_EXIST */
export function findLoggedModel(table: RegistryTable, modelId: string): LoggedModel {
  const found = table.loggedModels.find((model) => model.modelId === modelId);
  if (found !== undefined) return found;
  throw new ModelError("RESOURCE_DOES_NOT_EXIST", `Logged model with ID '${modelId}' not found.`, {
    hint: "Look in the list of registered models, or in the models of its run.",
  });
}

/** @throws RESOURCE_DOES_NOT_EXIST, with the names there are */
export function findRegisteredModel(table: RegistryTable, name: string): ModelEntry {
  const found = table.registeredModels.find((model) => model.name === name);
  if (found !== undefined) return found;
  throw new ModelError("RESOURCE_DOES_NOT_EXIST", `Registered Model with name=${name} not found`, {
    hint: modelsThereAre(table.registeredModels),
  });
}

/** The hint of an error about a registered model that does not exist. */
export function modelsThereAre(models: ReadonlyArray<{ name: string }>): string {
  const names = models.slice(0, 10).map(({ name }) => `'${name}'`);
  const more = models.length > names.length ? ` and ${models.length - names.length} more` : "";
  return names.length === 0
    ? "No model is registered in this store yet."
    : `The registered models are ${names.join(", ")}${more}.`;
}

/** @throws RESOURCE_DOES_NOT_EXIST, with the versions there are */
export function findVersion(table: RegistryTable, name: string, version: string): VersionEntry {
  findRegisteredModel(table, name);
  const versions = versionsOf(table, name);
  const found = versions.find((entry) => entry.version === version);
  if (found !== undefined) return found;
  throw new ModelError("RESOURCE_DOES_NOT_EXIST", `Model Version (name=${name}, version=${version}) not found`, {
    hint: versionsThereAre(versions),
  });
}

/** The hint of an error about a version that does not exist. @param versions - of that model, in the order of their numbers */
export function versionsThereAre(versions: ReadonlyArray<{ version: string }>): string {
  const newest = versions.slice(-10).map(({ version }) => version);
  return newest.length === 0 ? "The model has no versions." : `The newest of its versions: ${newest.join(", ")}.`;
}

/** In the order of their numbers; none for a name that is not registered. */
export function versionsOf(table: RegistryTable, name: string): VersionEntry[] {
  return table.modelVersions.filter((version) => version.name === name);
}

interface TagChanges {
  setTags?: Readonly<Record<string, string>>;
  deleteTags?: readonly string[];
}

/** @throws RESOURCE_DOES_NOT_EXIST when a tag to be removed is not there */
export function changeTags(
  tags: Record<string, string>,
  { setTags = {}, deleteTags = [] }: TagChanges,
  owner: string,
): void {
  const missing = deleteTags.find((key) => !Object.hasOwn(tags, key));
  if (missing !== undefined) {
    throw new ModelError("RESOURCE_DOES_NOT_EXIST", `No tag with name: ${missing} in ${owner}`);
  }
  for (const [key, value] of Object.entries(setTags)) setOwn(tags, key, value);
  for (const key of deleteTags) delete tags[key];
}
