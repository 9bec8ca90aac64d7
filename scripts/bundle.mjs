// `node scripts/bundle.mjs [folder]`: makes <folder>/bundle out of the modules in <folder>/src (default: dist). What runs is the
// bundle: some files in place of some hundred, since each file that Node loads costs half a millisecond of a kernel's start.
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rollup } from "@rollup/wasm-node";
import { page } from "./page.mjs";

/** Entries whose common code is shared. */
const together = [
  "index.js",
  "main/main.js",
  "main/compose.js",
  "main/engine-main.js",
  "main/parameters.js",
  "kernel/wire/signal-watch.js",
  "render/static/vega-packages.js",
  "stores/file/heartbeat-thread.js",
  "stores/sql/open-sql.js",
  "stores/sql/sql-worker.js",
  "stores/open.js",
  "stores/shared-session.js",
  "tracking/system/sampler-worker.js",
  "server/scoring/stall-watch-worker.js",
  "server/scoring/scoring-server.js",
  "server/tracking/tracking-server.js",
  "server/page/page-routes.js",
];

/**
 * Entries that are one CommonJS file each: the kernel's two threads, which start a third faster so, and the script of the
 * startup snapshot, in which only built-in modules can be required.
 */
const alone = ["main/kernel-main.js", "kernel/wire/worker.js", "main/engine-snapshot.js"];

const files = new Map([
  ...together.map((path) => [basename(path), basename(path)]),
  ...alone.map((path) => [basename(path), basename(path).replace(/js$/, "cjs")]),
]);

/**
 * Makes the bundle, unless it is newer than every module.
 * @param {string} folder that holds src/
 */
export async function bundle(folder) {
  await bundleModules(folder);
  await page(folder);
}

async function bundleModules(folder) {
  const source = join(folder, "src");
  const target = join(folder, "bundle");
  const stamp = join(target, ".made");
  if (
    existsSync(stamp) &&
    statSync(stamp).mtimeMs >= Math.max(newest(source), statSync(import.meta.filename).mtimeMs)
  ) {
    return;
  }
  mkdirSync(target, { recursive: true });
  // The page has a stamp of its own.
  for (const name of readdirSync(target)) if (name !== "ui") rmSync(join(target, name), { recursive: true });
  await bundleTogether(together, source, target);
  for (const path of alone) {
    await write(
      join(source, path),
      { file: join(target, files.get(basename(path))), format: "cjs" },
      (path) =>
        `require("node:url").pathToFileURL(__dirname + ${JSON.stringify(`/${slashes(join(relative(target, path), "/"))}`)}).href`,
      target,
    );
  }
  writeFileSync(stamp, "");
}

/**
 * Makes ES modules of some modules, with what they share in files of its own.
 * @param {readonly string[]} paths the entries, relative to `source`
 * @param {string} source holds the modules
 * @param {string} target gets the files
 * @param {string} home where the modules' own folder would be beside the files, for what is found relative to a module
 */
export function bundleTogether(paths, source, target, home = source) {
  return write(
    paths.map((path) => join(source, path)),
    { dir: target, format: "es", chunkFileNames: "shared/[name].js" },
    (path, from) => {
      const place = path.startsWith(source) ? join(home, relative(source, path)) : path;
      return `new URL(${JSON.stringify(`${slashes(relative(from, place)) || "."}/`)}, import.meta.url).href`;
    },
    target,
  );
}

async function write(input, output, urlOfFolder, target) {
  const made = await rollup({
    input,
    plugins: [
      bundledPackages(),
      startedFiles(!Array.isArray(input)),
      ownUrls(target, urlOfFolder),
      ...(keepsGlobals(input) ? [keptGlobals()] : []),
    ],
    external: (id) => !/^[./]|^\w:/.test(id) && !bundled.includes(id),
    onLog: (_, log) => {
      throw new Error(`bundling: ${log.message}`);
    },
  });
  const { output: parts } = await made.write(output);
  await made.close();
  // main.js waits at its top for the command to end: a part that it loads meanwhile would wait for main.js.
  const waiting = parts.filter(({ fileName, imports }) => fileName !== "main.js" && imports?.includes("main.js"));
  if (waiting.length > 0) {
    throw new Error(
      `bundling: name among the entries what main.js loads later: ${waiting.map(({ fileName }) => fileName)}`,
    );
  }
}

/** Packages of plain JavaScript that become part of the bundle: the startup snapshot can require none, and a file less is loaded. */
const bundled = ["@jridgewell/sourcemap-codec"];

function bundledPackages() {
  return {
    name: "bundled-packages",
    resolveId: (id) => (bundled.includes(id) ? fileURLToPath(import.meta.resolve(id)) : null),
  };
}

/**
 * Names of the global object that runlab uses, but for what is loaded when it is first used (`fetch`, `crypto`) and `Date`, whose
 * place a clock for tests may take.
 */
const globals = (
  "Object Function Array String Number Boolean BigInt Symbol RegExp Promise Map Set WeakMap WeakSet WeakRef Proxy Reflect JSON Math Intl " +
  "Error AggregateError RangeError SyntaxError TypeError ArrayBuffer SharedArrayBuffer Atomics DataView FinalizationRegistry " +
  "Uint8Array Int8Array Uint8ClampedArray Uint16Array Int16Array Uint32Array Int32Array Float32Array Float64Array BigInt64Array BigUint64Array " +
  "parseInt parseFloat isNaN isFinite encodeURI encodeURIComponent decodeURI decodeURIComponent " +
  "process Buffer URL URLSearchParams TextEncoder TextDecoder AbortController AbortSignal EventTarget Event structuredClone performance atob btoa " +
  "setTimeout clearTimeout setInterval clearInterval setImmediate clearImmediate queueMicrotask"
).split(" ");

/** In the wire's thread no cell runs; and a snapshot's process has other globals than the one that made it. */
function keepsGlobals(input) {
  return Array.isArray(input) || basename(input) === "kernel-main.js";
}

/**
 * Takes the globals that a file uses when it is loaded: cells share them with the kernel, and may set or delete them
 * (`globalThis.process = undefined`, to pass for a browser).
 */
function keptGlobals() {
  return {
    name: "kept-globals",
    renderChunk(code) {
      const declared = declaredNames(this.parse(code));
      const used = globals.filter((name) => !declared.has(name) && new RegExp(`(?<![.\\w$])${name}\\b`).test(code));
      const line = `const { ${used.join(", ")} } = globalThis;\n`;
      const [head = ""] = /^(?:#!.*\n)?(?:'use strict';\n)?/.exec(code) ?? [];
      return { code: used.length === 0 ? code : `${head}${line}${code.slice(head.length)}`, map: null };
    },
  };
}

/** What a file declares and imports at its top. */
function declaredNames({ body }) {
  const names = new Set();
  const pattern = (node) => {
    if (node?.type === "Identifier") names.add(node.name);
    for (const part of node?.properties ?? node?.elements ?? []) pattern(part?.value ?? part?.argument ?? part);
    if (node?.type === "AssignmentPattern") pattern(node.left);
  };
  for (const statement of body) {
    const node = statement.declaration ?? statement;
    for (const { local } of statement.type === "ImportDeclaration" ? statement.specifiers : []) names.add(local.name);
    for (const { id } of node.declarations ?? []) pattern(id);
    if (node.id) pattern(node.id);
  }
  return names;
}

/**
 * A file that another starts by its URL (a worker, a program) or loads later is the entry of that name.
 * @param {boolean} isAlone whether the entry becomes one file
 */
function startedFiles(isAlone) {
  const entry = (path) => {
    const file = files.get(basename(path));
    if (file === undefined) throw new Error(`bundling: ${path} is started by its URL: name it among the entries`);
    return file;
  };
  return {
    name: "started-files",
    transform: (code) =>
      code.replace(
        /new URL\("(\.[^"]+\.js)", import\.meta\.url\)/g,
        (_, path) => `new URL(${JSON.stringify(entry(path))}, import.meta.bundle)`,
      ),
    resolveDynamicImport(specifier, importer) {
      const isEntry = together.some((path) =>
        resolve(dirname(importer), String(specifier)).endsWith(join("src", path)),
      );
      return isEntry && isAlone ? { id: `./${entry(specifier)}`, external: true } : null;
    },
  };
}

/**
 * `import.meta.url` stays that of the module, wherever the bundle puts its code: files lie relative to that.
 * `import.meta.bundle` is the bundle's folder.
 */
function ownUrls(target, urlOfFolder) {
  return {
    name: "own-urls",
    resolveImportMeta(property, { moduleId, chunkId }) {
      const from = dirname(join(target, chunkId ?? ""));
      if (property === "bundle") return urlOfFolder(target, from);
      if (property === "url")
        return `new URL(${JSON.stringify(basename(moduleId))}, ${urlOfFolder(dirname(moduleId), from)}).href`;
      return null;
    },
  };
}

function slashes(path) {
  return path.replaceAll("\\", "/");
}

function newest(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce((time, entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return Math.max(time, newest(path));
    return path.endsWith(".js") ? Math.max(time, statSync(path).mtimeMs) : time;
  }, 0);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await bundle(resolve(process.argv[2] ?? "dist"));
