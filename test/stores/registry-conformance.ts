import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { RunlabError } from "../../src/errors.js";
import { TrackingClient } from "../../src/tracking/client.js";
import type { TrackingStore } from "../../src/tracking/store.js";
import { isError } from "../is-error.js";

/** What every store promises of its registry, tried through the client that checks the arguments. */
export function registryConformance(name: string, open: (folder: string) => TrackingStore): void {
  describe(`${name} as a model registry`, () => {
    let folder: string;
    let store: TrackingStore;
    let client: TrackingClient;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "runlab-registry-"));
      store = open(join(folder, "runlab"));
      client = new TrackingClient(store);
    });

    after(async () => {
      await store.close();
      await rm(folder, { recursive: true });
    });

    test("a registered model is created once, described, tagged, renamed with its versions, and deleted", async () => {
      await client.createRegisteredModel("Cars", { description: "mileage", tags: { team: "a" } });
      await assert.rejects(client.createRegisteredModel("Cars"), isError("RESOURCE_ALREADY_EXISTS", /already exists/));
      await client.createModelVersion("Cars", "runs:/r/model", { runId: "r" });
      await client.setRegisteredModelTag("Cars", "owner", "me");
      await client.deleteRegisteredModelTag("Cars", "team");
      await assert.rejects(
        client.deleteRegisteredModelTag("Cars", "team"),
        isError("RESOURCE_DOES_NOT_EXIST", /No tag/),
      );
      await client.updateRegisteredModel("Cars", "miles per gallon");
      await client.renameRegisteredModel("Cars", "Automobiles");
      const model = await client.getRegisteredModel("Automobiles");
      assert.deepEqual(model.tags, { owner: "me" });
      assert.equal(model.description, "miles per gallon");
      assert.deepEqual(
        model.latestVersions.map(({ name: of, version }) => [of, version]),
        [["Automobiles", "1"]],
      );
      await assert.rejects(
        client.getRegisteredModel("Cars"),
        isError("RESOURCE_DOES_NOT_EXIST", /name=Cars not found/),
      );
      await client.deleteRegisteredModel("Automobiles");
      await assert.rejects(client.getModelVersion("Automobiles", 1), isError("RESOURCE_DOES_NOT_EXIST", /not found/));
    });

    test("versions count up and a number is never given twice", async () => {
      await client.createRegisteredModel("Counted");
      const made: string[] = [];
      for (let at = 0; at < 3; at++) made.push((await client.createModelVersion("Counted", `runs:/r${at}/m`)).version);
      await client.deleteModelVersion("Counted", 3);
      made.push((await client.createModelVersion("Counted", "runs:/r3/m")).version);
      assert.deepEqual(made, ["1", "2", "3", "4"]);
      await assert.rejects(client.getModelVersion("Counted", 3), isError("RESOURCE_DOES_NOT_EXIST", /version=3/));
    });

    test("a version keeps its run, source, signature, description and tags", async () => {
      await client.createRegisteredModel("Kept");
      const signature = { inputs: '[{"type": "double", "name": "x", "required": true}]' };
      await client.createModelVersion("Kept", "models:/m-1", {
        runId: "run1",
        modelId: "m-1",
        signature,
        tags: { a: "1" },
        description: "first",
      });
      await client.setModelVersionTag("Kept", 1, "b", 2);
      await client.deleteModelVersionTag("Kept", 1, "a");
      await client.updateModelVersion("Kept", 1, "the first");
      const version = await client.getModelVersion("Kept", "1");
      assert.deepEqual(version.signature, signature);
      assert.deepEqual(version.tags, { b: "2" });
      assert.deepEqual(
        [version.runId, version.source, version.modelId, version.description, version.currentStage, version.status],
        ["run1", "models:/m-1", "m-1", "the first", "None", "READY"],
      );
    });

    test("an alias leads to one version, moves, and goes with its version", async () => {
      await client.createRegisteredModel("Aliased");
      await client.createModelVersion("Aliased", "runs:/a/m");
      await client.createModelVersion("Aliased", "runs:/b/m");
      await client.setRegisteredModelAlias("Aliased", "champion", 1);
      await client.setRegisteredModelAlias("Aliased", "champion", "2");
      assert.equal((await client.getModelVersionByAlias("Aliased", "champion")).version, "2");
      assert.deepEqual((await client.getModelVersion("Aliased", 2)).aliases, ["champion"]);
      assert.deepEqual((await client.getModelVersion("Aliased", 1)).aliases, []);
      await client.deleteModelVersion("Aliased", 2);
      await assert.rejects(
        client.getModelVersionByAlias("Aliased", "champion"),
        isError("RESOURCE_DOES_NOT_EXIST", /alias champion not found/),
      );
      await assert.rejects(
        client.setRegisteredModelAlias("Aliased", "x", 9),
        isError("RESOURCE_DOES_NOT_EXIST", /version=9/),
      );
      await client.setRegisteredModelAlias("Aliased", "old", 1);
      await client.deleteRegisteredModelAlias("Aliased", "old");
      assert.deepEqual((await client.getRegisteredModel("Aliased")).aliases, {});
    });

    test("stages are MLflow's, and a move may archive the versions that were there", async () => {
      await client.createRegisteredModel("Staged");
      await client.createModelVersion("Staged", "runs:/a/m");
      await client.createModelVersion("Staged", "runs:/b/m");
      await client.transitionModelVersionStage("Staged", 1, "production");
      await client.transitionModelVersionStage("Staged", 2, "Production", { archiveExistingVersions: true });
      assert.equal((await client.getModelVersion("Staged", 1)).currentStage, "Archived");
      const [production] = await client.getLatestVersions("Staged", ["Production"]);
      assert.equal(production?.version, "2");
      await assert.rejects(
        client.transitionModelVersionStage("Staged", 1, "Live"),
        isError("INVALID_PARAMETER_VALUE", /stage: Live/),
      );
      await assert.rejects(
        client.transitionModelVersionStage("Staged", 1, "Archived", { archiveExistingVersions: true }),
        isError("INVALID_PARAMETER_VALUE", /only when/),
      );
    });

    test("models and versions are searched by name, tags and run, in order and in pages", async () => {
      for (const name of ["find-b", "find-a", "find-c"]) {
        await client.createRegisteredModel(name, { tags: { kind: name.endsWith("c") ? "x" : "y" } });
        await client.createModelVersion(name, `runs:/of-${name}/m`, { runId: `of-${name}` });
      }
      const names = async (query: Parameters<TrackingClient["searchRegisteredModels"]>[0]) =>
        (await client.searchRegisteredModels(query)).map((model) => model.name);
      assert.deepEqual(await names({ filterString: "name LIKE 'find-%'" }), ["find-a", "find-b", "find-c"]);
      assert.deepEqual(
        await names({ filterString: "name LIKE 'find-%' AND tags.kind = 'y'", orderBy: ["name DESC"] }),
        ["find-b", "find-a"],
      );
      const first = await client.searchRegisteredModels({ filterString: "name LIKE 'find-%'", maxResults: 2 });
      assert.equal(first.length, 2);
      assert.deepEqual(
        await names({ filterString: "name LIKE 'find-%'", maxResults: 2, pageToken: first.nextPageToken }),
        ["find-c"],
      );
      const versions = await client.searchModelVersions({ filterString: "run_id = 'of-find-b'" });
      assert.deepEqual(
        versions.map(({ name: of, version }) => `${of}/${version}`),
        ["find-b/1"],
      );
      await assert.rejects(client.searchRegisteredModels({ filterString: "nonsense = 1" }), RunlabError);
    });

    test("names, aliases and tags outside MLflow's rules are refused", async () => {
      for (const name of ["", " ", "a/b", "a:b"]) {
        await assert.rejects(client.createRegisteredModel(name), isError("INVALID_PARAMETER_VALUE", /name/));
      }
      await client.createRegisteredModel("Ruled.with.dots");
      await client.createModelVersion("Ruled.with.dots", "runs:/a/m");
      for (const alias of ["latest", "v1", "a b", ""]) {
        await assert.rejects(
          client.setRegisteredModelAlias("Ruled.with.dots", alias, 1),
          isError("INVALID_PARAMETER_VALUE", /alias|latest/),
        );
      }
    });

    test("a logged model is found by its id, by its run and by its name", async () => {
      const run = await client.createRun("0");
      const { runId } = run.info;
      const modelId = `m-${"0".repeat(31)}1`;
      const model = {
        modelId,
        name: "net",
        experimentId: "0",
        sourceRunId: runId,
        artifactPath: "net",
        modelType: "onnx",
      };
      await store.registry.createLoggedModel(model);
      await assert.rejects(
        store.registry.createLoggedModel(model),
        isError("RESOURCE_ALREADY_EXISTS", /already exists/),
      );
      const sameFolder = { ...model, modelId: `m-${"0".repeat(31)}2` };
      await assert.rejects(
        store.registry.createLoggedModel(sameFolder),
        isError("RESOURCE_ALREADY_EXISTS", /'net' of run .* already exists/),
      );
      await client.setLoggedModelTags(modelId, { good: true });
      assert.deepEqual((await client.getLoggedModel(modelId)).tags, { good: "true" });
      assert.equal((await client.searchLoggedModels({ runId, name: "net" })).length, 1);
      assert.equal((await client.searchLoggedModels({ runId, name: "other" })).length, 0);
      await client.deleteLoggedModel(modelId);
      await assert.rejects(client.getLoggedModel(modelId), isError("RESOURCE_DOES_NOT_EXIST", /not found/));
    });

    test("what is read does not change what is kept", async () => {
      await client.createRegisteredModel("Shielded", { tags: { a: "1" } });
      const read = await client.getRegisteredModel("Shielded");
      read.tags.a = "2";
      assert.deepEqual((await client.getRegisteredModel("Shielded")).tags, { a: "1" });
    });
  });
}
