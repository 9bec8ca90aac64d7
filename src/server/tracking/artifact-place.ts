import { TrackingError } from "../../errors.js";
import type { TrackingClient } from "../../tracking/client.js";
import { checkArtifactPath } from "../../tracking/validation.js";

/** Where a client finds a run's files: behind the server, wherever they are kept. */
export function artifactUri(experimentId: string, runId: string): string {
  return `mlflow-artifacts:/${experimentId}/${runId}/artifacts`;
}

/** A file or folder of a run, as a proxied path names it. */
export interface ArtifactPlace {
  runId: string;
  /** Empty for the run's own folder. */
  path: string;
}

/**
 * The place that `<experiment>/<run>/artifacts/<path>` names.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE for a path that leads elsewhere; RESOURCE_DOES_NOT_EXIST for an unknown run
 */
export async function artifactPlace(client: TrackingClient, proxied: string): Promise<ArtifactPlace> {
  checkEncoding(proxied);
  const [experimentId, runId = "", folder, ...rest] = checkArtifactPath(proxied).split("/");
  if (folder !== "artifacts") {
    throw new TrackingError("RESOURCE_DOES_NOT_EXIST", "No artifacts are kept at this path.", {
      hint: "A path is <experiment id>/<run id>/artifacts/<path in the run>.",
    });
  }
  const { info } = await client.getRun(runId);
  if (info.experimentId !== experimentId) {
    throw new TrackingError("RESOURCE_DOES_NOT_EXIST", `The run ${runId} is not in experiment ${experimentId}.`);
  }
  return { runId, path: rest.join("/") };
}

/** What is behind a fixed part of the request's target, decoded once. @throws {TrackingError} INVALID_PARAMETER_VALUE */
export function proxiedPath(target: string, prefix: string): string {
  // The app matched a normalised target; this is the one that was sent.
  if (!target.startsWith(prefix)) throw invalidPath();
  return decoded(target.slice(prefix.length));
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
