import { ModelError } from "../../errors.js";

/** @throws {ModelError} INVALID_PARAMETER_VALUE for no rows, or of different length */
export function sameLength(targets: readonly unknown[], predictions: readonly unknown[]): void {
  if (targets.length === 0) throw new ModelError("INVALID_PARAMETER_VALUE", "There are no rows to evaluate.");
  if (targets.length === predictions.length) return;
  throw new ModelError(
    "INVALID_PARAMETER_VALUE",
    `There are ${targets.length} targets and ${predictions.length} predictions.`,
    { hint: "The model must give one prediction for each row." },
  );
}
