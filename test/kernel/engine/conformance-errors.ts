import assert from "node:assert/strict";
import { errorContent } from "../../../src/kernel/executor/error-content.js";
import type { ConformanceCase } from "./conformance-case.js";

/** What is wrong is said at its place, and a refused cell does nothing. */
export const errorCases: readonly ConformanceCase[] = [
  {
    title: "a type error refuses the cell before anything runs",
    run: async (notebook) => {
      const [found, ...others] = await notebook.refused("(globalThis as any).ran = true;\nconst n: number = 'text'");
      assert.deepEqual(others, []);
      assert.deepEqual([found?.code, found?.marked, found?.category], ["TS2322", "n", "error"]);
      assert.match(found?.message ?? "", /Type 'string' is not assignable to type 'number'/);
      assert.equal("ran" in globalThis, false);
    },
  },
  {
    title: "a refused cell declares nothing and changes nothing",
    run: async (notebook) => {
      await notebook.run("const kept = 1");
      await notebook.refused("const kept: string = 2; const added = 3");
      assert.equal((await notebook.refused("added"))[0]?.code, "TS2304");
      assert.equal(await notebook.value("kept + 1"), 2);
    },
  },
  {
    title: "every error of a cell is said, each at its place",
    run: async (notebook) => {
      const found = await notebook.refused("const a: number = 'x';\n\nnowhere;\n[1].nothing");
      assert.deepEqual(
        found.map(({ code, marked }) => [code, marked]),
        [
          ["TS2322", "a"],
          ["TS2304", "nowhere"],
          ["TS2339", "nothing"],
        ],
      );
    },
  },
  {
    title: "a syntax error is said at its place",
    run: async (notebook) => {
      const source = "const a = 1;\nconst b = (2;\n";
      const [found] = await notebook.refused(source);
      assert.match(found?.code ?? "", /^TS1\d\d\d$/);
      assert.equal(found?.start, source.indexOf(";", 13));
    },
  },
  {
    title: "positions are in UTF-16 units, emoji before them or not",
    run: async (notebook) => {
      const source = "const flags = '🏁🚗';\nconst n: number = flags + '🏁'; missing";
      const found = await notebook.refused(source);
      assert.deepEqual(
        found.map(({ marked }) => marked),
        ["n", "missing"],
      );
    },
  },
  {
    title: "errors of lowered text are said in the user's own coordinates",
    run: async (notebook) => {
      const source = "const a = 1\n%log {a.b}; lost";
      const text = "const a = 1\nvoid $log((a.b)); lost";
      const map = [
        { lowered: 0, source: 0, length: 12 },
        { lowered: text.indexOf("a.b"), source: source.indexOf("a.b"), length: 3 },
        { lowered: text.indexOf("; lost"), source: source.indexOf("; lost"), length: 6 },
      ];
      const found = await notebook.refused(`${text}`, { map }, source);
      const marked = found
        .filter(({ code, message }) => code !== "TS2304" || message.includes("lost"))
        .map((one) => one.marked);
      assert.deepEqual(marked, ["b", "lost"]);
    },
  },
  {
    title: "an expression's errors are said at their place",
    run: async (notebook) => {
      const [found] = await notebook.refused("1 + missing", { expression: true });
      assert.deepEqual([found?.code, found?.marked], ["TS2304", "missing"]);
    },
  },
  {
    title: "what a name may be assigned is checked across cells",
    run: async (notebook) => {
      await notebook.run("let n = 1; const fixed = 2");
      assert.equal((await notebook.refused("n = 'text'"))[0]?.code, "TS2322");
      assert.equal((await notebook.refused("fixed = 3"))[0]?.code, "TS2588");
    },
  },
  {
    title: "null and undefined are checked",
    run: async (notebook) => {
      const [found] = await notebook.refused("[1].find((n) => n > 1).toFixed()");
      assert.equal(found?.code, "TS2532");
    },
  },
  {
    title: "a throw is said at the line and column where it stands in the cell",
    run: async (notebook) => {
      const cell =
        "interface Long {\n  a: number\n}\n\nconst n: Long = { a: 1 };\nif (n.a === 1) {\n  throw new Error('here')\n}";
      const { at } = await notebook.thrown(cell);
      assert.deepEqual([at?.line, at?.column], [7, 9]);
      assert.match(at?.file ?? "", /^Cell \[\d+\]$/);
    },
  },
  {
    title: "a throw after an await, and on the first line, is said at its place",
    run: async (notebook) => {
      const awaited = await notebook.thrown("type T = 1\n\nawait null\nJSON.parse('null').x");
      assert.equal(awaited.at?.line, 4);
      const first = await notebook.thrown("/* 1 */ throw new Error('first')");
      assert.deepEqual([first.at?.line, first.at?.column], [1, 15]);
    },
  },
  {
    title: "a throw in lowered text is said in the user's own coordinates",
    run: async (notebook) => {
      const source = "%time fail()";
      const text = "await $time(() => (fail()))";
      const map = [{ lowered: text.indexOf("fail"), source: source.indexOf("fail"), length: "fail()".length }];
      await notebook.run(
        "function fail() { throw new Error('in an earlier cell') }; const $time = (f: () => void) => f()",
      );
      const { error } = await notebook.thrown(text, { map, source });
      assert.match(
        error instanceof Error ? (error.stack ?? "") : "",
        /fail \(Cell \[\d+\]:1:25\)\n.*Cell \[\d+\]:1:(7|11)\)?\n/,
      );
    },
  },
  {
    title: "a throw in a local file is said at its line of that file",
    run: async (notebook) => {
      notebook.folder.write(
        "thrower.ts",
        "interface A {\n  a: 1\n}\n\nexport function fail(): A {\n  throw new Error('in a file')\n}\n",
      );
      const { at } = await notebook.thrown("import { fail } from './thrower'\nfail()");
      assert.deepEqual(at, { file: "thrower.ts", line: 6, column: 9 });
    },
  },
  {
    title: "a throw within using has no frames but the cell's own",
    run: async (notebook) => {
      const block =
        "{\n  using d = { [Symbol.dispose]() { throw new Error('in dispose') } };\n  throw new Error('in block')\n}";
      const { error } = await notebook.thrown(block);
      const { name, error: first, suppressed } = error as Error & { error: Error; suppressed: Error };
      assert.equal(name, "SuppressedError");
      assert.match(first.stack ?? "", /Cell \[\d+\]:2:42/);
      assert.match(suppressed.stack ?? "", /Cell \[\d+\]:3:9/);
      for (const { stack = "" } of [error as Error, first, suppressed]) assert.doesNotMatch(stack, /__dispose|node:/);
    },
  },
  {
    title: "a cell throws the very value that its code throws",
    run: async (notebook) => {
      assert.equal((await notebook.thrown("throw 42")).error, 42);
      assert.equal((await notebook.thrown("await Promise.reject(undefined)")).error, undefined);
      const { error } = await notebook.thrown("throw new TypeError('outer', { cause: new RangeError('inner') })");
      assert.ok(error instanceof TypeError && error.cause instanceof RangeError);
    },
  },
  {
    title: "a traceback has the error's own properties below the cell's frame",
    run: async (notebook) => {
      const { error } = await notebook.thrown("import { readFileSync } from 'node:fs'\nreadFileSync('/no/such/file')");
      const { traceback } = errorContent(error, () => undefined);
      assert.match(traceback[1] ?? "", / {4}at .*Cell \[\d+\]:2:\d+/);
      assert.match(traceback.at(-6) ?? "", / {4}at .* \{$/);
      assert.deepEqual(traceback.slice(-5), [
        "  errno: -2,",
        "  code: 'ENOENT',",
        "  syscall: 'open',",
        "  path: '/no/such/file'",
        "}",
      ]);
    },
  },
  {
    title: "declarations every cell sees are checked and need no import",
    run: async (notebook) => {
      assert.equal((await notebook.refused("ambientHelper(ambientNumber)"))[0]?.code, "TS2345");
      assert.equal((await notebook.compiled("ambientHelper('a')")).ok, true);
    },
  },
];
