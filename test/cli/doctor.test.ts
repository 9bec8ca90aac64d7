import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { runCli } from "./run-cli.js";

const context = { folder: "", python: "", env: {} as Record<string, string> };
before(async () => {
  context.folder = await mkdtemp(join(tmpdir(), "runlab-doctor-"));
  context.python = join(context.folder, "python");
  const data = join(context.folder, "share", "jupyter");
  const info = {
    executable: context.python,
    version: "3.12.1",
    prefix: context.folder,
    jupyter: { coreVersion: "5.9.1", userData: data, dataPath: [data], packages: { jupyterlab: "4.6.6" } },
  };
  await writeFile(context.python, `#!/bin/sh\necho '${JSON.stringify(info)}'\n`);
  await chmod(context.python, 0o755);
  context.env = { JUPYTER_DATA_DIR: data };
});
after(() => rm(context.folder, { recursive: true }));

function doctor(...argv: string[]) {
  return runCli(["doctor", "--python", context.python, ...argv], { env: context.env });
}

test("a Jupyter without the kernel is a problem, with the command that fixes it", async () => {
  const { code, out } = await doctor();
  assert.equal(code, 7);
  assert.match(out, /✓ Jupyter: Python 3.12.1/);
  assert.match(out, /✓ Jupyter: jupyterlab 4.6.6/);
  assert.match(out, /✗ Kernel: the kernel is not installed in this Jupyter\n {4}→ runlab install/);
});

test("an installed kernel is found; one whose program is gone, or that starts another version, is named", async () => {
  const installed = await runCli(["install", "--no-fast-start", "--python", context.python], { env: context.env });
  assert.equal(installed.code, 0, installed.err);
  const good = await doctor();
  assert.equal(good.code, 0, good.out);
  assert.match(good.out, /✓ Kernel: 'TypeScript \(runlab\)' in /);
  assert.match(good.out, /runlab has everything that it needs/);

  const path = join(context.folder, "share", "jupyter", "kernels", "runlab", "kernel.json");
  const spec = JSON.parse(await readFile(path, "utf8"));
  const old = { ...spec, metadata: { runlab: { version: "0.0.1", engine: "hub" } } };
  await writeFile(path, JSON.stringify(old));
  const outdated = await doctor();
  assert.equal(outdated.code, 0);
  assert.match(outdated.out, /! Kernel: .* starts another runlab \(0.0.1;/);

  await writeFile(path, JSON.stringify({ ...spec, argv: ["/gone/node", ...spec.argv.slice(1)] }));
  const gone = await doctor();
  assert.equal(gone.code, 7);
  assert.match(gone.out, /✗ Kernel: .* starts \/gone\/node, which no longer exists/);
});

test("a kernel.json with a value of another type is reported by its field, and installing writes it again", async () => {
  const path = join(context.folder, "share", "jupyter", "kernels", "runlab", "kernel.json");
  const spec = JSON.parse(await readFile(path, "utf8"));
  const cases: ReadonlyArray<[string, unknown]> = [
    ["argv", { ...spec, argv: 3 }],
    ["argv[1]", { ...spec, argv: ["node", null] }],
    ["display_name", { ...spec, display_name: { en: "runlab" } }],
    ["metadata.runlab", { ...spec, metadata: { runlab: null } }],
    ["metadata.runlab.version", { ...spec, metadata: { runlab: { version: [1] } } }],
  ];
  for (const [field, damaged] of cases) {
    await writeFile(path, JSON.stringify(damaged));
    const { code, out } = await doctor();
    assert.equal(code, 7, field);
    assert.ok(out.includes(`kernel.json is damaged: ${field}: `), out);
  }
  const again = await runCli(["install", "--no-fast-start", "--python", context.python], { env: context.env });
  assert.equal(again.code, 0, again.err);
  assert.equal((await doctor()).code, 0);
});

test("a Python that is not there is a problem, not a crash", async () => {
  const { code, out } = await runCli(["doctor", "--python", join(context.folder, "none")], { env: context.env });
  assert.equal(code, 7);
  assert.match(out, /✗ Jupyter: There is no program '.*none'/);
});

test("doctor --json is for scripts", async () => {
  const { out } = await doctor("--json");
  const results: Array<{ title: string; findings: Array<{ status: string }> }> = JSON.parse(out);
  assert.deepEqual(
    results.map(({ title }) => title),
    ["Node", "git", "Jupyter", "Kernel", "Fast start", "A first cell"],
  );
  assert.equal(results[0]?.findings[0]?.status, "ok");
});

test("settings that would lead a cache into the working directory are named", async () => {
  const env = { ...context.env, HOME: "", XDG_CACHE_HOME: "cache" };
  const { out } = await runCli(["doctor", "--json", "--python", context.python], { env });
  const results: Array<{ title: string; findings: Array<{ status: string; what: string }> }> = JSON.parse(out);
  const found = results.find(({ title }) => title === "Fast start")?.findings ?? [];
  for (const name of ["HOME", "XDG_CACHE_HOME"]) {
    assert.ok(
      found.some(({ status, what }) => status === "warning" && what.startsWith(`${name} is`)),
      name,
    );
  }
});

test("a cache folder that others can write to is named", { skip: process.platform === "win32" }, async () => {
  const cache = join(context.folder, "cache");
  await mkdir(join(cache, "runlab"), { recursive: true });
  await chmod(join(cache, "runlab"), 0o777);
  const env = { ...context.env, XDG_CACHE_HOME: cache };
  const { out } = await runCli(["doctor", "--json", "--python", context.python], { env });
  const results: Array<{ title: string; findings: Array<{ status: string; what: string }> }> = JSON.parse(out);
  const found = results.find(({ title }) => title === "Fast start")?.findings ?? [];
  assert.ok(found.some(({ status, what }) => status === "warning" && what.includes(join(cache, "runlab"))));
});
