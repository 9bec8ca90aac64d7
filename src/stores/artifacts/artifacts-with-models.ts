import type { ArtifactContent, ArtifactStore } from "../../tracking/artifact-store.js";
import type { FileInfo } from "../../tracking/types.js";

/** Where one of MLflow's logged models has its files, and which folder of the run they are here. */
export interface ModelArtifacts {
  path: string;
  files: ArtifactStore;
}

/**
 * The files of a run as MLflow keeps them, those of each logged model in a location of their own, as one: each model is a folder of
 * the run.
 */
export class ArtifactsWithModels implements ArtifactStore {
  readonly #own: ArtifactStore;
  readonly #models: readonly ModelArtifacts[];
  readonly #refuse: (() => Promise<never>) | undefined;

  /** @param refuse - what a change is answered with; absent: files are put */
  constructor(own: ArtifactStore, models: readonly ModelArtifacts[], refuse?: () => Promise<never>) {
    this.#own = own;
    this.#models = models;
    this.#refuse = refuse;
  }

  put(path: string, content: ArtifactContent): Promise<void> {
    if (this.#refuse !== undefined) return this.#refuse();
    const { files, rest } = this.#locate(path);
    return files.put(rest, content);
  }

  read(path: string): Promise<Uint8Array> {
    const { files, rest } = this.#locate(path);
    return files.read(rest);
  }

  async list(path?: string): Promise<FileInfo[]> {
    const model = this.#models.find((one) => path === one.path || path?.startsWith(`${one.path}/`));
    if (path !== undefined && model !== undefined) {
      const rest = path.slice(model.path.length + 1);
      const listed = await model.files.list(rest === "" ? undefined : rest);
      return listed.map((file) => ({ ...file, path: `${model.path}/${file.path}` }));
    }
    const listed = await this.#own.list(path);
    if (path !== undefined) return listed;
    const folders = this.#models.map((one): FileInfo => ({ path: one.path, isDir: true }));
    const others = listed.filter((file) => !folders.some((folder) => folder.path === file.path));
    return [...others, ...folders].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async download(path: string, folder: string): Promise<string> {
    const { files, rest, prefix } = this.#locate(path);
    if (rest === "") {
      for (const file of await files.list()) await files.download(file.path, `${folder}/${prefix}`);
      return `${folder}/${path}`;
    }
    await files.download(rest, prefix === "" ? folder : `${folder}/${prefix}`);
    return `${folder}/${path}`;
  }

  /** Absent where files are elsewhere than on this machine. */
  get locate(): ArtifactStore["locate"] {
    const all = [this.#own, ...this.#models.map(({ files }) => files)];
    const ways = new Map(all.map((files) => [files, files.locate?.bind(files)]));
    if ([...ways.values()].includes(undefined)) return undefined;
    return (path) => {
      const { files, rest } = this.#locate(path);
      return ways.get(files)?.(rest) ?? Promise.reject(new Error(`'${path}' is nowhere.`));
    };
  }

  #locate(path: string): { files: ArtifactStore; rest: string; prefix: string } {
    for (const model of this.#models) {
      if (path === model.path) return { files: model.files, rest: "", prefix: model.path };
      if (path.startsWith(`${model.path}/`)) {
        return { files: model.files, rest: path.slice(model.path.length + 1), prefix: model.path };
      }
    }
    return { files: this.#own, rest: path, prefix: "" };
  }
}
