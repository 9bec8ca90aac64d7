import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { HubEvaluator } from "../../../src/kernel/engine/hub/evaluator.js";
import { HubEngine } from "../../../src/kernel/engine/hub/hub-engine.js";

const ambient =
  "declare function shapeOf<T>(type?: unknown): unknown; declare const api: { look(f: unknown): unknown };";
let folder: string;
let engine: HubEngine;
const evaluator = new HubEvaluator();
let count = 0;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-typed-"));
  engine = new HubEngine({ cwd: folder, ambient, typedCalls: ["shapeOf", "api.look"] });
  const notes = () => Reflect.get(globalThis, Symbol.for("runlab.types")) as WeakMap<object, unknown> | undefined;
  Object.assign(globalThis, {
    shapeOf: (shape: unknown) => (typeof shape === "function" ? notes()?.get(shape) : shape),
    api: { look: (value: object) => notes()?.get(value) },
  });
});

after(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
  Reflect.deleteProperty(globalThis, "shapeOf");
  Reflect.deleteProperty(globalThis, "api");
});

async function run(code: string): Promise<unknown> {
  const compiled = await engine.compile({ text: code, count: ++count });
  assert.ok(compiled.ok, compiled.ok ? "" : compiled.diagnostics.map(({ message }) => message).join("; "));
  return (await evaluator.evaluate(compiled, { cwd: folder })).value;
}

const number = { kind: "number" };

test("a type argument is at hand at run time: records, lists, unions, optional parts, literals", async () => {
  await run(`interface Row { a: number; b?: string; c: "x" | "y" | null; d: Date; e: Float32Array; f: Record<string, boolean>;
    g: [number, number]; h: bigint; i: 1 | 2; j: { k: number[] } | undefined }`);
  assert.deepEqual(await run("shapeOf<Row[]>()"), {
    kind: "array",
    items: {
      kind: "object",
      properties: {
        a: number,
        b: { kind: "nullable", of: { kind: "string" } },
        c: { kind: "nullable", of: { kind: "string" } },
        d: { kind: "date" },
        e: { kind: "typed", name: "Float32Array" },
        f: { kind: "map", values: { kind: "boolean" } },
        g: { kind: "array", items: number },
        h: { kind: "bigint" },
        i: number,
        j: { kind: "nullable", of: { kind: "object", properties: { k: { kind: "array", items: number } } } },
      },
    },
  });
});

test("a function of an earlier cell keeps its type where it is asked for, with a promise's value as its result", async () => {
  await run(
    "async function predict(rows: { x: number }[], { k = 1 }: { k?: number } = {}) { return rows.map(({ x }) => x * k) }",
  );
  const rows = { kind: "array", items: { kind: "object", properties: { x: number } } };
  const shape = (await run("api.look(predict)")) as {
    parameters: Array<{ name: string; type: unknown }>;
    returns: unknown;
  };
  assert.deepEqual(shape.parameters[0], { name: "rows", type: rows });
  assert.deepEqual(shape.returns, { kind: "array", items: number });
  assert.deepEqual(await run("shapeOf<typeof predict>()"), shape);
  assert.deepEqual(await run("shapeOf(predict)"), shape);
});

test("what has no shape is written as TypeScript does, and recursive types end", async () => {
  await run("interface Tree { left?: Tree; value: string | number }");
  assert.deepEqual(await run("shapeOf<Tree>()"), {
    kind: "object",
    properties: {
      left: { kind: "nullable", of: { kind: "other", text: "Tree, which contains itself" } },
      value: { kind: "other", text: "string | number" },
    },
  });
  // The same type twice, beside each other, is no recursion; a type that grows for ever ends all the same.
  await run(
    "interface Point { x: number } interface Pair { a: Point; b: Point } interface Grow<T> { next: Grow<T[]> }",
  );
  const point = { kind: "object", properties: { x: number } };
  assert.deepEqual(await run("shapeOf<Pair>()"), { kind: "object", properties: { a: point, b: point } });
  assert.ok(JSON.stringify(await run("shapeOf<Grow<number>>()")).length < 5000);
});

test("other calls, and values that are no functions, are compiled as they stand", async () => {
  assert.equal(await run("api.look([1, 2])"), undefined);
  assert.equal(await run("const other = { shapeOf2: (x: number) => x + 1 }; other.shapeOf2(2)"), 3);
});
