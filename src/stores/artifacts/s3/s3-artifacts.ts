import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { TrackingError } from "../../../errors.js";
import { makeFolder } from "../../../make-folder.js";
import type { ArtifactContent, ArtifactStore, OnSent } from "../../../tracking/artifact-store.js";
import type { FileInfo } from "../../../tracking/types.js";
import { noArtifact } from "../../run-change.js";
import { s3Error } from "./s3-error.js";
import { parseS3Uri, type S3Location, type S3Storage } from "./s3-storage.js";

export interface S3ArtifactsOptions {
  /** `s3://bucket/…/artifacts`. */
  uri: string;
  runId: string;
  /** @throws {TrackingError} when the run takes no files */
  checkOpen(): Promise<void> | void;
}

/** The artifacts of one run in S3-compatible storage: an object for each file, under the keys that MLflow gives them. */
export class S3Artifacts implements ArtifactStore {
  readonly #storage: S3Storage;
  readonly #root: S3Location;
  readonly #runId: string;
  readonly #checkOpen: () => Promise<void> | void;

  constructor(storage: S3Storage, { uri, runId, checkOpen }: S3ArtifactsOptions) {
    this.#storage = storage;
    this.#root = parseS3Uri(uri);
    this.#runId = runId;
    this.#checkOpen = checkOpen;
  }

  async put(path: string, content: ArtifactContent, onSent?: OnSent): Promise<void> {
    await this.#checkOpen();
    await this.#checkFree(path);
    if (content instanceof Uint8Array) await this.#storage.put(this.#locationOf(path), content);
    else await this.#storage.putFile(this.#locationOf(path), content.file, onSent);
  }

  async read(path: string): Promise<Uint8Array> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of await this.stream(path)) chunks.push(chunk as Buffer);
    } catch (error) {
      throw s3Error(error, this.#root.bucket);
    }
    return Buffer.concat(chunks);
  }

  async stream(path: string): Promise<Readable> {
    const body = await this.#storage.open(this.#locationOf(path));
    if (body === undefined) throw noArtifact(this.#runId, path);
    return body;
  }

  async list(path?: string): Promise<FileInfo[]> {
    const prefix = path === undefined ? "" : `${path}/`;
    const { files, folders } = await this.#storage.list(path === undefined ? this.#root : this.#locationOf(path));
    const listed: FileInfo[] = [];
    for (const { name, size } of files) {
      if (this.#isUsable(prefix + name)) listed.push({ path: prefix + name, isDir: false, fileSize: size });
    }
    for (const name of folders) if (this.#isUsable(prefix + name)) listed.push({ path: prefix + name, isDir: true });
    return listed.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async download(path: string, folder: string): Promise<string> {
    const files = await this.list(path);
    if (files.length === 0) await this.#downloadFile(path, folder);
    else await this.#downloadAll(files, folder);
    return join(folder, path);
  }

  async remove(path: string): Promise<void> {
    await this.#checkOpen();
    const location = this.#locationOf(path);
    const isFile = await this.#storage.has(location);
    if (isFile) await this.#storage.remove(location);
    if ((await this.#storage.removeFolder(location)) === 0 && !isFile) throw noArtifact(this.#runId, path);
  }

  /** Removes them all. */
  async removeAll(): Promise<void> {
    const { bucket, key } = this.#root;
    const own = posix.dirname(key);
    // Only what this store has made: an artifact URI may be anybody's.
    if (posix.basename(own) === this.#runId) await this.#storage.removeFolder({ bucket, key: own });
  }

  /** Storage of objects knows no folders, and would keep both. */
  async #checkFree(path: string): Promise<void> {
    const parts = path.split("/");
    const parents = parts.slice(1).map((_, at) => parts.slice(0, at + 1).join("/"));
    const [isFolder, ...areFiles] = await Promise.all([
      this.#storage.hasFolder(this.#locationOf(path)),
      ...parents.map((parent) => this.#storage.has(this.#locationOf(parent))),
    ]);
    const file = parents.find((_, at) => areFiles[at]);
    if (!isFolder && file === undefined) return;
    const problem = isFolder ? "is a folder; it cannot become a file" : `cannot be put there: '${file}' is a file`;
    throw new TrackingError("INVALID_PARAMETER_VALUE", `The artifact '${path}' of run ${this.#runId} ${problem}.`);
  }

  async #downloadAll(files: readonly FileInfo[], folder: string): Promise<void> {
    for (const { path, isDir } of files) {
      if (isDir) await this.#downloadAll(await this.list(path), folder);
      else await this.#downloadFile(path, folder);
    }
  }

  /** Under another name until it is whole. */
  async #downloadFile(path: string, folder: string): Promise<void> {
    const body = await this.stream(path);
    const target = join(folder, path);
    const part = `${target}.part`;
    try {
      makeFolder(dirname(target));
      await pipeline(body, createWriteStream(part));
      await rename(part, target);
    } catch (error) {
      await rm(part, { force: true });
      throw s3Error(error, this.#root.bucket);
    }
  }

  /** Anyone who may write to the bucket can give an object any key: one that leads elsewhere once it is a path is passed over. */
  #isUsable(path: string): boolean {
    const isOdd = path.includes("\0") || path.split(/[/\\]/).some((name) => name === "" || /^\.\.?$/.test(name));
    if (isOdd) process.emitWarning(`The object '${path}' of run ${this.#runId} is left out: its key is no path.`);
    return !isOdd;
  }

  #locationOf(path: string): S3Location {
    const { bucket, key } = this.#root;
    return { bucket, key: key === "" ? path : `${key}/${path}` };
  }
}
