import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { TrackingError } from "../../errors.js";
import { makeFolder } from "../../make-folder.js";
import type { ArtifactContent, ArtifactStore } from "../../tracking/artifact-store.js";
import type { FileInfo } from "../../tracking/types.js";
import { noArtifact } from "../run-change.js";

/** The artifacts of one run, in memory. */
export class MemoryArtifacts implements ArtifactStore {
  readonly #runId: string;
  readonly #checkOpen: () => void;
  readonly #files = new Map<string, Uint8Array>();

  /** @param checkOpen - throws when the run takes no files */
  constructor(runId: string, checkOpen: () => void) {
    this.#runId = runId;
    this.#checkOpen = checkOpen;
  }

  async put(path: string, content: ArtifactContent): Promise<void> {
    this.#checkOpen();
    const clash = [...this.#files.keys()].find((name) => name.startsWith(`${path}/`) || path.startsWith(`${name}/`));
    if (clash !== undefined) {
      throw new TrackingError(
        "INVALID_PARAMETER_VALUE",
        `The artifact '${path}' of run ${this.#runId} cannot be a file: there is '${clash}'.`,
      );
    }
    this.#files.set(path, content instanceof Uint8Array ? Buffer.from(content) : await readFile(content.file));
  }

  /** @throws {TrackingError} RESOURCE_DOES_NOT_EXIST */
  async read(path: string): Promise<Uint8Array> {
    const found = this.#files.get(path);
    if (found === undefined) throw noArtifact(this.#runId, path);
    return Buffer.from(found);
  }

  async remove(path: string): Promise<void> {
    this.#checkOpen();
    const gone = [...this.#files.keys()].filter((name) => name === path || name.startsWith(`${path}/`));
    if (gone.length === 0) throw noArtifact(this.#runId, path);
    for (const name of gone) this.#files.delete(name);
  }

  /** One level, sorted by path. */
  async list(path?: string): Promise<FileInfo[]> {
    const prefix = path === undefined ? "" : `${path}/`;
    const listed = new Map<string, FileInfo>();
    for (const [name, bytes] of this.#files) {
      if (!name.startsWith(prefix)) continue;
      const slash = name.indexOf("/", prefix.length);
      const own = slash < 0 ? name : name.slice(0, slash);
      listed.set(own, slash < 0 ? { path: own, isDir: false, fileSize: bytes.length } : { path: own, isDir: true });
    }
    return [...listed.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Writes a file, or all below a folder, into `folder`. @throws {TrackingError} RESOURCE_DOES_NOT_EXIST */
  async download(path: string, folder: string): Promise<string> {
    const wanted = [...this.#files].filter(([name]) => name === path || name.startsWith(`${path}/`));
    if (wanted.length === 0) throw noArtifact(this.#runId, path);
    for (const [name, bytes] of wanted) {
      makeFolder(dirname(join(folder, name)));
      await writeFile(join(folder, name), bytes);
    }
    return join(folder, path);
  }
}
