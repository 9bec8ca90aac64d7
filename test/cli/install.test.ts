import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { after, before, test } from "node:test";
import { runCli as runAny } from "./run-cli.js";

const context = { folder: "", python: "" };
before(async () => {
  context.folder = await mkdtemp(join(tmpdir(), "runlab-install-"));
  // A Python that says what a test wants: the command line must not depend on what this machine has.
  context.python = await fakePython("python", { executable: "/fake/python", version: "3.12.1", prefix: "/nowhere" });
});
after(() => rm(context.folder, { recursive: true }));

async function fakePython(name: string, info: object): Promise<string> {
  const path = join(context.folder, name);
  await writeFile(path, `#!/bin/sh\necho '${JSON.stringify(info)}'\n`);
  await chmod(path, 0o755);
  return path;
}

/** The fast start has a test of its own; it takes seconds. */
const runCli: typeof runAny = (argv, options) =>
  runAny(argv[0] === "install" ? [...argv, "--no-fast-start"] : argv, options);

function specFolder(prefix: string, name = "runlab"): string {
  return join(prefix, "share", "jupyter", "kernels", name);
}

async function readSpec(folder: string) {
  return JSON.parse(await readFile(join(folder, "kernel.json"), "utf8"));
}

test("install --prefix writes a kernelspec with logos, and uninstall --prefix takes it away", async () => {
  const prefix = join(context.folder, "prefix");
  const installed = await runCli(["install", "--prefix", prefix, "--python", context.python]);
  assert.equal(installed.code, 0, installed.err);
  assert.match(installed.out, /Installed the kernel 'TypeScript \(runlab\)' in .*kernels.runlab/);
  const folder = specFolder(prefix);
  const spec = await readSpec(folder);
  assert.equal(spec.display_name, "TypeScript (runlab)");
  assert.equal(spec.language, "typescript");
  assert.equal(spec.interrupt_mode, "message");
  assert.equal(spec.argv[0], process.execPath);
  assert.ok(spec.argv.includes("{connection_file}"));
  const program = spec.argv.find((word: string) => word.endsWith("kernel-main.cjs"));
  assert.ok(isAbsolute(program));
  assert.deepEqual((await readdir(folder)).sort(), ["kernel.json", "logo-32x32.png", "logo-64x64.png", "logo-svg.svg"]);
  for (const size of [32, 64]) {
    const png = await readFile(join(folder, `logo-${size}x${size}.png`));
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [size, size]);
  }

  const removed = await runCli(["uninstall", "--prefix", prefix]);
  assert.equal(removed.code, 0, removed.err);
  await assert.rejects(stat(folder));
  const again = await runCli(["uninstall", "--prefix", prefix]);
  assert.equal(again.code, 4);
  assert.match(again.err, /no runlab kernel named 'runlab' there/);
});

test("install puts papermill's package where the Python looks, as pip lists it; uninstall with the last kernel takes it away", async () => {
  const prefix = join(context.folder, "papermill");
  const user = join(context.folder, "papermill-user");
  const python = await fakePython("python-papermill", {
    executable: "/fake/python",
    version: "3.12.1",
    prefix,
    site: { environment: join(prefix, "site"), user, isolated: true },
  });
  const environment = ["--sys-prefix", "--python", python];
  for (const name of ["runlab", "runlab-next", "runlab"]) {
    const done = await runCli(["install", ...environment, "--name", name]);
    assert.match(done.out, /papermill support .passing parameters. in .*site.runlab_papermill/);
  }
  const entries = (await readdir(join(prefix, "site"))).sort();
  assert.match(entries.join(), /^runlab_papermill,runlab_papermill-\d+\.\d+\.\d+\.dist-info$/);
  const points = await readFile(join(prefix, "site", entries[1] ?? "", "entry_points.txt"), "utf8");
  assert.equal(points, "[papermill.engine]\nrunlab = runlab_papermill:Engine\n");

  await runCli(["uninstall", ...environment]);
  assert.equal((await readdir(join(prefix, "site"))).length, 2, "the other kernel still needs it");
  const last = await runCli(["uninstall", ...environment, "--name", "runlab-next"]);
  assert.match(last.out, /Removed .*runlab_papermill/);
  assert.deepEqual(await readdir(join(prefix, "site")), []);

  const bare = join(context.folder, "papermill-prefix");
  await runCli(["install", "--prefix", bare, "--python", python]);
  await stat(join(bare, "lib", "python3.12", "site-packages", "runlab_papermill", "__init__.py"));
  await runCli(["uninstall", "--prefix", bare]);
  assert.deepEqual(await readdir(join(bare, "lib", "python3.12", "site-packages")), []);
  await assert.rejects(stat(user), "a virtual environment keeps to itself");
});

test("installing again replaces the kernelspec and leaves nothing else behind", async () => {
  const prefix = join(context.folder, "again");
  for (const engine of ["tslab", "hub"]) {
    const done = await runCli(["install", "--prefix", prefix, "--python", context.python, "--engine", engine]);
    assert.equal(done.code, 0, done.err);
    const spec = await readSpec(specFolder(prefix));
    assert.equal(spec.argv.join(" ").includes("--engine tslab"), engine === "tslab");
    assert.equal(spec.metadata.runlab.engine, engine);
  }
  assert.deepEqual(await readdir(join(prefix, "share", "jupyter", "kernels")), ["runlab"]);
});

test("install --user goes where the user's Jupyter looks, and uninstall finds it there", async () => {
  const data = join(context.folder, "user-data");
  const env = { JUPYTER_DATA_DIR: data };
  const python = await fakePython("python-with-jupyter", {
    executable: "/fake/python",
    version: "3.12.1",
    prefix: "/nowhere",
    jupyter: { coreVersion: "5.9.1", userData: data, dataPath: [data], packages: {} },
  });
  const installed = await runCli(["install", "--python", python], { env });
  assert.equal(installed.code, 0, installed.err);
  assert.equal(installed.err, "");
  await stat(join(data, "kernels", "runlab", "kernel.json"));
  const removed = await runCli(["uninstall", "--python", python], { env });
  assert.equal(removed.code, 0, removed.err);
  await assert.rejects(stat(join(data, "kernels", "runlab")));
});

test("install --sys-prefix goes into the environment of the Python", async () => {
  const prefix = join(context.folder, "venv");
  const python = await fakePython("python-venv", {
    executable: "/fake/python",
    version: "3.12.1",
    prefix,
    jupyter: { coreVersion: "5.9.1", userData: "/u", dataPath: [join(prefix, "share", "jupyter")], packages: {} },
  });
  const done = await runCli(["install", "--sys-prefix", "--python", python, "--name", "runlab-next"]);
  assert.equal(done.code, 0, done.err);
  assert.equal((await readSpec(specFolder(prefix, "runlab-next"))).display_name, "TypeScript (runlab-next)");
});

test("a Jupyter that will not look there is told how to", async () => {
  const python = await fakePython("python-elsewhere", {
    executable: "/fake/python",
    version: "3.12.1",
    prefix: "/nowhere",
    jupyter: { coreVersion: "5.9.1", userData: "/u", dataPath: ["/u"], packages: {} },
  });
  const done = await runCli(["install", "--prefix", join(context.folder, "elsewhere"), "--python", python]);
  assert.equal(done.code, 0);
  assert.match(done.err, /export JUPYTER_PATH=.*elsewhere.share.jupyter/);
});

test("without Jupyter the kernel is installed all the same, and the way to get Jupyter is said", async () => {
  const done = await runCli(["install", "--prefix", join(context.folder, "bare"), "--python", context.python]);
  assert.equal(done.code, 0);
  assert.match(done.err, /has no Jupyter. To install it: .* -m pip install jupyterlab/);
});

test("a Python that is not there stops --sys-prefix only", async () => {
  const missing = join(context.folder, "no-such-python");
  const environment = await runCli(["install", "--sys-prefix", "--python", missing]);
  assert.equal(environment.code, 4);
  assert.match(environment.err, /no program '.*no-such-python'.\n {2}Choose the Python/);
  const prefix = await runCli(["install", "--prefix", join(context.folder, "no-python"), "--python", missing]);
  assert.equal(prefix.code, 0, prefix.err);
});

test("a program that is no Python is named with what it said", async () => {
  const path = join(context.folder, "no-python-at-all");
  await writeFile(path, "#!/bin/sh\necho 'what is -c?' >&2\nexit 3\n");
  await chmod(path, 0o755);
  const done = await runCli(["install", "--sys-prefix", "--python", path]);
  assert.equal(done.code, 4);
  assert.match(done.err, /does not behave like Python 3: what is -c\?/);
});

test("the kernel of another program is neither replaced nor removed", async () => {
  const prefix = join(context.folder, "other");
  const folder = specFolder(prefix);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "kernel.json"), '{"argv": ["other"], "display_name": "Other"}');
  const installed = await runCli(["install", "--prefix", prefix, "--python", context.python]);
  assert.equal(installed.code, 3);
  assert.match(installed.err, /is the kernel of another program.\n {2}Choose another name: --name/);
  const removed = await runCli(["uninstall", "--prefix", prefix]);
  assert.equal(removed.code, 6);
  assert.equal((await readSpec(folder)).display_name, "Other");
});

test("a name that is no kernel's is refused before anything is written", async () => {
  const prefix = join(context.folder, "named");
  for (const name of ["../evil", "Upper", "a b", ".."]) {
    const done = await runCli(["install", "--prefix", prefix, "--python", context.python, "--name", name]);
    assert.equal(done.code, 2, name);
    assert.match(done.err, /is not a valid kernel name/);
  }
  await assert.rejects(stat(prefix));
});

test("a folder that cannot be made is named", async () => {
  const file = join(context.folder, "a-file");
  await writeFile(file, "");
  const done = await runCli(["install", "--prefix", file, "--python", context.python]);
  assert.notEqual(done.code, 0);
  assert.match(done.err, /Cannot write to .*a-file.*: (it is there already|a part of its path is not a folder)\./);
  assert.doesNotMatch(done.err, /defect/);
});

test("install prepares the fast start in the user's cache, and a cache that cannot be written costs only speed", async () => {
  const cache = join(context.folder, "cache");
  const prefix = join(context.folder, "fast");
  const argv = ["install", "--prefix", prefix, "--python", context.python];
  const done = await runAny(argv, { env: { XDG_CACHE_HOME: cache } });
  assert.equal(done.code, 0, done.err);
  const [blob] = await readdir(join(cache, "runlab"));
  assert.match(blob ?? "", /^engine-.*\.blob$/);
  const file = join(context.folder, "no-folder");
  await writeFile(file, "");
  const slow = await runAny(argv, { env: { XDG_CACHE_HOME: file } });
  assert.equal(slow.code, 0, slow.err);
  assert.match(slow.err, /Kernels will start more slowly: /);
});
