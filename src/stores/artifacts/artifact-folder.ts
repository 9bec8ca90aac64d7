import { dirname, join, sep } from "node:path";
import { TrackingError } from "../../errors.js";
import { makeFolder } from "../../make-folder.js";
import type { ArtifactContent, ArtifactStore } from "../../tracking/artifact-store.js";
import type { FileInfo } from "../../tracking/types.js";
import type { Disk } from "../file/disk.js";
import { diskError } from "../file/disk-error.js";
import { RefusedPath } from "../file/link-guard.js";
import { noArtifact } from "../run-change.js";

/** Where npm puts links of its own: a model whose packages were installed in its folder holds some. */
const packages = "node_modules";

export interface ArtifactFolderHost {
  /** @throws {TrackingError} when the run takes no files: it is deleted, or was removed */
  checkOpen(): void;
  /** Told of what is passed over. */
  warn(problem: Error): void;
}

/** The artifacts of one run: a folder. Nothing outside it is read or written, also not through a symbolic link. */
export class ArtifactFolder implements ArtifactStore {
  readonly #root: string;
  readonly #runId: string;
  readonly #disk: Disk;
  readonly #host: ArtifactFolderHost;

  constructor(root: string, runId: string, disk: Disk, host: ArtifactFolderHost) {
    this.#root = root;
    this.#runId = runId;
    this.#disk = disk;
    this.#host = host;
  }

  async put(path: string, content: ArtifactContent): Promise<void> {
    const target = this.#pathOf(path);
    this.#host.checkOpen();
    this.#disk.makeFolder(dirname(target));
    const there = this.#disk.look(target);
    if (there?.isSymbolicLink()) throw new RefusedPath(target, there);
    if (there?.isDirectory()) {
      throw new TrackingError(
        "INVALID_PARAMETER_VALUE",
        `The artifact '${path}' of run ${this.#runId} is a folder; it cannot become a file.`,
      );
    }
    if (content instanceof Uint8Array) this.#disk.replace(target, content);
    else await this.#disk.replaceByCopy(target, content.file);
    // A run that was removed meanwhile has been given a folder again, with nothing but this file in it.
    this.#host.checkOpen();
  }

  async read(path: string): Promise<Uint8Array> {
    const target = this.#pathOf(path);
    const content = this.#disk.look(target)?.isDirectory() ? undefined : await this.#disk.readAsync(target);
    if (content === undefined) throw noArtifact(this.#runId, path);
    return content;
  }

  /** A link is removed, not what it leads to. */
  async remove(path: string): Promise<void> {
    const target = this.#pathOf(path);
    this.#host.checkOpen();
    const found = this.#disk.look(target);
    if (found === undefined) throw noArtifact(this.#runId, path);
    if (found.isDirectory()) await this.#disk.removeFolder(target);
    else this.#disk.remove(target);
  }

  /** One level. Anything but files and folders is left out, with a warning. */
  async list(path?: string): Promise<FileInfo[]> {
    const folder = path === undefined ? this.#root : this.#pathOf(path);
    const found = this.#disk.look(folder);
    if (found?.isSymbolicLink()) throw new RefusedPath(folder, found);
    if (!found?.isDirectory()) return [];
    const listed: FileInfo[] = [];
    for (const name of this.#disk.list(folder)) {
      if (name.startsWith(".") && name.endsWith(".tmp")) continue;
      const own = path === undefined ? name : `${path}/${name}`;
      const entry = this.#disk.look(join(folder, name));
      if (entry?.isDirectory()) listed.push({ path: own, isDir: true });
      else if (entry?.isFile()) listed.push({ path: own, isDir: false, fileSize: entry.size });
      else if (entry !== undefined) this.#host.warn(new RefusedPath(join(folder, name), entry));
    }
    return listed.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Copies a file, or a folder with all that is in it but links of npm. */
  async download(path: string, folder: string): Promise<string> {
    const source = await this.locate(path);
    const target = join(folder, path);
    this.#makeFolder(dirname(target));
    await this.#copyOut(source, target);
    return target;
  }

  /**
   * The absolute path of an artifact that exists, for others to read. Others would follow links, so a path with a link in it is refused.
   * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST; PERMISSION_DENIED naming a link
   */
  async locate(path: string): Promise<string> {
    const target = this.#pathOf(path);
    if (!this.#disk.exists(target)) throw noArtifact(this.#runId, path);
    this.#refuseLinks(target);
    return target;
  }

  /** Paths come from a client, which checks them, and from models.json, which anybody may have written. */
  #pathOf(path: string): string {
    const target = join(this.#root, path);
    if (target.startsWith(this.#root + sep)) return target;
    throw new TrackingError(
      "PERMISSION_DENIED",
      `The artifact '${path}' of run ${this.#runId} is outside the run's folder.`,
    );
  }

  #refuseLinks(path: string): void {
    const found = this.#disk.look(path);
    if (found === undefined || found.isFile()) return;
    if (!found.isDirectory()) throw new RefusedPath(path, found);
    for (const name of this.#disk.list(path)) {
      if (name !== packages || this.#disk.look(join(path, name))?.isSymbolicLink()) this.#refuseLinks(join(path, name));
    }
  }

  async #copyOut(source: string, target: string): Promise<void> {
    const found = this.#disk.look(source);
    if (found?.isFile()) await this.#disk.copyOut(source, target);
    if (!found?.isDirectory()) return;
    this.#makeFolder(target);
    for (const name of this.#disk.list(source)) await this.#copyOut(join(source, name), join(target, name));
  }

  /** Outside the store, where links are the user's own. */
  #makeFolder(path: string): void {
    try {
      makeFolder(path);
    } catch (cause) {
      throw diskError("make the folder", path, cause);
    }
  }
}
