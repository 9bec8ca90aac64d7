import { constants, statSync } from "node:fs";
import { copyFile, cp, readdir, readFile, realpath, stat } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { TrackingError } from "../../errors.js";
import type { ArtifactContent } from "../../tracking/store.js";
import type { FileInfo } from "../../tracking/types.js";
import { noArtifact } from "../run-change.js";
import type { Disk } from "./disk.js";
import { diskError } from "./disk-error.js";

/** The artifacts of one run: a folder. Nothing outside it is read or written, also not through a symbolic link. */
export class ArtifactFolder {
  readonly #root: string;
  readonly #runId: string;
  readonly #disk: Disk;

  constructor(root: string, runId: string, disk: Disk) {
    this.#root = root;
    this.#runId = runId;
    this.#disk = disk;
  }

  async put(path: string, content: ArtifactContent): Promise<void> {
    const target = join(this.#root, path);
    this.#disk.makeFolder(dirname(target));
    await this.#checkInside(dirname(target), path);
    const there = await stat(target).catch(() => undefined);
    if (there?.isDirectory()) {
      throw new TrackingError(
        "INVALID_PARAMETER_VALUE",
        `The artifact '${path}' of run ${this.#runId} is a folder; it cannot become a file.`,
      );
    }
    if (content instanceof Uint8Array) this.#disk.replace(target, content);
    else await this.#disk.replaceByCopy(target, content.file);
  }

  async read(path: string): Promise<Uint8Array> {
    return readFile(await this.locate(path)).catch((cause: unknown) => {
      const { code } = cause as NodeJS.ErrnoException;
      throw code === "EISDIR" ? noArtifact(this.#runId, path) : diskError("read", join(this.#root, path), cause);
    });
  }

  async list(path?: string): Promise<FileInfo[]> {
    const folder = path === undefined ? this.#root : join(this.#root, path);
    const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
      const { code = "" } = cause as NodeJS.ErrnoException;
      if (["ENOENT", "ENOTDIR"].includes(code)) return [];
      throw diskError("list", folder, cause);
    });
    const listed: FileInfo[] = [];
    for (const entry of entries) {
      if (entry.name.startsWith(".") && entry.name.endsWith(".tmp")) continue;
      const own = path === undefined ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory()) listed.push({ path: own, isDir: true });
      else if (entry.isFile()) {
        // One by one and synchronous: ten thousand promises take three times as long.
        const file = statSync(join(folder, entry.name), { throwIfNoEntry: false });
        if (file !== undefined) listed.push({ path: own, isDir: false, fileSize: file.size });
      }
    }
    return listed.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async download(path: string, folder: string): Promise<string> {
    const source = await this.locate(path);
    const target = join(folder, path);
    this.#disk.makeFolder(dirname(target));
    if ((await stat(source)).isDirectory()) await cp(source, target, { recursive: true });
    else await copyFile(source, target, constants.COPYFILE_FICLONE);
    return target;
  }

  /** The absolute path of an artifact that exists. @throws {TrackingError} RESOURCE_DOES_NOT_EXIST */
  async locate(path: string): Promise<string> {
    const target = join(this.#root, path);
    if ((await stat(target).catch(() => undefined)) === undefined) throw noArtifact(this.#runId, path);
    await this.#checkInside(target, path);
    return target;
  }

  async #checkInside(target: string, path: string): Promise<void> {
    const [root, real] = await Promise.all([realpath(this.#root), realpath(target)]);
    if (real === root || real.startsWith(root + sep)) return;
    throw new TrackingError(
      "PERMISSION_DENIED",
      `The artifact '${path}' of run ${this.#runId} leads out of the run's folder by a link.`,
    );
  }
}
