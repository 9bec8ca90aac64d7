import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runCli } from "../run-cli.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const run = promisify(execFile);

/** A folder in which `runlab` and the packages of the notebooks are installed. */
function notebookFolder(files: Record<string, string>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "convert-")));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules", "runlab"));
  for (const name of ["ml-random-forest", "vega-datasets"]) {
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

function notebook(...cells: string[]): string {
  const code = cells.map((source) => ({ cell_type: "code", metadata: {}, source, outputs: [], execution_count: null }));
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: code });
}

const lib = `
import { type Unit, suffix } from "./units"
export interface Row { x: number }
export enum Kind { Small = 1, Large }
export class Scale {
  constructor(readonly by: number) {}
  predict(rows: Row[]): number[] { return rows.map(({ x }) => x * this.by) }
}
export const at = [import.meta.url, import.meta.filename, import.meta.dirname]
export const unit: Unit = suffix
export * from "./units.js"
`;

const cells = [
  `import { Row, Scale, Kind, at, unit } from "./lib/model.ts"\nimport { readFileSync } from "node:fs"\nimport plain from "./plain.mjs"`,
  `// keeps its comment\nconst rows: Row[] = [{ x: 1 }, { x: 2 }]\n\nconst text = \`a\n\n\nb\``,
  `%%run name=first experiment=converted\n%log_param kind {Kind.Large}\nconst scale = new Scale(3)\n%log_model {scale} name=scale example={rows}`,
  `const { suffix } = await import("./lib/units.ts")\ndisplay([at, unit, suffix, plain, text.length])`,
  `const scale = require("node:path").basename(__filename)\n__dirname.length > 1 && scale`,
];

const files = {
  "nb.ipynb": notebook(...cells),
  "lib/model.ts": lib,
  "lib/units.ts": `export type Unit = "mm" | "cm"\nexport const suffix: Unit = "mm"\n`,
  "plain.mjs": `export default "plain"\n`,
};

for (const type of [undefined, "module", "commonjs"]) {
  test(`plain Node runs what --to js writes in a folder of type ${type}`, async () => {
    const folder = notebookFolder({ ...files, ...(type ? { "package.json": JSON.stringify({ type }) } : {}) });
    const converted = await runCli(["convert", "nb.ipynb", "--to", "js"], { cwd: folder });
    assert.equal(converted.code, 0, converted.err);
    const script = join(folder, type === "module" ? "nb.js" : "nb.mjs");
    const { stdout } = await run(process.execPath, [script], { cwd: folder });
    const model = join(folder, "lib", "model.ts");
    for (const part of [`file://${model}`, `'${model}'`, `'${join(folder, "lib")}'`, "'mm'", "'plain'", "5"]) {
      assert.ok(stdout.includes(part), `${part} in ${stdout}`);
    }
    const { out } = await runCli(["runs", "list", "converted"], { cwd: folder });
    assert.match(out, /first/);
    const text = readFileSync(script, "utf8");
    assert.match(text, /\/\/ keeps its comment/);
    assert.match(text, /\n\nconst text/);
    assert.doesNotMatch(text, /blank line:|: Row/);

    const again = await runCli(["convert", "nb.ipynb", "--to", "js"], { cwd: folder });
    assert.match(again.err, /--force/);
  });
}

test("a sweep as JavaScript runs the notebook's trials under plain Node, with their names, and one that throws fails alone", async () => {
  const cells = [
    `%%sweep model=[{{ kind: "tree", depth: 2 }}, {{ kind: "line" }}] lr={choices} experiment=swept metric=loss prune=median
const { kind } = model
if (lr > 0.5 && kind === "line") throw new Error("diverged")
%log_metric loss {lr}`,
  ];
  const folder = notebookFolder({ "sweep.ipynb": notebook("const choices: number[] = [1 / 3, 0.75]", ...cells) });
  const converted = await runCli(["convert", "sweep.ipynb", "--to", "js"], { cwd: folder });
  assert.equal(converted.code, 0, converted.err);
  assert.match(readFileSync(join(folder, "sweep.mjs"), "utf8"), /in a notebook alone takes prune/);
  const { stderr } = await run(process.execPath, ["sweep.mjs"], { cwd: folder });
  assert.match(stderr, /diverged/);
  const { out } = await runCli(["runs", "list", "swept", "--json"], { cwd: folder });
  const names = [...out.matchAll(/"run_?[nN]ame": ?"(model=(?:[^"\\]|\\.)*)"/g)].map(([, name]) =>
    JSON.parse(`"${name}"`),
  );
  assert.deepEqual(names.sort(), [
    'model={"kind":"line"} lr=0.3333',
    'model={"kind":"line"} lr=0.75',
    'model={"kind":"tree","depth":2} lr=0.3333',
    'model={"kind":"tree","depth":2} lr=0.75',
  ]);
  assert.equal(out.match(/FAILED/g)?.length, 1);
});

test("a script in another folder goes on using the notebook's files", async () => {
  const folder = notebookFolder(files);
  const { code, err } = await runCli(["convert", "nb.ipynb", "--output", "scripts/out.mjs"], { cwd: folder });
  assert.equal(code, 0, err);
  const { stdout } = await run(process.execPath, ["scripts/out.mjs"], { cwd: folder });
  assert.ok(stdout.includes(`'${join(folder, "lib")}'`));
  const typed = await runCli(["convert", "nb.ipynb", "--output", "scripts/out.mts"], { cwd: folder });
  assert.equal(typed.code, 0, typed.err);
  const text = readFileSync(join(folder, "scripts/out.mts"), "utf8");
  assert.match(text, /import\("\.\.\/lib\/units\.ts"\)/);
  assert.match(text, /import \{ [^}]*type Row[^}]* \} from "\.\.\/lib\/model\.ts"/);
});

test("a cell that TypeScript cannot read is refused by its number and line, and nothing is written", async () => {
  const cases: Array<[cell: string, line: RegExp]> = [
    ["const a = 1\nconst b = a +", /Code cell 2: .*In: const b = a \+/],
    ['%%sweep model=[{ kind: "tree" }]\n%log_metric kind {model.kind.length}', /Code cell 2: .*In: .*kind.*\{\{/s],
  ];
  for (const [cell, line] of cases) {
    const folder = notebookFolder({ "nb.ipynb": notebook("const first = 1", cell) });
    const { code, err } = await runCli(["convert", join(folder, "nb.ipynb"), "--output", join(folder, "nb.ts")]);
    assert.equal(code, 2);
    assert.match(err, line);
    assert.equal(existsSync(join(folder, "nb.ts")), false);
  }
});

test("a cell with JSX or with a type in angle brackets is read as what it is", async () => {
  const text = notebook(
    "const h = (tag: string) => tag",
    "const list = <p>a</p>",
    "const one = <number>(1 as unknown)",
  );
  const folder = notebookFolder({ "nb.ipynb": text });
  const { code, err } = await runCli(["convert", join(folder, "nb.ipynb"), "--output", join(folder, "nb.ts")]);
  assert.equal(code, 0, err);
});

test("the format is the ending's, and the two must agree", async () => {
  const folder = notebookFolder({ "a.ipynb": notebook("const a: number = 1"), "package.json": `{"type":"commonjs"}` });
  assert.equal((await runCli(["convert", "a.ipynb", "--output", "a.js"], { cwd: folder })).code, 0);
  assert.doesNotMatch(readFileSync(join(folder, "a.js"), "utf8"), /: number/);
  const clash = await runCli(["convert", "a.ipynb", "--to", "ts", "--output", "b.mjs"], { cwd: folder });
  assert.notEqual(clash.code, 0);
  assert.match(clash.err, /--output b\.mjs/);
  // tsx and Node take a.ts for CommonJS here, which has no top-level await.
  assert.match((await runCli(["convert", "a.ipynb", "--output", "a.ts"], { cwd: folder })).err, /\.mts/);
});

test("cars.ipynb as JavaScript trains, logs and loads its models under plain Node", async () => {
  const folder = notebookFolder({});
  const script = join(folder, "cars.mjs");
  const { code, err } = await runCli(["convert", join(root, "notebooks", "cars.ipynb"), "--output", script]);
  assert.equal(code, 0, err);
  const { stdout } = await run(process.execPath, [script], { cwd: folder });
  assert.match(stdout, /100 trees grown/);
  const { out } = await runCli(["runs", "list", "cars"], { cwd: folder });
  assert.equal(out.match(/ElasticNet|Random Forest|Linear Regression/g)?.length, 7);
});
