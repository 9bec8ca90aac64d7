/**
 * The script that `node --build-snapshot` runs: it loads TypeScript and the engine, checks some cells, and leaves both
 * in the snapshot. Only built-in modules can be required here, and no ES module loaded: the engine's own files
 * are turned into CommonJS by the TypeScript at hand.
 */
import fs = require("node:fs");
import path = require("node:path");
import url = require("node:url");
import v8 = require("node:v8");

interface Plan {
  /** Path of typescript.js. */
  typescript: string;
  /** Compiled module that exports `warmUp(plan)`. */
  warmUp: string;
  ambient: string;
  cwd: string;
}

type Exports = Record<string, unknown>;
interface TranspilingTypeScript {
  transpileModule(text: string, options: object): { outputText: string };
  ModuleKind: { CommonJS: number };
  ScriptTarget: { ES2022: number };
}

const parameters = ["exports", "require", "module", "__filename", "__dirname", "importMetaUrl"];
const plan = JSON.parse(fs.readFileSync(String(process.env.RUNLAB_SNAPSHOT_PLAN), "utf8")) as Plan;
const ts = loadTypeScript(plan.typescript);
Reflect.set(globalThis, Symbol.for("runlab.typescript"), ts);
const loaded = new Map<string, Exports>();
const { warmUp } = load(plan.warmUp) as { warmUp(plan: Plan): void };
warmUp(plan);
// Later this process is started with the engine's entry as its script.
v8.startupSnapshot.setDeserializeMainFunction(() => {
  const entry = path.resolve(String(process.argv[1]));
  const { createRequire } = require("node:module") as typeof import("node:module");
  createRequire(entry)(entry);
});

function loadTypeScript(file: string): TranspilingTypeScript {
  const module = { exports: {} as Exports };
  const run = compile(file, fs.readFileSync(file, "utf8"));
  // What perf_hooks holds cannot be put in a snapshot; TypeScript does without.
  const timeless = (name: string) => (name === "perf_hooks" ? {} : require(name));
  run.call(module.exports, module.exports, timeless, module, file, path.dirname(file), url.pathToFileURL(file).href);
  return module.exports as unknown as TranspilingTypeScript;
}

/** Functions of `node:vm` cannot be put in a snapshot either. */
function compile(file: string, text: string): (...args: unknown[]) => void {
  return new Function(...parameters, `${text}\n//# sourceURL=${file}`) as (...args: unknown[]) => void;
}

function load(file: string): Exports {
  const known = loaded.get(file);
  if (known) return known;
  const exports: Exports = {};
  loaded.set(file, exports);
  const { outputText } = ts.transpileModule(fs.readFileSync(file, "utf8"), {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const text = outputText.replaceAll("import.meta.url", "importMetaUrl");
  const run = compile(file, text);
  const localRequire = (name: string) =>
    name.startsWith(".") ? load(path.resolve(path.dirname(file), name)) : require(name);
  run(exports, localRequire, { exports }, file, path.dirname(file), url.pathToFileURL(file).href);
  return exports;
}
