// `node scripts/page.mjs [folder]`: makes <folder>/bundle/ui, the web page, out of src/ui (default: dist). Its types are checked by its
// own tsconfig.json, since it knows a document and no Node.
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { root, run } from "./steps.mjs";

/** What the page is made of. */
const sources = ["src/ui", "src/render", "src/server/page", "src/metric-goal.ts", "src/own.ts", "src/parquet-rows.ts"];

/**
 * Makes the page, unless it is newer than what it is made of.
 * @param {string} folder that holds bundle/
 */
export async function page(folder) {
  const target = join(folder, "bundle", "ui");
  const stamp = join(target, ".made");
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= Math.max(newest(import.meta.filename), ...sources.map(below))) {
    return;
  }
  await run(process.execPath, [join("node_modules", "typescript", "bin", "tsc"), "-p", "src/ui"], { log: "page" });
  const { build } = await import("vite");
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  await build({
    configFile: false,
    root: join(root, "src", "ui"),
    // The page works wherever a proxy puts it.
    base: "./",
    publicDir: false,
    logLevel: "error",
    plugins: [preloadedApp()],
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      // hyparquet-compressors compiles WebAssembly as it is loaded, for what the page does not use and its policy forbids.
      rolldownOptions: { treeshake: { moduleSideEffects: (id) => !/hyparquet-compressors|hysnappy/.test(id) } },
      outDir: target,
      emptyOutDir: true,
      target: "es2022",
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 4096,
    },
  });
  writeFileSync(stamp, "");
}

/** The browser reads the page's code while main.ts, which loads it, asks the server. */
function preloadedApp() {
  return {
    name: "preloaded-app",
    transformIndexHtml: {
      order: "post",
      handler(_, { bundle }) {
        const app = Object.values(bundle).find(({ facadeModuleId }) => facadeModuleId?.endsWith("app.tsx"));
        return [{ tag: "link", attrs: { rel: "modulepreload", href: `./${app.fileName}` }, injectTo: "head" }];
      },
    },
  };
}

function below(path) {
  return newest(join(root, path));
}

function newest(path) {
  const info = statSync(path);
  if (!info.isDirectory()) return info.mtimeMs;
  return readdirSync(path).reduce((time, name) => Math.max(time, newest(join(path, name))), info.mtimeMs);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await page(resolve(process.argv[2] ?? "dist"));
