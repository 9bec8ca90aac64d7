import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder } from "../make-folder.js";
import type { ArtifactContent } from "../tracking/store.js";
import type { FileInfo } from "../tracking/types.js";
import { noArtifact } from "./run-change.js";

/** The artifacts of one run, in memory. */
export class MemoryArtifacts {
  readonly #runId: string;
  readonly #files = new Map<string, Uint8Array>();

  constructor(runId: string) {
    this.#runId = runId;
  }

  async put(path: string, content: ArtifactContent): Promise<void> {
    this.#files.set(path, content instanceof Uint8Array ? content.slice() : await readFile(content.file));
  }

  /** @throws {TrackingError} RESOURCE_DOES_NOT_EXIST */
  read(path: string): Uint8Array {
    const found = this.#files.get(path);
    if (found === undefined) throw noArtifact(this.#runId, path);
    return found.slice();
  }

  /** One level, sorted by path. */
  list(path?: string): FileInfo[] {
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
