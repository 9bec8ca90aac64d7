import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fastStartScript } from "../../src/cli/fast-start-script.js";
import { snapshotPath } from "../../src/kernel/engine/snapshot/snapshot.js";
import { KernelClient } from "./support/kernel-client.js";

test("a damaged snapshot only makes the first cell later, and does not stay", async () => {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "runlab-engine-start-"));
  const cacheFolder = join(folder, "runlab");
  const path = snapshotPath({ script: fastStartScript, cacheFolder });
  mkdirSync(cacheFolder);
  writeFileSync(path, "no snapshot");
  const main = new URL("../../bundle/kernel-main.cjs", import.meta.url);
  const kernel = await KernelClient.start({ main, env: { XDG_CACHE_HOME: folder } });
  try {
    assert.equal((await kernel.execute("const n: number = 'a'")).reply.ename, "TypeScriptError");
    assert.equal((await kernel.execute("1 + 1")).reply.status, "ok");
    assert.equal(existsSync(path), false);
  } finally {
    await kernel.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
