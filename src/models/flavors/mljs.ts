import { readFile, writeFile } from "node:fs/promises";
import { ModelError } from "../../errors.js";
import { classOf, own } from "../../own.js";
import { peerPackage } from "../../peer-package.js";
import { fileInside } from "../package/model-files.js";
import { toRows } from "../signature/model-rows.js";
import { originOf } from "./class-origin.js";
import type { Flavor } from "./flavor.js";

interface Predictor {
  predict(rows: unknown): unknown;
}

interface ModelClass {
  readonly name: string;
  load(json: unknown, ...rest: unknown[]): Predictor;
}

/** Anything of a package that has `toJSON` and a static `load`: ml-random-forest, ml-cart, ml-knn and their family. */
export const mljs: Flavor = {
  name: "mljs",
  takes: "an instance of a package's class with toJSON and a static load (ml-random-forest, ml-knn, …)",
  async accepts(model, context) {
    const modelClass = loadingClass(model);
    return modelClass !== undefined && (await originOf(modelClass, context.package)) !== undefined;
  },
  async save(model, folder, context) {
    const modelClass = loadingClass(model);
    if (modelClass === undefined) {
      throw new ModelError(
        "INVALID_PARAMETER_VALUE",
        "The model needs the methods predict and toJSON, and its class a static load.",
      );
    }
    const text = JSON.stringify(model);
    const origin = await originOf(modelClass, context.package);
    if (origin === undefined) {
      const of = context.package === undefined ? "the package of" : `'${context.package}' as the package of`;
      throw new ModelError("INVALID_STATE", `Cannot find ${of} the class ${modelClass.name}.`, {
        hint: "Name the package: logModel(model, { package: 'ml-…' }). Or log a function that predicts with it.",
      });
    }
    await writeFile(fileInside(folder, "model.json"), text);
    return {
      config: { data: "model.json", package: origin.package, version: origin.version, export: origin.export },
      requirements: { [origin.package]: origin.version },
    };
  },
  async load(folder, config, { signature }) {
    const name = String(config.package);
    const exports = await peerPackage(name, "This model", folder);
    const modelClass = own(exports, String(config.export)) as ModelClass | undefined;
    if (typeof modelClass?.load !== "function") {
      throw new ModelError(
        "INVALID_STATE",
        `The package '${name}' has no class '${String(config.export)}' with a static load.`,
        {
          hint: `The model was logged with ${name}@${String(config.version)}. Install that version: npm i ${name}@${String(config.version)}.`,
        },
      );
    }
    const json: unknown = JSON.parse(await readFile(fileInside(folder, String(config.data)), "utf8"));
    const model = modelClass.load(json);
    const predict = await predictor(model, folder);
    return { native: model, predict: (data) => predict(toRows(data, signature?.inputs)) };
  },
};

function loadingClass(model: unknown): ModelClass | undefined {
  if (typeof model !== "object" || model === null) return undefined;
  const { predict, toJSON } = model as Record<string, unknown>;
  const found = classOf(model);
  if (typeof predict !== "function" || typeof toJSON !== "function" || found === undefined) return undefined;
  return typeof Reflect.get(found, "load") === "function" ? (found as ModelClass) : undefined;
}

/**
 * Row by row: some of the family take a batch of as many rows as there are features for something else (ml-naivebayes 4
 * refuses 3 rows of 2). Those that calculate with ml-matrix (ml-logistic-regression) want a Matrix instead of arrays.
 */
async function predictor(model: Predictor, folder: string): Promise<(rows: number[][]) => unknown> {
  const { Matrix } = await peerPackage("ml-matrix", "This model", folder).catch(() => ({ Matrix: undefined }));
  const MatrixClass = Matrix as (new (rows: number[][]) => unknown) | undefined;
  const state = { matrix: false };
  const one = (row: number[]): unknown => {
    if (state.matrix && MatrixClass !== undefined) return first(model.predict(new MatrixClass([row])));
    try {
      return first(model.predict([row]));
    } catch (error) {
      if (!(error instanceof TypeError) || MatrixClass === undefined) throw error;
      const value = first(model.predict(new MatrixClass([row])));
      state.matrix = true;
      return value;
    }
  };
  return (rows) => rows.map(one);
}

/** The prediction of the only row, whatever holds it. */
function first(prediction: unknown): unknown {
  const holder = prediction as { to2DArray?: () => unknown[] };
  const list = typeof holder?.to2DArray === "function" ? holder.to2DArray() : prediction;
  return Array.isArray(list) ? list[0] : list;
}
