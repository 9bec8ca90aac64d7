import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ModelError } from "../../errors.js";
import { ModelSignature, type SignatureTexts } from "../signature/signature.js";

/** The file that makes a folder a model. */
export const mlmodelFile = "MLmodel";

/** An MLmodel file, in camelCase. What Python alone writes is left out. @see MLflow 3.17 `mlflow.models.Model` */
export interface MLmodel {
  artifactPath: string | undefined;
  runId: string | undefined;
  modelId: string | undefined;
  /** In UTC, as MLflow writes it: "2026-11-24 06:27:59.781632". */
  utcTimeCreated: string | undefined;
  flavors: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  signature: ModelSignature | undefined;
  metadata: Readonly<Record<string, unknown>> | undefined;
  savedInputExample: SavedExample | undefined;
  modelSizeBytes: number | undefined;
  /** runlab's own: sha256 of the model's other files, by path. */
  digests: Readonly<Record<string, string>>;
}

export interface SavedExample {
  artifactPath: string;
  servingInputPath: string | undefined;
  type: string;
  pandasOrient: string | undefined;
}

/** MLflow whose format is written. */
const mlflowVersion = "3.17.2";

/** PyYAML reads YAML 1.1, where `no` is false and a bare date is no text. */
const yaml11 = { version: "1.1" } as const;

/** Loaded with the first model: it takes 20 ms, which every start of a kernel and of a script would pay. */
const yaml = () => import("yaml");

/** @returns the text that was written */
export async function writeMLmodel(folder: string, model: MLmodel): Promise<string> {
  const { stringify } = await yaml();
  const text = stringify(toYaml(model), { ...yaml11, sortMapEntries: true, lineWidth: 0 });
  await writeFile(join(folder, mlmodelFile), text);
  return text;
}

/** @throws {ModelError} RESOURCE_DOES_NOT_EXIST for a folder without one, DATA_LOSS for one that is no MLmodel file */
export async function readMLmodel(folder: string): Promise<{ model: MLmodel; text: string }> {
  const text = await readFile(join(folder, mlmodelFile), "utf8").catch((cause: unknown) => {
    throw new ModelError("RESOURCE_DOES_NOT_EXIST", `'${folder}' is not a model: it has no ${mlmodelFile} file.`, {
      cause,
    });
  });
  const { parse } = await yaml();
  let data: unknown;
  try {
    // Aliases can make a small file huge in memory; MLflow writes none.
    data = withNumbers(parse(text, { ...yaml11, maxAliasCount: 100, intAsBigInt: true }));
  } catch (cause) {
    throw damaged(folder, (cause as Error).message.split("\n")[0] ?? "", cause);
  }
  if (!isRecord(data) || !isRecord(data.flavors)) throw damaged(folder, "it has no flavors");
  const flavors = Object.entries(data.flavors).map(([name, config]) => [name, isRecord(config) ? config : {}] as const);
  return { model: fromYaml(data, Object.fromEntries(flavors)), text };
}

function toYaml(model: MLmodel): Record<string, unknown> {
  const { signature, savedInputExample: example } = model;
  const texts = signature?.toJSON();
  return {
    artifact_path: model.artifactPath,
    digests: model.digests,
    flavors: model.flavors,
    is_signature_from_type_hint: false,
    metadata: model.metadata,
    mlflow_version: mlflowVersion,
    model_size_bytes: model.modelSizeBytes,
    // Not as `model_id`: MLflow would look it up in the tracking server that happens to be set, and fail.
    model_uuid: model.modelId,
    run_id: model.runId,
    ...(example && {
      saved_input_example_info: {
        artifact_path: example.artifactPath,
        type: example.type,
        ...(example.pandasOrient === undefined ? {} : { pandas_orient: example.pandasOrient }),
        ...(example.servingInputPath === undefined ? {} : { serving_input_path: example.servingInputPath }),
      },
    }),
    ...(texts && {
      signature: { inputs: texts.inputs ?? null, outputs: texts.outputs ?? null, params: texts.params ?? null },
    }),
    type_hint_from_example: false,
    utc_time_created: model.utcTimeCreated,
  };
}

function fromYaml(data: Record<string, unknown>, flavors: MLmodel["flavors"]): MLmodel {
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  const { signature, saved_input_example_info: example, metadata, digests, model_size_bytes: size } = data;
  return {
    artifactPath: text(data.artifact_path),
    runId: text(data.run_id),
    modelId: text(data.model_id) ?? text(data.model_uuid),
    utcTimeCreated: text(data.utc_time_created),
    flavors,
    signature: isRecord(signature) ? ModelSignature.fromJSON(signature as SignatureTexts) : undefined,
    metadata: isRecord(metadata) ? metadata : undefined,
    savedInputExample: isRecord(example)
      ? {
          artifactPath: text(example.artifact_path) ?? "input_example.json",
          servingInputPath: text(example.serving_input_path),
          type: text(example.type) ?? "dataframe",
          pandasOrient: text(example.pandas_orient),
        }
      : undefined,
    modelSizeBytes: typeof size === "number" ? size : undefined,
    digests: isRecord(digests) ? Object.fromEntries(Object.entries(digests).map(([k, v]) => [k, String(v)])) : {},
  };
}

/** Whole numbers that a number holds exactly become numbers again. */
function withNumbers(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(withNumbers);
  if (!isRecord(value) || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withNumbers(item)]));
}

function damaged(folder: string, problem: string, cause?: unknown): ModelError {
  return new ModelError("DATA_LOSS", `The ${mlmodelFile} file in '${folder}' is damaged: ${problem}.`, { cause });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
