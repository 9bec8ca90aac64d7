import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { RunlabError } from "../../src/errors.js";
import type { TrackingClient } from "../../src/tracking/client.js";
import type { TrackingStore } from "../../src/tracking/store.js";
import { isError } from "../is-error.js";
import { StorePlace } from "./conformance/store-place.js";
import type { Differences } from "./conformance.js";

/** What every store promises of its registry, tried through the client that checks the arguments. */
export function registryConformance(
  name: string,
  open: (folder: string) => TrackingStore,
  differences: Differences = {},
): void {
  describe(`${name} as a model registry`, () => {
    const place = new StorePlace(open, differences);

    /** A model's folder in a run of its own. */
    const sourceOf = async (name: string) => `runs:/${(await place.startRun()).info.runId}/${name}`;

    test("logged models are found by run, name and filter, newest first, in pages", async () => {
      const { runId } = (await place.startRun()).info;
      const other = (await place.startRun()).info.runId;
      const ids: string[] = [];
      for (let at = 0; at < 5; at++) {
        const wanted = `m-${randomBytes(16).toString("hex")}`;
        const name = at < 3 ? "tree" : "line";
        const artifactPath = `${name}-${at}`;
        const sourceRunId = at === 4 ? other : runId;
        const model = { modelId: wanted, name, experimentId: "0", sourceRunId, artifactPath, modelType: "json" };
        const { modelId } = await place.client.createLoggedModel({ ...model, tags: { at: String(at) } });
        if (!place.differs("givenIds")) assert.equal(modelId, wanted);
        ids.unshift(modelId);
      }
      const pages: string[][] = [];
      let pageToken: string | undefined;
      do {
        const page = await place.client.searchLoggedModels({ experimentIds: ["0"], maxResults: 2, pageToken });
        pages.push(page.map(({ modelId }) => modelId));
        pageToken = page.nextPageToken;
      } while (pageToken !== undefined);
      assert.deepEqual(pages, [ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
      const find = async (query: Parameters<TrackingClient["searchLoggedModels"]>[0]) =>
        (await place.client.searchLoggedModels(query)).map(({ tags }) => Number(tags.at));
      assert.deepEqual(await find({ runId }), [3, 2, 1, 0]);
      assert.deepEqual(await find({ runId, name: "tree" }), [2, 1, 0]);
      assert.deepEqual(await find({ name: "line", filterString: `source_run_id = '${other}'` }), [4]);
      assert.deepEqual(await find({ filterString: "tags.at >= 1 AND name LIKE 't%'", orderBy: ["tags.at"] }), [1, 2]);
      assert.deepEqual(await find({ experimentIds: ["77"] }), []);
      await assert.rejects(
        place.client.searchLoggedModels({ filterString: "colour = 'red'" }),
        isError("INVALID_PARAMETER_VALUE", /no attribute 'colour'/),
      );
      const [id = ""] = ids;
      const taken = { name: "tree", experimentId: "0", sourceRunId: runId, modelType: "json" };
      const wrongModels = [
        [{ ...taken, modelId: id, artifactPath: "new" }, "RESOURCE_ALREADY_EXISTS"],
        [{ ...taken, modelId: `m-${"0".repeat(32)}`, artifactPath: "tree-0" }, "RESOURCE_ALREADY_EXISTS"],
        [{ ...taken, modelId: "m-1", artifactPath: "new" }, "INVALID_PARAMETER_VALUE"],
        [{ ...taken, modelId: `m-${"0".repeat(32)}`, artifactPath: "../new" }, "INVALID_PARAMETER_VALUE"],
      ] as const;
      // A store that gives ids itself takes none for taken.
      for (const [wrong, code] of place.differs("givenIds") ? wrongModels.slice(1) : wrongModels) {
        await assert.rejects(place.client.createLoggedModel(wrong), isError(code));
      }
      for (const modelId of ids) await place.client.deleteLoggedModel(modelId);
    });

    test("a logged model gets its status, params, latest metrics and tags later, where the store changes logged models", async () => {
      const { runId } = (await place.startRun()).info;
      const wantedId = `m-${randomBytes(16).toString("hex")}`;
      const wanted = { modelId: wantedId, name: "late", experimentId: "0", sourceRunId: runId, artifactPath: "late" };
      if (place.store.registry.updateLoggedModel === undefined) {
        await assert.rejects(place.client.updateLoggedModel(wantedId, {}), isError("NOT_IMPLEMENTED"));
        return;
      }
      const { modelId } = await place.client.createLoggedModel({
        ...wanted,
        modelType: "",
        status: "PENDING",
        tags: { a: "1", b: "2" },
      });
      const point = { key: "rmse", value: 0.5, timestamp: 1, step: 1, runId };
      const ofCars = { ...point, datasetName: "cars", datasetDigest: "d1", value: Number.NaN };
      if (place.differs("modelMetrics")) ofCars.timestamp = 2;
      await place.client.updateLoggedModel(modelId, {
        status: "READY",
        params: { alpha: "0.1", ["__proto__"]: "x" },
        metrics: [point, { ...point, step: 0, value: 9 }, ofCars],
        setTags: { c: "3" },
        deleteTags: ["a"],
      });
      await place.client.updateLoggedModel(modelId, { metrics: [{ ...point, step: 2, value: 0.25 }] });
      const model = await place.client.getLoggedModel(modelId);
      assert.equal(model.status, "READY");
      assert.deepEqual(model.tags, { b: "2", c: "3" });
      assert.deepEqual(Object.entries(model.params ?? {}).sort(), [
        ["__proto__", "x"],
        ["alpha", "0.1"],
      ]);
      assert.deepEqual(
        model.metrics?.map(({ step, value, datasetName }) => [step, value, datasetName]),
        [
          [2, 0.25, undefined],
          [1, place.differs("modelMetrics") ? 0 : Number.NaN, "cars"],
        ],
      );
      const found = async (filterString: string) =>
        (await place.client.searchLoggedModels({ experimentIds: ["0"], filterString })).length;
      assert.equal(await found("params.alpha = '0.1' AND datasets.name = 'cars'"), 1);
      assert.equal(await found("datasets.name = 'bikes'"), 0);
      await assert.rejects(
        place.client.updateLoggedModel(modelId, { params: { alpha: "0.2" } }),
        isError("INVALID_PARAMETER_VALUE", /already '0.1'/),
      );
      await assert.rejects(
        place.client.updateLoggedModel(modelId, { deleteTags: ["a"] }),
        isError("RESOURCE_DOES_NOT_EXIST"),
      );
      await place.client.deleteLoggedModel(modelId);
      await assert.rejects(place.client.updateLoggedModel(modelId, {}), isError("RESOURCE_DOES_NOT_EXIST"));
    });

    test("a registered model is created once, described, tagged, renamed with its versions, and deleted", async () => {
      await place.client.createRegisteredModel("Cars", { description: "mileage", tags: { team: "a" } });
      await assert.rejects(
        place.client.createRegisteredModel("Cars"),
        isError("RESOURCE_ALREADY_EXISTS", /already exists/),
      );
      await place.client.createModelVersion("Cars", await sourceOf("model"));
      await place.client.setRegisteredModelTag("Cars", "owner", "me");
      await place.client.deleteRegisteredModelTag("Cars", "team");
      await assert.rejects(
        place.client.deleteRegisteredModelTag("Cars", "team"),
        isError("RESOURCE_DOES_NOT_EXIST", /No tag/),
      );
      await place.client.updateRegisteredModel("Cars", "miles per gallon");
      await place.client.renameRegisteredModel("Cars", "Automobiles");
      const model = await place.client.getRegisteredModel("Automobiles");
      assert.deepEqual(model.tags, { owner: "me" });
      assert.equal(model.description, "miles per gallon");
      assert.deepEqual(
        model.latestVersions.map(({ name: of, version }) => [of, version]),
        [["Automobiles", "1"]],
      );
      await assert.rejects(
        place.client.getRegisteredModel("Cars"),
        isError("RESOURCE_DOES_NOT_EXIST", /name=Cars not found/),
      );
      await place.client.deleteRegisteredModel("Automobiles");
      await assert.rejects(
        place.client.getModelVersion("Automobiles", 1),
        isError("RESOURCE_DOES_NOT_EXIST", /not found/),
      );
    });

    test("versions count up and a number is never given twice", async () => {
      await place.client.createRegisteredModel("Counted");
      const made: string[] = [];
      for (let at = 0; at < 3; at++)
        made.push((await place.client.createModelVersion("Counted", await sourceOf(`m${at}`))).version);
      await place.client.deleteModelVersion("Counted", 3);
      made.push((await place.client.createModelVersion("Counted", await sourceOf("m3"))).version);
      assert.deepEqual(made, ["1", "2", "3", "4"]);
      await assert.rejects(place.client.getModelVersion("Counted", 3), isError("RESOURCE_DOES_NOT_EXIST", /version=3/));
    });

    test("what is not there is said with what there is", async () => {
      await place.client.createRegisteredModel("Without versions");
      await place.client.createRegisteredModel("With two");
      for (let at = 0; at < 2; at++) await place.client.createModelVersion("With two", await sourceOf(`two${at}`));
      const missing = (text: RegExp) => isError("RESOURCE_DOES_NOT_EXIST", text);
      await assert.rejects(place.client.getRegisteredModel("Within"), missing(/Within not found\n.*'With two'/));
      await assert.rejects(place.client.getModelVersion("Within", 1), missing(/not found\n.*'With two'/));
      await assert.rejects(place.client.getModelVersion("With two", 9), missing(/not found\n.*versions: 1, 2\./));
      await assert.rejects(place.client.getModelVersion("Without versions", 1), missing(/no versions/));
    });

    test("a version keeps its run, source, signature, description and tags", async () => {
      await place.client.createRegisteredModel("Kept");
      const signature = { inputs: '[{"type": "double", "name": "x", "required": true}]' };
      const { runId } = (await place.startRun()).info;
      const model = { name: "m", experimentId: "0", sourceRunId: runId, artifactPath: "m", modelType: "json" };
      const wanted = `m-${randomBytes(16).toString("hex")}`;
      const { modelId } = await place.client.createLoggedModel({ ...model, modelId: wanted });
      await place.client.createModelVersion("Kept", `models:/${modelId}`, {
        runId,
        modelId,
        signature,
        tags: { a: "1" },
        description: "first",
      });
      await place.client.setModelVersionTag("Kept", 1, "b", 2);
      await place.client.deleteModelVersionTag("Kept", 1, "a");
      await place.client.updateModelVersion("Kept", 1, "the first");
      const version = await place.client.getModelVersion("Kept", "1");
      assert.deepEqual(version.signature, signature);
      assert.deepEqual(version.tags, { b: "2" });
      assert.deepEqual(
        [version.runId, version.source, version.modelId, version.description, version.currentStage, version.status],
        [runId, `models:/${modelId}`, modelId, "the first", "None", "READY"],
      );
    });

    test("an alias leads to one version, moves, and goes with its version", async () => {
      await place.client.createRegisteredModel("Aliased");
      await place.client.createModelVersion("Aliased", await sourceOf("a"));
      await place.client.createModelVersion("Aliased", await sourceOf("b"));
      await place.client.setRegisteredModelAlias("Aliased", "champion", 1);
      await place.client.setRegisteredModelAlias("Aliased", "champion", "2");
      assert.equal((await place.client.getModelVersionByAlias("Aliased", "champion")).version, "2");
      assert.deepEqual((await place.client.getModelVersion("Aliased", 2)).aliases, ["champion"]);
      assert.deepEqual((await place.client.getModelVersion("Aliased", 1)).aliases, []);
      const listed = await place.client.searchModelVersions({ filterString: "name = 'Aliased'" });
      assert.deepEqual(Object.fromEntries(listed.map(({ version, aliases }) => [version, aliases])), {
        1: [],
        2: ["champion"],
      });
      const all = await place.client.searchModelVersions();
      assert.deepEqual(all.find(({ name, version }) => name === "Aliased" && version === "2")?.aliases, ["champion"]);
      await place.client.deleteModelVersion("Aliased", 2);
      await assert.rejects(
        place.client.getModelVersionByAlias("Aliased", "champion"),
        isError("RESOURCE_DOES_NOT_EXIST", /alias champion not found/),
      );
      await assert.rejects(
        place.client.setRegisteredModelAlias("Aliased", "x", 9),
        isError("RESOURCE_DOES_NOT_EXIST", /version=9/),
      );
      await place.client.setRegisteredModelAlias("Aliased", "old", 1);
      await place.client.deleteRegisteredModelAlias("Aliased", "old");
      assert.deepEqual((await place.client.getRegisteredModel("Aliased")).aliases, {});
    });

    test("stages are MLflow's, and a move may archive the versions that were there", async () => {
      await place.client.createRegisteredModel("Staged");
      await place.client.createModelVersion("Staged", await sourceOf("a"));
      await place.client.createModelVersion("Staged", await sourceOf("b"));
      await place.client.transitionModelVersionStage("Staged", 1, "production");
      await place.client.transitionModelVersionStage("Staged", 2, "Production", { archiveExistingVersions: true });
      assert.equal((await place.client.getModelVersion("Staged", 1)).currentStage, "Archived");
      const [production] = await place.client.getLatestVersions("Staged", ["Production"]);
      assert.equal(production?.version, "2");
      await assert.rejects(
        place.client.transitionModelVersionStage("Staged", 1, "Live"),
        isError("INVALID_PARAMETER_VALUE", /stage: Live/),
      );
      await assert.rejects(
        place.client.transitionModelVersionStage("Staged", 1, "Archived", { archiveExistingVersions: true }),
        isError("INVALID_PARAMETER_VALUE", /only when/),
      );
    });

    test("models and versions are searched by name, tags and run, in order and in pages", async () => {
      const runs = new Map<string, string>();
      for (const name of ["find-b", "find-a", "find-c"]) {
        await place.client.createRegisteredModel(name, { tags: { kind: name.endsWith("c") ? "x" : "y" } });
        const source = await sourceOf("m");
        runs.set(name, source.split("/")[1] ?? "");
        await place.client.createModelVersion(name, source, { runId: runs.get(name) });
      }
      const names = async (query: Parameters<TrackingClient["searchRegisteredModels"]>[0]) =>
        (await place.client.searchRegisteredModels(query)).map((model) => model.name);
      assert.deepEqual(await names({ filterString: "name LIKE 'find-%'" }), ["find-a", "find-b", "find-c"]);
      assert.deepEqual(
        await names({ filterString: "name LIKE 'find-%' AND tags.kind = 'y'", orderBy: ["name DESC"] }),
        ["find-b", "find-a"],
      );
      const first = await place.client.searchRegisteredModels({ filterString: "name LIKE 'find-%'", maxResults: 2 });
      assert.equal(first.length, 2);
      assert.deepEqual(
        await names({ filterString: "name LIKE 'find-%'", maxResults: 2, pageToken: first.nextPageToken }),
        ["find-c"],
      );
      const versions = await place.client.searchModelVersions({ filterString: `run_id = '${runs.get("find-b")}'` });
      assert.deepEqual(
        versions.map(({ name: of, version }) => `${of}/${version}`),
        ["find-b/1"],
      );
      await assert.rejects(place.client.searchRegisteredModels({ filterString: "nonsense = 1" }), RunlabError);
    });

    test("names, aliases and tags outside MLflow's rules are refused", async () => {
      for (const name of ["", " ", "a/b", "a:b"]) {
        await assert.rejects(place.client.createRegisteredModel(name), isError("INVALID_PARAMETER_VALUE", /name/));
      }
      await place.client.createRegisteredModel("Ruled.with.dots");
      await place.client.createModelVersion("Ruled.with.dots", await sourceOf("a"));
      for (const alias of ["latest", "v1", "a b", ""]) {
        await assert.rejects(
          place.client.setRegisteredModelAlias("Ruled.with.dots", alias, 1),
          isError("INVALID_PARAMETER_VALUE", /alias|latest/),
        );
      }
    });

    test("a logged model is found by its id, by its run and by its name", async () => {
      const run = await place.client.createRun("0");
      const { runId } = run.info;
      const model = {
        modelId: `m-${"0".repeat(31)}1`,
        name: "net",
        experimentId: "0",
        sourceRunId: runId,
        artifactPath: "net",
        modelType: "onnx",
      };
      const { modelId } = await place.store.registry.createLoggedModel(model);
      await assert.rejects(
        place.store.registry.createLoggedModel(model),
        isError("RESOURCE_ALREADY_EXISTS", /already exists/),
      );
      const sameFolder = { ...model, modelId: `m-${"0".repeat(31)}2` };
      await assert.rejects(
        place.store.registry.createLoggedModel(sameFolder),
        isError("RESOURCE_ALREADY_EXISTS", /'net' of run .* already exists/),
      );
      await place.client.setLoggedModelTags(modelId, { good: true });
      assert.deepEqual((await place.client.getLoggedModel(modelId)).tags, { good: "true" });
      assert.equal((await place.client.searchLoggedModels({ runId, name: "net" })).length, 1);
      assert.equal((await place.client.searchLoggedModels({ runId, name: "other" })).length, 0);
      await place.client.deleteLoggedModel(modelId);
      await assert.rejects(place.client.getLoggedModel(modelId), isError("RESOURCE_DOES_NOT_EXIST", /not found/));
    });

    test("what is read does not change what is kept", async () => {
      await place.client.createRegisteredModel("Shielded", { tags: { a: "1" } });
      const read = await place.client.getRegisteredModel("Shielded");
      read.tags.a = "2";
      assert.deepEqual((await place.client.getRegisteredModel("Shielded")).tags, { a: "1" });
    });
  });
}
