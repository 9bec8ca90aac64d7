// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cells are source text, and hold templates of their own
import assert from "node:assert/strict";
import { type ConformanceCase, gives } from "./conformance-case.js";

/** The language of cells: TypeScript, plus what notebooks need. */
export const languageCases: readonly ConformanceCase[] = [
  gives("the value of a cell is that of its last expression", ["1; const a = 2; a * 21"], 42),
  {
    title: "a cell that ends in a declaration, or holds none, has no value",
    run: async (notebook) => {
      for (const cell of ["const a = 1;", "1; function f() {}", "if (true) { 1 }", "", "// a comment", "type T = 1"]) {
        assert.equal((await notebook.run(cell)).hasValue, false, cell);
      }
      assert.deepEqual(await notebook.run("undefined"), { hasValue: true, value: undefined });
    },
  },
  {
    title: "a cell says which names it declares, in source order",
    run: async (notebook) => {
      const { declares } = await notebook.compiled(
        "const z = 1, { y, x: [w] } = { y: 2, x: [3] }; function f() {} class C {} let a",
      );
      assert.deepEqual(declares, ["z", "y", "w", "f", "C", "a"]);
      assert.deepEqual((await notebook.compiled("z + y")).declares, []);
    },
  },
  gives(
    "const, let, var, functions and classes are known to later cells",
    [
      "const a = 1; let b = 2; var c = 3; function f() { return 4 } class C { five = 5 }",
      "[a, b, c, f(), new C().five]",
    ],
    [1, 2, 3, 4, 5],
  ),
  gives(
    "types, interfaces, enums and namespaces are known to later cells",
    [
      "type Id = number; interface Car { id: Id } enum Fuel { Gas, Diesel = 7 } namespace Units { export const mile = 1.6 }",
      "const car: Car = { id: 1 }; [car.id, Fuel.Diesel, Fuel[0], Units.mile]",
    ],
    [1, 7, "Gas", 1.6],
  ),
  gives(
    "destructured names are known to later cells",
    ["const [p, { q, ...r }] = [1, { q: 2, s: 3 }]", "({ p, q, r })"],
    {
      p: 1,
      q: 2,
      r: { s: 3 },
    },
  ),
  gives(
    "an earlier name in shorthand and in a pattern",
    [
      "let a = 1, b = 2",
      "const pair = { a, b }; ({ a, b = 5 } = { a: 10 } as { a: number; b?: number }); [pair, a, b]",
    ],
    [{ a: 1, b: 2 }, 10, 5],
  ),
  gives(
    "a name can be declared again, with another type and as another kind",
    [
      "const model = 1",
      "const model = 'two'; model.toUpperCase()",
      "function model() { return 3 }",
      "class model { static four = 4 }; model.four",
    ],
    4,
  ),
  gives(
    "a declared name hides the earlier one within its own cell only where it says so",
    ["const n = 1", "const inner = (n: number) => n + 1; [inner(10), n]"],
    [11, 1],
  ),
  gives("an assignment changes a name for later cells", ["let c = 1", "c = 10; c += 1; c++", "c"], 12),
  gives("closures see what later cells assign", ["let c = 1; function inc() { return ++c }", "c = 10", "inc()"], 11),
  gives("later cells see what closures assign", ["let c = 1; const inc = () => { c += 1 }", "inc(); inc()", "c"], 3),
  gives(
    "code that runs later uses the new definition of a name",
    [
      "function loss() { return 'old' }\nfunction train() { return loss() }",
      "function loss() { return 'new' }",
      "train()",
    ],
    "new",
  ),
  gives(
    "functions are hoisted and var leaves its block",
    ["const early = f(); function f() { return 1 } { var v = 2 }", "[early, v]"],
    [1, 2],
  ),
  gives(
    "await stands anywhere at the top",
    [
      "const a = await Promise.resolve(1); const b = await (Promise.resolve(2)); if (a) { await null }",
      "const both = [`${await a}`, await Promise.all([a, b])]; both",
    ],
    ["1", [1, 2]],
  ),
  gives(
    "for await runs at the top",
    ["let sum = 0; for await (const n of [1, Promise.resolve(2)]) sum += n", "sum"],
    3,
  ),
  gives(
    "await using and using dispose at the end of their block",
    [
      "const log: string[] = []; { using a = { [Symbol.dispose]() { log.push('a') } }; await using b = { async [Symbol.asyncDispose]() { log.push('b') } }; log.push('body') }",
      "log",
    ],
    ["body", "b", "a"],
  ),
  {
    title: "names assigned before a throw stay, and what had the name before is replaced",
    run: async (notebook) => {
      await notebook.run("const first = 'old'");
      const { error } = await notebook.thrown(
        "const first = 'new'; let second = 2; throw new RangeError('stop'); const third = 3",
      );
      assert.ok(error instanceof RangeError);
      assert.deepEqual(await notebook.value("[first, second]"), ["new", 2]);
    },
  },
  gives(
    "satisfies, const type parameters and template types",
    [
      "const palette = { red: [255, 0, 0] } satisfies Record<string, number[]>; function id<const T>(x: T) { return x }",
      "const exact: readonly ['a'] = id(['a']); const css: `#${string}` = '#f00'; [palette.red.length, exact[0], css]",
    ],
    [3, "a", "#f00"],
  ),
  gives(
    "standard decorators",
    [
      "function named(value: unknown, context: ClassMethodDecoratorContext) { return function () { return String(context.name) } as any }",
      "class D { @named method() { return '' } }; new D().method()",
    ],
    "method",
  ),
  gives(
    "classes with private members, static blocks and accessors",
    [
      "class Counter { #n = 0; static made = 0; static { Counter.made = 7 } get next() { return ++this.#n } }",
      "const counter = new Counter(); counter.next; [counter.next, Counter.made]",
    ],
    [2, 7],
  ),
  gives(
    "const enums, overloads and abstract classes",
    [
      "const enum Level { Low = 1, High }\nfunction f(x: string): string; function f(x: number): number; function f(x: unknown) { return x }\nabstract class A { abstract n: number }",
      "class B extends A { n = f(2) }; [Level.High, new B().n]",
    ],
    [2, 2],
  ),
  gives(
    "generators, labels, tagged templates, optional chaining and bigints",
    [
      "function* count() { yield 1; yield 2 } const tag = (s: TemplateStringsArray, ...v: unknown[]) => s.raw.join('|') + v.join()",
      "let seen = 0; outer: for (const a of count()) for (;;) { seen += a; continue outer } [seen, tag`a${1}b`, (undefined as undefined | { x: 1 })?.x ?? 'none', 2n ** 64n]",
    ],
    [3, "a|b1", "none", 18446744073709551616n],
  ),
  gives(
    "JSX becomes calls of the JSX runtime",
    ["const view = <b id='x'>hi</b>; JSON.stringify(view)"],
    '{"type":"b","props":{"id":"x","children":"hi"}}',
  ),
  gives(
    "JSX calls a function of the notebook's own, of this cell or an earlier one",
    [
      "/** @jsx h */\n/** @jsxFrag Frag */\nconst h = (tag: unknown, props: unknown, ...kids: unknown[]): unknown => ({ tag: typeof tag === 'string' ? tag : typeof tag, props, kids }); const Frag = 'frag'; const first = <b id='x'>hi<></></b>; first",
      "/** @jsx h @jsxFrag Frag */\nfunction Row(p: { n: number }) { return p.n } const h2 = 5; const all = [first, <Row n={1} />, <>{[1].map((n) => <i>{n}</i>)}</>]; all",
    ],
    [
      { tag: "b", props: { id: "x" }, kids: ["hi", { tag: "frag", props: null, kids: [] }] },
      { tag: "function", props: { n: 1 }, kids: [] },
      { tag: "frag", props: null, kids: [[{ tag: "i", props: null, kids: [1] }]] },
    ],
  ),
  gives(
    "arrays and objects have the methods of today's standard",
    [
      "const odd = Object.groupBy([1, 2, 3], (n) => (n % 2 ? 'odd' : 'even')); const helped = [1, 2, 3, 4].values().map((n) => n * 2).filter((n) => n > 2).take(2).toArray()",
      "[[3, 1, 2].toSorted().with(0, 9), odd.odd, helped, [...new Set([1, 2]).union(new Set([3]))], await Array.fromAsync([1, Promise.resolve(2)])]",
    ],
    [
      [9, 2, 3],
      [1, 3],
      [4, 6],
      [1, 2, 3],
      [1, 2],
    ],
  ),
  gives(
    "export in front of a declaration is allowed",
    ["export const shared = 1; export function f() { return shared }", "f()"],
    1,
  ),
  gives(
    "JavaScript without types runs",
    ["function add(a, b) { return a + b }\nvar total = 0\nfor (var i = 0; i < 3; i++) total = add(total, i)", "total"],
    3,
  ),
  {
    title: "a chain of 3,000 operators compiles",
    run: async (notebook) => {
      const lines = Array.from({ length: 3000 }, (_, at) => `"line ${at % 10}"`).join(" +\n  ");
      assert.equal(await notebook.value(`const text = ${lines}; text.length`), 18_000);
    },
  },
  gives("code without semicolons", ["const a = 1\nconst b = [a]\n;[a, b.length].map(String).join()\n"], "1,1"),
  gives("comments and blank lines around the last expression", ["\n\n// above\n41 + 1 // behind\n\n/* below */\n"], 42),
  gives(
    "globals of Node are typed and there",
    ["Buffer.from('hi').toString('hex') + typeof process.version + typeof setTimeout"],
    "6869stringfunction",
  ),
  {
    title: "what an earlier value was stays the same object",
    run: async (notebook) => {
      assert.equal(
        await notebook.value(
          "const o = { n: 1 }; (globalThis as any).conformance = o",
          "o === (globalThis as any).conformance",
        ),
        true,
      );
      Reflect.deleteProperty(globalThis, "conformance");
    },
  },
  {
    title: "an expression gives its value and declares nothing",
    run: async (notebook) => {
      await notebook.run("const a = 20");
      const value = async (text: string) => (await notebook.run(text, { expression: true })).value;
      assert.equal(await value("a + 1"), 21);
      assert.deepEqual(await value("{ name: `run ${a}`, step: await 3 }"), { name: "run 20", step: 3 });
      assert.deepEqual((await notebook.compiled("a // the last line", { expression: true })).declares, []);
      assert.equal(await notebook.value("a"), 20);
    },
  },
  {
    title: "the evaluator lists the names that have a value",
    run: async (notebook) => {
      await notebook.value("const a = 1; type T = 1; function f() {}", "let b = a + 1; b");
      const names = notebook.evaluator.names();
      assert.deepEqual([...names.keys()].sort(), ["a", "b", "f"]);
      assert.equal(names.get("b"), 2);
    },
  },
  {
    title: "reset forgets every name",
    run: async (notebook) => {
      await notebook.run("const gone = 1");
      await notebook.engine.reset();
      notebook.evaluator.reset();
      assert.equal((await notebook.refused("gone"))[0]?.code, "TS2304");
      assert.equal(notebook.evaluator.names().size, 0);
    },
  },
];
