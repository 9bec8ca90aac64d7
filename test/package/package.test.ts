import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { packageInfo } from "../../src/cli/package-info.js";

const exec = promisify(execFile);
const npm = process.platform === "win32" ? "npm.cmd" : "npm";
/** Longest time for npm to install, ms: a cold cache on a slow line. */
const timeout = 300_000;

const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];

const context = { folder: "", tarball: "", prefix: "", runlab: "" };

/** A project of a user's, in which runlab is the first package installed; by the first test that asks. */
let project: Promise<string> | undefined;

before(async () => {
  context.folder = await mkdtemp(join(tmpdir(), "runlab-package-"));
  const { folder, version } = packageInfo();
  // --ignore-scripts: what stands in dist/ is what is tested.
  await exec(npm, ["pack", "--ignore-scripts", "--pack-destination", context.folder], { cwd: folder, timeout });
  context.tarball = join(context.folder, `runlab-${version}.tgz`);
  context.prefix = join(context.folder, "prefix");
  await exec(npm, ["install", "--global", "--prefix", context.prefix, ...quiet, context.tarball], { timeout });
  context.runlab =
    process.platform === "win32" ? join(context.prefix, "runlab.cmd") : join(context.prefix, "bin", "runlab");
});
after(() => rm(context.folder, { recursive: true, force: true }));

function withRunlab(): Promise<string> {
  project ??= newProject("project", context.tarball);
  return project;
}

/** @param packages - installed one after the other */
async function newProject(name: string, ...packages: string[]): Promise<string> {
  const folder = join(context.folder, name);
  await mkdir(folder);
  await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  for (const each of packages) await install(folder, each);
  return folder;
}

async function install(folder: string, name: string): Promise<void> {
  await exec(npm, ["install", ...quiet, name], { cwd: folder, timeout });
}

/** The folder of the package as it was installed. */
function installedFolder(): string {
  const lib = process.platform === "win32" ? context.prefix : join(context.prefix, "lib");
  return join(lib, "node_modules", "runlab");
}

test("the package holds what runs and nothing that does not", async () => {
  const files = await readdir(installedFolder(), { recursive: true });
  const own = files.filter((name) => !name.startsWith("node_modules"));
  assert.ok(own.includes(join("dist", "src", "index.d.ts")));
  assert.ok(own.includes(join("dist", "src", "cli", "kernelspec", "logos", "logo-svg.svg")));
  assert.deepEqual(
    own.filter((name) => /\.map$|\.test\.|^src\b|^test\b|dist.test|tsbuildinfo|\.ipynb$/.test(name)),
    [],
  );
});

test("installed globally into an empty prefix, it answers", async () => {
  const { stdout } = await exec(context.runlab, ["--version"]);
  assert.equal(stdout.trim(), packageInfo().version);
});

test("its kernel runs a cell for Jupyter's own client", async (t) => {
  const python = process.env.RUNLAB_PYTHON;
  if (!python) {
    t.skip("needs Python with jupyter_client: npm test makes one when Python 3.10 is there");
    return;
  }
  const jupyter = join(context.folder, "jupyter");
  const cache = { ...process.env, XDG_CACHE_HOME: join(context.folder, "cache") };
  const installed = await exec(context.runlab, ["install", "--prefix", jupyter, "--python", python], { env: cache });
  assert.match(installed.stdout, /Installed the kernel/);
  const env = {
    ...cache,
    JUPYTER_PATH: join(jupyter, "share", "jupyter"),
    RUNLAB_TRACKING_URI: join(context.folder, "kernel-runs"),
  };
  const script = join(context.folder, "client.py");
  await writeFile(script, clientScript);
  const { stdout } = await exec(python, [script], { env, cwd: context.folder, timeout });
  assert.deepEqual(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""), { status: "ok", result: "FINISHED packed" });
});

const clientScript = `
import json
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="runlab", startup_timeout=120)
try:
    found = {}
    def keep(message):
        if message["msg_type"] == "execute_result":
            found["result"] = message["content"]["data"]["text/plain"].strip("'\\"")
        if message["msg_type"] == "error":
            found["result"] = message["content"]["ename"] + ": " + message["content"]["evalue"]
    client.execute_interactive("%%run name=packed\\n%log_metric loss 0.5 step=1", timeout=120,
                               output_hook=lambda message: None)
    reply = client.execute_interactive(
        'import { searchRuns } from "runlab"\\n'
        'const [run] = await searchRuns();\\n'
        '\`\${run?.info.status} \${run?.info.runName}\`', timeout=120, output_hook=keep)
    print(json.dumps({"status": reply["content"]["status"], **found}))
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=False)
`;

test("in a folder of its own, a plain script imports and requires it, and logs a run", async () => {
  const folder = await withRunlab();
  await writeFile(
    join(folder, "train.js"),
    `import { logMetric, logParam, searchRuns, startRun } from "runlab";
await startRun({ runName: "plain" }, async () => {
  await logParam("lr", 0.1);
  await logMetric("loss", 0.25, { step: 1 });
});
const [run] = await searchRuns();
console.log(JSON.stringify([run.info.runName, run.info.status, run.data.params, run.data.metrics]));
`,
  );
  const env = { ...process.env, RUNLAB_TRACKING_URI: join(folder, "runlab") };
  const { stdout } = await exec(process.execPath, ["train.js"], { cwd: folder, env });
  assert.deepEqual(JSON.parse(stdout), ["plain", "FINISHED", { lr: "0.1" }, { loss: 0.25 }]);
  await writeFile(join(folder, "train.cjs"), `console.log(typeof require("runlab").startRun);`);
  const required = await exec(process.execPath, ["train.cjs"], { cwd: folder, env });
  assert.equal(required.stdout.trim(), "function");
});

for (const order of ["before", "after"] as const) {
  test(`a project's own tsc and tsserver stay its own: TypeScript 5.9 installed ${order} runlab`, async () => {
    const typescript = "typescript@5.9.3";
    const folder = order === "before" ? await newProject("before", typescript, context.tarball) : await withRunlab();
    if (order === "after") await install(folder, typescript);
    const { stdout } = await exec(npm, ["exec", "--offline", "--", "tsc", "--version"], { cwd: folder, timeout });
    assert.equal(stdout.trim(), "Version 5.9.3");
    for (const program of ["tsc", "tsserver"]) {
      const target = await realpath(join(folder, "node_modules", ".bin", program));
      assert.equal(target, await realpath(join(folder, "node_modules", "typescript", "bin", program)));
    }
    // tslab still finds its compiler.
    const compiler = `require("module").createRequire(require.resolve("tslab/dist/converter.js"))("@tslab/typescript-for-tslab").version`;
    const found = await exec(process.execPath, ["-p", compiler], { cwd: folder });
    assert.equal(found.stdout.trim(), "5.0.4");
  });
}

test("the entry for scripts loads nothing of kernel and charts until a chart is drawn", async () => {
  const bundle = join(installedFolder(), "dist", "bundle");
  const loaded = new Set(["index.js"]);
  const packages = new Set<string>();
  for (const path of loaded) {
    const text = await readFile(join(bundle, path), "utf8");
    for (const [, specifier = ""] of text.matchAll(/^(?:import|export) (?:[^'"]* from )?['"]([^'"]+)['"]/gm)) {
      if (specifier.startsWith(".")) loaded.add(join(dirname(path), specifier));
      else if (!specifier.startsWith("node:")) packages.add(specifier);
    }
  }
  assert.ok(loaded.size > 1);
  assert.deepEqual([...packages], []);
});

test("package.json's main, types and exports name files that are in the package", async () => {
  const manifest = JSON.parse(await readFile(join(installedFolder(), "package.json"), "utf8"));
  const named = [manifest.main, manifest.types, manifest.bin.runlab, ...Object.values(manifest.exports["."] as object)];
  for (const path of named) await readFile(join(installedFolder(), path as string));
});
