import { readFile } from "node:fs/promises";
import { isUnanswered } from "../../errors.js";
import type { ArtifactContent, ArtifactStore, OnSent } from "../../tracking/artifact-store.js";
import type { FileInfo } from "../../tracking/types.js";

/** What the files of a run need of its store. */
export interface SpooledRun {
  /** The files that the server has, once it has all that was logged. @throws {TrackingError} TEMPORARILY_UNAVAILABLE */
  remote(): Promise<ArtifactStore>;
  readonly isAway: boolean;
  /** Keeps a copy that is sent later. @returns false for a run of which this process knows nothing */
  keep(path: string, content: ArtifactContent): Promise<boolean>;
  /**
   * The path of the copy that waits; undefined when the server may have the file.
   * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST when nobody has it
   */
  kept(path: string): string | undefined;
}

/** The files of a run on a server. While it is away, what is put there waits on this machine, and is read there; other files need the server. */
export class SpooledArtifacts implements ArtifactStore {
  readonly #run: SpooledRun;

  constructor(run: SpooledRun) {
    this.#run = run;
  }

  async put(path: string, content: ArtifactContent, onSent?: OnSent): Promise<void> {
    if (this.#run.isAway && (await this.#run.keep(path, content))) return;
    try {
      await (await this.#run.remote()).put(path, content, onSent);
    } catch (error) {
      if (!isUnanswered(error) || !(await this.#run.keep(path, content))) throw error;
    }
  }

  async read(path: string): Promise<Uint8Array> {
    const copy = this.#run.isAway ? this.#run.kept(path) : undefined;
    if (copy !== undefined) return readFile(copy);
    return (await this.#run.remote()).read(path);
  }

  async list(path?: string): Promise<FileInfo[]> {
    return (await this.#run.remote()).list(path);
  }

  async download(path: string, folder: string): Promise<string> {
    return (await this.#run.remote()).download(path, folder);
  }
}
