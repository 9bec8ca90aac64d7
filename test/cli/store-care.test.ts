import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { FileStore } from "../../src/stores/file/file-store.js";
import { TrackingClient } from "../../src/tracking/client.js";
import { runCli } from "./run-cli.js";

const context = { folder: "", store: "", kept: "", gone: "" };

before(async () => {
  context.folder = await mkdtemp(join(tmpdir(), "runlab-store-care-"));
  context.store = join(context.folder, "runlab");
  const client = new TrackingClient(new FileStore(context.store));
  for (const name of ["kept", "gone"] as const) {
    const { runId } = (await client.createRun("0", { runName: name })).info;
    context[name] = runId;
    await client.logMetric(runId, "m", 1);
    await client.endRun(runId);
  }
  await client.deleteRun(context.gone);
  await client.store.close();
});
after(() => rm(context.folder, { recursive: true }));

const cli = (...argv: string[]) => runCli([...argv, "--tracking-uri", context.store], { cwd: context.folder });

test("gc says what it would remove, then removes it for good", async () => {
  const young = await cli("gc", "--older-than", "30d");
  assert.match(young.out, /Removed 0 runs/);
  const dry = await cli("gc", "--dry-run");
  assert.deepEqual([dry.code, dry.out], [0, `  gone (${context.gone.slice(0, 8)})\nWould remove 1 run\n`]);
  assert.ok(existsSync(join(context.store, "0", context.gone)));
  const real = await cli("gc", "--experiment", "Default", "--json");
  assert.deepEqual(JSON.parse(real.out).runs, [{ runId: context.gone, runName: "gone", experimentId: "0" }]);
  assert.ok(!existsSync(join(context.store, "0", context.gone)));
  const wrong = await cli("gc", "--older-than", "soon");
  assert.deepEqual([wrong.code, /30d, 12h/.test(wrong.err)], [2, true]);
});

test("doctor --store names a damaged document, says what fixing it would do, and fixes it", async () => {
  const sound = await cli("doctor", "--store");
  assert.equal(sound.code, 0, sound.err);
  assert.match(sound.out, /✓ store: .*runlab: 1 run in 1 experiment\nEvery document in the store can be read/);
  const path = join(context.store, "0", context.kept, "run.json");
  await writeFile(path, "{");
  const damaged = await cli("doctor", "--store");
  assert.equal(damaged.code, 7);
  assert.match(
    damaged.out,
    new RegExp(`✗ store: 0/${context.kept}/run.json: .*damaged[^]*--fix would rebuild the run`),
  );
  assert.ok(!existsSync(`${path}.damaged-1`), "looking changes nothing");
  const fixed = await cli("doctor", "--store", "--fix");
  assert.equal(fixed.code, 0, fixed.out);
  assert.match(fixed.out, /fixed: rebuild the run.*the index/);
  assert.ok(existsSync(`${path}.damaged-1`));
  const shown = JSON.parse((await cli("runs", "show", "kept", "--json")).out);
  assert.match(JSON.stringify(shown), /"m":1/);
});
