import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ModelError } from "../../errors.js";
import { getModelInfo } from "../../models/load-model.js";
import { readMLmodel } from "../../models/package/mlmodel.js";
import { fetchModel, findModel } from "../../models/package/model-uri.js";
import { registeredModels } from "../../queries/registered-models.js";
import { registryTable } from "../../render/registry-table.js";
import { tableText } from "../../render/table.js";
import { type CliArgument, type CliCommand, textOption, words } from "../command.js";
import { storeOptions, withStore } from "../store-session.js";
import { modelsServe } from "./models-serve.js";

const modelUri: CliArgument = {
  name: "uri",
  doc: "runs:/<run id>/<name>, models:/<name>/<version>, models:/<name>@<alias>, m-<id> or a folder",
  required: true,
};

const registerHint = "log one in a run with logModel(model, { registeredModelName })";

const list: CliCommand = {
  name: "list",
  summary: "List the registered models",
  options: [{ flags: "--where <filter>", doc: `e.g. "name LIKE 'Elastic%'"` }, ...storeOptions],
  run: (input) =>
    withStore(input, async (session) => {
      const found = await registeredModels(session, textOption(input, "where"));
      if (input.options.json) input.io.print(JSON.stringify(found, null, 2));
      else input.io.print(tableText(registryTable(found, registerHint)));
    }),
};

const info: CliCommand = {
  name: "info",
  summary: "Show a model's flavors, signature and origin",
  arguments: [modelUri],
  options: storeOptions,
  run: (input) =>
    withStore(input, async (session) => {
      const [uri = ""] = words(input, "uri");
      const model = await getModelInfo(session, uri);
      if (input.options.json) {
        input.io.print(JSON.stringify({ ...model, signature: model.signature?.toJSON() }, null, 2));
        return;
      }
      input.io.print(`${uri}: flavors ${Object.keys(model.flavors).join(", ")}`);
      input.io.print(
        `  model ${model.modelId ?? "(no id)"} of run ${model.runId ?? "(none)"}, ${model.utcTimeCreated ?? ""}`,
      );
      input.io.print(model.signature === undefined ? "  no signature" : model.signature.toString().trimEnd());
    }),
};

const install: CliCommand = {
  name: "install",
  summary: "Copy a model into a folder and install its packages there, so that it loads anywhere",
  arguments: [modelUri, { name: "folder", doc: "the target folder; default: ./model" }],
  options: storeOptions,
  run: (input) =>
    withStore(input, async (session) => {
      const [uri = ""] = words(input, "uri");
      const [target] = words(input, "folder");
      const source = await findModel(session, uri);
      // A folder is made ready where it is.
      const inPlace = source.artifact === undefined && target === undefined;
      const copy = inPlace ? undefined : resolve(target ?? "model");
      if (copy !== undefined && existsSync(copy)) {
        throw new ModelError("RESOURCE_ALREADY_EXISTS", `'${copy}' already exists.`, {
          hint: "Choose another folder: runlab models install <uri> <folder>.",
        });
      }
      const folder = await copyModel(await fetchModel(session, source), copy);
      const { model } = await readMLmodel(folder);
      if (existsSync(join(folder, "package-lock.json"))) await npmCi(folder, input.io.note);
      const result = { folder, flavors: Object.keys(model.flavors) };
      if (input.options.json) input.io.print(JSON.stringify(result, null, 2));
      else input.io.print(`Ready: loadModel(${JSON.stringify(folder)})`);
    }),
};

async function copyModel({ folder }: { folder: string }, copy: string | undefined): Promise<string> {
  if (copy === undefined) return folder;
  await cp(folder, copy, { recursive: true });
  return copy;
}

/** Its output goes to stderr: the answer is the command's own. */
async function npmCi(folder: string, note: (line: string) => void): Promise<void> {
  note(`npm ci in ${folder}`);
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
  const npm = spawn(process.platform === "win32" ? "npm.cmd" : "npm", args, {
    cwd: folder,
    stdio: ["ignore", process.stderr, process.stderr],
    shell: process.platform === "win32",
  });
  const code = await new Promise<number | null>((done, fail) => {
    npm.once("error", fail);
    npm.once("exit", done);
  });
  if (code === 0) return;
  throw new ModelError("INVALID_STATE", `npm ci ended with code ${code}; the model's packages were not installed.`, {
    hint: `See its messages above. To try again: cd ${folder} && npm ci --ignore-scripts`,
  });
}

/** `runlab models`: what is registered, and models served or made ready elsewhere. */
export const models: CliCommand = {
  name: "models",
  summary: "List, inspect, serve and install models",
  subcommands: [list, info, modelsServe, install],
};
