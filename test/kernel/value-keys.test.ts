import assert from "node:assert/strict";
import { test } from "node:test";
import { keysAt } from "../../src/kernel/executor/value-keys.js";
import { wholeKernel } from "./support/whole-kernel.js";

const kernel = wholeKernel(`
const rows: any = JSON.parse('[{"sepal": 1, "petal": {"width": 2, "long name": 3}}]');
const typed: Record<string, number>[] = [{ mpg: 18, weight: 3504 }];
const known = [{ a: 1 }];
const table: any = new Map([["first", { cell: 1 }]]);
const lazy: any = { get never() { throw new Error("read") }, plain: { inner: 1 } };
`);

async function completed(code: string, at = code.length): Promise<string[]> {
  const { reply } = await kernel().ask(kernel().shell, "complete_request", { code, cursor_pos: at });
  return reply.matches as string[];
}

test("keys that only the value has are completed behind a dot", async () => {
  assert.deepEqual(await completed("rows[0]."), ["sepal", "petal"]);
  assert.deepEqual(await completed("rows[0].PE"), ["petal"]);
  assert.deepEqual(await completed("rows[0].petal."), ["width"]);
  assert.deepEqual(await completed("rows[0]?.petal!."), ["width"]);
  assert.deepEqual(await completed("typed[0]."), ["mpg", "weight"]);
  assert.deepEqual(await completed("typed.at(-1)?."), ["mpg", "weight"]);
  assert.deepEqual(await completed("table.get('first')."), ["cell"]);
  assert.ok((await completed("rows.")).includes("map"));
});

test("what loops and callbacks are given is completed by the first element", async () => {
  assert.deepEqual(await completed("for (const row of typed) {\n  row.\n}", 33), ["mpg", "weight"]);
  assert.deepEqual(await completed("typed.filter((row) => row.mpg > 1).map((row) => row.w"), ["weight"]);
  assert.deepEqual(await completed("const first = rows[0]\nfirst."), ["sepal", "petal"]);
  assert.deepEqual(await completed("typed.sort((a, b) => a.mpg - b."), ["mpg", "weight"]);
  assert.deepEqual(await completed("%log_metric loss {typed[0].}", 27), ["mpg", "weight"]);
});

test("where types know the keys, they alone are offered; in texts nothing is", async () => {
  assert.deepEqual(await completed("known[0]."), ["a"]);
  assert.deepEqual(await completed("'rows[0]."), []);
  assert.deepEqual(await completed("nothing[0]."), []);
});

test("a getter is not run for a completion", async () => {
  assert.deepEqual(await completed("lazy.never."), []);
  assert.deepEqual(await completed("lazy.plain."), ["inner"]);
});

test("a busy cell delays a completion by no more than a moment, and it comes without these keys", async () => {
  const busy = await kernel().send(kernel().shell, "execute_request", { code: "console.log(1); while (true) {}" });
  await kernel().printed(busy);
  assert.deepEqual(await completed("rows[0]."), []);
  await kernel().ask(kernel().control, "interrupt_request");
  await kernel().answer(busy);
  assert.deepEqual(await completed("rows[0]."), ["sepal", "petal"]);
});

test("proxies and getters end the way; an instance has the names of its class; lists have no numbers", () => {
  const traps: string[] = [];
  const handler = {
    get: (_: object, key: PropertyKey) => traps.push(String(key)),
    ownKeys: () => {
      traps.push("ownKeys");
      return [];
    },
  };
  class Model {
    weights = [1];
    predict(): number {
      return 1;
    }
  }
  const names = new Map<string, unknown>([
    ["proxy", new Proxy({}, handler)],
    ["nested", { inner: new Proxy({}, handler) }],
    ["model", new Model()],
    ["list", new Float64Array(3)],
    ["odd", { "two words": 1, constructor: 2, ok: 3 }],
    ["none", null],
  ]);
  const keys = (name: string, ...steps: Array<string | null>) => keysAt(names, { name, steps });
  assert.deepEqual(keys("proxy"), []);
  assert.deepEqual(keys("nested", "inner", "x"), []);
  assert.deepEqual(keys("nested", null), []);
  assert.deepEqual(traps, []);
  assert.deepEqual(keys("model"), ["weights", "predict"]);
  assert.ok(keys("list").includes("subarray") && !keys("list").includes("0"));
  assert.deepEqual(keys("odd"), ["constructor", "ok"]);
  assert.deepEqual(keys("none"), []);
  assert.deepEqual(keys("nowhere", "a"), []);
});
