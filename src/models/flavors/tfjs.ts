import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ModelError } from "../../errors.js";
import { peerPackage, peerVersion, requirement } from "../../peer-package.js";
import { readData } from "../data/read-data.js";
import { fileInside } from "../package/model-files.js";
import { ordered, toRows } from "../signature/model-rows.js";
import type { Schema } from "../signature/schema.js";
import { type Flavor, notTaken } from "./flavor.js";

const packageName = "@tensorflow/tfjs";

/** @see @tensorflow/tfjs-core `io.ModelArtifacts` */
interface ModelArtifacts {
  modelTopology?: unknown;
  weightSpecs?: unknown[];
  weightData?: ArrayBuffer | ArrayBuffer[];
  format?: string;
  [key: string]: unknown;
}

interface Tensor {
  array(): Promise<unknown>;
  dispose(): void;
}

interface TfModel {
  save(handler: { save(artifacts: ModelArtifacts): Promise<unknown> }): Promise<unknown>;
  predict(inputs: unknown): Tensor | Tensor[] | Record<string, Tensor>;
  readonly inputs?: ReadonlyArray<{ name: string; shape: ReadonlyArray<number | null>; dtype: string }>;
  dispose?(): void;
}

interface Tf {
  loadLayersModel(handler: { load(): Promise<ModelArtifacts> }): Promise<TfModel>;
  loadGraphModel(handler: { load(): Promise<ModelArtifacts> }): Promise<TfModel>;
  tensor(values: unknown, shape?: readonly number[], dtype?: string): Tensor;
}

/** A TensorFlow.js model, of layers or a graph: `model.json` and `weights.bin`, as tfjs itself writes them. */
export const tfjs: Flavor = {
  name: "tfjs",
  takes: "a TensorFlow.js LayersModel or GraphModel",
  accepts: isTfModel,
  async save(model, folder) {
    if (!isTfModel(model)) throw notTaken(this, model);
    const kept: { artifacts?: ModelArtifacts } = {};
    await (model as TfModel).save({
      save: async (artifacts) => {
        kept.artifacts = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
      },
    });
    if (kept.artifacts === undefined) throw new ModelError("INVALID_STATE", "tfjs returned nothing to save.");
    const { weightData, weightSpecs = [], ...topology } = kept.artifacts;
    const manifest = [{ paths: ["weights.bin"], weights: weightSpecs }];
    await writeFile(join(folder, "model.json"), `${JSON.stringify({ ...topology, weightsManifest: manifest })}\n`);
    await writeFile(join(folder, "weights.bin"), weightBytes(weightData));
    const format = kept.artifacts.format === "graph-model" ? "graph-model" : "layers-model";
    return {
      config: { data: "model.json", format, version: peerVersion(packageName) ?? null },
      requirements: requirement(packageName),
    };
  },
  async load(folder, config, { signature }) {
    const tf = (await peerPackage(packageName, "A TensorFlow.js model", folder)) as unknown as Tf;
    const artifacts = await readArtifacts(folder, String(config.data));
    const handler = { load: async () => artifacts };
    const native = await (config.format === "graph-model" ? tf.loadGraphModel(handler) : tf.loadLayersModel(handler));
    return {
      native,
      async predict(data) {
        const inputs = toTensors(tf, native, data, signature?.inputs);
        try {
          return await plain(native.predict(inputs.length === 1 ? inputs[0] : inputs));
        } finally {
          for (const tensor of inputs) tensor.dispose();
        }
      },
      dispose: () => native.dispose?.(),
    };
  },
};

/** By what it can do: the class may come from another copy of tfjs. */
function isTfModel(model: unknown): boolean {
  if (typeof model !== "object" || model === null) return false;
  const { save, predict, layers, executor, modelSignature } = model as Record<string, unknown>;
  if (typeof save !== "function" || typeof predict !== "function") return false;
  return Array.isArray(layers) || executor !== undefined || modelSignature !== undefined;
}

function weightBytes(data: ModelArtifacts["weightData"]): Uint8Array {
  if (data === undefined) return new Uint8Array();
  return Array.isArray(data) ? Buffer.concat(data.map((part) => new Uint8Array(part))) : new Uint8Array(data);
}

async function readArtifacts(folder: string, path: string): Promise<ModelArtifacts> {
  const { weightsManifest, ...topology } = JSON.parse(await readFile(fileInside(folder, path), "utf8")) as {
    weightsManifest?: Array<{ paths: string[]; weights: unknown[] }>;
  };
  const groups = weightsManifest ?? [];
  const parts = await Promise.all(
    groups.flatMap(({ paths }) => paths).map((file) => readFile(fileInside(folder, file))),
  );
  const bytes = Buffer.concat(parts);
  return {
    ...topology,
    weightSpecs: groups.flatMap(({ weights }) => weights),
    weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
  };
}

/** One tensor for each input: by name where there are several, else the columns side by side. */
function toTensors(tf: Tf, model: TfModel, data: unknown, schema: Schema | undefined): Tensor[] {
  const read = readData(data, { arrays: "tensor" });
  if (read?.kind === "tensors") {
    const names = (model.inputs ?? []).map(({ name }) => name);
    const byName = names.flatMap((name) => read.tensors.filter((tensor) => tensor.name === name));
    const tensors = byName.length === names.length && names.length > 1 ? byName : read.tensors;
    return tensors.map(({ values, shape }) => tf.tensor(Array.from(values ?? [], Number), shape));
  }
  const inputs = model.inputs ?? [];
  if (inputs.length > 1 && read !== undefined) {
    const columns = ordered(read.columns, schema);
    return inputs.map(({ name }) => {
      const column = columns.find((known) => known.name === name);
      if (column === undefined) {
        throw new ModelError("INVALID_PARAMETER_VALUE", `The model's input '${name}' has no data.`, {
          hint: `Name the columns after the inputs: ${inputs.map((input) => input.name).join(", ")}.`,
        });
      }
      return tf.tensor(toRows(Array.from({ length: read.rows }, (_, row) => column.at(row))));
    });
  }
  return [tf.tensor(toRows(data, schema))];
}

async function plain(output: Tensor | Tensor[] | Record<string, Tensor>): Promise<unknown> {
  if (Array.isArray(output)) return Promise.all(output.map(takeArray));
  if (typeof (output as Tensor).array === "function") return takeArray(output as Tensor);
  const entries = Object.entries(output as Record<string, Tensor>);
  return Object.fromEntries(
    await Promise.all(entries.map(async ([name, tensor]) => [name, await takeArray(tensor)] as const)),
  );
}

/** `[n, 1]` becomes a list of n. */
async function takeArray(tensor: Tensor): Promise<unknown> {
  const values = await tensor.array();
  tensor.dispose();
  const single =
    Array.isArray(values) && values.length > 0 && values.every((row) => Array.isArray(row) && row.length === 1);
  const flat = single && !Array.isArray((values[0] as unknown[])[0]);
  return flat ? values.map((row: unknown[]) => row[0]) : values;
}
