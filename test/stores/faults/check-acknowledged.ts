import assert from "node:assert/strict";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import type { RunStatus } from "../../../src/tracking/types.js";

/** What a `mixed-process.js` says on stdout; a line that it had begun to say when it was killed was not acknowledged. */
export function acknowledgedIn(text: string): string[][] {
  const lines = text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as unknown[]).map(String));
}

/**
 * Everything acknowledged is in the store.
 * @param unended - the status of a run that was not ended
 */
export async function checkAcknowledged(
  store: string,
  acknowledged: readonly string[][],
  unended?: RunStatus,
): Promise<void> {
  const client = new TrackingClient(new FileStore(store));
  const experiments = await client.searchExperiments({ maxResults: 50_000 });
  const names = new Map<string, string>();
  for (const words of acknowledged) {
    const [kind, id = "", key = "", value = ""] = words;
    const lost = `lost: ${words.join(" ")}`;
    if (kind === "run") names.set(id, key);
    else if (kind === "experiment") {
      assert.equal(experiments.find(({ experimentId }) => experimentId === id)?.name, key, lost);
    } else if (kind === "experiment tag") {
      assert.equal(experiments.find(({ experimentId }) => experimentId === id)?.tags[key], value, lost);
    } else if (kind === "version") {
      assert.equal((await client.store.registry.getModelVersion(id, key)).source, value, lost);
    } else {
      const run = await client.getRun(id);
      if (kind === "ended") assert.equal(run.info.status, "FINISHED", lost);
      else if (kind === "deleted") assert.equal(run.info.lifecycleStage, "deleted", lost);
      else if (kind === "param") assert.equal(run.data.params[key], value, lost);
      else if (kind === "tag") assert.equal(run.data.tags[key], value, lost);
      else if (kind === "input")
        assert.ok(
          run.inputs.datasetInputs.some(({ dataset }) => dataset.name === key),
          lost,
        );
      else if (kind === "artifact") {
        assert.equal(Buffer.from(await client.readArtifact(id, key)).toString(), value, lost);
      } else {
        const history = await client.getMetricHistory(id, key);
        assert.ok(
          history.some(({ step }) => step === Number(value)),
          lost,
        );
        assert.equal(run.metricSummaries[key]?.count, history.length, lost);
      }
    }
  }
  for (const [runId, name] of names) {
    const { info, data } = await client.getRun(runId);
    // A rename may be in the store and not acknowledged.
    assert.ok(info.runName === name || info.runName.startsWith("renamed"), `lost: the name ${name}`);
    if (info.status === "FINISHED") continue;
    if (unended === undefined) continue;
    assert.equal(info.status, unended);
    assert.match(data.tags["runlab.end_reason"] ?? "", /ended without ending the run/);
  }
  await client.store.close();
}
