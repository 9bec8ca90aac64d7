import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { TrackingError } from "../errors.js";
import {
  appendTable,
  type LogFigureOptions,
  type LogImageOptions,
  type Table,
  type TableData,
  toJson,
  toTable,
} from "./artifact-formats.js";
import { decodeImage, imageExtension, imagePath } from "./image.js";
import { InOrder } from "./in-order.js";
import { filesBelow, missingFile } from "./local-files.js";
import { RegistryClient } from "./registry-client.js";
import type { ArtifactContent } from "./store.js";
import type { FileInfo } from "./types.js";
import { checkArtifactPath } from "./validation.js";

/** The verbs of a run's files. Paths in a run are relative, with `/` between their parts. */
export class ArtifactClient extends RegistryClient {
  /** Calls that nobody awaits, as magics in a loop make them: of two for one file the later one is the last. */
  readonly #writes = new InOrder();

  /** Copies a file into the run, under the folder `artifactPath` when given. */
  async logArtifact(runId: string, localPath: string, artifactPath?: string): Promise<void> {
    const info = await stat(localPath).catch((cause: unknown) => {
      throw missingFile(localPath, cause);
    });
    if (info.isDirectory()) {
      await this.logArtifacts(runId, localPath, inFolder(artifactPath, basename(resolve(localPath))));
      return;
    }
    const path = checkArtifactPath(inFolder(artifactPath, basename(localPath)));
    await this.#put(runId, path, { file: resolve(localPath) });
  }

  /** Copies what is in a folder into the run, with its subfolders. */
  async logArtifacts(runId: string, localFolder: string, artifactPath?: string): Promise<void> {
    const { artifactUri } = (await this.store.getRun(runId)).info;
    const files = await filesBelow(localFolder, artifactUri);
    const targets = files.map(({ path }) => checkArtifactPath(inFolder(artifactPath, path)));
    for (const [at, { file }] of files.entries()) await this.#put(runId, targets[at] ?? "", { file });
  }

  /** Puts a text in the place of the file, UTF-8. */
  async logText(runId: string, text: string, artifactFile: string): Promise<void> {
    await this.#put(runId, checkArtifactPath(artifactFile), Buffer.from(text, "utf8"));
  }

  /** Any JSON value, indented by 2. */
  async logDict(runId: string, value: unknown, artifactFile: string): Promise<void> {
    await this.logText(runId, toJson(value), artifactFile);
  }

  /** As MLflow's log_table: a second call with the same file adds its rows, in the order of the calls, awaited or not. */
  async logTable(runId: string, data: TableData, artifactFile: string): Promise<void> {
    const path = checkArtifactPath(artifactFile);
    if (!path.endsWith(".json")) {
      throw new TrackingError("INVALID_PARAMETER_VALUE", `A table is logged to a .json file; got '${artifactFile}'.`);
    }
    const rows = toTable(data);
    const isNew = await this.#writes.run(`${runId}/${path}`, () => this.#addToTable(runId, path, rows));
    if (isNew) await this.#writes.run(runId, () => this.#listTable(runId, path));
  }

  /** A Vega-Lite spec as `.json`, or its picture as `.svg` (`options.svg`). */
  async logFigure(
    runId: string,
    spec: Readonly<Record<string, unknown>>,
    artifactFile: string,
    options: LogFigureOptions = {},
  ): Promise<void> {
    if (artifactFile.endsWith(".json")) return this.logDict(runId, spec, artifactFile);
    if (!artifactFile.endsWith(".svg") || options.svg === undefined) {
      throw new TrackingError("INVALID_PARAMETER_VALUE", `A figure is logged as .json or .svg; got '${artifactFile}'.`);
    }
    await this.logText(runId, await options.svg, artifactFile);
  }

  /** An encoded picture: its bytes, base64 text or a data URL; under a file's name, or under a key and a step as MLflow has it. */
  async logImage(runId: string, image: Uint8Array | string, target: string | LogImageOptions): Promise<void> {
    if (typeof target === "string") {
      await this.#put(runId, checkArtifactPath(target), decodeImage(image, target));
      return;
    }
    const bytes = decodeImage(image);
    await this.#put(runId, imagePath(target, imageExtension(bytes)), bytes);
    await this.store.logBatch(runId, { tags: { "mlflow.loggedImages": "true" } });
  }

  /** One level of the run's files, or of a folder of them, sorted by path; a file's own path gives nothing. */
  async listArtifacts(runId: string, path?: string): Promise<FileInfo[]> {
    return this.store.listArtifacts(runId, path === undefined || path === "" ? undefined : checkArtifactPath(path));
  }

  /** Copies an artifact (a file or folder) to `destination`; resolves with the local path. */
  async downloadArtifacts(runId: string, path: string, destination: string): Promise<string> {
    return this.store.downloadArtifact(runId, checkArtifactPath(path), destination);
  }

  /** The run's artifact root, or the URI of one artifact. */
  async getArtifactUri(runId: string, path?: string): Promise<string> {
    const { artifactUri } = (await this.store.getRun(runId)).info;
    return path === undefined || path === "" ? artifactUri : `${artifactUri}/${checkArtifactPath(path)}`;
  }

  async #put(runId: string, path: string, content: ArtifactContent): Promise<void> {
    await this.#writes.run(`${runId}/${path}`, () => this.store.putArtifact(runId, path, content));
  }

  /** @returns whether there was no such table before */
  async #addToTable(runId: string, path: string, rows: Table): Promise<boolean> {
    const before = await this.#readTable(runId, path);
    const table = before === undefined ? rows : appendTable(before, rows);
    await this.store.putArtifact(runId, path, Buffer.from(toJson(table)));
    return before === undefined;
  }

  /** MLflow's page shows the tables that this tag names. */
  async #listTable(runId: string, path: string): Promise<void> {
    const run = await this.store.getRun(runId);
    const listed: unknown = JSON.parse(run.data.tags["mlflow.loggedArtifacts"] ?? "[]");
    const logged = JSON.stringify([...(Array.isArray(listed) ? listed : []), { path, type: "table" }]);
    await this.store.logBatch(runId, { tags: { "mlflow.loggedArtifacts": logged } });
  }

  async #readTable(runId: string, path: string): Promise<Table | undefined> {
    try {
      return JSON.parse(Buffer.from(await this.store.readArtifact(runId, path)).toString("utf8")) as Table;
    } catch (error) {
      if (error instanceof TrackingError && error.code === "RESOURCE_DOES_NOT_EXIST") return undefined;
      throw error;
    }
  }
}

function inFolder(folder: string | undefined, name: string): string {
  return folder === undefined || folder === "" ? name : `${folder}/${name}`;
}
