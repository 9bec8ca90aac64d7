import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { copyStore } from "../../src/exports/copy/copy-store.js";
import { MemoryStore } from "../../src/stores/memory.js";
import { openStore } from "../../src/stores/open.js";
import { TrackingClient } from "../../src/tracking/client.js";
import type { RunBatch, TrackingStore } from "../../src/tracking/store.js";
import { runCli } from "../cli/run-cli.js";
import { isError } from "../is-error.js";
import { slowStore } from "../stores/slow-store.js";
import { serverThatLeaves } from "../stores/spool/server-that-leaves.js";
import { filled } from "./filled-store.js";

let folder: string;
let count = 0;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-copying-"));
});
after(() => rm(folder, { recursive: true }));

const newPlace = () => join(folder, `store${count++}`, "runlab");
const fileStore = (place = newPlace()) => new TrackingClient(openStore(place));

test("a copy of a file store has the same ids and everything else, and copying again adds nothing", async () => {
  const from = fileStore();
  const { parent, child, modelId } = await filled(from);
  const to = fileStore();
  const result = await copyStore(from, to);
  assert.deepEqual([result.copied, result.there, result.versions, result.differ, result.leftOut], [2, 0, 2, [], []]);
  for (const runId of [parent, child]) {
    const [source, copy] = await Promise.all([from.getRun(runId), to.getRun(runId)]);
    assert.deepEqual(
      { ...copy, info: { ...copy.info, artifactUri: "", experimentId: "" } },
      { ...source, info: { ...source.info, artifactUri: "", experimentId: "" } },
    );
    assert.deepEqual(await to.getMetricHistory(runId, "loss"), await from.getMetricHistory(runId, "loss"));
  }
  assert.equal(Buffer.from(await to.readArtifact(parent, "notes/deep/a.txt")).toString(), "häßlich");
  const model = await to.getLoggedModel(modelId);
  assert.deepEqual([model.sourceRunId, model.artifactPath, model.status], [parent, "tree", "READY"]);
  const { aliases, description, tags } = await to.getRegisteredModel("Cars");
  assert.deepEqual([aliases, description, tags], [{ champion: "3" }, "of cars", { t: "1" }]);
  assert.equal((await to.getModelVersion("Cars", 3)).currentStage, "Production");
  await assert.rejects(to.getModelVersion("Cars", 2), isError("RESOURCE_DOES_NOT_EXIST"));
  const again = await copyStore(from, to);
  assert.deepEqual([again.copied, again.there, again.models, again.versions, again.differ], [0, 2, 0, 0, []]);
});

test("a copy that is interrupted at any call is completed by the next one, with every point once", async () => {
  const from = fileStore();
  const { parent } = await filled(from);
  let calls = 0;
  let failing = Number.POSITIVE_INFINITY;
  const to = new TrackingClient(
    slowStore({
      ms: 0,
      onCall: () => {
        if (++calls === failing) throw new Error("the power is cut");
      },
    }),
  );
  let interrupted = 0;
  // Each attempt gets a few calls further.
  for (failing = 3; ; failing += 7) {
    calls = 0;
    try {
      await copyStore(from, to);
      break;
    } catch (error) {
      assert.match(String(error), /the power is cut/);
      interrupted++;
    }
  }
  assert.ok(interrupted > 3, String(interrupted));
  failing = Number.POSITIVE_INFINITY;
  assert.deepEqual(await to.getMetricHistory(parent, "loss"), await from.getMetricHistory(parent, "loss"));
  const { copied, there, differ } = await copyStore(from, to);
  assert.deepEqual([copied, there, differ], [0, 2, []]);
});

test("a store that does not keep what it is given is found out", async () => {
  const from = fileStore();
  await filled(from);
  class Forgetful extends MemoryStore {
    override logBatch(runId: string, { metrics = [], ...rest }: RunBatch): Promise<void> {
      return super.logBatch(runId, { ...rest, metrics: metrics.slice(1) });
    }
  }
  const to: TrackingStore = new Forgetful("memory:forgetful");
  await assert.rejects(copyStore(from, new TrackingClient(to)), isError("DATA_LOSS", /history of 'loss'/));
});

test("a run that is there and differs stays as it is, and is named", async () => {
  const from = fileStore();
  const { child } = await filled(from);
  const to = fileStore();
  await copyStore(from, to);
  await to.setTag(child, "family", "other");
  const { differ } = await copyStore(from, to);
  assert.deepEqual(differ, [`run child (${child}): tag 'family'`]);
  assert.equal((await to.getRun(child)).data.tags.family, "other");
});

test("to a tracking server and back nothing is lost but what the server cannot hold; it gives ids of its own", async (context) => {
  const server = await serverThatLeaves(context);
  const session = server.session();
  const from = fileStore();
  const { parent, child, modelId } = await filled(from);
  const { copied, differ, leftOut } = await copyStore(from, session.client);
  assert.deepEqual([copied, differ, leftOut], [2, [], []]);
  assert.deepEqual((await copyStore(from, session.client)).copied, 0);
  const runs = await session.client.searchRuns({ experimentIds: ["1"] });
  const named = (name: string) => runs.find(({ info }) => info.runName === name);
  const copy = named("parent");
  assert.equal(copy?.data.tags["runlab.copied_from"], parent);
  assert.equal(named("child")?.data.tags["mlflow.parentRunId"], copy?.info.runId);
  assert.equal(named("child")?.data.tags["runlab.copied_from"], child);
  const id = copy?.info.runId ?? "";
  const [model] = await session.client.searchLoggedModels({ runId: id });
  assert.notEqual(model?.modelId, modelId);
  const text = Buffer.from(await session.client.readArtifact(id, "tree/MLmodel")).toString();
  assert.equal(text, `model_id: ${model?.modelId}\nrun_id: ${id}\n`);
  assert.equal((await session.client.getModelVersion("Cars", 3)).source, `models:/${model?.modelId}`);
  const back = fileStore();
  const result = await copyStore(session.client, back);
  assert.deepEqual([result.copied, result.differ], [2, []]);
  assert.equal(Buffer.from(await back.readArtifact(id, "notes/deep/a.txt")).toString(), "häßlich");
  await session.close();
});

test("`runlab copy` takes two stores and a filter, and says what it did", async () => {
  const [place, other] = [newPlace(), newPlace()];
  const from = fileStore(place);
  const { child } = await filled(from);
  await from.store.close();
  const { code, out, err } = await runCli(["copy", place, other, "--where", "tags.family = 'linear'"]);
  assert.equal(code, 0, err);
  assert.match(out, /Copied 1 run of 2 experiments; 0 registered models and 0 versions added/);
  assert.match(err, /cars: 1 run copied, 0 there already/);
  assert.ok((await readFile(join(other, "experiments.json"), "utf8")).includes("cars"));
  assert.equal((await fileStore(other).getRun(child)).info.runName, "child");
  const same = await runCli(["copy", place, place]);
  assert.equal(same.code, 2);
  assert.match(same.err, /cannot be copied to itself/);
});
