import { rmSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ModelError, RunlabError } from "../../errors.js";
import { temporaryFolder } from "../../temporary-folder.js";
import { allPages } from "../../tracking/all-pages.js";
import type { LoggedModel, ModelVersion } from "../../tracking/registry.js";
import type { TrackingSession } from "../../tracking/session.js";
import { checkArtifactPath } from "../../tracking/validation.js";
import { checkText } from "../../tracking/value-type.js";
import { checkFolder } from "./model-files.js";

/** What a model's URI says, before anything is looked up. */
export type ModelUri =
  | { kind: "path"; path: string }
  | { kind: "run"; runId: string; path: string }
  | { kind: "logged"; modelId: string }
  | { kind: "version"; name: string; version: string }
  | { kind: "alias"; name: string; alias: string }
  | { kind: "latest"; name: string; stage?: string };

/** Where a model's files are, and what the store knows of them. */
export interface ModelSource {
  uri: string;
  /** In a run's artifacts; undefined for a folder of this machine. */
  artifact: { runId: string; path: string } | undefined;
  folder: string | undefined;
  logged: LoggedModel | undefined;
  version: ModelVersion | undefined;
}

const forms =
  "runs:/<run id>/<name>, models:/<name>/<version>, models:/<name>@<alias>, models:/<name>/latest, m-<id> or a folder";

/** @throws {ModelError} INVALID_PARAMETER_VALUE for a text of no known form */
export function parseModelUri(uri: string): ModelUri {
  checkText("A model's URI", uri);
  if (uri.trim() === "") throw invalid("A model's URI must be a non-empty string.");
  const run = /^runs:\/{1,3}([^/]+)\/(.+)$/.exec(uri);
  if (run) return { kind: "run", runId: run[1] ?? "", path: checkArtifactPath(run[2] ?? "") };
  const id = /^(?:models:\/{1,3})?(m-[0-9a-f]{32})$/.exec(uri);
  if (id) return { kind: "logged", modelId: id[1] ?? "" };
  const models = /^models:\/{1,3}(.+)$/.exec(uri);
  if (models) return registered(models[1] ?? "", uri);
  if (uri.startsWith("file:")) return { kind: "path", path: pathOf(uri) };
  // A letter and a colon may be a drive of Windows.
  if (/^[a-z][a-z0-9+.-]+:/i.test(uri)) throw invalid(`'${uri}' is not the URI of a model.`);
  return { kind: "path", path: resolve(uri) };
}

/** Looks a model up. @throws {ModelError} RESOURCE_DOES_NOT_EXIST, saying what there is */
export async function findModel(session: TrackingSession, uri: string): Promise<ModelSource> {
  const parsed = parseModelUri(uri);
  const { client } = session;
  switch (parsed.kind) {
    case "path":
      return fromPath(uri, parsed.path);
    case "run": {
      // The newest of that name; the folder tells several apart.
      const { runId } = parsed;
      const models = await allPages((pageToken) => client.searchLoggedModels({ runId, pageToken }));
      const logged =
        models.find(({ name }) => name === parsed.path) ?? models.find((model) => model.artifactPath === parsed.path);
      return { ...none, uri, artifact: { runId: parsed.runId, path: logged?.artifactPath ?? parsed.path }, logged };
    }
    case "logged":
      return fromLogged(uri, await client.getLoggedModel(parsed.modelId));
    case "version":
      return fromVersion(session, uri, await client.getModelVersion(parsed.name, parsed.version));
    case "alias":
      return fromVersion(session, uri, await client.getModelVersionByAlias(parsed.name, parsed.alias));
    case "latest":
      return fromVersion(session, uri, await latestVersion(session, parsed.name, parsed.stage));
  }
}

/**
 * The model's folder on this machine.
 * @param target - a folder to copy the model to; default: a model that is here already is used where it is, another is copied to a
 *   folder that lasts as long as this process
 * @returns `copied` when it had to be fetched
 * @throws {ModelError} PERMISSION_DENIED when a link in a folder that was given by its path leads out of it
 */
export async function fetchModel(
  session: TrackingSession,
  source: ModelSource,
  target?: string,
): Promise<{ folder: string; copied: boolean }> {
  const { artifact } = source;
  if (artifact === undefined) {
    const folder = source.folder ?? "";
    await checkFolder(folder);
    return { folder, copied: false };
  }
  const { client } = session;
  if (target === undefined) {
    const folder = await client.localArtifactPath(artifact.runId, artifact.path).catch((cause: unknown) => {
      throw noModel(source, cause);
    });
    if (folder !== undefined) return { folder, copied: false };
  }
  const folder = await client
    .downloadArtifacts(artifact.runId, artifact.path, target ?? downloadFolder())
    .catch((cause: unknown) => {
      throw noModel(source, cause);
    });
  return { folder, copied: true };
}

const none = { artifact: undefined, folder: undefined, logged: undefined, version: undefined };

function registered(rest: string, uri: string): ModelUri {
  const alias = /^([^/]+)@([^/@]+)$/.exec(rest);
  if (alias) return { kind: "alias", name: alias[1] ?? "", alias: alias[2] ?? "" };
  const [name = "", version = "", more] = rest.split("/");
  if (name === "" || version === "" || more !== undefined)
    throw invalid(`'${uri}' is not the URI of a registered model.`);
  if (version.toLowerCase() === "latest") return { kind: "latest", name };
  return /^\d+$/.test(version) ? { kind: "version", name, version } : { kind: "latest", name, stage: version };
}

async function latestVersion(session: TrackingSession, name: string, stage?: string): Promise<ModelVersion> {
  const versions = await session.client.getLatestVersions(name);
  const wanted = versions.filter(
    ({ currentStage }) => stage === undefined || currentStage.toLowerCase() === stage.toLowerCase(),
  );
  const newest = wanted.sort((a, b) => Number(b.version) - Number(a.version))[0];
  if (newest !== undefined) return newest;
  const what = stage === undefined ? "no version" : `no version in stage '${stage}'`;
  throw new ModelError("RESOURCE_DOES_NOT_EXIST", `The registered model '${name}' has ${what}.`, {
    hint: `Register one: registerModel('runs:/<run id>/<name>', '${name}').`,
  });
}

async function fromVersion(session: TrackingSession, uri: string, version: ModelVersion): Promise<ModelSource> {
  const source = await findModel(session, version.modelId ?? version.source);
  return { ...source, uri, version };
}

function fromLogged(uri: string, logged: LoggedModel): ModelSource {
  return { ...none, uri, artifact: { runId: logged.sourceRunId, path: logged.artifactPath }, logged };
}

function fromPath(uri: string, path: string): ModelSource {
  // The path of an MLmodel file means its folder.
  const folder = basename(path) === "MLmodel" ? resolve(path, "..") : path;
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return { ...none, uri, folder };
  throw new ModelError("RESOURCE_DOES_NOT_EXIST", `There is no model at '${uri}': '${folder}' is not a folder.`, {
    hint: `A model's URI has one of these forms: ${forms}.`,
  });
}

function noModel({ uri }: ModelSource, cause: unknown): RunlabError {
  // Something is there but cannot be read, and that is what the user needs to know.
  if (cause instanceof RunlabError && cause.code !== "RESOURCE_DOES_NOT_EXIST") return cause;
  return new ModelError("RESOURCE_DOES_NOT_EXIST", `There is no model at '${uri}'.`, {
    hint: `${(cause as Error).message.replace(/\.?$/, ".")} A model's URI has one of these forms: ${forms}.`,
    cause,
  });
}

function pathOf(uri: string): string {
  try {
    return fileURLToPath(uri);
  } catch (cause) {
    throw invalid(`'${uri}' is not a valid file URI: ${(cause as Error).message}.`);
  }
}

/** Removed when the process ends. */
function downloadFolder(): string {
  const { path } = temporaryFolder("runlab-model-");
  process.once("exit", () => rmSync(path, { recursive: true, force: true }));
  return path;
}

function invalid(message: string): ModelError {
  return new ModelError("INVALID_PARAMETER_VALUE", message, {
    hint: `A model's URI has one of these forms: ${forms}.`,
  });
}
