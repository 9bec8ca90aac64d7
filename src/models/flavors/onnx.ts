import { copyFile, stat, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { ModelError } from "../../errors.js";
import { own, setOwn } from "../../own.js";
import { peerPackage, requirement } from "../../peer-package.js";
import { fileInside } from "../package/model-files.js";
import { ModelSignature } from "../signature/signature.js";
import { type Flavor, notTaken } from "./flavor.js";
import { type OnnxTensor, type OnnxValueInfo, outputValue, tensorFeeds, tensorSpec } from "./onnx-tensors.js";

const packageName = "onnxruntime-node";
const why = "An ONNX model";

/** What is used of onnxruntime-node; it need not be installed for anything else. */
interface InferenceSession {
  readonly inputMetadata: readonly OnnxValueInfo[];
  readonly outputMetadata: readonly OnnxValueInfo[];
  run(feeds: Record<string, OnnxTensor>, fetches: readonly string[]): Promise<Record<string, OnnxTensor>>;
  release(): Promise<void>;
}

interface OnnxRuntime {
  InferenceSession: { create(path: string): Promise<InferenceSession> };
  Tensor: new (type: string, data: unknown, dims: readonly number[]) => OnnxTensor;
}

/** An `.onnx` file, as MLflow's own `onnx` flavor has it: such a model loads in Python too, and Python's load here. */
export const onnx: Flavor = {
  name: "onnx",
  takes: "the path of an .onnx file, or its bytes",
  accepts: (model) => model instanceof Uint8Array || (typeof model === "string" && model.endsWith(".onnx")),
  async save(model, folder) {
    const file = join(folder, "model.onnx");
    if (model instanceof Uint8Array) await writeFile(file, model);
    else if (typeof model === "string") await copyModel(resolve(model), folder);
    else throw notTaken(this, model);
    const session = await open(file);
    const signature = signatureOf(session);
    await session.release();
    return {
      config: { code: null, data: "model.onnx", providers: ["CPUExecutionProvider"] },
      others: { python_function: { data: "model.onnx", loader_module: "mlflow.onnx" } },
      requirements: requirement(packageName),
      pythonRequirements: ["mlflow>=3", "numpy", "onnx", "onnxruntime", "pandas"],
      ...(signature ? { signature } : {}),
    };
  },
  async load(folder, config, { signature }) {
    const { Tensor } = await runtime(folder);
    const session = await open(fileInside(folder, String(config.data)), folder);
    const inputs = session.inputMetadata;
    // Maps and sequences (scikit-learn's probabilities without zipmap=False) have no form in Node's runtime.
    const outputs = session.outputMetadata.filter(({ isTensor }) => isTensor).map(({ name }) => name);
    if (outputs.length === 0) {
      throw new ModelError(
        "NOT_IMPLEMENTED",
        "None of the model's outputs is a tensor, and onnxruntime-node can return only tensors.",
        {
          hint: "Convert it without maps, using skl2onnx with options={'zipmap': False}.",
        },
      );
    }
    return {
      native: session,
      async predict(data) {
        const feeds: Record<string, OnnxTensor> = {};
        for (const { name, type, values, dims } of tensorFeeds(inputs, data, signature?.inputs)) {
          setOwn(feeds, name, new Tensor(type, values, dims));
        }
        const results = await session.run(feeds, outputs);
        const [only] = outputs;
        if (outputs.length === 1 && only !== undefined) return outputValue(own(results, only));
        return Object.fromEntries(outputs.map((name) => [name, outputValue(own(results, name))]));
      },
      dispose: () => session.release(),
    };
  },
};

async function runtime(folder?: string): Promise<OnnxRuntime> {
  return (await peerPackage(packageName, why, folder)) as unknown as OnnxRuntime;
}

async function open(file: string, folder?: string): Promise<InferenceSession> {
  const { InferenceSession } = await runtime(folder);
  try {
    return await InferenceSession.create(file);
  } catch (cause) {
    throw new ModelError(
      "INVALID_PARAMETER_VALUE",
      `'${basename(file)}' is not a model that ONNX Runtime can load: ${(cause as Error).message}`,
      {
        hint: "Check it in Python: onnx.checker.check_model.",
        cause,
      },
    );
  }
}

/** Weights beyond 2 GB lie in a file beside it, under the names that PyTorch and onnx give it. */
async function copyModel(path: string, folder: string): Promise<void> {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isFile()) throw new ModelError("RESOURCE_DOES_NOT_EXIST", `There is no file '${path}'.`);
  await copyFile(path, join(folder, "model.onnx"));
  for (const suffix of [".data", "_data"]) {
    if ((await stat(path + suffix).catch(() => undefined))?.isFile()) {
      await copyFile(path + suffix, join(folder, basename(path) + suffix));
    }
  }
}

/** What the file says of its inputs and outputs; undefined when some are no tensors. */
function signatureOf({ inputMetadata, outputMetadata }: InferenceSession): ModelSignature | undefined {
  const inputs = inputMetadata.map((info) => tensorSpec(info, inputMetadata.length));
  const outputs = outputMetadata.map((info) => tensorSpec(info, outputMetadata.length));
  const known = <T>(specs: Array<T | undefined>): specs is T[] => specs.length > 0 && !specs.includes(undefined);
  if (!known(inputs)) return undefined;
  return new ModelSignature({
    inputs: { kind: "tensors", tensors: inputs },
    ...(known(outputs) ? { outputs: { kind: "tensors", tensors: outputs } } : {}),
  });
}
