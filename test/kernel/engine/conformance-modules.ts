import assert from "node:assert/strict";
import { type ConformanceCase, gives } from "./conformance-case.js";
import { packageFiles } from "./conformance-folder.js";

/** What cells can import, and how. */
export const moduleCases: readonly ConformanceCase[] = [
  gives(
    "modules of Node by default, by name and as a whole, used in later cells",
    [
      "import path from 'node:path'; import { basename as base } from 'path'; import * as os from 'node:os'",
      "[path.join('a', 'b'), base('/x/y'), typeof os.cpus]",
    ],
    ["a/b", "y", "function"],
  ),
  gives("a package that is ESM only", ["import half, { kind } from 'esm-only'", "[half(4), kind]"], [2, "esm"]),
  gives(
    "a package with a top-level await",
    ["import first, { ready } from 'esm-awaits'", "[first, ready]"],
    ["ready", "ready"],
  ),
  gives(
    "a CommonJS package by name, as a whole and by default",
    [
      "import { double, kind } from 'cjs-object'; import * as whole from 'cjs-object'; import greet from 'cjs-function'",
      "[double(2), kind, whole.double(3), greet('you')]",
    ],
    [4, "cjs", 6, "hello you"],
  ),
  gives(
    "a package typed only through exports, by a sub-path",
    ["import { cors } from 'sub-paths/cors'; cors('*').origin"],
    "*",
  ),
  gives(
    "import() of packages, Node's modules and local files",
    [
      "const a = await import('esm-only'), b = await import('esm-awaits'), c = await import('node:path'), d = await import('./square')",
      "[a.default(4), b.ready, c.basename('/x/y'), d.square(3)]",
    ],
    [2, "ready", "y", 9],
  ),
  gives("JSON, with its type", ["import data from './data.json'; data.cars.map((car) => car.mpg + 0.5)"], [18.5, 15.5]),
  gives("JSON with an import attribute", ["import data from './data.json' with { type: 'json' }; data.cars.length"], 2),
  gives("a local TypeScript file, which imports another", ["import { rmse } from './metrics'", "rmse([3, 3])"], 3),
  gives("a local JavaScript file", ["import { plain } from './plain.js'; plain"], "plain JavaScript"),
  gives("require", ["const { basename } = require('node:path'); basename('/x/y')"], "y"),
  {
    title: "a local file exports what every object has under that name, and nothing that it does not export",
    run: async (notebook) => {
      notebook.folder.write(
        "odd-names.ts",
        "export const constructor = 1; export const toString = () => 2; export const __proto__ = 3; export let then = 4; then++;",
      );
      notebook.folder.write(
        "odd-user.ts",
        "import { constructor, __proto__, then } from './odd-names'; export const all = [constructor, __proto__, then];",
      );
      assert.deepEqual(
        await notebook.value(
          "import { constructor, toString as text, __proto__ as proto, then } from './odd-names'; import { all } from './odd-user'",
          "[constructor, text(), proto, then, all]",
        ),
        [1, 2, 3, 5, [1, 3, 5]],
      );
      await assert.rejects(
        notebook.run("// @ts-ignore\nimport { valueOf as none } from './odd-names'; none"),
        /valueOf/,
      );
    },
  },
  {
    title: "a local file may export a function called then",
    run: async (notebook) => {
      notebook.folder.write("thenable.ts", "export function then() { return 'mine' } export const other = 1;");
      const cell = "import { then, other } from './thenable'; import * as whole from './thenable'";
      assert.deepEqual(await notebook.value(cell, "[then(), other, Object.keys(whole).sort()]"), [
        "mine",
        1,
        ["other", "then"],
      ]);
    },
  },
  gives(
    "JSON with keys that every object has",
    ["import data from './odd.json'; Object.entries(data)"],
    [
      ["constructor", 1],
      ["__proto__", 2],
      ["then", 3],
    ],
  ),
  {
    title: "local files that import each other",
    run: async (notebook) => {
      notebook.folder.write(
        "even.ts",
        "import { isOdd } from './odd';\nexport const isEven = (n: number): boolean => n === 0 || isOdd(n - 1);",
      );
      notebook.folder.write(
        "odd.ts",
        "import { isEven } from './even';\nexport const isOdd = (n: number): boolean => n !== 0 && isEven(n - 1);",
      );
      assert.equal(await notebook.value("import { isEven } from './even'; isEven(10)"), true);
    },
  },
  {
    title: "a local file is one module, whoever imports it, until it is edited",
    run: async (notebook) => {
      notebook.folder.write(
        "counter.ts",
        "export const state = { count: 0 };\nexport const next = () => ++state.count;",
      );
      notebook.folder.write("user.ts", "import { next } from './counter';\nexport const use = () => next();");
      await notebook.run("import { next, state } from './counter'; import { use } from './user'; next(); use()");
      assert.equal(await notebook.value("import { state as again } from './counter'; again.count + state.count"), 4);
    },
  },
  {
    title: "a local file that throws while it loads is tried again",
    run: async (notebook) => {
      notebook.folder.write(
        "fragile.ts",
        "if (!('allowed' in globalThis)) throw new Error('not yet');\nexport const fine = 'fine';",
      );
      const cell = "import { fine } from './fragile'; fine";
      const { error } = await notebook.thrown(cell);
      assert.match(String(error), /not yet/);
      Reflect.set(globalThis, "allowed", true);
      try {
        assert.equal(await notebook.value(cell), "fine");
      } finally {
        Reflect.deleteProperty(globalThis, "allowed");
      }
    },
  },
  {
    title: "a local file in a folder, by its index, and with its ending",
    run: async (notebook) => {
      notebook.folder.write("lib/index.ts", "export * from './deep.js';");
      notebook.folder.write("lib/deep.ts", "export const deep = 'deep';");
      assert.equal(await notebook.value("import { deep } from './lib'; deep"), "deep");
      assert.equal(await notebook.value("import { deep as d } from './lib/deep.js'; d"), "deep");
    },
  },
  {
    title: "a local file with a top-level await",
    run: async (notebook) => {
      notebook.folder.write("slow.ts", "export const slow = await Promise.resolve('slow');");
      assert.equal(await notebook.value("import { slow } from './slow'; slow"), "slow");
    },
  },
  {
    title: "a file above the notebook's folder",
    run: async (notebook) => {
      notebook.folder.writeAbove("above.ts", "export const above = 'above';");
      assert.equal(await notebook.value("import { above } from '../above'; above"), "above");
    },
  },
  gives(
    "an import by a name that is computed",
    ["const which = ['esm', 'only'].join('-'); const found = await import(which); found.kind"],
    "esm",
  ),
  gives(
    "a type and a value of one import",
    ["import { type Point, origin } from './points'; const p: Point = origin; p.x"],
    0,
  ),
  {
    title: "a local .ts file that is named only while code runs, read again after an edit",
    run: async (notebook) => {
      notebook.folder.write("late/part.ts", "export const base: number = 1;");
      notebook.folder.write("late/whole.ts", "import { base } from './part';\nexport const whole: number = base + 1;");
      const cells = ["const named = ['./late', 'whole'].join('/')", "(await import(named)).whole"];
      assert.equal(await notebook.value(...cells), 2);
      notebook.folder.write("late/part.ts", "export const base: number = 10 + 1;");
      assert.equal(await notebook.value(...cells), 12);
      const absolute = `const at = ${JSON.stringify(notebook.folder.path)} + '/late/'`;
      assert.equal(await notebook.value(absolute, "(await import(at + 'part.ts')).base"), 11);
      assert.equal(
        await notebook.value(absolute, "(await import(String(new URL('file://' + at + 'part.ts')))).base"),
        11,
      );
      notebook.folder.write("late/part.ts", "export const base: number = 'text';");
      const { error } = await notebook.thrown("await import('./late/' + 'part')");
      assert.match(
        String(error),
        /^TypeScriptError: import\("\.\/late\/part"\) was refused\.\n.*late\/part\.ts:1:14 - /,
      );
      assert.match(String(error), /TS2322/);
    },
  },
  {
    title: "import() of a name that only running code knows, and that is no TypeScript, is Node's own",
    run: async (notebook) => {
      notebook.folder.write("late/module.mjs", "export const plain = 'mjs';");
      assert.equal(await notebook.value("(await import('./late/' + 'module.mjs')).plain"), "mjs");
      const { error } = await notebook.thrown("await import('./late/' + 'nowhere')");
      assert.match(String((error as { code?: unknown }).code), /MODULE_NOT_FOUND$/);
    },
  },
  {
    title: "an edited local file is loaded anew, also behind another file",
    run: async (notebook) => {
      notebook.folder.write("deep.ts", "export const version = 1;");
      notebook.folder.write("shallow.ts", "export { version } from './deep';");
      const cell = "import { version } from './shallow'; version";
      assert.equal(await notebook.value(cell), 1);
      notebook.folder.write("deep.ts", "export const version = 2; // a longer text");
      assert.equal(await notebook.value(cell), 2);
    },
  },
  {
    title: "a local file's type errors refuse the cell and name the file",
    run: async (notebook) => {
      notebook.folder.write("broken.ts", "export const n: number = 'text';");
      const [found] = await notebook.refused("import { n } from './broken'; n");
      assert.equal(found?.code, "TS2322");
      assert.match(`${found?.file} ${found?.message}`, /broken\.ts/);
    },
  },
  {
    title: "an import of types only loads nothing",
    run: async (notebook) => {
      const cell =
        "import { Point } from 'only-types'; import type { Point as P } from 'only-types'; const p: Point & P = { x: 1, y: 2 }; p.y";
      assert.equal(await notebook.value(cell), 2);
    },
  },
  {
    title: "an unknown package is a compile error, and is found once it is installed",
    run: async (notebook) => {
      const cell = "import { late } from 'late-package'; late";
      const [found] = await notebook.refused(cell);
      assert.deepEqual([found?.code, found?.marked], ["TS2307", "'late-package'"]);
      const installed = packageFiles("late-package", {
        manifest: { main: "index.js", types: "index.d.ts" },
        "index.js": "exports.late = 'here';",
        "index.d.ts": "export declare const late: string;",
      });
      for (const [file, text] of Object.entries(installed)) notebook.folder.write(file, text);
      assert.equal(await notebook.value(cell), "here");
    },
  },
  {
    title: "an import that finds nothing says where it looked, and what was probably meant",
    run: async (notebook) => {
      const { path } = notebook.folder;
      notebook.folder.write("parts/scale.ts", "import { gone } from './scal'; export const scale = gone;");
      notebook.folder.write("notes.txt", "no code");
      for (const [cell, hint] of [
        [
          "import { square } from './sqare'",
          `Looked for sqare.ts, .tsx, .d.ts, .js, .jsx in ${path}. Did you mean './square'?`,
        ],
        [
          "import { scale } from './parts/scales.js'",
          `Looked for scales.js and scales.ts in ${path}/parts. Did you mean './parts/scale.ts'?`,
        ],
        ["import x from './somewhere'", `Looked for somewhere.ts, .tsx, .d.ts, .js, .jsx in ${path}.`],
        ["import x from './nowhere/x.json'", `Looked for x.json in ${path}/nowhere, a folder that does not exist.`],
        ["import { scale } from './parts'", `${path}/parts is a folder without an index.ts.`],
        [
          "import x from './notes.txt'",
          `${path}/notes.txt is no TypeScript, JavaScript or JSON file. To have its text: readFileSync("./notes.txt", "utf8") of node:fs`,
        ],
        ["import x from './notes.txt/x'", `Looked for x.ts, .tsx, .d.ts, .js, .jsx in ${path}/notes.txt.`],
        ["import { square } from 'square'", `square.ts lies in ${path}: import it as './square'.`],
        [
          "import { scale } from './parts/scale'",
          `Looked for scal.ts, .tsx, .d.ts, .js, .jsx in ${path}/parts. Did you mean './scale'?`,
        ],
        ["const lost = await import('./sqare')", `Did you mean './square'?`],
        [
          "import x from '@some/package/part'",
          "If it is a package, install it beside the notebook: %npm install @some/package",
        ],
        [
          "import x from 'sub-paths/nothing'",
          `${path}/node_modules/sub-paths is installed, but its package.json offers no 'sub-paths/nothing'.`,
        ],
        ["import x from 'node:pth'", `Node ${process.versions.node} has no such module. Did you mean 'node:path'?`],
        ["import x from '#inner'", 'Names that begin with # stand in "imports" of the nearest package.json.'],
      ] as const) {
        const [found] = await notebook.refused(cell);
        assert.equal(found?.code, "TS2307", cell);
        assert.ok(found.message.endsWith(hint), `${found.message}\nfor\n${hint}`);
      }
    },
  },
  {
    title: "an unknown name of a known package is a compile error",
    run: async (notebook) => {
      const [found] = await notebook.refused("import { nothing } from 'esm-only'");
      assert.equal(found?.marked, "nothing");
    },
  },
  {
    title: "tslab's display API draws, in a folder that does not have tslab",
    run: async (notebook) => {
      const cells = [
        "import * as tslab from 'tslab'; import { display } from 'tslab'",
        "tslab.display.html('<b>1</b>'); display.markdown('*2*'); const place = tslab.newDisplay(); place.text('3')",
        "place.text('4'); [typeof tslab.versions.node, typeof tslab.display.png]",
      ];
      assert.deepEqual(await notebook.value(...cells), ["string", "function"]);
      const [html, markdown, first, second] = notebook.shown;
      assert.equal(html?.["text/html"], "<b>1</b>");
      assert.equal(markdown?.["text/markdown"], "*2*");
      assert.deepEqual([first, second], [{ "text/plain": "3" }, { "text/plain": "4" }]);
    },
  },
  gives(
    "runlab is known, with its types, in a folder that does not have it",
    [
      "import { startRun, type Run } from 'runlab'; const names = (runs: Run[]) => runs.map((run) => run.info.runName)",
      "[typeof startRun, names([])]",
    ],
    ["function", []],
  ),
  gives("import() of runlab", ["const api = await import('runlab')", "typeof api.logMetric"], "function"),
  {
    title: "runlab's API is checked",
    run: async (notebook) => {
      const [found] = await notebook.refused("import { logMetric } from 'runlab'\nlogMetric('loss', 'low')");
      assert.deepEqual([found?.code, found?.marked], ["TS2345", "'low'"]);
    },
  },
  {
    title: "a local file that imports tslab draws too",
    run: async (notebook) => {
      notebook.folder.write(
        "drawing.ts",
        "import { display } from 'tslab';\nexport const draw = () => display.text('drawn');",
      );
      await notebook.run("import { draw } from './drawing'\ndraw()");
      assert.deepEqual(notebook.shown, [{ "text/plain": "drawn" }]);
    },
  },
  gives(
    "a @module cell can be imported",
    [
      "/** @module geometry */\nexport const area = (r: number): number => 3 * r * r;",
      "import { area } from './geometry'; area(2)",
    ],
    12,
  ),
  gives(
    "a @module cell can be imported from a folder that does not exist",
    ["/** @module tools/deep */\nexport const depth: number = 2;", "import { depth } from './tools/deep'; depth"],
    2,
  ),
  {
    title: "a cell marked @browser is not checked, runs nothing, and says so",
    run: async (notebook) => {
      const cell = await notebook.compiled("/** @browser */\ndocument.body.remove(); globalThis.browserRan = true");
      assert.match(cell.diagnostics?.[0]?.message ?? "", /marked @browser/);
      assert.deepEqual(await notebook.evaluate(cell), { hasValue: false, value: undefined });
      assert.equal("browserRan" in globalThis, false);
      await notebook.compiled("/**\n * @browser\n * @module page\n */\nexport const title = document.title");
    },
  },
  gives(
    "an import can be declared again",
    ["import { kind } from 'esm-only'", "import { kind } from 'cjs-object'; kind", "const kind = 'mine'; kind"],
    "mine",
  ),
  gives(
    "what a cell exports, in any form, later cells can use",
    [
      "let n = 1; const m = 5; type T = number; export { n, m as five, type T as Num }; export { n as count }",
      "export { kind, half as halve } from './exported'; export * as all from './exported'; export type { Size as Length } from './exported'; export * from './exported'",
      "n = 2; const num: Num = count; const length: Length = { cm: 1 }; [num, five, kind, halve(8), all.kind, length.cm]",
    ],
    [2, 5, "exported", 4, "exported", 1],
  ),
  {
    title: "a local file with export =, by import = and by import",
    run: async (notebook) => {
      notebook.folder.write("whole.cts", "const seven = 7;\nexport = { seven };");
      const cell =
        "import whole = require('./whole.cts'); import same from './whole.cjs'; [whole.seven, same === whole]";
      assert.deepEqual(await notebook.value(cell), [7, true]);
    },
  },
  gives(
    "a type that is imported and a value of its name stay both",
    [
      "import type { Size } from './exported'; import { type Size as Length } from './exported'",
      "const Size = (cm: number): Size => ({ cm }); const Length = { of: (size: Length) => size.cm }",
      "const size: Size = Size(3); Length.of(size)",
    ],
    3,
  ),
];
