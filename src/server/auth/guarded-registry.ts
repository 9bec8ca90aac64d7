import type {
  LoggedModel,
  LoggedModelChanges,
  LoggedModelSearch,
  ModelEnd,
  ModelRegistry,
  NewLoggedModel,
} from "../../tracking/registry.js";
import type { Page } from "../../tracking/types.js";
import type { Permissions } from "./permissions.js";

/** A registry that does for the user of the current request what that user may do: logged models are those of their experiment. */
export function guardedRegistry(registry: ModelRegistry, permissions: Permissions): ModelRegistry {
  const reading = <A extends unknown[], R>(call: (...args: A) => Promise<R>) => guarded(permissions, "read", call);
  const writing = <A extends unknown[], R>(call: (...args: A) => Promise<R>) => guarded(permissions, "write", call);
  const ofModel =
    <A extends unknown[], R>(call: (modelId: string, ...rest: A) => Promise<R>) =>
    async (modelId: string, ...rest: A): Promise<R> => {
      await permissions.checkModel(modelId, "write");
      return call(modelId, ...rest);
    };
  const finalize = registry.finalizeLoggedModel?.bind(registry);
  const update = registry.updateLoggedModel?.bind(registry);
  return {
    createLoggedModel: async (model: NewLoggedModel): Promise<LoggedModel> => {
      await permissions.check(model.experimentId, "write");
      await permissions.checkRun(model.sourceRunId, "write");
      return registry.createLoggedModel(model);
    },
    getLoggedModel: async (modelId: string): Promise<LoggedModel> => {
      const model = await registry.getLoggedModel(modelId);
      await permissions.check(model.experimentId, "read");
      return model;
    },
    searchLoggedModels: async (search: LoggedModelSearch): Promise<Page<LoggedModel>> => {
      if (search.experimentIds === undefined && permissions.user.admin) return registry.searchLoggedModels(search);
      const experimentIds = await permissions.readable(search.experimentIds);
      return registry.searchLoggedModels({ ...search, experimentIds });
    },
    setLoggedModelTags: ofModel(registry.setLoggedModelTags.bind(registry)),
    deleteLoggedModel: ofModel(registry.deleteLoggedModel.bind(registry)),
    ...(update === undefined
      ? {}
      : { updateLoggedModel: ofModel<[LoggedModelChanges], LoggedModel>((id, changes) => update(id, changes)) }),
    ...(finalize === undefined
      ? {}
      : { finalizeLoggedModel: ofModel<[ModelEnd], LoggedModel>((id, end) => finalize(id, end)) }),
    createRegisteredModel: writing(registry.createRegisteredModel.bind(registry)),
    getRegisteredModel: reading(registry.getRegisteredModel.bind(registry)),
    updateRegisteredModel: writing(registry.updateRegisteredModel.bind(registry)),
    deleteRegisteredModel: writing(registry.deleteRegisteredModel.bind(registry)),
    searchRegisteredModels: reading(registry.searchRegisteredModels.bind(registry)),
    createModelVersion: writing(registry.createModelVersion.bind(registry)),
    getModelVersion: reading(registry.getModelVersion.bind(registry)),
    updateModelVersion: writing(registry.updateModelVersion.bind(registry)),
    deleteModelVersion: writing(registry.deleteModelVersion.bind(registry)),
    searchModelVersions: reading(registry.searchModelVersions.bind(registry)),
  };
}

function guarded<A extends unknown[], R>(
  permissions: Permissions,
  wanted: "read" | "write",
  call: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  return async (...args) => {
    permissions.checkRegistry(wanted);
    return call(...args);
  };
}
