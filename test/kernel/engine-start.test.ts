import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fastStartScript } from "../../src/cli/fast-start-script.js";
import { snapshotRecordPath, usableSnapshot } from "../../src/kernel/engine/snapshot/snapshot.js";
import { sha256Of, writeRecord } from "../../src/kernel/engine/snapshot/snapshot-record.js";
import { KernelClient } from "./support/kernel-client.js";

test("a snapshot that Node does not take only makes the first cell later, and does not stay", async () => {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "runlab-engine-start-"));
  const cacheFolder = join(folder, "runlab");
  const record = snapshotRecordPath({ script: fastStartScript, cacheFolder }) ?? "";
  const file = "engine-none.blob";
  mkdirSync(cacheFolder, { mode: 0o700 });
  writeFileSync(join(cacheFolder, file), "no snapshot", { mode: 0o600 });
  writeRecord(record, { folder: cacheFolder, file, sha256: sha256Of(join(cacheFolder, file)) });
  assert.equal(usableSnapshot({ script: fastStartScript, cacheFolder }), join(cacheFolder, file));
  const main = new URL("../../bundle/kernel-main.cjs", import.meta.url);
  const kernel = await KernelClient.start({ main, env: { XDG_CACHE_HOME: folder } });
  try {
    assert.equal((await kernel.execute("const n: number = 'a'")).reply.ename, "TypeScriptError");
    assert.equal((await kernel.execute("1 + 1")).reply.status, "ok");
    assert.deepEqual([record, join(cacheFolder, file)].filter(existsSync), []);
  } finally {
    await kernel.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a kernel without a home leaves no cache in the notebook's folder", async () => {
  const main = new URL("../../bundle/kernel-main.cjs", import.meta.url);
  // The history has a folder of its own: that of the account is no place for tests.
  const env = { HOME: "", XDG_CACHE_HOME: "cache" };
  const kernel = await KernelClient.start({ main, env });
  try {
    assert.equal((await kernel.execute("1 + 1")).reply.status, "ok");
    assert.deepEqual(readdirSync(kernel.folder).sort(), ["connection.json", "data", "log"]);
  } finally {
    await kernel.stop();
  }
});
