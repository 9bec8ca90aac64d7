import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { KernelClient, shown, streamed } from "./support/kernel-client.js";

/** The kernel as it is installed. */
async function startWhole(t: TestContext, env: NodeJS.ProcessEnv): Promise<KernelClient> {
  const kernel = await KernelClient.start({
    main: new URL("../../bundle/kernel-main.cjs", import.meta.url),
    flags: ["--no-force-async-hooks-checks", "--disable-warning=ExperimentalWarning"],
    env: { RUNLAB_TRACKING_URI: undefined, MLFLOW_TRACKING_URI: undefined, ...env },
  });
  t.after(() => kernel.stop());
  return kernel;
}

const folder = mkdtempSync(join(tmpdir(), "runlab-hostile-"));
const file = join(folder, "file");
const locked = join(folder, "locked");
writeFileSync(file, "");
mkdirSync(locked, { mode: 0o500 });
test.after(() => {
  rmSync(folder, { recursive: true });
});

// Root may write anywhere but to /proc.
for (const [what, path] of [
  ["does not exist", join(folder, "gone")],
  ["is a file", file],
  ["lies below a file", join(file, "below")],
  ["may not be written to", process.getuid?.() === 0 ? "/proc" : locked],
  ["has a name that no file system takes", join(folder, "x".repeat(300))],
] as const) {
  test(`a kernel starts and works when TMPDIR ${what}, and says so once`, {
    skip: process.platform === "win32",
  }, async (t) => {
    const kernel = await startWhole(t, { TMPDIR: path });
    const silent = await kernel.execute("1", { silent: true });
    assert.deepEqual(silent.output, []);
    const first = await kernel.execute("1 + 1");
    assert.equal(shown(first), "2");
    assert.ok(streamed(first, "stderr").includes(`'${path}'`), streamed(first, "stderr"));
    assert.match(streamed(first, "stderr"), /TMPDIR/);
    assert.ok(kernel.log.includes(`'${path}'`), kernel.log);
    const child = await kernel.execute(
      'import { spawnSync } from "node:child_process";\nspawnSync("echo", ["from a child"], { stdio: "inherit" });',
    );
    assert.equal(streamed(child, "stdout"), "from a child\n");
    assert.equal(streamed(child, "stderr"), "");
    const logged = await kernel.execute(
      "%%run name=model\nimport { logModel } from 'runlab';\nclass Twice { predict(x: number[]) { return x.map((v) => 2 * v); } }\nawait logModel(new Twice(), { inputExample: [1, 2] });",
    );
    assert.equal(logged.reply.status, "ok", JSON.stringify(logged.reply));
  });
}

test("a kernel starts and works without mkfifo, and says what is not shown", {
  skip: process.platform === "win32",
}, async (t) => {
  const kernel = await startWhole(t, { PATH: folder });
  const first = await kernel.execute('console.log("printed"); 1 + 1');
  assert.equal(shown(first), "2");
  assert.equal(streamed(first, "stdout"), "printed\n");
  assert.match(streamed(first, "stderr"), /mkfifo/);
  assert.match(kernel.log, /mkfifo/);
});
