import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { TrackingError } from "../../errors.js";
import type { ArtifactStore } from "../../tracking/artifact-store.js";
import { ArtifactFolder } from "../artifacts/artifact-folder.js";
import { ArtifactsWithModels } from "../artifacts/artifacts-with-models.js";
import { S3Artifacts } from "../artifacts/s3/s3-artifacts.js";
import { isS3Uri, type S3Storage } from "../artifacts/s3/s3-storage.js";
import { nodeDisk } from "../file/node-disk.js";

/** Where a run of MLflow's has its files: artifact URIs, as its database has them. */
export interface MlflowLocations {
  uri: string;
  /** Each with the folder of the run that it is here. */
  models: ReadonlyArray<{ path: string; uri: string }>;
}

export interface MlflowSurroundings {
  /** What relative locations are relative to, and where what was moved together with the database is looked for. */
  folder: string;
  /** Where MLflow's server keeps what it passes on, its `--artifacts-destination`; default: `mlartifacts` in that folder. */
  served?: string | undefined;
  s3: S3Storage;
  /** What a change is answered with. */
  refuse(): Promise<never>;
}

/** The files of a run as its database names them. @throws {TrackingError} NOT_IMPLEMENTED for a location of another kind */
export function mlflowFiles(locations: MlflowLocations, runId: string, around: MlflowSurroundings): ArtifactStore {
  const models = locations.models.map(({ path, uri }) => ({ path, files: openLocation(uri, runId, around) }));
  return new ArtifactsWithModels(openLocation(locations.uri, runId, around), models, around.refuse);
}

function openLocation(uri: string, runId: string, { folder, served, s3 }: MlflowSurroundings): ArtifactStore {
  // With or without the server that passes them on: `mlflow-artifacts://host/1/…`.
  const [proxy] = /^mlflow-artifacts:(?:\/\/[^/]*)?(?=\/)/.exec(uri) ?? [];
  const location = proxy === undefined ? uri : (served ?? join(folder, "mlartifacts")) + uri.slice(proxy.length);
  if (isS3Uri(location)) return new S3Artifacts(s3, { uri: location, runId, checkOpen: () => undefined });
  if (/^[a-z][\w+.-]+:/i.test(location) && !location.startsWith("file:")) {
    throw new TrackingError(
      "NOT_IMPLEMENTED",
      `The artifacts of run ${runId} are at '${location}', which runlab cannot read.`,
      { hint: "Run `mlflow server` on this database, and copy from its address: it passes artifacts on." },
    );
  }
  const path = location.startsWith("file://") ? fileURLToPath(location) : location.replace(/^file:/, "");
  return new ArtifactFolder(moved(isAbsolute(path) ? path : join(folder, path), folder), runId, nodeDisk(), {
    checkOpen: () => undefined,
    warn: (problem) => process.emitWarning(problem),
  });
}

/** MLflow writes absolute paths: a database that was moved together with its folder of artifacts has them beside it. */
function moved(path: string, folder: string): string {
  if (existsSync(path)) return path;
  for (const name of ["/mlruns/", "/mlartifacts/"]) {
    const at = path.lastIndexOf(name);
    const beside = at < 0 ? path : join(folder, path.slice(at));
    if (existsSync(beside)) return beside;
  }
  return path;
}

export function isOnlyRead(uri: string): TrackingError {
  return new TrackingError(
    "INVALID_PARAMETER_VALUE",
    `The database ${uri} has MLflow's own schema; it was left untouched.`,
    { hint: `runlab only reads it. Copy it into a store that you can log to: runlab copy ${uri} ./runlab` },
  );
}
