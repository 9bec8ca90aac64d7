import { ModelError } from "../../errors.js";
import type { ModelSignature } from "../signature/signature.js";

/**
 * A kind of model: how it is told from others, written to a folder and read back. A new one is a file exporting one of
 * these and its line in `flavors.ts`, or a call of `registerFlavor`.
 */
export interface Flavor {
  /** Its key under `flavors` of an MLmodel file; also what `logModel(…, { flavor })` names. */
  readonly name: string;
  /** What it takes, for errors: "an ONNX file". */
  readonly takes: string;
  /** Loading runs code that the model brought along. */
  readonly runsCode?: boolean;
  accepts(model: unknown, context: SaveContext): boolean | Promise<boolean>;
  /** Writes the model's files into `folder`, an empty one. */
  save(model: unknown, folder: string, context: SaveContext): Promise<SavedFlavor>;
  /** @param config - what `save` gave, as the MLmodel file has it */
  load(folder: string, config: FlavorConfig, context: LoadContext): Promise<FlavorModel>;
}

/** JSON values only. */
export type FlavorConfig = Readonly<Record<string, unknown>>;

export interface SaveContext {
  /** Names of the notebook's cells with their values: a function may use them. */
  readonly names: ReadonlyMap<string, unknown>;
  /** The package that the model's class comes from, when it cannot be found out. */
  readonly package: string | undefined;
}

export interface SavedFlavor {
  readonly config: FlavorConfig;
  /** Other readers' entries for the same files, by flavor: MLflow's `python_function`. */
  readonly others?: Readonly<Record<string, FlavorConfig>>;
  /** npm packages that loading imports: name to exact version. */
  readonly requirements: Readonly<Record<string, string>>;
  /** Python packages that MLflow needs for it; a `requirements.txt`. */
  readonly pythonRequirements?: readonly string[];
  /** When the model itself says what it takes. */
  readonly signature?: ModelSignature;
}

export interface LoadContext {
  readonly signature: ModelSignature | undefined;
}

/** A model in memory. */
export interface FlavorModel {
  /** @param data - fits the signature; @param params - all of the signature's, defaults filled in */
  predict(data: unknown, params: Readonly<Record<string, unknown>>): unknown;
  /** The library's own object. */
  readonly native: unknown;
  /** Frees what the garbage collector does not know. */
  dispose?(): void | Promise<void>;
}

/** For a flavor that was asked for by its name. */
export function notTaken({ name, takes }: Flavor, model: unknown): ModelError {
  const kind = typeof model === "object" ? "an object" : `a ${typeof model}`;
  return new ModelError("INVALID_PARAMETER_VALUE", `The flavor ${name} takes ${takes}; got ${kind}.`);
}
