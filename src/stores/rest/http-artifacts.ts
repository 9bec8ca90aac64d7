import { createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { RunlabError, TrackingError } from "../../errors.js";
import { makeFolder } from "../../make-folder.js";
import type { ArtifactContent, ArtifactStore, OnSent } from "../../tracking/artifact-store.js";
import type { FileInfo } from "../../tracking/types.js";
import { noArtifact } from "../run-change.js";
import type { HttpAnswer } from "./http-connection.js";
import { uploadInParts } from "./multipart-upload.js";
import type { RestApi } from "./rest-api.js";
import { sentFile } from "./sent-file.js";

const proxy = "/api/2.0/mlflow-artifacts/artifacts";

/** How often a file is asked for again when its connection ends before the file does. */
const downloads = 4;

interface FileJson {
  /** Relative to the folder that was asked for. */
  path: string;
  is_dir: boolean;
  file_size?: number | string;
}

/** The files below one folder of a tracking server's artifact proxy. They are streamed, in and out. */
export class HttpArtifacts implements ArtifactStore {
  readonly #api: RestApi;
  readonly #root: string;
  readonly #runId: string;

  /** @param root - the folder, as its path after `mlflow-artifacts:/` */
  constructor(api: RestApi, root: string, runId: string) {
    this.#api = api;
    this.#root = root;
    this.#runId = runId;
  }

  async put(path: string, content: ArtifactContent, onSent?: OnSent): Promise<void> {
    checkName(path, this.#runId);
    const length = content instanceof Uint8Array ? content.length : (await stat(content.file)).size;
    if (!(content instanceof Uint8Array) && (await this.#putInParts(path, content.file, length, onSent))) return;
    const endpoint = this.#endpoint(path);
    const body = content instanceof Uint8Array ? () => content : sentFile(content.file, {}, onSent);
    try {
      const { answer } = (await this.#api.send(
        () => ({
          method: "PUT",
          url: this.#api.address + endpoint,
          headers: { "content-type": "application/octet-stream", "content-length": String(length) },
          body: body(),
        }),
        endpoint,
      )) as { answer: HttpAnswer };
      answer.body.resume();
    } catch (error) {
      if (await this.#isFolder(path, error)) throw this.#isTaken(path, error);
      throw error;
    }
  }

  /** @returns false when the file is small, or the server's storage takes no parts */
  async #putInParts(path: string, file: string, size: number, onSent?: OnSent): Promise<boolean> {
    const { parts } = this.#api;
    if (size < parts.minimum || !(await this.#api.takesParts())) return false;
    return uploadInParts(this.#api, `${this.#root}/${path}`, file, { size, part: parts.part, onSent });
  }

  async read(path: string): Promise<Uint8Array> {
    return this.#fetch(path, async ({ body }) => {
      const chunks: Buffer[] = [];
      for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
      return Buffer.concat(chunks);
    });
  }

  async list(path?: string): Promise<FileInfo[]> {
    const folder = path === undefined ? this.#root : `${this.#root}/${path}`;
    const { files = [] } = await this.#api.call<{ files?: FileJson[] }>("GET", proxy, { query: { path: folder } });
    const prefix = path === undefined ? "" : `${path}/`;
    return files
      .map(({ path: name, is_dir: isDir, file_size: size }): FileInfo => {
        const own = prefix + name;
        return isDir ? { path: own, isDir } : { path: own, isDir: false, fileSize: Number(size ?? 0) };
      })
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async download(path: string, folder: string): Promise<string> {
    const files = await this.list(path);
    if (files.length > 0) await this.#downloadAll(files, folder);
    else await this.#downloadFile(path, folder);
    return join(folder, path);
  }

  async #downloadAll(files: readonly FileInfo[], folder: string): Promise<void> {
    for (const { path, isDir } of files) {
      checkInside(path);
      if (isDir) await this.#downloadAll(await this.list(path), folder);
      else await this.#downloadFile(path, folder);
    }
  }

  /** Under another name until it is whole. */
  async #downloadFile(path: string, folder: string): Promise<void> {
    const target = join(folder, path);
    const part = `${target}.part`;
    await this.#fetch(path, async ({ body }) => {
      makeFolder(dirname(target));
      await pipeline(body, createWriteStream(part));
    }).catch(async (error: unknown) => {
      await rm(part, { force: true });
      throw error;
    });
    await rename(part, target);
  }

  async #fetch<T>(path: string, take: (answer: HttpAnswer) => Promise<T>): Promise<T> {
    const endpoint = this.#endpoint(path);
    for (let attempt = 1; ; attempt++) {
      const { answer } = (await this.#api
        .send(() => ({ method: "GET", url: this.#api.address + endpoint, headers: {} }), endpoint)
        .catch(async (error: unknown) => {
          if (isMissing(error) || (await this.#isFolder(path, error))) throw noArtifact(this.#runId, path);
          throw error;
        })) as { answer: HttpAnswer };
      try {
        return await take(answer);
      } catch (cause) {
        const failure = this.#api.failureOf(cause);
        if (failure === undefined) throw cause;
        if (attempt >= downloads) throw failure;
      }
    }
  }

  /** Whether a request failed because a folder is at this path, which the server reports as a mere failure. */
  async #isFolder(path: string, error: unknown): Promise<boolean> {
    if (!(error instanceof RunlabError) || error.code === "TEMPORARILY_UNAVAILABLE") return false;
    return (await this.list(path).catch(() => [])).length > 0;
  }

  #isTaken(path: string, cause: unknown): TrackingError {
    return new TrackingError(
      "INVALID_PARAMETER_VALUE",
      `The artifact '${path}' of run ${this.#runId} is a folder; it cannot become a file.`,
      { cause },
    );
  }

  #endpoint(path: string): string {
    return `${proxy}/${`${this.#root}/${path}`.split("/").map(encodeURIComponent).join("/")}`;
  }
}

/** MLflow's proxy decodes a path until nothing is left to be decoded, and refuses `#`. */
function checkName(path: string, runId: string): void {
  if (!/#|%[\da-f]{2}|[?;](?:\/|$)/i.test(path)) return;
  throw new TrackingError(
    "INVALID_PARAMETER_VALUE",
    `MLflow's server cannot keep the artifact '${path}' of run ${runId} under this name.`,
    { hint: "Its names take no '#', no '%' followed by two hex digits, and no '?' or ';' at the end." },
  );
}

/** A server may name any path in its list. */
function checkInside(path: string): void {
  if (!path.split(/[/\\]/).includes("..") && !path.includes("\0")) return;
  throw new TrackingError(
    "PERMISSION_DENIED",
    `The tracking server lists an artifact '${path}' that is outside its folder.`,
  );
}

function isMissing(error: unknown): boolean {
  return error instanceof RunlabError && error.code === "RESOURCE_DOES_NOT_EXIST";
}
