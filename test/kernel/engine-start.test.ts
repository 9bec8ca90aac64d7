import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { fastStartScript } from "../../src/cli/fast-start-script.js";
import { socketVariable } from "../../src/kernel/engine/engine-channel.js";
import { snapshotPath } from "../../src/kernel/engine/snapshot/snapshot.js";
import { KernelClient } from "./support/kernel-client.js";

const main = new URL("../../bundle/kernel-main.cjs", import.meta.url);
const folder = mkdtempSync(join(realpathSync(tmpdir()), "runlab-engine-start-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Starts a kernel, runs a cell that is refused and one that is not, and ends it. */
async function checksTypes(env: NodeJS.ProcessEnv): Promise<void> {
  const kernel = await KernelClient.start({ main, env });
  try {
    assert.equal((await kernel.execute("const n: number = 'a'")).reply.ename, "TypeScriptError");
    assert.equal((await kernel.execute("1 + 1")).reply.status, "ok");
  } finally {
    await kernel.stop();
  }
}

test("a damaged snapshot only makes the first cell later, and does not stay", async () => {
  const cacheFolder = join(folder, "runlab");
  const path = snapshotPath({ script: fastStartScript, cacheFolder });
  mkdirSync(cacheFolder);
  writeFileSync(path, "no snapshot");
  await checksTypes({ XDG_CACHE_HOME: folder });
  assert.equal(existsSync(path), false);
});

test("a temporary folder too deep for a socket is none too deep for a kernel", async () => {
  const deep = join(folder, ...Array.from({ length: 12 }, () => "temporary"));
  mkdirSync(deep, { recursive: true });
  await checksTypes({ TMPDIR: deep, XDG_CACHE_HOME: join(folder, "empty") });
});

test("an engine process whose kernel is gone before it could connect ends by itself", { timeout: 30_000 }, async () => {
  const entry = fileURLToPath(new URL("support/fake-engine-main.js", import.meta.url));
  const env = { ...process.env, [socketVariable]: join(folder, "nobody") };
  const engine = spawn(process.execPath, [entry], { cwd: folder, env, stdio: "ignore" });
  assert.deepEqual(await once(engine, "exit"), [0, null]);
});
