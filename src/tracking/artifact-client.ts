import { statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, posix, resolve } from "node:path";
import type { Readable } from "node:stream";
import { isNotFound, TrackingError } from "../errors.js";
import {
  appendTable,
  type LogFigureOptions,
  type LogImageOptions,
  type Table,
  type TableData,
  tablePath,
  toTable,
} from "./artifact-formats.js";
import type { ArtifactContent, OnSent } from "./artifact-store.js";
import { checkFigure, type Figure, svgOfFigure } from "./figure.js";
import { withLocalData } from "./figure-data.js";
import { decodeImage, imageExtension, imagePath } from "./image.js";
import { InOrder } from "./in-order.js";
import { checkWellFormed, jsonText } from "./json-text.js";
import { checkRegular, filesBelow, missingFile } from "./local-files.js";
import { quietFor } from "./progress.js";
import { RegistryClient } from "./registry-client.js";
import type { FileInfo } from "./types.js";
import { checkArtifactPath, checkRunId } from "./validation.js";
import { checkOptions, checkText, wrongType } from "./value-type.js";

/** The verbs of a run's files. Paths in a run are relative, with `/` between their parts. */
export class ArtifactClient extends RegistryClient {
  /** Calls that nobody awaits, as magics in a loop make them: of two for one file the later one is the last. */
  readonly #writes = new InOrder();

  /** Copies a file into the run, under the folder `artifactPath` when given. */
  async logArtifact(runId: string, localPath: string, artifactPath?: string): Promise<void> {
    checkText("The path of a file or folder", localPath);
    const info = await stat(localPath).catch((cause: unknown) => {
      throw missingFile(localPath, cause);
    });
    if (info.isDirectory()) {
      await this.logArtifacts(runId, localPath, inFolder(artifactPath, basename(resolve(localPath))));
      return;
    }
    checkRegular(localPath, info);
    const path = checkArtifactPath(inFolder(artifactPath, basename(localPath)));
    await this.#upload(runId, basename(localPath), [{ path, file: resolve(localPath) }]);
  }

  /** Writes bytes, or a copy of a file, to a file of the run, replacing one that is there. */
  async writeArtifact(runId: string, path: string, content: ArtifactContent): Promise<void> {
    const checked = checkArtifactPath(path);
    if (content instanceof Uint8Array) await this.#put(runId, checked, content);
    else await this.#upload(runId, posix.basename(checked), [{ path: checked, file: content.file }]);
  }

  /** Copies what is in a folder into the run, with its subfolders. */
  async logArtifacts(runId: string, localFolder: string, artifactPath?: string): Promise<void> {
    checkText("The path of a folder", localFolder);
    checkRunId(runId);
    const { artifactUri } = (await this.store.getRun(runId)).info;
    const files = await filesBelow(localFolder, artifactUri);
    const targets = files.map(({ file, path }) => ({ file, path: checkArtifactPath(inFolder(artifactPath, path)) }));
    await this.#upload(
      runId,
      `${files.length === 1 ? "1 file" : `${files.length} files`} of ${posix.basename(artifactPath || basename(resolve(localFolder)))}`,
      targets,
    );
  }

  /** Writes a text to a file of the run in UTF-8, replacing one that is there. */
  async logText(runId: string, text: string, artifactFile: string): Promise<void> {
    const path = checkArtifactPath(artifactFile);
    checkText(`The text of ${path}`, text);
    checkWellFormed(text, `The text of ${path}`);
    await this.#put(runId, path, Buffer.from(text, "utf8"));
  }

  /** Any value as JSON, indented by 2: see {@link jsonText}. */
  async logDict(runId: string, value: unknown, artifactFile: string): Promise<void> {
    const path = checkArtifactPath(artifactFile);
    if (value === undefined) throw wrongType(`The value of ${path} is undefined.`, value);
    await this.logText(runId, jsonText(value, `The value of ${path}`, { indent: 2 }), path);
  }

  /** As MLflow's log_table: a second call with the same file adds its rows, in the order of the calls, awaited or not. */
  async logTable(runId: string, data: TableData, artifactFile: string): Promise<void> {
    const path = tablePath(artifactFile);
    checkRunId(runId);
    const rows = asJson(toTable(data), path);
    const isNew = await this.#writes.run(`${runId}/${path}`, () => this.#addToTable(runId, path, rows));
    if (isNew) await this.#writes.run(runId, () => this.#listTable(runId, path));
  }

  /** A Vega-Lite spec as `.json`, or its picture as `.svg` (`options.svg`); an SVG as `.svg`. */
  async logFigure(runId: string, given: Figure, artifactFile: string, options: LogFigureOptions = {}): Promise<void> {
    const path = checkArtifactPath(artifactFile);
    const figure = withLocalData(given, path);
    checkFigure(figure, path);
    checkOptions("logFigure", options, "{ svg }");
    const picture = svgOfFigure(figure);
    if (picture !== undefined) return this.logText(runId, picture, path);
    if (path.endsWith(".json")) {
      // In a spec a field that is undefined means the default, and null often means none.
      const style = { indent: 2, omitUndefined: true };
      return this.logText(runId, jsonText(figure, `The figure of ${path}`, style), path);
    }
    if (!path.endsWith(".svg") || options.svg === undefined) {
      throw new TrackingError(
        "INVALID_PARAMETER_VALUE",
        `A figure can only be logged to a .json or .svg file; got '${path}'.`,
      );
    }
    await this.logText(runId, await options.svg, path);
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
    checkRunId(runId);
    const folder = path === undefined || path === "" ? undefined : checkArtifactPath(path);
    return (await this.store.artifacts(runId)).list(folder);
  }

  /** Removes a file, or a folder with all that is in it. @throws RESOURCE_DOES_NOT_EXIST; NOT_IMPLEMENTED where the store keeps every file */
  async deleteArtifacts(runId: string, path: string): Promise<void> {
    checkRunId(runId);
    const checked = checkArtifactPath(path);
    await this.#writes.run(`${runId}/${checked}`, async () => {
      const files = await this.store.artifacts(runId);
      if (files.remove === undefined)
        throw new TrackingError("NOT_IMPLEMENTED", `The store ${this.store.uri} does not remove single artifacts.`);
      await files.remove(checked);
    });
  }

  /** The bytes of one file. @throws RESOURCE_DOES_NOT_EXIST for a path that is not a file */
  async readArtifact(runId: string, path: string): Promise<Uint8Array> {
    checkRunId(runId);
    const checked = checkArtifactPath(path);
    return (await this.store.artifacts(runId)).read(checked);
  }

  /** The content of a file as it comes where it is far away, else its bytes. */
  async artifactContent(runId: string, path: string): Promise<Readable | Uint8Array> {
    checkRunId(runId);
    const checked = checkArtifactPath(path);
    const files = await this.store.artifacts(runId);
    return files.stream?.(checked) ?? files.read(checked);
  }

  /** The absolute path of an artifact, to be read there; undefined where artifacts are not files of this machine. */
  async localArtifactPath(runId: string, path: string): Promise<string | undefined> {
    checkRunId(runId);
    const checked = checkArtifactPath(path);
    return (await this.store.artifacts(runId)).locate?.(checked);
  }

  /** Copies an artifact (a file or folder) to `destination`; resolves with the local path. */
  async downloadArtifacts(runId: string, path: string, destination: string): Promise<string> {
    checkRunId(runId);
    checkText("The destination", destination);
    const checked = checkArtifactPath(path);
    return (await this.store.artifacts(runId)).download(checked, destination);
  }

  /** The run's artifact root, or the URI of one artifact. */
  async getArtifactUri(runId: string, path?: string): Promise<string> {
    checkRunId(runId);
    const { artifactUri } = (await this.store.getRun(runId)).info;
    return path === undefined || path === "" ? artifactUri : `${artifactUri}/${checkArtifactPath(path)}`;
  }

  async #put(runId: string, path: string, content: ArtifactContent, onSent?: OnSent): Promise<void> {
    checkRunId(runId);
    await this.#writes.run(`${runId}/${path}`, async () =>
      (await this.store.artifacts(runId)).put(path, content, onSent),
    );
  }

  /** Puts files one after the other, and shows how far that is when it takes long. */
  async #upload(runId: string, label: string, files: ReadonlyArray<{ path: string; file: string }>): Promise<void> {
    const sizes = files.map(({ file }) => sizeOf(file));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const progress = this.startProgress?.({ label, total, unit: "bytes", after: quietFor });
    try {
      for (const [at, { path, file }] of files.entries()) {
        let sent = 0;
        await this.#put(runId, path, { file }, (bytes) => {
          sent += bytes;
          progress?.advance(bytes);
        });
        progress?.advance((sizes[at] ?? 0) - sent);
      }
    } finally {
      progress?.end();
    }
  }

  /** @returns whether there was no such table before */
  async #addToTable(runId: string, path: string, rows: Table): Promise<boolean> {
    const before = await this.#readTable(runId, path);
    const table = before === undefined ? rows : appendTable(before, rows);
    await (await this.store.artifacts(runId)).put(path, Buffer.from(jsonText(table, path, { indent: 2 })));
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
      return JSON.parse(Buffer.from(await this.readArtifact(runId, path)).toString("utf8")) as Table;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}

/** 0 when it cannot be read, which copying it says. Not a promise: calls that nobody awaits keep their order. */
function sizeOf(file: string): number {
  try {
    return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  } catch {
    return 0;
  }
}

/** A table as it is now: what is in its cells may change before it is written. */
function asJson(table: Table, path: string): Table {
  const data = table.data.map((row, at) =>
    row.map((cell, column) => {
      if (typeof cell === "string" || typeof cell === "number" || typeof cell === "boolean" || cell === null)
        return cell;
      const what = `The cell of ${path} in row ${at}, column '${table.columns[column]}'`;
      return JSON.parse(jsonText(cell, what)) as unknown;
    }),
  );
  return { columns: table.columns, data };
}

function inFolder(folder: string | undefined, name: string): string {
  if (folder !== undefined) checkText("The folder in the run", folder);
  return folder === undefined || folder === "" ? name : `${folder}/${name}`;
}
