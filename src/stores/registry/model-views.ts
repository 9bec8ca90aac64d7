import { own } from "../../own.js";
import type { ModelVersion, RegisteredModel } from "../../tracking/registry.js";
import {
  findRegisteredModel,
  type ModelEntry,
  type RegistryTable,
  type VersionEntry,
  versionsOf,
} from "./registry-table.js";

/** With what is derived: the newest version of each stage. */
export function toModel(table: RegistryTable, { lastVersion: _, ...model }: ModelEntry): RegisteredModel {
  const newest = new Map<string, ModelVersion>();
  for (const entry of versionsOf(table, model.name)) newest.set(entry.currentStage, toVersion(table, entry));
  return { ...model, latestVersions: [...newest.values()] };
}

/** With the aliases that lead to it. */
export function toVersion(table: RegistryTable, entry: VersionEntry): ModelVersion {
  const { aliases } = findRegisteredModel(table, entry.name);
  const toIt = Object.keys(aliases).filter((alias) => own(aliases, alias) === entry.version);
  return { ...entry, aliases: toIt };
}
