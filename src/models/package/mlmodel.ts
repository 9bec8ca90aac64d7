import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ModelError } from "../../errors.js";
import {
  anything,
  checked,
  count,
  type Flaw,
  flag,
  flawText,
  object,
  optional,
  orNull,
  record,
  type Schema,
  type TypeOf,
  text,
  where,
} from "../../schema.js";
import { parseYaml, printYaml } from "../../yaml-text.js";
import { paramsFromJson } from "../signature/schema-json.js";
import { ModelSignature } from "../signature/signature.js";

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

/** What Python writes as null is as good as left out. */
const maybe = <T>(schema: Schema<T>) => optional(orNull(schema));

/** What is read of an MLmodel file, MLflow's and ours. MLflow's versions add fields; those are let through. */
const schema = object({
  artifact_path: maybe(text),
  digests: maybe(record(text)),
  flavors: record(record(anything)),
  is_signature_from_type_hint: maybe(flag),
  metadata: maybe(record(anything)),
  mlflow_version: maybe(text),
  model_id: maybe(text),
  model_size_bytes: maybe(count),
  model_uuid: maybe(text),
  run_id: maybe(text),
  saved_input_example_info: maybe(
    object({
      artifact_path: maybe(text),
      pandas_orient: maybe(text),
      serving_input_path: maybe(text),
      type: maybe(text),
    }),
  ),
  signature: maybe(
    readable(
      object({
        inputs: maybe(readable(text, (inputs) => ModelSignature.fromJSON({ inputs }))),
        outputs: maybe(readable(text, (outputs) => ModelSignature.fromJSON({ outputs }))),
        params: maybe(readable(text, paramsFromJson)),
      }),
      (texts) => ModelSignature.fromJSON(texts),
    ),
  ),
  type_hint_from_example: maybe(flag),
  utc_time_created: maybe(text),
});

/** @returns the text that was written */
export async function writeMLmodel(folder: string, model: MLmodel): Promise<string> {
  const text = await printYaml(toYaml(model));
  await writeFile(join(folder, mlmodelFile), text);
  return text;
}

/** @throws {ModelError} RESOURCE_DOES_NOT_EXIST for a folder without one, DATA_LOSS for one that is no MLmodel file */
export async function readMLmodel(folder: string): Promise<{ model: MLmodel; text: string }> {
  const content = await readFile(join(folder, mlmodelFile), "utf8").catch((cause: unknown) => {
    throw new ModelError("RESOURCE_DOES_NOT_EXIST", `'${folder}' is not a model: it has no ${mlmodelFile} file.`, {
      cause,
    });
  });
  let data: unknown;
  try {
    data = await parseYaml(content);
  } catch (cause) {
    throw damaged(folder, (cause as Error).message.split("\n")[0] ?? "", cause);
  }
  return { model: fromYaml(checked(schema, data, (flaw) => damaged(folder, flawText(flaw)))), text: content };
}

/** What holds JSON of its own. @param read - throws when that is not as it should be */
function readable<T>(schema: Schema<T>, read: (value: T) => unknown): Schema<T> {
  return where(schema, (found): Flaw | undefined => {
    try {
      read(found);
      return undefined;
    } catch (error) {
      return { path: "", expected: "a signature", found: `one that cannot be read: ${(error as Error).message}` };
    }
  });
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

function fromYaml(data: TypeOf<typeof schema>): MLmodel {
  const { signature, saved_input_example_info: example } = data;
  const texts = { inputs: signature?.inputs, outputs: signature?.outputs, params: signature?.params };
  return {
    artifactPath: data.artifact_path ?? undefined,
    runId: data.run_id ?? undefined,
    modelId: data.model_id ?? data.model_uuid ?? undefined,
    utcTimeCreated: data.utc_time_created ?? undefined,
    flavors: data.flavors,
    signature: signature ? ModelSignature.fromJSON(texts) : undefined,
    metadata: data.metadata ?? undefined,
    savedInputExample: example
      ? {
          artifactPath: example.artifact_path ?? "input_example.json",
          servingInputPath: example.serving_input_path ?? undefined,
          type: example.type ?? "dataframe",
          pandasOrient: example.pandas_orient ?? undefined,
        }
      : undefined,
    modelSizeBytes: data.model_size_bytes ?? undefined,
    digests: data.digests ?? {},
  };
}

function damaged(folder: string, problem: string, cause?: unknown): ModelError {
  return new ModelError("DATA_LOSS", `The ${mlmodelFile} file in '${folder}' is damaged: ${problem}.`, { cause });
}
