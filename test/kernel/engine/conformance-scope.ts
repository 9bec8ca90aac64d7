// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cells are source text, and hold templates of their own
import assert from "node:assert/strict";
import { type ConformanceCase, gives } from "./conformance-case.js";

/** How names of earlier cells are read, changed and hidden, in every form the language has. */
export const scopeCases: readonly ConformanceCase[] = [
  gives(
    "every kind of assignment reaches an earlier name",
    [
      "let a = 1, b = 2, c: number | undefined, d = 'd', rest: number[] = []",
      "[a, b] = [b, a]; c ??= 5; c **= 2; d += '!'; ({ length: b } = 'four'); [, ...rest] = [1, 2, 3]; a++; --b",
      "[a, b, c, d, rest]",
    ],
    [3, 3, 25, "d!", [2, 3]],
  ),
  gives(
    "loops assign to an earlier name",
    [
      "let item = 0, key = ''; const seen: unknown[] = []",
      "for (item of [1, 2]) seen.push(item); for (key in { x: 1 }) seen.push(key); for (item = 5; item < 7; item++) seen.push(item)",
      "[item, key, seen]",
    ],
    [7, "x", [1, 2, "x", 5, 6]],
  ),
  gives(
    "parameters, catch clauses, blocks, classes and inner functions hide an earlier name",
    [
      "const x = 'outer'",
      "const got: unknown[] = []; ((x: number) => got.push(x))(1); try { throw 2 } catch (x) { got.push(x) } { const x = 3; got.push(x) } for (const x of [4]) got.push(x); { class x { static n = 5 } got.push(x.n) } (function x() { got.push(typeof x) })(); const { x: y } = { x: 6 }; got.push(y, x)",
      "got",
    ],
    [1, 2, 3, 4, 5, "function", 6, "outer"],
  ),
  gives(
    "property names, labels and keys are no use of an earlier name",
    [
      "let n = 1; const o = { n: 2, get m() { return this.n } }",
      "n: for (;;) { break n } class K { n = 3; m() { return this.n } } [o.n, o.m, new K().m(), { n: 4 }.n, { n }.n, { [n]: 5 }[1], o['n']]",
    ],
    [2, 2, 3, 4, 1, 5, 2],
  ),
  gives(
    "each turn of a loop has a variable of its own",
    ["const fs: Array<() => number> = []; for (let i = 0; i < 3; i++) fs.push(() => i)", "fs.map((f) => f())"],
    [0, 1, 2],
  ),
  gives(
    "functions and classes keep their names",
    [
      "const arrow = () => 1; function plain() {} class Shape {} const Anonymous = class {}; let later; later = () => 2",
      "[arrow.name, plain.name, Shape.name, Anonymous.name, later.name, new Shape().constructor.name]",
    ],
    ["arrow", "plain", "Shape", "Anonymous", "later", "Shape"],
  ),
  gives(
    "an earlier function is called without a this of the engine's",
    ["function self(this: unknown) { 'use strict'; return this }", "self() === undefined || self() === globalThis"],
    true,
  ),
  gives(
    "names of built-in properties are names like others",
    [
      "const constructor = 1, toString = 2, hasOwnProperty = 3, valueOf = 4, value = 5, then = 6",
      "[constructor, toString, hasOwnProperty, valueOf, value, then]",
    ],
    [1, 2, 3, 4, 5, 6],
  ),
  gives(
    "a cell may name things as Node's globals and modules are named",
    [
      "const name = 'n', module_ = 1, path = '/p', status = 200, event = { type: 'e' }, length = 3",
      "[name, path, status, event.type, length]",
    ],
    ["n", "/p", 200, "e", 3],
  ),
  gives(
    "names in other scripts and with a dollar",
    ["const π = 3, $ = 4, _x$ = 5, größe = 6", "[π, $, _x$, größe]"],
    [3, 4, 5, 6],
  ),
  gives(
    "a name that was hidden by a type, and a type by a name",
    [
      "const Point = 1; interface Size { w: number }",
      "interface Point { x: number } const p: Point = { x: 2 }; p.x",
      "const Size = 'value'; Size.length",
    ],
    5,
  ),
  gives(
    "switch, try and labels hold declarations of their own",
    [
      "let log = ''; switch (2 as number) { case 1: { const k = 'one'; log += k } case 2: { const k = 'two'; log += k; break } default: log += 'none' } try { throw 1 } catch { log += ' caught' } finally { log += ' finally' }",
      "log",
    ],
    "two caught finally",
  ),
  gives(
    "a closure made before a name was declared again still reads what it closed over or the new one, never nothing",
    ["let base = 10; const add = (n: number) => base + n", "let base = 20", "[11, 21].includes(add(1))"],
    true,
  ),
  gives(
    "instances outlive the class they were made of",
    [
      "class Model { kind = 'first' } const first = new Model()",
      "class Model { kind = 'second' }",
      "[first.kind, new Model().kind]",
    ],
    ["first", "second"],
  ),
  gives(
    "async functions and generators of earlier cells",
    [
      "async function* steps() { yield 1; await null; yield 2 } const slow = async (n: number) => { await null; return n * 2 }",
      "const all: number[] = []; for await (const s of steps()) all.push(await slow(s)); all",
    ],
    [2, 4],
  ),
  {
    title: "what a timer changes after its cell has ended is seen",
    run: async (notebook) => {
      await notebook.run(
        "let ticks = 0; const ticked = new Promise<void>((done) => setTimeout(() => { ticks += 1; done() }, 1))",
      );
      assert.equal(await notebook.value("await ticked; ticks"), 1);
    },
  },
  {
    title: "names assigned before a rejected await stay",
    run: async (notebook) => {
      await notebook.thrown(
        "const before = 1; await null; const between = 2; await Promise.reject(new Error('later')); const after = 3",
      );
      assert.deepEqual(await notebook.value("[before, between]"), [1, 2]);
    },
  },
  {
    title: "lines that end as Windows ends them keep their positions",
    run: async (notebook) => {
      const source = "const a = 1;\r\n\r\nconst b: string = a;\r\n";
      assert.deepEqual(
        (await notebook.refused(source)).map(({ marked }) => marked),
        ["b"],
      );
      const { at } = await notebook.thrown("type A = 1;\r\n\r\nthrow new Error('x');\r\n");
      assert.deepEqual([at?.line, at?.column], [3, 7]);
    },
  },
  gives(
    "a const and a type of one name stay both, as a schema and what is inferred from it do",
    [
      "const Car = { parse: (x: unknown) => x as { mpg: number } }; type Car = ReturnType<typeof Car.parse>",
      "function mpg(car: Car) { return car.mpg.toFixed(1) }",
      "let Box = 1; type Box<T> = { held: T }",
      "Box += 1; const box: Box<number> = { held: Box }; const car: Car = Car.parse({ mpg: 18 }); [mpg(car), box]",
    ],
    ["18.0", { held: 2 }],
  ),
  gives(
    "a type does not take the value of its name away, nor a value the type; in whichever cell",
    [
      "const Car = { mpg: 18 }; interface Point { x: number } function area() { return 1 }",
      "type Car = typeof Car; const Point = (x: number): Point => ({ x }); type area = 'square'",
      "const car: Car = Car; const point: Point = Point(1); const unit: area = 'square'; [car, point, area()]",
      "type Car = string",
      "const text: Car = 'c'; [text, Car, car.mpg, point, Point(2)]",
    ],
    ["c", { mpg: 18 }, { mpg: 18 }.mpg, { x: 1 }, { x: 2 }],
  ),
  gives(
    "a namespace of types, and a generic type, stay beside the value of their name",
    [
      "const Units = { mile: 1.6 }; namespace Units { export type Length = number } type Box<T> = { held: T }; function Box<T>(held: T): Box<T> { return { held } }",
      "function Box(n: number) { return { held: n + 1 } }",
      "const mile: Units.Length = Units.mile; const box: Box<number> = Box(1); [mile, box.held]",
    ],
    [1.6, 2],
  ),
  {
    title: "a class that is declared again as a const, or as a type, is gone as the other",
    run: async (notebook) => {
      await notebook.run("class A { a = 1 } class B { b = 1 }");
      await notebook.run("const A = 1; type B = number");
      assert.equal((await notebook.refused("let x: A"))[0]?.code, "TS2749");
      assert.equal((await notebook.refused("new B()"))[0]?.code, "TS2693");
    },
  },
  {
    title: "what is declared as value and type is still checked as each",
    run: async (notebook) => {
      await notebook.run("const Car = { mpg: 18 }; type Car = { mpg: number }");
      assert.equal((await notebook.refused("const car: Car = { mpg: 'x' }"))[0]?.code, "TS2322");
      assert.equal((await notebook.refused("Car = { mpg: 1 }"))[0]?.code, "TS2588");
      assert.equal((await notebook.refused("Car.kmh"))[0]?.code, "TS2339");
    },
  },
  {
    title: "the names that a running cell sees are those that cells have declared",
    run: async (notebook) => {
      Reflect.set(globalThis, "namesNow", () => [...notebook.evaluator.names().keys()]);
      try {
        assert.deepEqual(await notebook.value("const a = 1; class B {}", "(globalThis as any).namesNow()"), ["a", "B"]);
      } finally {
        Reflect.deleteProperty(globalThis, "namesNow");
      }
    },
  },
  {
    title: "a variable, function or class may be called what every object has, and is read, changed and listed",
    run: async (notebook) => {
      const names = Object.getOwnPropertyNames(Object.prototype).filter((name) => !name.startsWith("__"));
      names.push("then", "length", "prototype");
      const all = names.join(", ");
      await notebook.run(names.map((name, at) => `let ${name} = ${at}`).join("\n"));
      await notebook.run(
        `${names.map((name) => `${name} += 10`).join("\n")}\nconst entries = () => Object.entries({ ${all} })`,
      );
      const expected = names.map((name, at) => [name, at + 10]);
      assert.deepEqual(await notebook.value("entries()"), expected);
      const listed = [...notebook.evaluator.names()].filter(([name]) => names.includes(name));
      assert.deepEqual(listed.sort(), expected.toSorted());
      await notebook.run(names.map((name) => `function ${name}() { return "${name}" }`).join("\n"));
      assert.deepEqual(await notebook.value(`[${names.map((name) => `${name}()`).join()}]`), names);
      await notebook.run(names.map((name) => `class ${name} { static mine = "${name}" }`).join("\n"));
      assert.deepEqual(await notebook.value(`[${names.map((name) => `${name}.mine`).join()}]`), names);
    },
  },
  gives(
    "a variable called __proto__ is one like any other, also as a property's name",
    [
      "let __proto__ = 1; const __defineGetter__ = () => 2",
      "__proto__ += 4; const read = () => __proto__",
      'const { __proto__: taken, ...others } = JSON.parse(\'{"__proto__": 3, "a": 4}\')',
      "[read(), Object.entries({ __proto__, a: 1 }), __defineGetter__(), __defineGetter__.name, taken, others]",
    ],
    [
      5,
      [
        ["__proto__", 5],
        ["a", 1],
      ],
      2,
      "__defineGetter__",
      3,
      { a: 4 },
    ],
  ),
];
