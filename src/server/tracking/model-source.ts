import { TrackingError } from "../../errors.js";
import type { TrackingClient } from "../../tracking/client.js";
import type { LoggedModel, ModelVersion } from "../../tracking/registry.js";
import { artifactUri, modelArtifactUri } from "./artifact-location.js";

/** Versions that are made of versions: how many steps are followed. */
const deepest = 20;

/** What a model version is made of. */
export interface ModelSource {
  source: string;
  runId: string | undefined;
  model: LoggedModel | undefined;
}

/**
 * Checks the source of a new version by MLflow's rules: a path of this machine is refused, and what is in a run or logged model comes with
 * its id.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE; RESOURCE_DOES_NOT_EXIST for a model or version that is not there
 */
export async function modelSource(
  client: TrackingClient,
  source: string,
  runId: string | undefined,
  modelId: string | undefined,
): Promise<ModelSource> {
  checkPath(source);
  const scheme = schemeOf(source);
  if (scheme === undefined || scheme === "file") {
    throw refused(source, "A path of the server's machine cannot be the source of a model version.");
  }
  const named = scheme === "models" ? source.replace(/^models:\/*/i, "") : undefined;
  const version = named === undefined || /^m-/.test(named) ? undefined : await versionNamed(client, source, named);
  const from = version ?? { source, runId, modelId };
  for (const [given, found] of [
    [runId, version?.runId],
    [modelId, version?.modelId],
  ] as const) {
    if (version !== undefined && given !== undefined && given !== (found ?? ""))
      throw refused(source, "run_id and model_id must match those of the version that the source names.");
  }
  const model = from.modelId ? await sourceModel(client, source, from.modelId) : undefined;
  if (version !== undefined) {
    return { source: `models:/${version.name}/${version.version}`, runId: version.runId || undefined, model };
  }
  if (named !== undefined && named !== model?.modelId) throw refused(source, "model_id must name its logged model.");
  if (scheme === "runs" && (runId === undefined || source.replace(/^runs:\/*/i, "").split("/")[0] !== runId))
    throw refused(source, "run_id must name its run.");
  if (isProxied(source)) await checkRoot(client, source, runId, model);
  return { source, runId: runId ?? model?.sourceRunId, model };
}

/**
 * Where a client gets the files of a version.
 * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST when they are those of a model or version that was deleted
 */
export async function downloadUri(client: TrackingClient, version: ModelVersion): Promise<string> {
  let { source } = version;
  for (let step = 0; step < deepest; step++) {
    const named = /^models:\/*([^/].*)$/i.exec(source)?.[1];
    if (named === undefined) return source;
    if (/^m-[0-9a-f]{32}$/.test(named)) {
      const { experimentId, modelId } = await client.getLoggedModel(named);
      return modelArtifactUri(experimentId, modelId);
    }
    ({ source } = await versionNamed(client, source, named));
  }
  throw refused(source, "It leads from version to version without an end.");
}

/** @param named - `<name>/<version>` or `<name>@<alias>` */
async function versionNamed(client: TrackingClient, source: string, named: string): Promise<ModelVersion> {
  const [, name, alias] = /^([^/@]+)@([^/@]+)$/.exec(named) ?? [];
  if (name !== undefined && alias !== undefined) return client.getModelVersionByAlias(name, alias);
  const [, model, version] = /^([^/]+)\/(\d{1,15})$/.exec(named) ?? [];
  if (model !== undefined && version !== undefined) return client.getModelVersion(model, String(Number(version)));
  throw refused(source, "It names neither a logged model nor a version of a registered one.");
}

async function sourceModel(client: TrackingClient, source: string, modelId: string): Promise<LoggedModel> {
  try {
    return await client.getLoggedModel(modelId);
  } catch (cause) {
    throw refused(source, `There is no logged model '${modelId}'.`, cause);
  }
}

/** What is behind this server is in the run, or the model, that the request names. */
async function checkRoot(
  client: TrackingClient,
  source: string,
  runId: string | undefined,
  model: LoggedModel | undefined,
): Promise<void> {
  const run =
    model === undefined && runId !== undefined ? await client.getRun(runId).catch(() => undefined) : undefined;
  const root =
    model === undefined
      ? run && artifactUri(run.info.experimentId, run.info.runId)
      : modelArtifactUri(model.experimentId, model.modelId);
  if (root !== undefined && (source === root || source.startsWith(`${root}/`))) return;
  throw refused(source, "It must be in the run that run_id names, or the logged model that model_id names.");
}

function isProxied(source: string): boolean {
  return (
    /^mlflow-artifacts:/i.test(source) || /^https?:\/\/[^?#]*\/api\/2\.0\/mlflow-artifacts\/artifacts/i.test(source)
  );
}

function checkPath(source: string): void {
  let text = source;
  for (let times = 0; times < 10; times++) {
    if (text.includes("\0") || text.split(/[/\\]/).includes("..")) throw refused(source, "It must not contain '..'.");
    const next = decoded(text);
    if (next === undefined || next === text) return;
    text = next;
  }
  throw refused(source, "It is encoded too often.");
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** In lower case; a drive of Windows is not a scheme. */
function schemeOf(source: string): string | undefined {
  return /^([a-z][a-z0-9+.-]+):/i.exec(source)?.[1]?.toLowerCase();
}

function refused(source: string, why: string, cause?: unknown): TrackingError {
  return new TrackingError(
    "INVALID_PARAMETER_VALUE",
    `Invalid model version source: '${source.slice(0, 500)}'. ${why}`,
    {
      cause,
    },
  );
}
