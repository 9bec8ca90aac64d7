import { RunlabError } from "../../errors.js";
import { ModelSignature } from "../../models/signature/signature.js";
import { diffSignatures } from "../../models/signature/signature-diff.js";
import { modelVersions, registeredModels } from "../../queries/registered-models.js";
import { allPages } from "../../tracking/all-pages.js";
import type { TrackingClient } from "../../tracking/client.js";
import { eachLimit } from "../../tracking/each-limit.js";
import { numberToJson } from "../../tracking/mlflow-json.js";
import type { LoggedModel, ModelVersion, RegisteredModel } from "../../tracking/registry.js";
import type {
  ModelDetailsJson,
  ModelsJson,
  ModelVersionJson,
  RegisteredModelJson,
  SignatureDiffJson,
  SourceRunJson,
} from "./page-json.js";

/** MLflow keeps prompts among the registered models, though they are not models. */
const promptTag = "mlflow.prompt.is_prompt";
/** Versions whose runs are read; older ones of a model name theirs by its id. */
const versionsWithRuns = 300;
const pageSize = 1000;

/** Every registered model with what a list shows of it. */
export async function modelsAnswer(client: TrackingClient): Promise<ModelsJson> {
  const [models, versions] = await Promise.all([
    registeredModels({ client }),
    allPages((pageToken) => client.searchModelVersions({ maxResults: pageSize, pageToken })),
  ]);
  const byModel = grouped(versions);
  return {
    models: models
      .filter(({ tags }) => tags[promptTag] !== "true")
      .map((model) => listedJson(model, byModel.get(model.name) ?? [])),
  };
}

/** One of them with its versions. @throws {RunlabError} RESOURCE_DOES_NOT_EXIST */
export async function modelAnswer(client: TrackingClient, name: string): Promise<ModelDetailsJson> {
  const [model, versions] = await Promise.all([client.getRegisteredModel(name), modelVersions({ client }, name)]);
  const ids = versions.slice(0, versionsWithRuns).map(({ runId }) => runId);
  const [runs, logged] = await Promise.all([
    runsById(client, new Set(ids.filter((id) => id !== ""))),
    eachOnce(new Set(versions.slice(0, versionsWithRuns).flatMap(({ modelId }) => modelId ?? [])), (id) =>
      orNothing(client.getLoggedModel(id)),
    ),
  ]);
  return {
    ...namesJson(model),
    versions: versions.map((version) =>
      versionJson(version, runs.get(version.runId), version.modelId ? logged.get(version.modelId) : undefined),
    ),
  };
}

/** What changed from the signature of one version to that of another. @throws {RunlabError} RESOURCE_DOES_NOT_EXIST */
export async function signatureDiffAnswer(
  client: TrackingClient,
  name: string,
  before: string,
  after: string,
): Promise<SignatureDiffJson> {
  const [old, now] = await Promise.all([client.getModelVersion(name, before), client.getModelVersion(name, after)]);
  const [from, to] = [signatureOf(old), signatureOf(now)];
  const without = [...(from === undefined ? [before] : []), ...(to === undefined ? [after] : [])];
  return { changes: from === undefined || to === undefined ? [] : diffSignatures(from, to), without };
}

function signatureOf({ signature }: ModelVersion): ModelSignature | undefined {
  if (signature === undefined) return undefined;
  try {
    return ModelSignature.fromJSON(signature);
  } catch {
    // As a client of another version wrote it.
    return undefined;
  }
}

function namesJson({ name, creationTimestamp, lastUpdatedTimestamp, description, tags, aliases }: RegisteredModel) {
  return { name, created: creationTimestamp, updated: lastUpdatedTimestamp, description, tags, aliases };
}

function listedJson(model: RegisteredModel, versions: readonly ModelVersion[]): RegisteredModelJson {
  const [latest] = [...versions].sort((a, b) => Number(b.version) - Number(a.version));
  return {
    ...namesJson(model),
    versions: versions.length,
    ...(latest === undefined
      ? {}
      : { latest: { version: latest.version, stage: latest.currentStage, created: latest.creationTimestamp } }),
  };
}

function versionJson(
  version: ModelVersion,
  run: SourceRunJson | undefined,
  logged: LoggedModel | undefined,
): ModelVersionJson {
  const { runId, modelId, signature = logged?.signature } = version;
  const artifactPath = logged?.artifactPath ?? pathInRun(version);
  const params = logged?.params;
  return {
    version: version.version,
    created: version.creationTimestamp,
    updated: version.lastUpdatedTimestamp,
    description: version.description,
    user: version.userId,
    stage: version.currentStage,
    source: version.source,
    tags: version.tags,
    aliases: version.aliases,
    ...(modelId === undefined ? {} : { modelId }),
    ...(logged === undefined || logged.modelType === "" ? {} : { flavor: logged.modelType }),
    ...(params === undefined || Object.keys(params).length === 0 ? {} : { params }),
    ...(signature === undefined ? {} : { signature }),
    ...(artifactPath === undefined ? {} : { artifactPath }),
    ...(runId === "" ? {} : { run: run ?? { id: runId } }),
  };
}

/** "runs:/<run id>/elastic" is the folder `elastic`. */
function pathInRun({ source, runId }: ModelVersion): string | undefined {
  const [, id, path] = /^runs:\/+([^/]+)\/(.+)$/.exec(source) ?? [];
  return id === runId ? path : undefined;
}

async function runsById(client: TrackingClient, ids: ReadonlySet<string>): Promise<Map<string, SourceRunJson>> {
  const runs = await eachOnce(ids, (id) => orNothing(client.getRun(id)));
  const experimentIds = new Set([...runs.values()].map(({ info }) => info.experimentId));
  const experiments = await eachOnce(experimentIds, (id) => orNothing(client.getExperiment(id)));
  return new Map(
    [...runs].map(([id, { info, data, inputs }]): [string, SourceRunJson] => {
      const known = {
        name: info.runName,
        experimentId: info.experimentId,
        experiment: experiments.get(info.experimentId)?.name ?? info.experimentId,
        status: info.status,
        start: info.startTime,
        deleted: info.lifecycleStage === "deleted",
        metrics: Object.fromEntries(Object.entries(data.metrics).map(([key, value]) => [key, numberToJson(value)])),
        datasets: inputs.datasetInputs.map(({ dataset }) => dataset.name),
      };
      return [id, { id, known }];
    }),
  );
}

/** What is found for each key, a few at a time; keys for which nothing is are left out. */
async function eachOnce<T>(
  keys: ReadonlySet<string>,
  find: (key: string) => Promise<T | undefined>,
): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  await eachLimit(keys, async (key) => {
    const value = await find(key);
    if (value !== undefined) found.set(key, value);
  });
  return found;
}

/** A version outlives its run, and may be seen by who may not read the run. */
async function orNothing<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof RunlabError) return undefined;
    throw error;
  }
}

function grouped(versions: readonly ModelVersion[]): Map<string, ModelVersion[]> {
  const groups = new Map<string, ModelVersion[]>();
  for (const version of versions) {
    const others = groups.get(version.name);
    if (others === undefined) groups.set(version.name, [version]);
    else others.push(version);
  }
  return groups;
}
