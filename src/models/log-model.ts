import { rm } from "node:fs/promises";
import { ModelError } from "../errors.js";
import { temporaryFolder } from "../temporary-folder.js";
import type { ActiveRun } from "../tracking/active-run.js";
import { allPages } from "../tracking/all-pages.js";
import { jsonText } from "../tracking/json-text.js";
import type { ModelVersion } from "../tracking/registry.js";
import { checkLoggedModelName, checkModelName } from "../tracking/registry-validation.js";
import type { TrackingSession } from "../tracking/session.js";
import { checkOptions, fieldsOf, isThenable, wrongType } from "../tracking/value-type.js";
import { flavorOf } from "./flavors/flavors.js";
import { exampleFiles, plainExample } from "./package/input-example.js";
import { writeMLmodel } from "./package/mlmodel.js";
import { digestOf } from "./package/model-files.js";
import { givenSignature, trySaved } from "./package/try-saved.js";
import { type UnplacedModel, writeModelFiles } from "./package/write-model-files.js";
import { registerModel } from "./register-model.js";
import type { ModelSignature, SignatureTexts } from "./signature/signature.js";

export interface LogModelOptions {
  /** The folder in the run's artifacts; default "model". Dots are fine. Another model of that name goes to `<name>-2`. */
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
 * @throws {ModelError} INVALID_PARAMETER_VALUE when no flavor takes it, and when the example has values that no signature can
 * say or does not fit the one that was given; INVALID_STATE when it does not load again by itself;
 * RESOURCE_ALREADY_EXISTS when the run has other files in a folder of that name
 */
export async function logModel(
  session: TrackingSession,
  model: unknown,
  options: LogModelOptions = {},
): Promise<ModelInfo> {
  checkOptions("logModel", options, "{ name }");
  const name = checkLoggedModelName(options.name ?? "model");
  if (isThenable(options.signature)) throw wrongType("The signature of the model is a Promise.", options.signature);
  if (options.metadata !== undefined) checkMetadata(options.metadata);
  if (options.registeredModelName !== undefined) checkModelName(options.registeredModelName);
  const given = givenSignature(options.signature);
  const { inputExample } = options;
  if (isThenable(inputExample)) throw wrongType("The input example of the model is a Promise.", inputExample);
  const plain = inputExample === undefined ? undefined : plainExample(inputExample, given?.inputs);
  const context = { names: session.cellNames(), package: options.package };
  const flavor = await flavorOf(model, context, options.flavor);
  const { path: folder } = temporaryFolder("runlab-log-model-");
  try {
    const saved = await flavor.save(model, folder, context);
    const signature = await trySaved(folder, flavor, saved, { ...options, signature: given });
    const example = plain && exampleFiles(plain, signature?.inputs);
    const run = await session.runToLogTo();
    const contents = { ...options, flavor, saved, signature, example, runId: run.runId };
    const info = await writeModelFiles(folder, contents);
    const { artifactPath, modelId, digest } = await claimPath(run, folder, info, name);
    await run.client.logArtifacts(run.runId, folder, artifactPath).catch(async (error: unknown) => {
      await run.client.deleteLoggedModel(modelId).catch(() => undefined);
      throw error;
    });
    await run.client.finalizeLoggedModel(modelId, { status: "READY", digest });
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
      artifactPath,
      flavors: Object.keys(info.flavors),
      signature,
      modelSizeBytes: info.modelSizeBytes,
      utcTimeCreated: info.utcTimeCreated,
      registeredModel,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws {TrackingError} INVALID_PARAMETER_VALUE, with the place, for what no file can hold */
function checkMetadata(metadata: Readonly<Record<string, unknown>>): void {
  const what = "The metadata of the model";
  fieldsOf(what, metadata, { mayBeEmpty: true });
  jsonText(metadata, what);
}

/**
 * Takes a folder of the run for the model, in the store and in its MLmodel file: `<name>`, or `<name>-2` and so on when the
 * run has models of that name (a checkpoint of every epoch), which stay as they are. The id may be one that the store has given.
 */
async function claimPath(
  run: ActiveRun,
  folder: string,
  info: UnplacedModel,
  name: string,
): Promise<{ artifactPath: string; modelId: string; digest: string }> {
  const { client, runId } = run;
  const earlier = await allPages((pageToken) => client.searchLoggedModels({ runId, name, pageToken }));
  for (let count = earlier.length + 1; ; count++) {
    const artifactPath = count === 1 ? name : `${name}-${count}`;
    const files = await client.listArtifacts(runId, artifactPath);
    if (count === 1 && files.length > 0 && !files.some(({ path }) => path.endsWith("/MLmodel"))) {
      throw new ModelError(
        "RESOURCE_ALREADY_EXISTS",
        `Run '${run.info.runName}' already has a folder '${name}' that is not a model.`,
        { hint: "Give the model another name." },
      );
    }
    if (files.length > 0) continue;
    const digest = digestOf(await writeMLmodel(folder, { ...info, artifactPath }));
    const { experimentId } = run.info;
    const { modelId, signature } = info;
    const [modelType = ""] = Object.keys(info.flavors);
    const texts = signature ? { signature: signature.toJSON() } : {};
    const model = { modelId, name, experimentId, sourceRunId: runId, artifactPath, modelType, digest, ...texts };
    try {
      const made = await client.createLoggedModel(model);
      if (made.modelId === modelId) return { artifactPath, modelId, digest };
      const renamed = { ...info, modelId: made.modelId, artifactPath };
      return { artifactPath, modelId: made.modelId, digest: digestOf(await writeMLmodel(folder, renamed)) };
    } catch (error) {
      // Another call has taken it in the meantime.
      if (!(error instanceof ModelError) || error.code !== "RESOURCE_ALREADY_EXISTS") throw error;
    }
  }
}
