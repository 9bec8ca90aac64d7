import type { RunlabError } from "../../errors.js";
import type { Search } from "../../tracking/filter/filter-tree.js";
import { searchLoggedModelsIn, searchModelVersionsIn, searchRegisteredModelsIn } from "../../tracking/filter/search.js";
import type {
  LoggedModel,
  LoggedModelChanges,
  LoggedModelSearch,
  ModelRegistry,
  ModelVersion,
  ModelVersionChanges,
  NewLoggedModel,
  NewModelVersion,
  NewRegisteredModel,
  RegisteredModel,
  RegisteredModelChanges,
} from "../../tracking/registry.js";
import type { Page } from "../../tracking/types.js";
import { copyPage } from "../copies.js";
import { addLoggedModel, changeLoggedModel, removeLoggedModel, tagLoggedModel } from "./logged-models.js";
import { addVersion, changeVersion, removeVersion } from "./model-versions.js";
import { toModel, toVersion } from "./model-views.js";
import { addRegisteredModel, changeRegisteredModel, removeRegisteredModel } from "./registered-models.js";
import { findLoggedModel, findRegisteredModel, findVersion, type RegistryTable } from "./registry-table.js";

/** Where the one document of a registry lives. */
export interface RegistryHolder {
  /** As it stands now; not to be changed. */
  read(): RegistryTable;
  /** Why not everything could be read; what is not found may be there then. */
  readonly damage?: RunlabError | undefined;
  /** Changes it in place while nobody else does, and keeps it unless `change` throws. */
  change<T>(change: (table: RegistryTable) => T): Promise<T>;
}

/** A registry that fits into one document: thousands of models, not millions. */
export class DocumentRegistry implements ModelRegistry {
  readonly #holder: RegistryHolder;

  constructor(holder: RegistryHolder) {
    this.#holder = holder;
  }

  createLoggedModel(model: NewLoggedModel): Promise<LoggedModel> {
    return this.#change((table, now) => addLoggedModel(table, model, now));
  }

  async getLoggedModel(modelId: string): Promise<LoggedModel> {
    return this.#find((table) => findLoggedModel(table, modelId));
  }

  async searchLoggedModels(search: LoggedModelSearch): Promise<Page<LoggedModel>> {
    return copyPage(searchLoggedModelsIn(this.#holder.read().loggedModels, search), structuredClone);
  }

  async setLoggedModelTags(modelId: string, tags: Readonly<Record<string, string>>): Promise<void> {
    await this.#change((table, now) => tagLoggedModel(table, modelId, tags, now));
  }

  updateLoggedModel(modelId: string, changes: LoggedModelChanges): Promise<LoggedModel> {
    return this.#change((table, now) => changeLoggedModel(table, modelId, changes, now));
  }

  async deleteLoggedModel(modelId: string): Promise<void> {
    await this.#change((table) => removeLoggedModel(table, modelId));
  }

  createRegisteredModel(model: NewRegisteredModel): Promise<RegisteredModel> {
    return this.#change((table, now) => toModel(table, addRegisteredModel(table, model, now)));
  }

  async getRegisteredModel(name: string): Promise<RegisteredModel> {
    return this.#find((table) => toModel(table, findRegisteredModel(table, name)));
  }

  updateRegisteredModel(name: string, changes: RegisteredModelChanges): Promise<RegisteredModel> {
    return this.#change((table, now) => toModel(table, changeRegisteredModel(table, name, changes, now)));
  }

  async deleteRegisteredModel(name: string): Promise<void> {
    await this.#change((table) => removeRegisteredModel(table, name));
  }

  async searchRegisteredModels(search: Search): Promise<Page<RegisteredModel>> {
    const table = this.#holder.read();
    const models = table.registeredModels.map((entry) => toModel(table, entry));
    return copyPage(searchRegisteredModelsIn(models, search), structuredClone);
  }

  createModelVersion(version: NewModelVersion): Promise<ModelVersion> {
    return this.#change((table, now) => toVersion(table, addVersion(table, version, now)));
  }

  async getModelVersion(name: string, version: string): Promise<ModelVersion> {
    return this.#find((table) => toVersion(table, findVersion(table, name, version)));
  }

  updateModelVersion(name: string, version: string, changes: ModelVersionChanges): Promise<ModelVersion> {
    return this.#change((table, now) => toVersion(table, changeVersion(table, name, version, changes, now)));
  }

  async deleteModelVersion(name: string, version: string): Promise<void> {
    await this.#change((table) => removeVersion(table, name, version));
  }

  async searchModelVersions(search: Search): Promise<Page<ModelVersion>> {
    const table = this.#holder.read();
    const versions = table.modelVersions.map((entry) => toVersion(table, entry));
    return copyPage(searchModelVersionsIn(versions, search), structuredClone);
  }

  #find<T>(find: (table: RegistryTable) => T): T {
    try {
      return structuredClone(find(this.#holder.read()));
    } catch (error) {
      throw this.#holder.damage ?? error;
    }
  }

  #change<T>(change: (table: RegistryTable, now: number) => T): Promise<T> {
    return this.#holder.change((table) => structuredClone(change(table, Date.now())));
  }
}
