// `node scripts/bundle.mjs [folder]`: makes <folder>/bundle out of the modules in <folder>/src (default: dist). What runs is the
// bundle: a few files in place of some hundred, since each file that Node loads costs half a millisecond of a kernel's start.
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { rollup } from "@rollup/wasm-node";

/** A file that another starts by its URL: a worker, a program. It becomes an entry of the bundle. */
const startedFile = /new URL\("(\.[^"]+\.js)", import\.meta\.url\)/g;

/**
 * Makes the bundle, unless it is newer than every module.
 * @param {string} folder that holds src/
 */
export async function bundle(folder) {
  const source = join(folder, "src");
  const target = join(folder, "bundle");
  const stamp = join(target, ".made");
  if (
    existsSync(stamp) &&
    statSync(stamp).mtimeMs >= Math.max(newest(source), statSync(import.meta.filename).mtimeMs)
  ) {
    return;
  }
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  await write(
    { index: join(source, "index.js"), main: join(source, "cli", "main.js") },
    { dir: target, format: "es", chunkFileNames: ({ isEntry }) => (isEntry ? "[name].js" : "shared/[name].js") },
    [entries(), ownUrls(target, (path) => `new URL(${path}, import.meta.url).href`)],
  );
  // One file, for `node --build-snapshot`; the files that it starts are those of the bundle.
  const besides = (path) => `require("node:url").pathToFileURL(require("node:path").join(__dirname, ${path})).href`;
  await write(
    join(source, "cli", "engine-snapshot.js"),
    { file: join(target, "engine-snapshot.cjs"), format: "cjs", inlineDynamicImports: true },
    [besideEntries(besides), ownUrls(target, besides)],
  );
  writeFileSync(stamp, "");
}

async function write(input, output, plugins) {
  const made = await rollup({
    input,
    plugins,
    external: (id) => !/^[./]|^\w:/.test(id),
    onLog: (_, log) => refuse(log),
  });
  await made.write({ ...output, sourcemap: false, minifyInternalExports: false });
  await made.close();
}

function refuse(log) {
  // Modules that import each other's types only do not at run time; what is left is real.
  throw new Error(`bundling: ${log.message}`);
}

/** Files that are started by their URL become entries, under their own names. */
function entries() {
  return {
    name: "started-files",
    transform(code, id) {
      return code.replace(startedFile, (_, path) => {
        const file = resolve(dirname(id), path);
        const name = basename(file, ".js");
        return `new URL(import.meta.ROLLUP_FILE_URL_${this.emitFile({ type: "chunk", id: file, name })})`;
      });
    },
  };
}

function besideEntries(url) {
  return {
    name: "started-files",
    transform: (code) => code.replace(startedFile, (_, path) => `new URL(${url(JSON.stringify(basename(path)))})`),
  };
}

/** `import.meta.url` stays that of the module, wherever the bundle puts its code: files lie relative to that. */
function ownUrls(target, url) {
  return {
    name: "own-urls",
    resolveImportMeta(property, { moduleId, chunkId }) {
      if (property !== "url") return null;
      const from = dirname(join(target, chunkId ?? ""));
      return url(JSON.stringify(relative(from, moduleId).replaceAll("\\", "/")));
    },
  };
}

function newest(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce((time, entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return Math.max(time, newest(path));
    return path.endsWith(".js") ? Math.max(time, statSync(path).mtimeMs) : time;
  }, 0);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await bundle(resolve(process.argv[2] ?? "dist"));
