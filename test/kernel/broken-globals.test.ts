import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type KernelClient, shown, streamed } from "./support/kernel-client.js";
import { startWhole } from "./support/whole-kernel.js";

async function startKernel(t: TestContext): Promise<KernelClient> {
  const kernel = await startWhole();
  t.after(() => kernel.stop());
  return kernel;
}

/** Built-ins broken at once: 1 names the one that a failure comes from, and takes a minute. */
const batch = 12;

/** Every object with built-ins on it, and their properties as they were before any cell changed them. */
const survey = `
const { defineProperty, ownKeys } = Reflect;
const holders: [string, any][] = [["globalThis", globalThis]];
for (const name of ["process", "console", "Buffer", "JSON", "Reflect", "Math", "Array", "Object", "String", "Map", "Set", "Promise", "Function", "RegExp", "Number",
  "Symbol", "Error", "Date", "WeakMap", "Uint8Array"]) {
  const holder = (globalThis as any)[name];
  holders.push([name, holder]);
  if (typeof holder === "function") holders.push([name + ".prototype", holder.prototype]);
}
const prototypeOf = Object.getPrototypeOf;
holders.push(["ArrayIterator", prototypeOf([].values())], ["MapIterator", prototypeOf(new Map().values())]);
holders.push(["TypedArray", prototypeOf(Uint8Array)], ["TypedArray.prototype", prototypeOf(Uint8Array.prototype)]);
const properties = holders.map(([name, holder]) =>
  ownKeys(holder).map((key) => ({ name: name + "." + String(key), holder, key, was: Object.getOwnPropertyDescriptor(holder, key)! }))).flat();
const changeable = properties.filter(({ was }) => was.configurable);
/** Breaks some, and repairs those before, which the kernel may have left as nothing of its own needs them. */
function breakFrom(from: number, count: number, change: PropertyDescriptor) {
  for (let at = Math.max(0, from - count); at < from; at++) defineProperty(changeable[at].holder, changeable[at].key, changeable[at].was);
  for (let at = from; at < from + count && at < changeable.length; at++) defineProperty(changeable[at].holder, changeable[at].key, change);
}
console.log(JSON.stringify(changeable.map(({ name }) => name)));
`;

for (const [what, change] of [
  ["sets to undefined", "{ value: undefined, writable: true, configurable: true }"],
  [
    "puts a function that throws in the place of",
    "{ value() { throw new Error('broken'); }, writable: true, configurable: true }",
  ],
  ["puts a getter that throws in the place of", "{ get() { throw new Error('broken'); }, configurable: true }"],
] as const) {
  test(`whatever built-in a cell ${what}, the next cell answers`, async (t) => {
    const kernel = await startKernel(t);
    const names = JSON.parse(streamed(await kernel.execute(survey), "stdout")) as string[];
    assert.ok(names.length > 600, String(names.length));
    for (let from = 0; from < names.length; from += batch) {
      const broken = names.slice(from, from + batch).join(" ");
      const ask = (code: string) =>
        kernel.execute(code).catch((error: Error) => assert.fail(`${broken}: ${error.message}`));
      await ask(`breakFrom(${from}, ${batch}, ${change})`);
      const next = await ask("1 + 1");
      assert.equal(shown(next), "2", `${broken}: ${JSON.stringify(next)}`);
    }
  });
}

test("names of Node's stay gone, to play a browser, and the kernel, its runs and its imports work on", async (t) => {
  const kernel = await startKernel(t);
  const first = await kernel.execute(
    "for (const name of ['process', 'Buffer', 'global', 'setImmediate', 'clearImmediate'])\n" +
      "  delete (globalThis as any)[name];",
  );
  assert.equal(first.reply.status, "ok");
  assert.deepEqual(first.output, []);
  assert.equal(shown(await kernel.execute("typeof process + typeof Buffer ")), "'undefinedundefined'");
  const run = await kernel.execute(
    '%%run name=bare\nimport { logMetric } from "runlab";\nfor (let step = 0; step < 5; step++) logMetric("loss", 1 / step, { step });',
  );
  assert.equal(run.reply.status, "ok", JSON.stringify(run.reply));
  const plot = await kernel.execute("%plot loss");
  assert.equal(plot.reply.status, "ok", JSON.stringify(plot.reply));
});

test("what is put back is said under the cell that broke it, once, with the reason", async (t) => {
  const kernel = await startKernel(t);
  for (const [code, ...said] of [
    ["Array.prototype.map = null as any", "Array.prototype.map"],
    ["globalThis.Promise = null as any", "Promise"],
    ["JSON.stringify = () => { throw new Error('no') }", "JSON.stringify"],
    ["JSON.parse = () => 1", "JSON.parse"],
    [
      "Object.defineProperty(Object.prototype, 'then', { value: (done: any) => {}, configurable: true })",
      "Object.prototype.then",
    ],
    ["(Object.prototype as any).toJSON = () => 1", "Object.prototype.toJSON"],
    ["process.stdout.write = null as any", "process.stdout.write"],
    ["process.exit = undefined as any; delete (process as any).cwd", "process.exit", "process.cwd"],
    ["await 1; Map.prototype.get = undefined as any", "Map.prototype.get"],
    [
      "await 1; Object.defineProperty(Object.prototype, 'then', { value: (done: any) => {}, configurable: true })",
      "Object.prototype.then",
    ],
    ["delete (globalThis as any).$magic", "$magic"],
    ["Object.keys = undefined as any; throw new Error('after it')", "Object.keys"],
  ] as const) {
    const cell = await kernel.execute(code);
    for (const name of said) assert.ok(streamed(cell, "stderr").includes(name), `${code}: ${JSON.stringify(cell)}`);
    const next = await kernel.execute('console.log("printed"); 1 + 1');
    assert.equal(shown(next), "2", code);
    assert.equal(streamed(next, "stdout"), "printed\n", code);
    assert.equal(streamed(next, "stderr"), "", code);
  }
});

test("wrappers, polyfills and additions that work stay", async (t) => {
  const kernel = await startKernel(t);
  const patches = await kernel.execute(
    "const log = console.log;\nconsole.log = (...values: unknown[]) => log('wrapped', ...values);\n" +
      "const map = Array.prototype.map;\nlet calls = 0;\nArray.prototype.map = function (this: any, ...args: any) { calls++; return map.apply(this, args); } as any;\n" +
      "const stringify = JSON.stringify;\nJSON.stringify = ((...args: [any]) => stringify(...args)) as any;\n" +
      "(Object.prototype as any).foo = 1;\n(Array.prototype as any).last = function (this: any[]) { return this[this.length - 1]; };\n" +
      "(BigInt.prototype as any).toJSON = function () { return String(this); };\n" +
      "globalThis.setTimeout = ((go: () => void) => go()) as any;\nprocess.exit = (() => 'stays') as any;\n" +
      "globalThis.Promise = class Mine<T> extends Promise<T> {} as any;",
  );
  assert.equal(patches.reply.status, "ok", JSON.stringify(patches.reply));
  assert.equal(streamed(patches, "stderr"), "");
  const used = await kernel.execute(
    "const before = calls;\nconsole.log([1, 2].map((n) => n + 1), ({} as any).foo, ([1, 2] as any).last(), JSON.stringify(2n), calls > before, (process as any).exit(), Promise.name);",
  );
  assert.equal(streamed(used, "stdout"), 'wrapped [ 2, 3 ] 1 2 "2" true stays Mine\n');
  assert.equal(streamed(used, "stderr"), "");
});

test("a replacement that never comes back is put back after an interrupt", async (t) => {
  const kernel = await startKernel(t);
  const id = await kernel.send(kernel.shell, "execute_request", {
    code: 'console.log("begun");\nArray.prototype.map = () => { while (true) {} };',
  });
  await kernel.printed(id);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await kernel.ask(kernel.control, "interrupt_request");
  await kernel.answer(id);
  assert.equal(shown(await kernel.execute("[1].map((n) => n + 1)[0]")), "2");
});

test("a getter in the place of a built-in that never comes back is put back after an interrupt", async (t) => {
  const kernel = await startKernel(t);
  const id = await kernel.send(kernel.shell, "execute_request", {
    code: 'console.log("begun");\nObject.defineProperty(Array.prototype, "map", { get() { while (true) {} }, configurable: true });',
  });
  await kernel.printed(id);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await kernel.ask(kernel.control, "interrupt_request");
  await kernel.answer(id);
  assert.equal(shown(await kernel.execute("[1].map((n) => n + 1)[0]")), "2");
});

test("listeners that a cell removes are there for the next error that nobody catches", async (t) => {
  const kernel = await startKernel(t);
  await kernel.execute("process.removeAllListeners();");
  const stray = await kernel.execute(
    "setTimeout(() => { throw new Error('stray'); }, 1); void Promise.reject(new Error('unhandled')); await new Promise((done) => setTimeout(done, 50));",
  );
  assert.match(streamed(stray, "stderr"), /stray/);
  assert.match(streamed(stray, "stderr"), /unhandled/);
  assert.equal(shown(await kernel.execute("1 + 1")), "2");
});
