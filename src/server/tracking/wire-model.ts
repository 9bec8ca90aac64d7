import { loggedModelToJson, modelVersionToJson, registeredModelToJson } from "../../tracking/mlflow-model-json.js";
import type { LoggedModel, ModelVersion, RegisteredModel } from "../../tracking/registry.js";
import { modelArtifactUri } from "./artifact-location.js";

/** A logged model as MLflow's server answers it: its files are behind this one. */
export function wireLoggedModel(model: LoggedModel): object {
  // Its place in the run is of use to runlab alone, which notes a digest of what it logs.
  const artifactPath = model.digest === undefined ? model.name : model.artifactPath;
  return loggedModelToJson({ ...model, artifactPath }, modelArtifactUri(model.experimentId, model.modelId));
}

/** A version as MLflow's server answers it, which tells no model's id: `source` names it. */
export function wireVersion(version: ModelVersion): object {
  const { model_id: _, user_id, ...json } = modelVersionToJson(version);
  return { ...json, ...(user_id ? { user_id } : {}), run_link: version.runLink ?? "" };
}

/** A version in a list, where MLflow names no aliases. */
export function wireListedVersion(version: ModelVersion): object {
  return wireVersion({ ...version, aliases: [] });
}

/** A registered model as MLflow's server answers it; an empty description is left out. */
export function wireRegisteredModel(model: RegisteredModel): object {
  const { description, latest_versions: _, ...json } = registeredModelToJson(model);
  const { latestVersions } = model;
  return {
    ...json,
    ...(description ? { description } : {}),
    ...(latestVersions.length === 0 ? {} : { latest_versions: latestVersions.map(wireListedVersion) }),
  };
}
