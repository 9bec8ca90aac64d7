import { ModelError } from "../../errors.js";
import { peerPackage, requirement } from "../../peer-package.js";
import type { Flavor } from "./flavor.js";

const packageName = "@huggingface/transformers";

/** A model of a hub, kept by reference: its weights are not copied. */
export interface TransformersReference {
  /** A pipeline's task: "text-classification", "feature-extraction", … */
  task: string;
  /** Id on the hub, or a folder. */
  model: string;
  /** Of `pipeline(task, model, options)`: `revision`, `dtype`, … */
  options?: Record<string, unknown>;
}

type Pipeline = (input: unknown, options?: unknown) => Promise<unknown>;

/** A pipeline of Transformers.js, by task and model id. */
export const transformersJs: Flavor = {
  name: "transformers_js",
  takes: "a Transformers.js pipeline, or { task, model } that names one",
  accepts: (model) => referenceOf(model) !== undefined,
  async save(model) {
    const reference = referenceOf(model);
    if (reference === undefined) {
      throw new ModelError("INVALID_PARAMETER_VALUE", "This is neither a pipeline nor { task, model }.");
    }
    return { config: { ...reference }, requirements: requirement(packageName) };
  },
  async load(folder, config) {
    const { pipeline } = await peerPackage(packageName, "A Transformers.js model", folder);
    const make = pipeline as (task: string, model: string, options?: unknown) => Promise<Pipeline>;
    const native = await make(String(config.task), String(config.model), config.options);
    return { native, predict: (data, params) => native(data, params) };
  },
};

function referenceOf(model: unknown): TransformersReference | undefined {
  if ((typeof model !== "object" && typeof model !== "function") || model === null) return undefined;
  const { task, model: inner, options } = model as Record<string, unknown>;
  if (typeof task !== "string") return undefined;
  if (typeof inner === "string") return { task, model: inner, ...(isRecord(options) ? { options } : {}) };
  const config = isRecord(inner) ? inner.config : undefined;
  const id = isRecord(config) ? config._name_or_path : undefined;
  return typeof id === "string" && id !== "" ? { task, model: id } : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
