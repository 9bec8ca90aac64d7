import type { ArtifactContent, ArtifactStore, OnSent } from "../../tracking/artifact-store.js";
import type { FileInfo, Run } from "../../tracking/types.js";
import { checkActive } from "../run-change.js";
import { openArtifacts } from "./open-artifacts.js";
import type { RestApi } from "./rest-api.js";
import type { RestRegistry } from "./rest-registry.js";

/**
 * The files of a run. MLflow keeps those of a logged model in a folder of the model's own; here they are the run's folder of the
 * model's path, as in every store.
 */
export class RunArtifacts implements ArtifactStore {
  readonly #run: Run;
  readonly #api: RestApi;
  readonly #registry: RestRegistry;
  readonly #own: ArtifactStore;

  constructor(run: Run, api: RestApi, registry: RestRegistry) {
    this.#run = run;
    this.#api = api;
    this.#registry = registry;
    this.#own = openArtifacts(run.info.artifactUri, api, run.info.runId);
  }

  async put(path: string, content: ArtifactContent, onSent?: OnSent): Promise<void> {
    checkActive(this.#run);
    // A model's folder is filled by the process that has logged it.
    const inside = inModel(path, this.#registry.madeFolders(this.#run.info.runId));
    await (inside === undefined
      ? this.#own.put(path, content, onSent)
      : this.#open(inside.uri).put(inside.path, content, onSent));
  }

  async read(path: string): Promise<Uint8Array> {
    const inside = inModel(path, await this.#models());
    return inside === undefined ? this.#own.read(path) : this.#open(inside.uri).read(inside.path);
  }

  async list(path?: string): Promise<FileInfo[]> {
    const models = await this.#models();
    const inside = path === undefined ? undefined : inModel(path, models, { itself: true });
    if (path === undefined || inside === undefined) return withFolders(await this.#own.list(path), models, path);
    const listed = await this.#open(inside.uri).list(inside.path === "" ? undefined : inside.path);
    return listed.map((file) => ({ ...file, path: `${inside.folder}/${file.path}` }));
  }

  async download(path: string, folder: string): Promise<string> {
    const inside = inModel(path, await this.#models(), { itself: true });
    if (inside === undefined) return this.#own.download(path, folder);
    const target = `${folder}/${inside.folder}`;
    const files = this.#open(inside.uri);
    if (inside.path !== "") return files.download(inside.path, target);
    for (const file of await files.list()) await files.download(file.path, target);
    return target;
  }

  #models(): Promise<ReadonlyMap<string, string>> {
    return this.#registry.foldersOf(this.#run.info);
  }

  #open(uri: string): ArtifactStore {
    return openArtifacts(uri, this.#api, this.#run.info.runId);
  }
}

/** The model's folder that a path leads into. */
function inModel(
  path: string,
  models: ReadonlyMap<string, string>,
  { itself = false } = {},
): { folder: string; uri: string; path: string } | undefined {
  for (const [folder, uri] of models) {
    if (path.startsWith(`${folder}/`)) return { folder, uri, path: path.slice(folder.length + 1) };
    if (itself && path === folder) return { folder, uri, path: "" };
  }
  return undefined;
}

/** With the folders of models that stand in the one that is listed. */
function withFolders(files: readonly FileInfo[], models: ReadonlyMap<string, string>, path?: string): FileInfo[] {
  const prefix = path === undefined ? "" : `${path}/`;
  const listed = new Map(files.map((file) => [file.path, file]));
  for (const folder of models.keys()) {
    if (!folder.startsWith(prefix)) continue;
    const own = prefix + (folder.slice(prefix.length).split("/")[0] ?? "");
    if (!listed.has(own)) listed.set(own, { path: own, isDir: true });
  }
  return [...listed.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
