import { ModelError } from "../errors.js";
import type { ModelVersion } from "../tracking/registry.js";
import type { TrackingSession } from "../tracking/session.js";
import { readMLmodel } from "./package/mlmodel.js";
import { fetchModel, findModel } from "./package/model-uri.js";

export interface RegisterOptions {
  description?: string;
  tags?: Readonly<Record<string, string>>;
  /** Leads to the new version. */
  alias?: string;
}

/**
 * Makes a logged model the next version of a registered one, which is created when there is none of that name.
 * @param uri - of a model in this store: `runs:/…`, `m-…`
 * @throws {ModelError} RESOURCE_DOES_NOT_EXIST; INVALID_PARAMETER_VALUE for a folder that is in no run
 */
export async function registerModel(
  session: TrackingSession,
  uri: string,
  name: string,
  options: RegisterOptions = {},
): Promise<ModelVersion> {
  const source = await findModel(session, uri);
  const { artifact, logged } = source;
  if (artifact === undefined) {
    throw new ModelError(
      "INVALID_PARAMETER_VALUE",
      `'${uri}' is a folder that does not belong to a run in this store.`,
      {
        hint: "Register a model by its run: registerModel('runs:/<run id>/<name>', name).",
      },
    );
  }
  const { model } = await readMLmodel((await fetchModel(session, source)).folder);
  const signature = model.signature?.toJSON();
  const { alias, description, tags } = options;
  const version = await session.client.createModelVersion(name, logged ? `models:/${logged.modelId}` : uri, {
    createModel: true,
    runId: artifact.runId,
    ...(logged ? { modelId: logged.modelId } : {}),
    ...(signature ? { signature } : {}),
    ...(description === undefined ? {} : { description }),
    ...(tags ? { tags: { ...tags } } : {}),
  });
  if (alias === undefined) return version;
  await session.client.setRegisteredModelAlias(name, alias, version.version);
  return session.client.getModelVersion(name, version.version);
}
