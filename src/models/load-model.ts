import { ModelError } from "../errors.js";
import { own } from "../own.js";
import type { TrackingSession } from "../tracking/session.js";
import type { Flavor, FlavorConfig } from "./flavors/flavor.js";
import { flavors } from "./flavors/flavors.js";
import { LoadedModel } from "./loaded-model.js";
import { type MLmodel, readMLmodel } from "./package/mlmodel.js";
import { checkDigests, digestOf } from "./package/model-files.js";
import { fetchModel, findModel, type ModelSource } from "./package/model-uri.js";

export interface LoadOptions {
  /** Where a model is copied to; default: it stays where it is, or lies in a temporary folder while the process lives. */
  folder?: string;
}

/**
 * Loads a model, one that was logged here or an ONNX model of Python's MLflow. Its files are checked against the digests
 * that were recorded when it was logged. A `function` model runs its code.
 * @param uri - `runs:/<run id>/<name>`, `models:/<name>/<version>`, `models:/<name>@<alias>`, `models:/<name>/latest`,
 * `m-<id>`, or a folder
 * @throws {ModelError} RESOURCE_DOES_NOT_EXIST; DATA_LOSS when a file was changed; INVALID_STATE naming a package to install
 */
export async function loadModel<Input = unknown, Output = unknown>(
  session: TrackingSession,
  uri: string,
  options: LoadOptions = {},
): Promise<LoadedModel<Input, Output>> {
  const source = await findModel(session, uri);
  const { folder, copied } = await fetchModel(session, source, options.folder);
  const { model: info, text } = await readMLmodel(folder);
  checkRecord(source, text);
  await checkDigests(folder, info.digests);
  const { flavor, config } = loadable(info, uri);
  if (copied && flavor.runsCode) session.say(`runlab: ${uri} runs code that came with it (flavor ${flavor.name})`);
  const loaded = await flavor.load(folder, config, { signature: info.signature });
  return new LoadedModel({ uri, folder, flavor: flavor.name, version: source.version }, info, loaded);
}

/** What is known of a model without loading it: its MLmodel file. */
export async function getModelInfo(session: TrackingSession, uri: string): Promise<MLmodel> {
  const source = await findModel(session, uri);
  const { folder } = await fetchModel(session, source);
  return (await readMLmodel(folder)).model;
}

/** The store has the digest of the MLmodel file, which has those of all others. */
function checkRecord({ uri, logged }: ModelSource, text: string): void {
  if (logged?.digest === undefined || logged.digest === digestOf(text)) return;
  throw new ModelError("DATA_LOSS", `The MLmodel file of '${uri}' differs from what was logged.`, {
    hint: "It was changed or damaged later. Log the model again, or restore the file.",
  });
}

function loadable(info: MLmodel, uri: string): { flavor: Flavor; config: FlavorConfig } {
  for (const flavor of flavors()) {
    const config = own(info.flavors, flavor.name);
    if (config !== undefined) return { flavor, config };
  }
  const names = Object.keys(info.flavors).join(", ");
  throw new ModelError(
    "NOT_IMPLEMENTED",
    `The model '${uri}' has the flavors ${names}, none of which can be loaded here.`,
    {
      hint: "Log it from Python as ONNX: mlflow.onnx.log_model(skl2onnx.to_onnx(…)), or use registerFlavor to add one that can load it.",
    },
  );
}
