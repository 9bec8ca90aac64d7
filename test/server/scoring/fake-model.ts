import { enforce, modelParams } from "../../../src/models/signature/enforce.js";
import { ModelSignature } from "../../../src/models/signature/signature.js";
import type { ScoringModel } from "../../../src/server/scoring/scoring-model.js";

/** Two required numbers, an optional text and an optional time. */
export const columnSignature = ModelSignature.fromJSON({
  inputs: JSON.stringify([
    { type: "double", name: "acid", required: true },
    { type: "double", name: "pH", required: true },
    { type: "string", name: "color", required: false },
    { type: "datetime", name: "day", required: false },
  ]),
  outputs: JSON.stringify([{ type: "double", required: true }]),
});

export const tensorSignature = ModelSignature.fromJSON({
  inputs: JSON.stringify([{ type: "tensor", "tensor-spec": { dtype: "float32", shape: [-1, 2] } }]),
});

/** A model that checks as a loaded one does. */
export function fakeModel(
  predict: (data: unknown, params: Readonly<Record<string, unknown>>) => unknown,
  signature: ModelSignature | undefined = columnSignature,
): ScoringModel {
  return {
    uri: "runs:/0123/wine",
    flavor: "function",
    signature,
    async predict(data, params, options) {
      const all = modelParams(signature, params);
      if (signature) enforce(signature, data, options);
      return predict(data, all);
    },
  };
}

/** acid + 10 pH of each row. */
export const wine = fakeModel((rows) =>
  (rows as Array<{ acid: number; pH: number }>).map(({ acid, pH }) => acid + 10 * pH),
);
