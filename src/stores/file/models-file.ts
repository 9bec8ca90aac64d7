import { own } from "../../own.js";
import type { LoggedModel } from "../../tracking/registry.js";
import type { RegistryHolder } from "../registry/document-registry.js";
import { emptyRegistry, type ModelEntry, type RegistryTable, type VersionEntry } from "../registry/registry-table.js";
import { copyOf, damaged, isReadable, JsonDocument } from "./document.js";
import type { ExperimentsFile } from "./experiments-file.js";
import { fileStamp } from "./file-stamp.js";
import { FolderLock, type LockContext } from "./folder-lock.js";
import type { HeldDisk } from "./held-disk.js";
import type { StoreLayout } from "./layout.js";

/** On the disk, with MLflow's names. */
interface ModelsDocument {
  logged_models: Array<Record<string, unknown>>;
  registered_models: Array<Record<string, unknown>>;
  model_versions: Array<Record<string, unknown>>;
}

/** `models.json`: shared by every process on the store, so it is changed under a lock after reading it again. */
export class ModelsFile implements RegistryHolder {
  readonly #path: string;
  readonly #experiments: ExperimentsFile;
  readonly #lock: FolderLock;
  readonly #document: JsonDocument<ModelsDocument>;
  #cached: { stamp: string; table: RegistryTable } = { stamp: "", table: emptyRegistry() };

  constructor(layout: StoreLayout, context: LockContext, experiments: ExperimentsFile) {
    this.#path = layout.models;
    this.#experiments = experiments;
    this.#lock = new FolderLock(`${layout.lock}-models`, context);
    const empty: ModelsDocument = { logged_models: [], registered_models: [], model_versions: [] };
    this.#document = new JsonDocument<ModelsDocument>(this.#path, empty, { copy: copyOf(this.#path) });
  }

  read(): RegistryTable {
    const stamp = fileStamp(this.#path);
    if (stamp === undefined) return emptyRegistry();
    if (stamp !== this.#cached.stamp) this.#cached = { stamp, table: this.#load() };
    return this.#cached.table;
  }

  async change<T>(change: (table: RegistryTable) => T): Promise<T> {
    await this.#experiments.create();
    return this.#lock.hold((disk) => {
      const table = this.#load();
      const result = change(table);
      const document = {
        logged_models: table.loggedModels.map(toSnake),
        registered_models: table.registeredModels.map(toSnake),
        model_versions: table.modelVersions.map(toSnake),
      };
      this.#document.write(document, disk);
      return result;
    });
  }

  /** Puts the text of another document in the place of one that cannot be read, unless another process has done so by now. */
  async mend(replacement: (disk: HeldDisk) => string): Promise<void> {
    await this.#lock.hold((disk) => {
      if (!isReadable(() => this.#load())) disk.replace(this.#path, replacement(disk));
    });
  }

  #load(): RegistryTable {
    const document = this.#document.read();
    const rows = <T>(list: keyof ModelsDocument, ...keys: string[]): T[] => {
      if (!Array.isArray(document[list])) throw damaged(this.#path, `its ${list} are no list`);
      for (const row of document[list]) {
        const missing = keys.find((key) => typeof own(row, key) !== "string");
        if (missing !== undefined) throw damaged(this.#path, `one of its ${list} has no ${missing}`);
      }
      return document[list].map((row) => toCamel(row) as T);
    };
    return {
      loggedModels: rows<LoggedModel>("logged_models", "model_id", "source_run_id", "artifact_path"),
      registeredModels: rows<ModelEntry>("registered_models", "name"),
      modelVersions: rows<VersionEntry>("model_versions", "name", "version", "source"),
    };
  }
}

/** Names of the row itself; what is inside (tags, aliases, signature) is the user's. */
function toSnake(row: object): Record<string, unknown> {
  return renamed(row, (key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

function toCamel(row: object): Record<string, unknown> {
  return renamed(row, (key) => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));
}

function renamed(row: object, rename: (key: string) => string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [rename(key), value]));
}
