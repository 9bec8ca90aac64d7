import type { ArtifactContent, ArtifactStore, OnSent } from "../../tracking/artifact-store.js";
import type { FileInfo } from "../../tracking/types.js";
import { isAway } from "./reach.js";

/** What the files of a run need of its store. */
export interface SpooledRun {
  /** The files that the server has, once it has all that was logged. @throws {TrackingError} TEMPORARILY_UNAVAILABLE */
  remote(): Promise<ArtifactStore>;
  readonly isAway: boolean;
  /** Keeps a copy that is sent later. @returns false for a run of which this process knows nothing */
  keep(path: string, content: ArtifactContent): Promise<boolean>;
}

/** The files of a run on a server. While it is away, what is put there waits on this machine; reading needs the server. */
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
      if (!isAway(error) || !(await this.#run.keep(path, content))) throw error;
    }
  }

  async read(path: string): Promise<Uint8Array> {
    return (await this.#run.remote()).read(path);
  }

  async list(path?: string): Promise<FileInfo[]> {
    return (await this.#run.remote()).list(path);
  }

  async download(path: string, folder: string): Promise<string> {
    return (await this.#run.remote()).download(path, folder);
  }
}
