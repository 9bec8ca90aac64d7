import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { TrackingError } from "../../errors.js";
import type { ArtifactStore } from "../../tracking/artifact-store.js";
import { ArtifactFolder } from "../artifacts/artifact-folder.js";
import { S3Artifacts } from "../artifacts/s3/s3-artifacts.js";
import { isS3Uri } from "../artifacts/s3/s3-storage.js";
import { nodeDisk } from "../file/node-disk.js";
import { HttpArtifacts } from "./http-artifacts.js";
import type { RestApi } from "./rest-api.js";
import { withoutEndSlashes } from "./server-address.js";

const proxied = "mlflow-artifacts:/";

/**
 * The files at an artifact URI that a tracking server has given: behind its proxy, in S3-compatible storage, or in a folder that this
 * machine has too.
 * @throws {TrackingError} NOT_IMPLEMENTED for a location of another kind; INVALID_STATE for a folder of the server's own machine
 */
export function openArtifacts(uri: string, api: RestApi, runId: string): ArtifactStore {
  // `mlflow-artifacts://host/path` names a server of its own.
  if (uri.startsWith(proxied) && !uri.startsWith(`${proxied}/`)) {
    return new HttpArtifacts(api, withoutEndSlashes(uri.slice(proxied.length)), runId);
  }
  if (uri.startsWith("file:") || uri.startsWith("/")) return openFolder(uri, api, runId);
  if (isS3Uri(uri)) return new S3Artifacts(api.s3, { uri, runId, checkOpen: () => undefined });
  const scheme = /^[\w+.-]+:/.exec(uri)?.[0] ?? uri;
  throw new TrackingError(
    "NOT_IMPLEMENTED",
    `The artifacts of run ${runId} are in ${scheme}//…, which runlab cannot read.`,
    {
      hint: "A server started with --serve-artifacts (MLflow's default) passes artifacts on, wherever it keeps them.",
    },
  );
}

function openFolder(uri: string, { address }: RestApi, runId: string): ArtifactStore {
  const folder = uri.startsWith("file:") ? fileURLToPath(uri) : uri;
  // <location>/<run id>/artifacts. On another machine a folder of that name would be a wrong one.
  if (!isLoopback(address) && !existsSync(dirname(dirname(folder)))) {
    throw new TrackingError(
      "INVALID_STATE",
      `The artifacts of run ${runId} are in the folder '${folder}', which this machine does not have.`,
      { hint: "Start the server with --serve-artifacts, or mount the folder here under the same path." },
    );
  }
  return new ArtifactFolder(folder, runId, nodeDisk(), {
    checkOpen: () => undefined,
    warn: (problem) => process.emitWarning(problem),
  });
}

function isLoopback(address: string): boolean {
  const { hostname } = new URL(address);
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}
