import { statSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ModelError } from "../../errors.js";
import { setOwn } from "../../own.js";
import { peerPackage } from "../../peer-package.js";
import { fileInside } from "../package/model-files.js";
import { captureSource } from "./capture-source.js";
import {
  type Flavor,
  type FlavorConfig,
  type FlavorModel,
  type LoadContext,
  notTaken,
  type SavedFlavor,
} from "./flavor.js";
import { copyModule } from "./module-graph.js";
import { fromStateJson, toStateJson } from "./state-json.js";

/** A model in a file of its own. */
export interface ModelModule {
  /** A TypeScript or JavaScript file that exports `predict(data, params)`, or `load(state)` which gives an object with it. */
  module: string;
  /** What `load` is given. */
  state?: unknown;
}

type Predict = (data: unknown, params: Readonly<Record<string, unknown>>) => unknown;

/**
 * A model that is code: a function `(data, params) => prediction`, an object or class instance with such a `predict`, or a
 * module's file. It is kept as source with its state as JSON, and needs no notebook to load.
 */
export const functionFlavor: Flavor = {
  name: "function",
  takes: "a function (data, params) => prediction, an object with predict, or { module: './model.ts' }",
  runsCode: true,
  accepts: isFunctionModel,
  async save(model, folder, { names }) {
    if (!isFunctionModel(model)) throw notTaken(this, model);
    const module = moduleOf(model);
    return module === undefined ? saveSource(model, folder, names) : saveModule(module, folder);
  },
  async load(folder, config, context) {
    const code = (await importCode(fileInside(folder, String(config.code)), folder, config)) as Record<string, unknown>;
    return config.kind === "module" ? loadModule(code, folder, config) : loadSource(code, folder, config, context);
  },
};

async function saveSource(model: unknown, folder: string, names: ReadonlyMap<string, unknown>): Promise<SavedFlavor> {
  const { text, state, packages } = await captureSource(model, names);
  await writeFile(join(folder, "model.mjs"), text);
  await writeFile(join(folder, "state.json"), `${JSON.stringify(state)}\n`);
  const config: FlavorConfig = {
    kind: "source",
    code: "model.mjs",
    state: "state.json",
    packages: Object.keys(packages),
  };
  return { config, requirements: packages };
}

async function saveModule({ module, state }: ModelModule, folder: string): Promise<SavedFlavor> {
  await mkdir(join(folder, "code"));
  const { entry, requirements } = await copyModule(module, join(folder, "code"));
  await writeFile(join(folder, "state.json"), `${JSON.stringify(toStateJson(state))}\n`);
  return { config: { kind: "module", code: `code/${entry}`, state: "state.json" }, requirements };
}

async function loadSource(
  code: Record<string, unknown>,
  folder: string,
  config: FlavorConfig,
  _context: LoadContext,
): Promise<FlavorModel> {
  const packages: Record<string, unknown> = {};
  for (const name of Array.isArray(config.packages) ? config.packages.map(String) : []) {
    setOwn(packages, name, await peerPackage(name, "This model", folder));
  }
  const create = code.create as (state: unknown, packages: unknown) => unknown;
  return toModel(create(await readState(folder, config), packages));
}

async function loadModule(code: Record<string, unknown>, folder: string, config: FlavorConfig): Promise<FlavorModel> {
  const { load, predict, default: main } = code;
  if (typeof load === "function") return toModel(await load(await readState(folder, config)));
  return toModel(predict ?? main);
}

function toModel(native: unknown): FlavorModel {
  if (typeof native === "function") return { native, predict: native as Predict };
  if (hasPredict(native)) return { native, predict: (data, params) => native.predict(data, params) };
  throw new ModelError(
    "INVALID_PARAMETER_VALUE",
    "The model's code returns neither a function nor an object with a predict method.",
    {
      hint: "A module must export predict(data, params), or load(state) that returns an object with a predict method.",
    },
  );
}

async function importCode(file: string, folder: string, config: FlavorConfig): Promise<unknown> {
  try {
    // A model that is logged again under the same path is another module.
    return await import(`${pathToFileURL(file).href}?${statSync(file).mtimeMs}`);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const missing = code === "ERR_MODULE_NOT_FOUND";
    throw new ModelError("INVALID_STATE", `The model's code (${String(config.code)}) cannot be loaded: ${message}`, {
      hint: missing ? `Install its packages with: runlab models install ${folder}` : "Log the model again.",
      cause,
    });
  }
}

async function readState(folder: string, config: FlavorConfig): Promise<unknown> {
  const json: unknown = JSON.parse(await readFile(fileInside(folder, String(config.state)), "utf8"));
  // The state of a captured source is a record of values, each encoded.
  return fromStateJson(json);
}

function isFunctionModel(model: unknown): boolean {
  return typeof model === "function" || hasPredict(model) || moduleOf(model) !== undefined;
}

function hasPredict(model: unknown): model is { predict: Predict } {
  return typeof model === "object" && model !== null && typeof Reflect.get(model, "predict") === "function";
}

function moduleOf(model: unknown): ModelModule | undefined {
  if (typeof model === "string" && /\.m?[jt]s$/.test(model)) return { module: model };
  if (typeof model !== "object" || model === null) return undefined;
  return typeof Reflect.get(model, "module") === "string" ? (model as ModelModule) : undefined;
}
