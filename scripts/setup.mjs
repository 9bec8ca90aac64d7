// What must be there before anything runs: node_modules, dist/, .venv, the kernel in it. Each call is quick when nothing changed.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { aptInstall, canAptInstall } from "./apt.mjs";
import { root, run, runOnce, StepError, step } from "./steps.mjs";

const windows = process.platform === "win32";
const venv = join(root, ".venv");

/** The Python of `.venv`. */
export const python = windows ? join(venv, "Scripts", "python.exe") : join(venv, "bin", "python");

/** The built command line. */
export const cli = join(root, "dist", "bundle", "main.js");

/** Installs node_modules by the lock file when it is absent or the lock has changed since. */
export async function ensureNodeModules() {
  checkNode();
  if (nodeModulesMatchLock()) return;
  await step("installing node_modules", (progress) =>
    run(windows ? "npm.cmd" : "npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=http"], {
      onLine: progress,
      attempts: 3,
      log: "npm",
    }),
  );
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new StepError(`Node ${process.versions.node} is too old.`, "Install Node 20.19 or later.");
}

/** npm writes what it installed to node_modules/.package-lock.json: compare it with the lock. */
function nodeModulesMatchLock() {
  const hidden = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(hidden)) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const found = JSON.parse(readFileSync(hidden, "utf8")).packages;
  return Object.entries(wanted).every(([path, { version, optional, devOptional }]) => {
    if (path === "") return true;
    // An optional package of another platform is rightly absent.
    if (!found[path]) return optional === true || devOptional === true;
    return found[path].version === version;
  });
}

/** What TypeScript remembers of its last build of each project. */
const buildInfo = { "tsconfig.json": ".tsbuildinfo", "tsconfig.src.json": ".tsbuildinfo-src" };

/** What dist/ was made of. */
const builtOf = join(root, "dist", ".built");

/**
 * Builds what runs, unless dist/ was made of just these sources: `npm start` follows `npm run demo`. An edit, a checkout and another
 * lock file all count, whatever the files' times are.
 */
export async function ensureBuilt() {
  const isBuilt = existsSync(cli) && existsSync(builtOf) && readFileSync(builtOf, "utf8") === sourcesDigest();
  if (!isBuilt) await build("tsconfig.src.json");
}

/** SHA-256 of everything that the bundle is made of; some 4 MB. */
function sourcesDigest() {
  const hash = createHash("sha256");
  const take = (path) => {
    if (statSync(join(root, path)).isDirectory()) {
      for (const name of readdirSync(join(root, path)).sort()) take(join(path, name));
    } else {
      const text = readFileSync(join(root, path));
      hash.update(`${path}\0${text.length}\0`).update(text);
    }
  };
  for (const path of ["src", "scripts", "tsconfig.json", "tsconfig.src.json", "package.json", "package-lock.json"])
    take(path);
  return hash.digest("hex");
}

/**
 * Compiles src, test and bench into dist/ and copies what is no TypeScript; then makes the bundle.
 * @param {keyof typeof buildInfo} project of TypeScript: `tsconfig.src.json` leaves out test and bench
 */
export async function build(project = "tsconfig.json") {
  const sources = sourcesDigest();
  rmSync(builtOf, { force: true });
  // What one project has emitted since, the other would take for its own.
  for (const [other, info] of Object.entries(buildInfo)) {
    if (other !== project) rmSync(join(root, "dist", info), { force: true });
  }
  await step("building", async (progress) => {
    await run(process.execPath, [join("node_modules", "typescript", "bin", "tsc"), "-p", project], {
      onLine: progress,
      log: "build",
    });
    copyAssets(join(root, "src"), join(root, "dist", "src"));
    for (const folder of ["src", "test", "bench", "notebooks"]) removeOrphans(folder);
    // Loaded here, since it needs node_modules.
    const { bundle } = await import("./bundle.mjs");
    await bundle(join(root, "dist"));
    writeFileSync(builtOf, sources);
  });
}

/** Makes dist/skinny, the package for scripts. */
export async function makeSkinny() {
  await step("making dist/skinny", async () => {
    const { skinny } = await import("./skinny.mjs");
    await skinny(join(root, "dist"));
  });
}

/** Logos, web pages and the like; a copy is skipped when it is as new as its source. */
function copyAssets(from, to) {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) copyAssets(source, target);
    else if (!/\.tsx?$/.test(entry.name) && !isFresh(target, source)) {
      mkdirSync(dirname(target), { recursive: true });
      cpSync(source, target);
    }
  }
}

function isFresh(target, source) {
  return existsSync(target) && statSync(target).mtimeMs >= statSync(source).mtimeMs;
}

/** Removes what dist/ keeps of a source file that is gone; a deleted test would go on running. */
function removeOrphans(folder) {
  const base = join(root, "dist", folder);
  if (!existsSync(base)) return;
  for (const entry of readdirSync(base, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (existsSync(join(root, path))) removeOrphans(path);
      else rmSync(join(root, "dist", path), { recursive: true });
    } else if (!hasSource(path)) rmSync(join(root, "dist", path));
  }
}

function hasSource(path) {
  if (existsSync(join(root, path))) return true;
  const stem = path.replace(/(\.d)?\.[cm]?[jt]sx?(\.map)?$/, "");
  return [".ts", ".tsx", ".mts", ".cts"].some((extension) => existsSync(join(root, stem + extension)));
}

/**
 * Makes `.venv` and installs `python/requirements-<name>.txt` into it; a stamp file makes the next call quick.
 * @param {"demo" | "lab" | "test"} name each holds the one before
 */
export async function ensureVenv(name) {
  if (!existsSync(python)) await createVenv();
  // JupyterLab runs a script of its own with Node, which would take it for an ES module by this project's package.json.
  writeFileSync(join(venv, "package.json"), '{ "type": "commonjs" }\n');
  const stamp = join(venv, `.installed-${name}`);
  const wanted = createHash("sha256")
    .update(requirements(`requirements-${name}.txt`))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  await step(`installing Python packages (python/requirements-${name}.txt)`, (progress) =>
    run(
      python,
      [
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-compile",
        "--retries",
        "5",
        "-r",
        `python/requirements-${name}.txt`,
      ],
      { onLine: progress, attempts: 3, log: "pip" },
    ),
  );
  await step("compiling Python packages", () => compilePackages());
  writeFileSync(stamp, wanted);
}

/** On all cores, and without the packages' own tests: pip compiles everything on one core, for which it took 45 s of 105. */
async function compilePackages() {
  const folder = await run(python, ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]);
  const skipTests = ["-x", String.raw`[/\\]tests?[/\\]`];
  // A package may hold files in another Python's syntax; what is not compiled is when it is imported.
  await runOnce(python, ["-m", "compileall", "-q", "-j", "0", ...skipTests, folder.trim()], { log: "compileall" });
}

/** The text of a requirements file with those that it includes. */
function requirements(file) {
  const text = readFileSync(join(root, "python", file), "utf8");
  return text.replace(/^-r (.+)$/gm, (_, included) => requirements(included.trim()));
}

async function createVenv() {
  const base = await findPython();
  await step("making .venv", async (progress) => {
    const make = () => run(base, ["-m", "venv", "--clear", venv], { onLine: progress, log: "venv" });
    try {
      await make();
    } catch {
      // Debian keeps venv in a package of its own.
      if (!canAptInstall()) {
        throw new StepError(`${base} cannot make a virtual environment.`, "On Debian: apt-get install python3-venv");
      }
      await aptInstall(["python3-venv"], progress);
      await make();
    }
  });
}

async function findPython() {
  const names = [process.env.PYTHON, "python3", "python", "python3.14", "python3.13", "python3.12", "python3.11"];
  for (const name of names) {
    if (!name) continue;
    try {
      await run(name, ["-c", "import sys; sys.exit(sys.version_info < (3, 10))"], { log: "venv" });
      return name;
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
    }
  }
  throw new StepError(
    "No Python 3.10 or later found.",
    "Install one, or name it: PYTHON=/path/to/python3 npm run demo",
  );
}

/** Registers the kernel in `.venv`. */
export async function installKernel() {
  await step("registering the kernel in .venv", (progress) =>
    run(process.execPath, [cli, "install", "--sys-prefix", "--python", python], { onLine: progress, log: "install" }),
  );
}
