import assert from "node:assert/strict";
import { test } from "node:test";
import { isError } from "../../is-error.js";
import type { StorePlace } from "./store-place.js";

/** What every store promises of its experiments. */
export function experimentsConformance(place: StorePlace): void {
  test("a new store has the experiment 0, Default", async () => {
    const experiment = await place.client.getExperiment("0");
    assert.equal(experiment.name, "Default");
    assert.equal(experiment.lifecycleStage, "active");
  });

  test("an experiment is created, found, renamed, tagged, deleted and restored", async () => {
    const id = await place.client.createExperiment("cars", { tags: { team: "a" } });
    assert.equal((await place.client.getExperimentByName("cars"))?.experimentId, id);
    await place.client.renameExperiment(id, "automobiles");
    assert.equal(await place.client.getExperimentByName("cars"), undefined);
    await place.client.setExperimentTag(id, "owner", "me");
    assert.deepEqual((await place.client.getExperiment(id)).tags, { team: "a", owner: "me" });
    await place.client.deleteExperimentTag(id, "team");
    await place.client.deleteExperiment(id);
    assert.equal((await place.client.getExperiment(id)).lifecycleStage, "deleted");
    await assert.rejects(
      place.client.createRun(id),
      isError("INVALID_PARAMETER_VALUE", /must be in the 'active' state/),
    );
    await assert.rejects(
      place.client.createExperiment("automobiles"),
      isError("RESOURCE_ALREADY_EXISTS", /already exists/),
    );
    const active = (await place.client.searchExperiments()).map((experiment) => experiment.name);
    assert.ok(!active.includes("automobiles"));
    await place.client.restoreExperiment(id);
    assert.deepEqual((await place.client.getExperiment(id)).tags, { owner: "me" });
  });

  test("experiment 0 can be renamed", async () => {
    await place.client.renameExperiment("0", "2026-11-24");
    assert.equal((await place.client.getExperiment("0")).name, "2026-11-24");
    await place.client.renameExperiment("0", "Default");
  });
}
