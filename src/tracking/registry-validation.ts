import { ModelError } from "../errors.js";
import { type ModelStage, modelStages, type NewLoggedModel } from "./registry.js";
import { checkArtifactPath, checkLength, checkRunId } from "./validation.js";
import { checkText } from "./value-type.js";

/** @throws {ModelError} INVALID_PARAMETER_VALUE: MLflow's rule for the name of a registered model */
export function checkModelName(name: string): void {
  checkText("The name of a registered model", name);
  if (name.trim() === "") throw invalid("Registered model name cannot be empty.");
  if (/[/:]/.test(name)) {
    throw invalid(`Invalid model name: '${name}'.`, "The name of a registered model cannot contain '/' or ':'.");
  }
  checkLength("Registered model name", name, 256);
}

/** @throws {ModelError} INVALID_PARAMETER_VALUE for an id, a name or a place that no logged model has */
export function checkLoggedModel({
  modelId,
  name,
  experimentId,
  sourceRunId,
  artifactPath,
  modelType,
}: NewLoggedModel): void {
  checkText("The id of a logged model", modelId);
  if (!/^m-[0-9a-f]{32}$/.test(modelId))
    throw invalid(`Invalid logged model ID: '${modelId}'.`, "It is m- and 32 hex digits.");
  checkLoggedModelName(name);
  checkText("The id of an experiment", experimentId);
  checkRunId(sourceRunId);
  checkArtifactPath(artifactPath);
  checkText("The type of a logged model", modelType);
}

/** MLflow's rule for the name of a logged model, but that a dot is fine: `elasticnet_alpha_0.2`. @returns it */
export function checkLoggedModelName(name: string): string {
  checkText("The name of a model", name);
  if (name.trim() !== "" && !/[/:%"'\\]/.test(name)) return checkArtifactPath(name);
  throw invalid(`Invalid model name: '${name}'.`, "A model's name must not be empty and cannot contain / \\ : % \" '.");
}

/** @throws {ModelError} INVALID_PARAMETER_VALUE: MLflow's rule for an alias */
export function checkAlias(alias: string): void {
  checkText("An alias", alias);
  if (!/^[\w-]{1,255}$/.test(alias)) {
    throw invalid(
      `Invalid alias name: '${alias}'.`,
      "An alias can contain letters, digits, '_' and '-', and at most 255 characters.",
    );
  }
  if (alias.toLowerCase() === "latest")
    throw invalid("'latest' always means the newest version and cannot be an alias. Choose another name.");
  if (/^v\d+$/i.test(alias))
    throw invalid(`Version alias name '${alias}' is reserved.`, "Choose a name that is not a version number.");
}

/** A stage in any case of letters. @throws {ModelError} INVALID_PARAMETER_VALUE for another word */
export function toStage(stage: string): ModelStage {
  checkText("A stage", stage);
  const known = modelStages.find((word) => word.toLowerCase() === stage.toLowerCase());
  if (known !== undefined) return known;
  throw invalid(
    `Invalid Model Version stage: ${stage}. Value must be one of ${modelStages.join(", ")}.`,
    "To use another name, set an alias with setRegisteredModelAlias.",
  );
}

/** @throws {ModelError} INVALID_PARAMETER_VALUE: MLflow archives what had a stage in these two only */
export function checkArchives(stage: ModelStage): void {
  if (stage === "Staging" || stage === "Production") return;
  throw invalid(`Existing versions can be archived only when a version moves to Staging or Production; got ${stage}.`);
}

function invalid(message: string, hint?: string): ModelError {
  return new ModelError("INVALID_PARAMETER_VALUE", message, hint === undefined ? {} : { hint });
}
