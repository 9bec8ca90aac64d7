import { TrackingError } from "../../errors.js";
import type { TrackingClient } from "../../tracking/client.js";
import type { FileInfo } from "../../tracking/types.js";
import { checkArtifactPath } from "../../tracking/validation.js";

/** Where a client finds a run's files: behind the server, wherever they are kept. */
export function artifactUri(experimentId: string, runId: string): string {
  return `mlflow-artifacts:/${experimentId}/${runId}/artifacts`;
}

/** Where a client finds the files of a logged model. */
export function modelArtifactUri(experimentId: string, modelId: string): string {
  return `mlflow-artifacts:/${experimentId}/models/${modelId}/artifacts`;
}

/** A file or folder of a run, as a proxied path names it. */
export interface ArtifactLocation {
  runId: string;
  /** What the path names the files of: the run, or a logged model in it. */
  root: string;
  /** In the run; empty for the run's own folder. */
  path: string;
}

/**
 * The file or folder that `<experiment>/<run>/artifacts/<path>` or `<experiment>/models/<model>/artifacts/<path>` names.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE for a path that leads elsewhere; RESOURCE_DOES_NOT_EXIST for an unknown run or model
 */
export async function artifactLocation(client: TrackingClient, proxied: string): Promise<ArtifactLocation> {
  checkEncoding(proxied);
  const [experimentId = "", ...parts] = checkArtifactPath(proxied).split("/");
  const ofModel = parts[0] === "models";
  const [id = "", folder, ...path] = ofModel ? parts.slice(1) : parts;
  if (folder !== "artifacts") {
    throw new TrackingError("RESOURCE_DOES_NOT_EXIST", "No artifacts are kept at this path.", {
      hint: "A path is <experiment id>/<run id>/artifacts/<path in the run>, or <experiment id>/models/<model id>/artifacts/<path in the model>.",
    });
  }
  const found = ofModel ? await client.getLoggedModel(id) : (await client.getRun(id)).info;
  if (found.experimentId !== experimentId) {
    throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `${id} is not in experiment ${experimentId}.`);
  }
  if (!("modelId" in found)) return { runId: found.runId, root: "", path: path.join("/") };
  const { sourceRunId, artifactPath } = found;
  return { runId: sourceRunId, root: artifactPath, path: [artifactPath, ...path].join("/") };
}

/** A list of files as MLflow answers it. */
export function filesJson(files: readonly FileInfo[]): object {
  if (files.length === 0) return {};
  return {
    files: files.map(({ path, isDir, fileSize }) => ({
      path,
      is_dir: isDir,
      ...(fileSize === undefined ? {} : { file_size: fileSize }),
    })),
  };
}

/** What is behind a fixed part of the request's target, decoded once. @throws {TrackingError} INVALID_PARAMETER_VALUE */
export function proxiedPath(target: string, prefix: string): string {
  // The app matched a normalised target; this is the one that was sent.
  checkNoDots(target);
  if (!target.startsWith(prefix)) throw invalidPath();
  return decoded(target.slice(prefix.length));
}

/**
 * The app follows the dots of a target before it looks for a route, and finds another one or none.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE for a target of the proxy with `.` or `..` between its slashes, encoded or not
 */
export function checkNoDots(target: string): void {
  if (target.includes("/mlflow-artifacts/") && target.split("/").some((part) => /^(?:\.|%2e){1,2}$/i.test(part)))
    throw invalidPath();
}

/** A path that would lead elsewhere once it is decoded again is refused, as by MLflow. */
function checkEncoding(path: string): void {
  for (let text = path, times = 0; text.includes("%") && times < 5; times++) {
    const next = attempt(text);
    if (next === undefined || next === text) return;
    if (next.split(/[/\\]/).includes("..") || next.startsWith("/") || next.includes("\0")) throw invalidPath();
    text = next;
  }
}

function decoded(text: string): string {
  const path = attempt(text);
  if (path === undefined) throw invalidPath();
  return path;
}

function attempt(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function invalidPath(): TrackingError {
  return new TrackingError("INVALID_PARAMETER_VALUE", "Invalid path");
}
