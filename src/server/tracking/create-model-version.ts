import { RunlabError, TrackingError } from "../../errors.js";
import { own } from "../../own.js";
import type { TrackingClient } from "../../tracking/client.js";
import { versionsTag } from "../../tracking/mlflow-model-json.js";
import type { LoggedModel, ModelVersion } from "../../tracking/registry.js";
import { modelSource } from "./model-source.js";
import { promptTag } from "./registry-search.js";
import type { RequestFields } from "./request-fields.js";

/** What MLflow's clients give as the source of a prompt, which has no files. */
const promptSources = ["dummy-source", "prompt-template"];

/**
 * The version that `POST model-versions/create` asks for.
 * @throws {TrackingError} INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST
 */
export async function createModelVersion(client: TrackingClient, fields: RequestFields): Promise<ModelVersion> {
  const name = fields.text("name");
  const given = fields.text("source");
  const tags = fields.keyValues("tags");
  const description = fields.optionalText("description");
  const runLink = fields.optionalText("run_link");
  const runId = fields.optionalText("run_id") || undefined;
  const modelId = fields.optionalText("model_id") || undefined;
  const isPrompt = own(tags, promptTag)?.toLowerCase() === "true";
  if (isPrompt && !promptSources.includes(given)) {
    throw new TrackingError("INVALID_PARAMETER_VALUE", `Invalid prompt source: '${given.slice(0, 200)}'.`);
  }
  const from = isPrompt ? { source: given, runId, model: undefined } : await modelSource(client, given, runId, modelId);
  const { source, model } = from;
  const version = await client.createModelVersion(name, source, {
    tags,
    runId: from.runId ?? "",
    // Who it was is not said; the server's own user it was not.
    userId: "",
    ...(runLink ? { runLink } : {}),
    ...(description ? { description } : {}),
    ...(model === undefined ? {} : { modelId: model.modelId }),
    ...(model?.signature === undefined ? {} : { signature: model.signature }),
  });
  if (model !== undefined && modelId !== undefined) await noteVersion(client, model, version);
  return version;
}

/** As MLflow's server notes it. */
async function noteVersion(client: TrackingClient, { modelId }: LoggedModel, { name, version }: ModelVersion) {
  const { tags } = await client.getLoggedModel(modelId);
  const noted = [...entriesOf(own(tags, versionsTag)), { name, version: Number(version) }];
  await client.updateLoggedModel(modelId, { setTags: { [versionsTag]: pythonJson(noted) } }).catch((error: unknown) => {
    // Who may only read an experiment can register its models.
    if (!(error instanceof RunlabError) || error.code !== "PERMISSION_DENIED") throw error;
  });
}

type Entry = Readonly<Record<string, string | number>>;

function entriesOf(text: string | undefined): Entry[] {
  if (text === undefined) return [];
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? (parsed as Entry[]) : [];
  } catch {
    // A tag that somebody has set by hand.
    return [];
  }
}

/** With the spaces of Python's `json.dumps`, so that the tag is the same text as MLflow's. */
function pythonJson(entries: readonly Entry[]): string {
  const objects = entries.map((entry) =>
    Object.entries(entry)
      .map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`)
      .join(", "),
  );
  return `[${objects.map((fields) => `{${fields}}`).join(", ")}]`;
}
