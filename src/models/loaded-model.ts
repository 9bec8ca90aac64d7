import type { ModelVersion } from "../tracking/registry.js";
import type { FlavorModel } from "./flavors/flavor.js";
import { readInputExample } from "./package/input-example.js";
import type { MLmodel } from "./package/mlmodel.js";
import { type EnforceOptions, enforce, modelParams } from "./signature/enforce.js";
import type { ModelSignature } from "./signature/signature.js";

/** A model in memory. `predict` takes what its signature says. */
export class LoadedModel<Input = unknown, Output = unknown> {
  /** As it was asked for. */
  readonly uri: string;
  /** The folder with its files. */
  readonly folder: string;
  /** Which of its flavors was loaded. */
  readonly flavor: string;
  readonly signature: ModelSignature | undefined;
  readonly modelId: string | undefined;
  readonly runId: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** When it was loaded from the registry. */
  readonly version: ModelVersion | undefined;
  readonly #info: MLmodel;
  readonly #model: FlavorModel;

  constructor(
    source: { uri: string; folder: string; flavor: string; version: ModelVersion | undefined },
    info: MLmodel,
    model: FlavorModel,
  ) {
    this.uri = source.uri;
    this.folder = source.folder;
    this.flavor = source.flavor;
    this.version = source.version;
    this.signature = info.signature;
    this.modelId = info.modelId;
    this.runId = info.runId;
    this.metadata = info.metadata ?? {};
    this.#info = info;
    this.#model = model;
  }

  /**
   * @param data - rows as records, columns, lists, tensors or a data frame
   * @param params - of the signature; those left out have their defaults
   * @returns one prediction per row, as the model gives them
   * @throws {SignatureMismatchError} listing everything that does not fit the signature
   */
  async predict(
    data: Input,
    params: Readonly<Record<string, unknown>> = {},
    options?: EnforceOptions,
  ): Promise<Output> {
    const all = modelParams(this.signature, params);
    if (this.signature) enforce(this.signature, data, options);
    return (await this.#model.predict(data, all)) as Output;
  }

  /** The same for data that is known to fit: nothing is checked. */
  async predictUnchecked(data: Input, params: Readonly<Record<string, unknown>> = {}): Promise<Output> {
    return (await this.#model.predict(data, params)) as Output;
  }

  /**
   * The example that was logged with it, as `predict` takes it: a table as records, tensors as nested lists.
   * @returns undefined when there is none
   * @throws {ModelError} DATA_LOSS when its file is missing or damaged
   */
  async inputExample(): Promise<Input | undefined> {
    return (await readInputExample(this.folder, this.#info)) as Input | undefined;
  }

  /** The library's own object. */
  get native(): unknown {
    return this.#model.native;
  }

  /** Frees memory that the garbage collector does not know (ONNX, tfjs). It cannot predict afterwards. */
  async dispose(): Promise<void> {
    await this.#model.dispose?.();
  }

  toString(): string {
    return `Model ${this.uri} (${this.flavor})`;
  }

  /** What `console.log` and the notebook show. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `${this.toString()}${this.signature ? `\n${this.signature.toString().trimEnd()}` : ", without a signature"}`;
  }
}
