import { createHash, randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { makeFolder } from "../../make-folder.js";
import { userStateFolder } from "../../user-folders.js";
import { diskError } from "../file/disk-error.js";
import { lifeOf, nameOfProcess, type ProcessIdentity, processNamed, thisProcess } from "../file/owner.js";
import type { SpoolHeader } from "./spool-entry.js";
import { countWaiting, headerOf, idOf, ownerOf, SpoolFile } from "./spool-file.js";

/**
 * Where changes wait that servers do not have yet: RUNLAB_SPOOL, else a folder of the user's.
 * @returns undefined when RUNLAB_SPOOL is `off`
 */
export function spoolRoot(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  if (env.RUNLAB_SPOOL === "off") return undefined;
  if (env.RUNLAB_SPOOL) return resolve(env.RUNLAB_SPOOL);
  const state = userStateFolder(env);
  return state === undefined ? resolve("runlab-spool") : join(state, "runlab", "spool");
}

/** The spools of one server: a folder with a file for each run of each process that has something to send. */
export class SpoolFolder {
  readonly path: string;
  readonly #store: string;
  readonly #self: ProcessIdentity;
  readonly #fsync: boolean;

  /** @param root - see {@link spoolRoot} */
  constructor(root: string, store: string, fsync = process.env.RUNLAB_DURABILITY === "fsync") {
    this.path = join(root, folderName(store));
    this.#store = store;
    this.#self = thisProcess();
    this.#fsync = fsync;
  }

  create(header: Omit<SpoolHeader, "version" | "store">): SpoolFile {
    try {
      // Runs may hold what others on this machine are not to see.
      makeFolder(this.path, { mode: 0o700 });
    } catch (cause) {
      throw diskError("make the spool", this.path, cause);
    }
    // Sorted by time: a parent comes before the runs in it.
    const id = `${Date.now().toString(36)}-${randomBytes(6).toString("hex")}`;
    const path = join(this.path, `${id}.${nameOfProcess(this.#self)}`);
    return SpoolFile.create(path, { version: 1, store: this.#store, ...header }, this.#fsync);
  }

  /**
   * Takes over what nobody sends any more, oldest first.
   * @param isOpen - whether this store sends a spool itself
   * @param force - also of processes on other hosts, which cannot be asked whether they live
   */
  *takeLeft(isOpen: (id: string) => boolean, force: boolean): Generator<SpoolFile> {
    for (const name of this.#names()) {
      if (isOpen(idOf(name)) || this.#lifeOfOwner(name) === "alive") continue;
      if (this.#lifeOfOwner(name) === "unknown" && !force) continue;
      const file = SpoolFile.take(join(this.path, name), nameOfProcess(this.#self), this.#fsync);
      if (file !== undefined) yield file;
    }
  }

  /** How many spools belong to other processes: to some that live, and to some that cannot be asked. */
  countElsewhere(): { alive: number; unknown: number } {
    const lives = this.#names().map((name) => this.#lifeOfOwner(name));
    const count = (life: string) => lives.filter((one) => one === life).length;
    return { alive: count("alive"), unknown: count("unknown") };
  }

  /** Changes that nobody sends any more, see {@link takeLeft}. */
  countLeft(isOpen: (id: string) => boolean): number {
    const left = this.#names().filter((name) => !isOpen(idOf(name)) && /own|dead/.test(this.#lifeOfOwner(name)));
    return left.reduce((sum, name) => sum + countWaiting(join(this.path, name)), 0);
  }

  #names(): string[] {
    return names(this.path).filter((name) => processNamed(ownerOf(name)) !== undefined);
  }

  #lifeOfOwner(name: string): "own" | "alive" | "dead" | "unknown" {
    if (this.#isOwn(name)) return "own";
    const owner = processNamed(ownerOf(name));
    if (owner === undefined) return "dead";
    // Before this machine was started, nothing that runs on it now did.
    if (owner.host === this.#self.host && bootOf(owner.start) !== bootOf(this.#self.start)) return "dead";
    return lifeOf(owner, this.#self);
  }

  #isOwn(name: string): boolean {
    return ownerOf(name) === nameOfProcess(this.#self);
  }
}

/** The addresses of the servers for which something waits. */
export function spooledStores(root: string): string[] {
  const found = names(root).flatMap((folder) => {
    const [first] = names(join(root, folder)).filter((name) => processNamed(ownerOf(name)) !== undefined);
    const header = first === undefined ? undefined : headerOf(join(root, folder, first));
    return header === undefined ? [] : [header.store];
  });
  return [...new Set(found)];
}

/** See `ProcessIdentity.start`. */
function bootOf(start: string): string {
  return start.slice(0, start.indexOf("-"));
}

function folderName(store: string): string {
  const host = store.replace(/^https?:\/\//, "").replace(/[^\w.-]+/g, "-");
  return `${host.slice(0, 60)}-${createHash("sha256").update(store).digest("hex").slice(0, 8)}`;
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
