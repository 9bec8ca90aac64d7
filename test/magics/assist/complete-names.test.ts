// What the magics of the registry complete: fields of filters, paths, environment variables, variables of the notebook.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { completeThrough } from "../../../src/kernel/engine/cell-assistant.js";
import { CellCompiler } from "../../../src/kernel/engine/cell-compiler.js";
import { HubEngine } from "../../../src/kernel/engine/hub/hub-engine.js";
import { TslabEngine } from "../../../src/kernel/engine/tslab/tslab-engine.js";
import type { NameSource } from "../../../src/magics/magic.js";
import { magics } from "../../../src/magics/registry.js";
import { magicSourceExtension } from "../../../src/magics/source-extension.js";
import { RunningCell } from "../test-cell.js";

const home = realpathSync(mkdtempSync(join(tmpdir(), "runlab-complete-names-")));
const folder = join(home, "plans");
const start = process.cwd();
const homeBefore = process.env.HOME;

const names: NameSource = async (kind) =>
  ({
    metric: ["rmse", "val loss", "val_loss", "train/acc"],
    param: ["lr", "l1"],
    tag: ["mlflow.user", "family", 'say "so"'],
    model_tag: ["team"],
  })[kind as string] ?? [];
const extension = magicSourceExtension(magics, names);
const engine = new HubEngine({ cwd: home, ambient: extension.ambient });

before(async () => {
  mkdirSync(join(folder, "data", "raw"), { recursive: true });
  mkdirSync(join(folder, "my plots"));
  mkdirSync(join(folder, ".hidden"));
  writeFileSync(join(folder, "day.csv"), "");
  writeFileSync(join(folder, "data", "cars.csv"), "");
  writeFileSync(join(folder, "my plots", "roc 1.png"), "");
  symlinkSync(join(folder, "data"), join(folder, "dlink"));
  process.chdir(folder);
  process.env.HOME = home;
  const earlier = "const alpha = 1; let turns = 2; function fit() {} class Model {} interface Row {} const 𝛽eta = 3";
  await new CellCompiler(engine, extension).compile(earlier, 1);
});
after(async () => {
  process.chdir(start);
  if (homeBefore === undefined) delete process.env.HOME;
  else process.env.HOME = homeBefore;
  await engine.close();
  rmSync(home, { recursive: true, force: true });
});

/** `|` is the cursor. @returns matches with the text that each replaces */
async function at(marked: string): Promise<{ matches: string[]; replaces: string }> {
  const cursor = marked.indexOf("|");
  const code = marked.slice(0, cursor) + marked.slice(cursor + 1);
  const { matches, start, end } = await completeThrough(engine, extension, { code, cursor });
  return { matches, replaces: code.slice(start, end) };
}

async function matches(marked: string): Promise<string[]> {
  return (await at(marked)).matches;
}

test("a filter's field is completed from the store, with back-quotes where the key needs them", async () => {
  assert.deepEqual(await at('%runs where="metrics.|'), {
    matches: ["metrics.rmse", "metrics.`val loss`", "metrics.val_loss", "metrics.`train/acc`"],
    replaces: "metrics.",
  });
  const second = "%runs where=\"params.lr = '0.1' and metrics.va|\"";
  assert.deepEqual(await at(second), { matches: ["metrics.`val loss`", "metrics.val_loss"], replaces: "metrics.va" });
  assert.deepEqual(await at('%best rmse where="(param.l|'), { matches: ["param.lr", "param.l1"], replaces: "param.l" });
  assert.deepEqual(await matches('%runs where="metrics.`val |"'), ["metrics.`val loss`"]);
  assert.deepEqual(await matches("%plot rmse val|"), ['"val loss"', "val_loss"]);
  assert.deepEqual(await matches('%plot rmse where="NOT tags.f|"'), ["tags.family"]);
  assert.deepEqual(await matches("%runs where='tags.`say|'"), ['tags.`say "so"`']);
  assert.deepEqual(await matches('%runs where="tags.s|"'), ['tags.`say \\"so\\"`']);
});

test("attributes and entities are completed, from MLflow's names", async () => {
  assert.deepEqual(await matches('%runs where="attributes.st|"'), ["attributes.status", "attributes.start_time"]);
  assert.deepEqual(await matches('%runs where="dataset.|"'), ["dataset.name", "dataset.digest", "dataset.context"]);
  assert.deepEqual(await matches('%runs where="sta|"'), ["status", "start_time"]);
  const all = await matches('%runs where="|"');
  assert.deepEqual(all.slice(0, 5), ["metrics.", "params.", "parameters.", "tags.", "attributes."]);
  assert.deepEqual(await matches('%models where="tags.|"'), ["tags.team"]);
});

test("where a value, an operator or a finished key stands in a filter, no field is proposed", async () => {
  const places = [
    "metrics.rmse |",
    "metrics.rmse < |",
    "params.lr = 'metrics.|",
    "run_id IN (|",
    "metrics.`val loss`|",
    "# metrics.|",
    "nothing.|",
  ];
  for (const filter of places) assert.deepEqual(await matches(`%runs where="${filter}"`), [], filter);
});

test("an order is completed too: alone, in quotes, in a list, with its direction", async () => {
  assert.deepEqual(await at('%runs order="metrics.r|"'), { matches: ["metrics.rmse"], replaces: "metrics.r" });
  assert.deepEqual(await at("%runs order=metrics.va|"), {
    matches: ['"metrics.`val loss`"', "metrics.val_loss"],
    replaces: "metrics.va",
  });
  assert.deepEqual(await at('%runs order=[start_time, "metrics.r|"]'), {
    matches: ["metrics.rmse"],
    replaces: "metrics.r",
  });
  assert.deepEqual(await at('%runs order="metrics.rmse D|"'), { matches: ["DESC"], replaces: "D" });
});

test("a filter that has no quotes yet gets the opening one", async () => {
  assert.deepEqual(await at("%runs where=metrics.r|"), { matches: ['"metrics.rmse'], replaces: "metrics.r" });
});

test("what is replaced is right behind emoji and escapes", async () => {
  const marked = '%runs 🚗 where="tags.a = \'😀\\"\' and metrics.r|"';
  assert.deepEqual(await at(marked), { matches: ["metrics.rmse"], replaces: "metrics.r" });
});

test("%cd completes folders, from the working directory, home and a folder above", async () => {
  assert.deepEqual(await at("%cd d|"), { matches: ["data/", "dlink/"], replaces: "d" });
  assert.deepEqual(await at("%cd |"), { matches: ["data/", "dlink/", "my plots/"], replaces: "" });
  assert.deepEqual(await at("%cd data/|"), { matches: ["data/raw/"], replaces: "data/" });
  assert.deepEqual(await at("%cd my p|"), { matches: ["my plots/"], replaces: "my p" });
  assert.deepEqual(await at('%cd "my p|'), { matches: ['"my plots/'], replaces: '"my p' });
  assert.deepEqual(await matches("%cd ~/p|"), ["~/plans/"]);
  assert.deepEqual(await matches("%cd ~|"), ["~/plans/"]);
  assert.deepEqual(await matches("%cd ..|"), ["../"]);
  assert.deepEqual(await matches("%cd .h|"), [".hidden/"]);
  assert.deepEqual(await matches(`%cd ${folder}/da|`), [`${folder}/data/`]);
  assert.deepEqual(await matches("%tracking_uri da|"), ["data/"]);
});

test("arguments that are files complete files and folders", async () => {
  assert.deepEqual(await matches("%load d|"), ["data/", "day.csv", "dlink/"]);
  assert.deepEqual(await matches("%%writefile data/c|\ntext"), ["data/cars.csv"]);
  assert.deepEqual(await matches("%log_artifact ~/plans/da|"), ["~/plans/data/", "~/plans/day.csv"]);
  assert.deepEqual(await matches("%log_artifact my|"), ['"my plots/']);
  assert.deepEqual(await matches('%log_artifact "my plots/r|"'), ['"my plots/roc 1.png']);
  assert.deepEqual(await matches("%export cars to=day|"), ["day.csv"]);
  assert.deepEqual(await matches("%load nowhere/|"), []);
});

test("%env completes names, also of variables that the notebook has set", async () => {
  process.env.ZZ_COMPLETED = "1";
  extension.learn?.({ environment: "ZZ_LATER ZZ_COMPLETED" });
  assert.deepEqual(await at("%env ZZ_|"), { matches: ["ZZ_COMPLETED", "ZZ_LATER"], replaces: "ZZ_" });
  assert.deepEqual(await matches("const c = %env ZZ_L|"), ["ZZ_LATER"]);
  assert.deepEqual(await matches("%env ZZ_COMPLETED=|"), []);
  delete process.env.ZZ_COMPLETED;
});

test("where a bare name is its value, the notebook's variables are proposed and no globals", async () => {
  const keys = ["lr=", "l1="];
  assert.deepEqual(await at("%log_params |"), { matches: ["alpha", "turns", "𝛽eta", ...keys], replaces: "" });
  assert.deepEqual(await at("%log_params turns 𝛽e|"), { matches: ["𝛽eta"], replaces: "𝛽e" });
  assert.deepEqual(await matches("%log_params lr=0.1 l|"), ["l1="]);
  assert.deepEqual(await matches("%log_param tu|"), ["turns"]);
  assert.deepEqual(await matches("%log_metric |"), [
    "alpha",
    "turns",
    "𝛽eta",
    ...(await names("metric")).map(quoted),
    "step=",
    "timestamp=",
  ]);
  assert.deepEqual(await matches("%log_metric rmse t|"), ["{turns}", "timestamp="]);
});

function quoted(name: string): string {
  return name.includes(" ") ? JSON.stringify(name) : name;
}

test("tslab's engine proposes them, too", async () => {
  const tslab = new TslabEngine({ cwd: home, ambient: extension.ambient });
  await new CellCompiler(tslab, extension).compile("const alpha = 1; let turns = 2; function fit() {}", 1);
  const code = "const here = 3\n%log_params ";
  const found = await completeThrough(tslab, extension, { code, cursor: code.length });
  await tslab.close();
  assert.deepEqual(found.matches, ["here", "alpha", "turns", "lr=", "l1="]);
});

test("variables of the cell at hand are proposed where they can be used", async () => {
  const loop =
    "const epochs = [1]\nfor (const epoch of epochs) {\n  const loss = epoch\n  %log_metrics |\n}\nconst later = 1";
  const found = await matches(loop);
  assert.deepEqual(
    ["alpha", "epoch", "epochs", "loss", "turns"].filter((name) => !found.includes(name)),
    [],
  );
  assert.ok(!found.includes("console") && !found.includes("fit") && !found.includes("Model"), String(found));
  assert.deepEqual(await matches("const rows = [1]\n%log_params {rows} al|\nconst more = %best rmse"), ["alpha"]);
});

test("where an expression belongs, a variable comes in braces", async () => {
  assert.deepEqual(await at("%log_model al|"), { matches: ["{alpha}"], replaces: "al" });
  assert.deepEqual(await matches("const rows = [{ a: 1 }]\n%log_table r|"), ["{rows}"]);
});

test("keys of tags and metrics that the store knows are proposed as options", async () => {
  assert.deepEqual(await matches("%%run tag.f|\n1"), ["tag.family="]);
  assert.deepEqual(await matches("%log_metrics r|"), ["rmse="]);
  assert.deepEqual(await matches("%log_metrics rmse=1 v|"), ['"val loss"=', "val_loss="]);
});

test("the magics take the ~ that completion proposes, in the notebook and as a script", async () => {
  const cell = new RunningCell();
  await cell.over("writefile", { path: "~/plans/half.ts", text: "export const half = 0.5" });
  await cell.line("load", { source: "~/plans/half.ts" });
  assert.deepEqual(cell.asked, ["// %load ~/plans/half.ts\nexport const half = 0.5\n"]);
  const writefile = magics.find(({ name }) => name === "writefile");
  const path = "~/plans/half.ts";
  const form = writefile?.script?.({
    arg: () => `"${path}"`,
    keys: () => [],
    literal: (name) => (name === "path" ? path : undefined),
    text: "1",
    assigned: false,
  });
  assert.deepEqual(form, {
    calls: ['writeFileSync(homedir() + "/plans/half.ts", "1\\n")'],
    imports: { "node:fs": ["writeFileSync"], "node:os": ["homedir"] },
    sync: true,
  });
});
