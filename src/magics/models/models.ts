import { ModelSignature } from "../../models/signature/signature.js";
import { modelVersions, registeredModels } from "../../queries/registered-models.js";
import { registryTable, type VersionRow, versionsTable } from "../../render/registry-table.js";
import { tableBundle } from "../../render/table.js";
import type { ModelVersion } from "../../tracking/registry.js";
import type { TrackingSession } from "../../tracking/session.js";
import { defineMagic } from "../define-magic.js";

/** `%models`: what is registered. `%models ElasticCars`: its versions, with the metrics of their runs. */
export const models = defineMagic({
  name: "models",
  kind: "line",
  summary: "Show the registered models; with a name, its versions with aliases and the metrics of their runs",
  input: "args",
  args: [
    {
      name: "name",
      type: "string",
      doc: "The name of a registered model; default: all",
      positional: true,
      complete: "registered_model",
    },
    {
      name: "where",
      type: "string",
      doc: `A filter: "name LIKE 'Elastic%'", "tags.team = 'a'"`,
      complete: "model_filter",
    },
  ],
  lowering: "await",
  returns: "RegisteredModel[] | ModelVersion[]",
  draws: true,
  examples: ["%models", "%models ElasticCars", "%models where=\"tags.team = 'a'\""],
  async run({ name, where }, { session, output, assigned }) {
    if (name !== undefined) {
      const versions = await modelVersions(session, name, where);
      if (!assigned) output.display(tableBundle(versionsTable(name, await withRuns(session, versions))));
      return versions;
    }
    const found = await registeredModels(session, where);
    if (!assigned) output.display(tableBundle(registryTable(found, "%log_model {model} register=Name")));
    return found;
  },
});

async function withRuns(session: TrackingSession, versions: readonly ModelVersion[]): Promise<VersionRow[]> {
  return Promise.all(
    versions.map(async (version) => {
      // The run may be deleted for good, or in another store.
      const run = await session.getRun(version.runId).catch(() => undefined);
      const signature = version.signature && ModelSignature.fromJSON(version.signature);
      const inputs = signature?.inputs;
      const count = inputs?.kind === "columns" ? inputs.columns.length : inputs?.tensors.length;
      return {
        version: version.version,
        aliases: version.aliases,
        stage: version.currentStage,
        description: version.description,
        created: version.creationTimestamp,
        run: run?.info.runName ?? version.runId.slice(0, 8),
        metrics: run?.data.metrics ?? {},
        inputs: count,
      };
    }),
  );
}
