import { rm } from "node:fs/promises";
import { basename, dirname, isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";
import { TrackingError } from "../../errors.js";
import type { ArtifactContent, ArtifactStore } from "../../tracking/artifact-store.js";
import type { FileInfo, Run, RunInfo } from "../../tracking/types.js";
import { ArtifactFolder } from "../artifacts/artifact-folder.js";
import { S3Artifacts } from "../artifacts/s3/s3-artifacts.js";
import { isS3Uri, type S3Storage } from "../artifacts/s3/s3-storage.js";
import { warn } from "../file/damage-report.js";
import { nodeDisk } from "../file/node-disk.js";
import { storeDisk } from "../file/store-disk.js";
import { checkActive } from "../run-change.js";

/** The files of a run, wherever they are. @param read - gives the run as it stands now */
export function filesOf(info: RunInfo, s3: S3Storage, read: () => Promise<Run>): SqlArtifacts | S3Artifacts {
  const { artifactUri: uri, runId } = info;
  if (!isS3Uri(uri)) return new SqlArtifacts(info, read);
  return new S3Artifacts(s3, { uri, runId, checkOpen: async () => checkActive(await read()) });
}

/** The files of a run whose record is in a database: a folder, which every machine that uses the database must see. */
class SqlArtifacts implements ArtifactStore {
  readonly #info: RunInfo;
  readonly #read: () => Promise<Run>;

  /** @param read - gives the run as it stands now */
  constructor(info: RunInfo, read: () => Promise<Run>) {
    this.#info = info;
    this.#read = read;
  }

  async put(path: string, content: ArtifactContent): Promise<void> {
    checkActive(await this.#read());
    await this.#files().put(path, content);
  }

  async read(path: string): Promise<Uint8Array> {
    return this.#files().read(path);
  }

  async list(path?: string): Promise<FileInfo[]> {
    return this.#files().list(path);
  }

  async download(path: string, folder: string): Promise<string> {
    return this.#files().download(path, folder);
  }

  async locate(path: string): Promise<string> {
    return this.#files().locate(path);
  }

  async remove(path: string): Promise<void> {
    checkActive(await this.#read());
    await this.#files().remove(path);
  }

  /** Removes them all, with the run's folder. */
  async removeAll(): Promise<void> {
    const { runId } = this.#info;
    const folder = this.#root();
    // Only the folder that this store has made: an artifact URI may be anybody's.
    if (basename(dirname(folder)) === runId) await rm(dirname(folder), { recursive: true, force: true });
  }

  #files(): ArtifactFolder {
    const root = this.#root();
    return new ArtifactFolder(root, this.#info.runId, storeDisk(root, nodeDisk()), {
      checkOpen: () => undefined,
      warn,
    });
  }

  #root(): string {
    const { artifactUri, runId } = this.#info;
    const path = artifactUri.startsWith("file://") ? fileURLToPath(artifactUri) : artifactUri;
    if (isAbsolute(path)) return path;
    throw new TrackingError(
      "NOT_IMPLEMENTED",
      `The artifacts of run ${runId} are at '${artifactUri}', which is neither a folder on this machine nor in S3.`,
    );
  }
}
