import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ModelError } from "../errors.js";
import type { ActiveRun } from "../tracking/active-run.js";
import type { ModelVersion } from "../tracking/registry.js";
import { checkModelName } from "../tracking/registry-client.js";
import type { TrackingSession } from "../tracking/session.js";
import { checkArtifactPath } from "../tracking/validation.js";
import type { Flavor, SavedFlavor } from "./flavors/flavor.js";
import { flavorOf } from "./flavors/flavors.js";
import { packagesFolder, peerVersion } from "./flavors/peer-package.js";
import { inferSignature } from "./infer-signature.js";
import { writeInputExample } from "./input-example.js";
import { type MLmodel, type SavedExample, writeMLmodel } from "./mlmodel.js";
import { digestOf, digestsOf } from "./model-files.js";
import { modelParams } from "./model-params.js";
import { writeNodeRequirements } from "./node-requirements.js";
import { registerModel } from "./register-model.js";
import { ModelSignature, type SignatureTexts } from "./signature.js";

export interface LogModelOptions {
  /** The folder in the run's artifacts; default "model". Dots are fine. */
  name?: string;
  /** Default: learnt from `inputExample` and what the model predicts for it. */
  signature?: ModelSignature | SignatureTexts;
  /** A few rows of what the model is given; kept with it. */
  inputExample?: unknown;
  /** Params of `predict` with their defaults, for the signature that is learnt. */
  params?: Readonly<Record<string, unknown>>;
  /** Registers the model under this name, as its next version. */
  registeredModelName?: string;
  /** Any JSON values, kept in the MLmodel file. */
  metadata?: Readonly<Record<string, unknown>>;
  /** Further npm packages that the model imports: names, or names with exact versions. */
  requirements?: readonly string[] | Readonly<Record<string, string>>;
  /** Default: the first flavor that takes the model. */
  flavor?: string;
  /** The npm package that the model's class comes from, when it cannot be found out. */
  package?: string;
  /** Of the run's metrics that the model belongs to; default 0. */
  step?: number;
  tags?: Readonly<Record<string, unknown>>;
}

export interface ModelInfo {
  modelId: string;
  /** `models:/m-…` */
  modelUri: string;
  name: string;
  runId: string;
  /** Of the run's artifacts. */
  artifactPath: string;
  flavors: readonly string[];
  signature: ModelSignature | undefined;
  modelSizeBytes: number;
  utcTimeCreated: string;
  registeredModel: ModelVersion | undefined;
}

/**
 * Saves a model in the active run, as an MLflow model: a folder with an MLmodel file in `artifacts/<name>/`. Without an
 * active run it starts one. The model is loaded again from what was written, and predicts the example, before it counts.
 * @throws {ModelError} INVALID_PARAMETER_VALUE when no flavor takes it; INVALID_STATE when it does not load again by itself;
 * RESOURCE_ALREADY_EXISTS when the run has a model of that name
 */
export async function logModel(
  session: TrackingSession,
  model: unknown,
  options: LogModelOptions = {},
): Promise<ModelInfo> {
  const name = checkLoggedName(options.name ?? "model");
  if (options.registeredModelName !== undefined) checkModelName(options.registeredModelName);
  const context = { names: session.cellNames(), package: options.package };
  const flavor = await flavorOf(model, context, options.flavor);
  const folder = await mkdtemp(join(tmpdir(), "runlab-log-model-"));
  try {
    const saved = await flavor.save(model, folder, context);
    const signature = await trySaved(flavor, folder, saved, options);
    const run = await session.runToLogTo();
    await checkFree(run, name);
    const written = await writeFolder({ flavor, folder, saved, signature, options, name, run });
    await run.client.logArtifacts(run.runId, folder, name);
    const modelId = written.info.modelId ?? "";
    await run.client.store.registry.createLoggedModel({
      modelId,
      name,
      experimentId: run.info.experimentId,
      sourceRunId: run.runId,
      artifactPath: name,
      modelType: flavor.name,
      digest: written.digest,
      ...(signature ? { signature: signature.toJSON() } : {}),
    });
    if (options.tags) await run.client.setLoggedModelTags(modelId, options.tags);
    await run.logOutputs([{ modelId, step: options.step ?? 0 }]);
    const registeredModel =
      options.registeredModelName === undefined
        ? undefined
        : await registerModel(session, modelId, options.registeredModelName);
    return {
      modelId,
      modelUri: `models:/${modelId}`,
      name,
      runId: run.runId,
      artifactPath: name,
      flavors: Object.keys(written.info.flavors),
      signature,
      modelSizeBytes: written.info.modelSizeBytes ?? 0,
      utcTimeCreated: written.info.utcTimeCreated ?? "",
      registeredModel,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** MLflow's rule for the name of a logged model, but that a dot is fine: `elasticnet_alpha_0.2`. */
function checkLoggedName(name: string): string {
  if (typeof name === "string" && name.trim() !== "" && !/[/:%"'\\]/.test(name)) return checkArtifactPath(name);
  throw new ModelError("INVALID_PARAMETER_VALUE", `Invalid model name: '${name}'.`, {
    hint: "A model's name is not empty and has none of / \\ : % \" '.",
  });
}

async function checkFree(run: ActiveRun, name: string): Promise<void> {
  if ((await run.client.listArtifacts(run.runId, name)).length === 0) return;
  throw new ModelError(
    "RESOURCE_ALREADY_EXISTS",
    `Run '${run.info.runName}' has a model or folder '${name}' already.`,
    {
      hint: "Give the model another name, or log it in a run of its own.",
    },
  );
}

/** The model as whoever loads it will have it: it must predict the example. Gives the signature. */
async function trySaved(
  flavor: Flavor,
  folder: string,
  saved: SavedFlavor,
  options: LogModelOptions,
): Promise<ModelSignature | undefined> {
  const given = toSignature(options.signature);
  await linkPackages(folder);
  const loaded = await flavor.load(folder, saved.config, { signature: given ?? saved.signature });
  try {
    if (options.inputExample === undefined) return given ?? saved.signature;
    const params = given ? modelParams(given, options.params ?? {}) : { ...options.params };
    const output: unknown = await loaded.predict(options.inputExample, params);
    return given ?? inferSignature(options.inputExample, output, options.params);
  } catch (cause) {
    throw explain(cause, flavor);
  } finally {
    await loaded.dispose?.();
    await rm(join(folder, linkName), { force: true });
  }
}

const linkName = "node_modules";

/** While it is tried, the model finds the packages that it would find here. */
async function linkPackages(folder: string): Promise<void> {
  const packages = packagesFolder();
  // A junction needs no rights on Windows; elsewhere the kind does not matter.
  if (packages !== undefined) await symlink(packages, join(folder, linkName), "junction");
}

function explain(cause: unknown, flavor: Flavor): unknown {
  if (!(cause instanceof Error) || cause instanceof ModelError) return cause;
  const unknownName = cause.name === "ReferenceError" ? /^(\S+) is not defined/.exec(cause.message)?.[1] : undefined;
  const hint =
    unknownName === undefined
      ? "It was loaded again from what was saved, as serving would, and given the input example."
      : `A model that is code carries names of cells and its own fields along, not what is inside another function or file. Make '${unknownName}' a field of the model (this.${unknownName}), or log a module: { module: './model.ts', state }.`;
  return new ModelError(
    "INVALID_STATE",
    `The saved model (${flavor.name}) fails on its input example: ${cause.name}: ${cause.message}`,
    {
      hint,
      cause,
    },
  );
}

function toSignature(signature: LogModelOptions["signature"]): ModelSignature | undefined {
  if (signature === undefined || signature instanceof ModelSignature) return signature;
  // Of another copy of the package, or as JSON texts.
  return ModelSignature.fromJSON("toJSON" in signature ? (signature as ModelSignature).toJSON() : signature);
}

interface Writing {
  flavor: Flavor;
  folder: string;
  saved: SavedFlavor;
  signature: ModelSignature | undefined;
  options: LogModelOptions;
  name: string;
  run: ActiveRun;
}

async function writeFolder(writing: Writing): Promise<{ info: MLmodel; digest: string }> {
  const { flavor, folder, saved, signature, options, name, run } = writing;
  const example: SavedExample | undefined =
    options.inputExample === undefined ? undefined : await writeInputExample(folder, options.inputExample);
  const requirements = { ...saved.requirements, ...exactVersions(options.requirements) };
  if (Object.keys(requirements).length > 0) await writeNodeRequirements(folder, requirements);
  if (saved.pythonRequirements !== undefined) {
    await writeFile(join(folder, "requirements.txt"), `${saved.pythonRequirements.join("\n")}\n`);
  }
  const info: MLmodel = {
    artifactPath: name,
    runId: run.runId,
    modelId: `m-${randomUUID().replaceAll("-", "")}`,
    utcTimeCreated: `${new Date().toISOString().replace("T", " ").replace("Z", "")}000`,
    flavors: { [flavor.name]: saved.config, ...saved.others },
    signature,
    metadata: options.metadata,
    savedInputExample: example,
    modelSizeBytes: await sizeOf(folder),
    digests: await digestsOf(folder),
  };
  return { info, digest: digestOf(await writeMLmodel(folder, info)) };
}

function exactVersions(requirements: LogModelOptions["requirements"] = {}): Record<string, string> {
  if (!Array.isArray(requirements)) return { ...(requirements as Record<string, string>) };
  return Object.fromEntries(
    requirements.map((word: string) => {
      const at = word.lastIndexOf("@");
      if (at > 0) return [word.slice(0, at), word.slice(at + 1)];
      const version = peerVersion(word);
      if (version !== undefined) return [word, version];
      throw new ModelError("RESOURCE_DOES_NOT_EXIST", `The model's requirement '${word}' is not installed here.`, {
        hint: `Install it, or say which version: requirements: ["${word}@1.2.3"].`,
      });
    }),
  );
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries.map(async (entry) =>
    entry.isFile() ? (await stat(join(entry.parentPath, entry.name))).size : 0,
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
