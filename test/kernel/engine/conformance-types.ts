import assert from "node:assert/strict";
import { type ConformanceCase, gives } from "./conformance-case.js";

/** A case of types only: each line of the last cell is wrong where its comment says which code, or right. */
function types(title: string, cells: readonly string[], wrong: string, code: string): ConformanceCase {
  return {
    title,
    run: async (notebook) => {
      for (const cell of cells) await notebook.run(cell);
      assert.deepEqual(
        (await notebook.refused(wrong)).map((found) => found.code),
        [code],
        wrong,
      );
    },
  };
}

/** Types travel between cells as exactly as values do. */
export const typeCases: readonly ConformanceCase[] = [
  types(
    "literal types and readonly stay",
    ["const kinds = ['a', 'b'] as const", "const one: 'a' = kinds[0]"],
    "const two: 'a' = kinds[1]",
    "TS2322",
  ),
  types(
    "generics are inferred anew in each cell",
    [
      "function first<T>(list: readonly T[]): T | undefined { return list[0] }",
      "const n: number | undefined = first([1])",
    ],
    "const s: string = first([1])!",
    "TS2322",
  ),
  types(
    "overloads stay",
    [
      "function f(x: string): string\nfunction f(x: number): number\nfunction f(x: unknown) { return x as never }",
      "const s: string = f('a')",
    ],
    "f(true)",
    "TS2769",
  ),
  types(
    "private members stay private",
    ["class Safe { private secret = 1; open = 2 }", "new Safe().open"],
    "new Safe().secret",
    "TS2341",
  ),
  types(
    "unions narrow",
    [
      "type Shape = { kind: 'circle'; r: number } | { kind: 'square'; side: number }\nconst shape = { kind: 'circle', r: 1 } as Shape",
      "if (shape.kind === 'circle') shape.r",
    ],
    "shape.side",
    "TS2339",
  ),
  types(
    "a type that refers to itself, and to a later version of another",
    [
      "interface Tree { children: Tree[]; tag: Tag } type Tag = 'a'",
      "const tree: Tree = { children: [], tag: 'a' }",
      "type Tag = 'b'",
    ],
    "tree.tag satisfies 'b'",
    "TS1360",
  ),
  types(
    "the type of a name is that of its latest declaration",
    ["let v = 1", "let v = 'text'; v.length"],
    "v.toFixed()",
    "TS2551",
  ),
  gives(
    "a class whose type cannot be written down",
    ["const make = () => class { private n = 1; get() { return this.n } }", "new (make())().get()"],
    1,
  ),
  gives(
    "unique symbols and computed members",
    [
      "const id = Symbol('id'); const tagged = { [id]: 1 }; class Tagged { [id] = 2 }",
      "[tagged[id], new Tagged()[id]]",
    ],
    [1, 2],
  ),
  gives(
    "declaration merging within a cell",
    [
      "function area(r: number) { return area.pi * r * r } namespace area { export const pi = 3 } interface Box { a: number } interface Box { b: number }",
      "const box: Box = { a: 1, b: area(2) }; box.b",
    ],
    12,
  ),
  gives(
    "enums of every kind",
    [
      "enum Text { A = 'a' } enum Mixed { X = 1, Y = 'y' } const enum Flag { One = 1 << 0, Two = 1 << 1, Both = One | Two }",
      "const t: Text = Text.A; [t, Mixed[1], Mixed.Y, Flag.Both]",
    ],
    ["a", "X", "y", 3],
  ),
  {
    title: "an inferred type of a package's inner file, which nobody else can name",
    run: async (notebook) => {
      await notebook.run(
        "const hiding = await import('hides-types'); const made = hiding.make(); type T = 1\nconst list = [made]",
      );
      assert.deepEqual(await notebook.value("[hiding.hidden.n, made.n, list[0]?.n]"), [1, 1, 1]);
      const { at } = await notebook.thrown("const again = hiding.make(); const next = again; throw new Error('here')");
      assert.deepEqual([at?.line, at?.column], [1, 56]);
    },
  },
  gives(
    "types of an imported package in later cells",
    [
      "import { cors } from 'sub-paths/cors'; const allow = cors('*')",
      "const { origin } = allow; origin.toUpperCase()",
    ],
    "*",
  ),
  gives(
    "an inferred type that only a package can name",
    ["const p = await import('sub-paths/cors'); const made = [p.cors('*')]", "made[0]?.origin"],
    "*",
  ),
  {
    title: "/// <reference lib> at a cell's top brings its names to this cell and later ones",
    run: async (notebook) => {
      assert.equal((await notebook.refused("document.title"))[0]?.code, "TS2584");
      await notebook.compiled('// a page\n/// <reference lib="dom" />\nconst title = (page: Document) => page.title');
      await notebook.compiled("const same = () => title(document)");
      await notebook.engine.reset();
      assert.equal((await notebook.refused("document.title"))[0]?.code, "TS2584");
      const [found] = await notebook.refused('/// <reference lib="domm" />\n1');
      assert.deepEqual([found?.code, found?.marked], ["TS2727", "domm"]);
      await notebook.compiled("1");
    },
  },
  {
    title: "/// <reference> brings the types of a package and the declarations of a file",
    run: async (notebook) => {
      notebook.folder.write("node_modules/@types/given/index.d.ts", "declare const givenByTypes: number;");
      notebook.folder.write("global.d.ts", "declare const givenByPath: string;");
      await notebook.compiled('/// <reference types="given" />\nconst a = () => givenByTypes + 1');
      await notebook.compiled('/// <reference path="./global.d.ts" />\nconst b = () => givenByPath.length');
      const found = await notebook.refused('/// <reference types="taken" />\n/// <reference path="./none.d.ts" />\n1');
      assert.deepEqual(
        found.map(({ code, marked }) => [code, marked]),
        [
          ["TS2688", "taken"],
          ["TS6053", "./none.d.ts"],
        ],
      );
    },
  },
];
