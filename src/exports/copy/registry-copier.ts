import { isNotFound } from "../../errors.js";
import { allPages } from "../../tracking/all-pages.js";
import type { TrackingClient } from "../../tracking/client.js";
import type { ModelVersion, RegisteredModel } from "../../tracking/registry.js";

export interface RegistryOutcome {
  models: number;
  versions: number;
  /** Versions that the other store has with another source; they stay as they are. */
  differ: string[];
}

/**
 * Copies registered models with their versions, numbers, aliases, stages and tags. What the other store has already stays as it is.
 * @param ids - ids of runs and models that are others in the copy
 */
export async function copyRegistry(
  from: TrackingClient,
  to: TrackingClient,
  ids: ReadonlyMap<string, string>,
): Promise<RegistryOutcome> {
  const outcome: RegistryOutcome = { models: 0, versions: 0, differ: [] };
  for (const model of await allPages((pageToken) => from.searchRegisteredModels(page(pageToken)))) {
    await copyModel(from, to, model, ids, outcome);
  }
  return outcome;
}

async function copyModel(
  from: TrackingClient,
  to: TrackingClient,
  { name, description, tags, aliases }: RegisteredModel,
  ids: ReadonlyMap<string, string>,
  outcome: RegistryOutcome,
): Promise<void> {
  const found = await unlessMissing(to.getRegisteredModel(name));
  if (found === undefined) {
    await to.createRegisteredModel(name, { tags, ...(description !== "" && { description }) });
    outcome.models++;
  }
  const filterString = `name = ${quoted(name)}`;
  const versions = await allPages((pageToken) => from.searchModelVersions({ filterString, ...page(pageToken) }));
  versions.sort((a, b) => Number(a.version) - Number(b.version));
  for (const version of versions) await copyVersion(to, version, ids, outcome);
  for (const [alias, version] of Object.entries(aliases)) {
    if (found !== undefined && Object.hasOwn(found.aliases, alias)) continue;
    await to.setRegisteredModelAlias(name, alias, version);
  }
}

async function copyVersion(
  to: TrackingClient,
  version: ModelVersion,
  ids: ReadonlyMap<string, string>,
  outcome: RegistryOutcome,
): Promise<void> {
  const { name, description, tags, runId, runLink, userId, modelId, signature, currentStage } = version;
  const source = withIds(version.source, ids);
  const there = await unlessMissing(to.getModelVersion(name, version.version));
  if (there !== undefined) {
    if (there.source !== source) outcome.differ.push(`version ${version.version} of model ${name} is ${there.source}`);
    return;
  }
  const create = () =>
    to.createModelVersion(name, source, {
      tags,
      userId,
      ...(description !== "" && { description }),
      ...(runLink !== undefined && { runLink }),
      ...(runId !== "" && { runId: ids.get(runId) ?? runId }),
      ...(modelId !== undefined && { modelId: ids.get(modelId) ?? modelId }),
      ...(signature !== undefined && { signature }),
    });
  // Numbers are never given twice: those of versions that have been deleted are used up first.
  let made = await create();
  while (Number(made.version) < Number(version.version)) {
    await to.deleteModelVersion(name, made.version);
    made = await create();
  }
  if (made.version !== version.version) {
    outcome.differ.push(`version ${version.version} of model ${name} is version ${made.version} there`);
  }
  if (currentStage !== "None") await to.transitionModelVersionStage(name, made.version, currentStage);
  outcome.versions++;
}

/** `models:/m-…`, `runs:/…/model` and the like, with the ids of the copy. */
function withIds(source: string, ids: ReadonlyMap<string, string>): string {
  return source.replace(/m-[0-9a-f]{32}|[0-9a-f]{32}/g, (id) => ids.get(id) ?? id);
}

function unlessMissing<T>(found: Promise<T>): Promise<T | undefined> {
  return found.catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
}

function page(pageToken: string | undefined): { pageToken?: string } {
  return pageToken === undefined ? {} : { pageToken };
}

function quoted(name: string): string {
  return name.includes("'") ? `"${name}"` : `'${name}'`;
}
