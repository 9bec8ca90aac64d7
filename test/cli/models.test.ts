import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { loadModel } from "../../src/models/load-model.js";
import { logModel } from "../../src/models/log-model.js";
import { withModels } from "../models/model-session.js";
import { runCli } from "./run-cli.js";

test("models list, info and install: a registered model loads from the folder it was put into", () =>
  withModels(async ({ session, folder }) => {
    const model = (rows: Array<{ x: number }>) => rows.map(({ x }) => 2 * x);
    const info = await logModel(session, model, { name: "m", inputExample: [{ x: 1 }], registeredModelName: "Twice" });
    await session.endRun();
    const cli = (...argv: string[]) =>
      runCli(["models", ...argv, "--tracking-uri", join(folder, "runlab")], { cwd: folder });

    const list = await cli("list", "--json");
    assert.equal(list.code, 0, list.err);
    assert.deepEqual(
      JSON.parse(list.out).map(({ name }: { name: string }) => name),
      ["Twice"],
    );
    const shown = await cli("info", "models:/Twice/latest");
    assert.match(shown.out, /flavors function\n.*run [0-9a-f]{32}, \d{4}-\d\d-\d\d .*'x': double \(required\)/s);

    const installed = await cli("install", "models:/Twice/1", "there", "--json");
    assert.equal(installed.code, 0, installed.err);
    const { folder: place } = JSON.parse(installed.out);
    const loaded = await loadModel(session, place);
    assert.equal(loaded.modelId, info.modelId);
    assert.deepEqual(await loaded.predict([{ x: 4 }]), [8]);

    const again = await cli("install", "models:/Twice/1", "there");
    assert.equal(again.code, 3);
    assert.match(again.err, /already exists/);
    const missing = await cli("info", "models:/Thrice/1");
    assert.equal(missing.code, 4);
    assert.match(missing.err, /Thrice not found/);
  }));
