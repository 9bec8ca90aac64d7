// What looks at runs completes their names, the keys of what they hold, and its own options.
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { after, test } from "node:test";
import { completeThrough } from "../../../src/kernel/engine/cell-assistant.js";
import { HubEngine } from "../../../src/kernel/engine/hub/hub-engine.js";
import type { NameSource } from "../../../src/magics/magic.js";
import { magics } from "../../../src/magics/registry.js";
import { magicSourceExtension } from "../../../src/magics/source-extension.js";

const names: NameSource = async (kind) =>
  ({
    run: ["linear", "elastic net"],
    experiment: ["cars", "trucks"],
    metric: ["rmse", "loss"],
    param: ["lr", "depth"],
    tag: ["mlflow.user", "family"],
  })[kind as string] ?? [];
const extension = magicSourceExtension(magics, names);
const engine = new HubEngine({ cwd: tmpdir(), ambient: extension.ambient });
after(() => engine.close());

/** `|` is the cursor. */
async function matches(marked: string): Promise<string[]> {
  const cursor = marked.indexOf("|");
  const code = marked.slice(0, cursor) + marked.slice(cursor + 1);
  return (await completeThrough(engine, extension, { code, cursor })).matches;
}

test("%diff and %run_info complete names of runs, the second one too", async () => {
  assert.deepEqual(await matches("%diff li|"), ["linear"]);
  assert.deepEqual(await matches("%diff linear ela|"), ['"elastic net"']);
  assert.deepEqual(await matches("%run_info e|"), ['"elastic net"']);
});

test("%runs completes columns from metrics, params, tags of one's own and facts, and groups from params", async () => {
  const columns = await matches("%runs columns=|");
  for (const name of ["rmse", "lr", "family", "started", "user"]) assert.ok(columns.includes(name), name);
  assert.ok(!columns.includes("mlflow.user"));
  assert.deepEqual(await matches("%runs columns=[rmse, d|"), ["depth", "duration"]);
  assert.deepEqual(await matches("%runs group=|"), ["lr", "depth"]);
  for (const option of ["columns=", "group=", "page="]) {
    assert.deepEqual(await matches(`%runs ${option.slice(0, 3)}|`), [option]);
  }
});

test("%leaderboard completes metrics, goals, experiments and options", async () => {
  assert.deepEqual(await matches("%leaderboard metric=r|"), ["rmse"]);
  assert.deepEqual(await matches("%leaderboard lo|"), ["loss"]);
  assert.deepEqual(await matches("%leaderboard loss m|"), ["min", "max"]);
  assert.deepEqual(await matches("%leaderboard experiment=[cars, t|"), ["trucks"]);
  assert.deepEqual(await matches("%leaderboard loss min wh|"), ["where="]);
});

test("%log_table and %log_figure complete that they may be quiet", async () => {
  assert.deepEqual(await matches("%log_table {rows} to=a.json q|"), ["quiet"]);
  assert.deepEqual(await matches("%log_figure {spec} to=a.json q|"), ["quiet"]);
});
