import { ModelError } from "../../errors.js";
import type { Search } from "../../tracking/filter/filter-tree.js";
import { searchLoggedModelsIn, searchModelVersionsIn, searchRegisteredModelsIn } from "../../tracking/filter/search.js";
import {
  type LoggedModel,
  type LoggedModelSearch,
  type ModelVersion,
  modelStages,
  type RegisteredModel,
} from "../../tracking/registry.js";
import type { Page } from "../../tracking/types.js";

/** The half of a registry that reads, over a store of MLflow's that is read whole at each call. */
export abstract class ModelReader {
  /** All logged models. */
  protected abstract loggedModels(): Promise<LoggedModel[]>;
  protected abstract registeredModels(): Promise<RegisteredModel[]>;
  /** By name, oldest first. @param ofModel - those of one model alone */
  protected abstract versions(ofModel?: string): Promise<ModelVersion[]>;

  async getLoggedModel(modelId: string): Promise<LoggedModel> {
    const found = (await this.loggedModels()).find((model) => model.modelId === modelId);
    if (found !== undefined) return found;
    throw new ModelError("RESOURCE_DOES_NOT_EXIST", `Logged model with ID '${modelId}' not found.`);
  }

  async searchLoggedModels(search: LoggedModelSearch): Promise<Page<LoggedModel>> {
    return searchLoggedModelsIn(await this.loggedModels(), search);
  }

  async getRegisteredModel(name: string): Promise<RegisteredModel> {
    const found = (await this.registeredModels()).find((model) => model.name === name);
    if (found !== undefined) return found;
    throw new ModelError("RESOURCE_DOES_NOT_EXIST", `Registered Model with name=${name} not found`);
  }

  async searchRegisteredModels(search: Search): Promise<Page<RegisteredModel>> {
    return searchRegisteredModelsIn(await this.registeredModels(), search);
  }

  async getModelVersion(name: string, version: string): Promise<ModelVersion> {
    const found = (await this.versions(name)).find((one) => one.version === version);
    if (found !== undefined) return found;
    throw new ModelError("RESOURCE_DOES_NOT_EXIST", `Model Version (name=${name}, version=${version}) not found`);
  }

  async searchModelVersions(search: Search): Promise<Page<ModelVersion>> {
    return searchModelVersionsIn(await this.versions(), search);
  }
}

/** The newest version of each stage. @param versions - of one model, oldest first */
export function latestVersions(versions: readonly ModelVersion[]): ModelVersion[] {
  return modelStages.flatMap((stage) => {
    const newest = versions.filter(({ currentStage }) => currentStage === stage).at(-1);
    return newest === undefined ? [] : [newest];
  });
}
