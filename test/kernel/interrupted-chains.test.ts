import assert from "node:assert/strict";
import { test } from "node:test";
import { shown, streamed } from "./support/kernel-client.js";
import { statuses, wholeKernel } from "./support/whole-kernel.js";

const kernel = wholeKernel("let kept = 0");

/** What keeps the event loop from ever turning, without a loop of its own. All of it stands behind an `await`. */
const chains = {
  "promises that follow each other": "const spin = (): any => Promise.resolve().then(spin); spin()",
  "ticks that follow each other": "const spin = () => process.nextTick(spin); spin()",
  "microtasks that follow each other": "const spin = () => queueMicrotask(spin); spin()",
  "ticks by a name of their own": "const { nextTick } = process; const spin = () => nextTick(spin); spin()",
  "an async function that calls itself": "const spin = async (): Promise<any> => { await null; return spin() }; spin()",
  "an async function that calls itself in finally":
    "const spin = async (): Promise<any> => { try { await null } finally { spin() } }; spin()",
  "promises that catch what ends them": "const spin = (): any => Promise.resolve().then(spin).catch(spin); spin()",
  "a thousand chains at once":
    "for (let i = 0; i < 1000; i++) { const spin = (): any => Promise.resolve().then(spin); spin() }",
  "a thenable that resolves to itself": "const again: any = { then(done: any) { done(again) } }; await again",
  "an async generator's loop": "const all = (async function* () { for (;;) yield 1 })(); for await (const _ of all);",
  "an async generator that is asked by hand":
    "const all = (async function* () { for (;;) yield 1 })(); const spin = (): any => all.next().then(spin); spin()",
  "an async generator that delegates to itself":
    "const all = async function* (): any { yield 1; yield* all() }; for await (const _ of all());",
  "a stream that never runs dry":
    "const { Readable } = process.getBuiltinModule('node:stream'); new Readable({ read() { this.push('x') } }).on('data', () => {})",
  "a chain through AsyncResource":
    "const { AsyncResource } = process.getBuiltinModule('node:async_hooks'); const held = new AsyncResource('x'); const spin = (): any => Promise.resolve().then(() => held.runInAsyncScope(spin)); spin()",
  "a loop in a promise's callback": "Promise.resolve().then(() => { for (;;); })",
  "a loop in a tick": "process.nextTick(() => { for (;;); })",
  "a recursion of exponential length":
    "const fib = (n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2)); fib(90)",
  "a built-in function that calls back":
    "const rows = Array.from({ length: 1e6 }, (_, i) => i); rows.forEach((i) => rows.map((j) => Math.hypot(i, j)))",
  "immediates that follow each other": "const spin = () => { setImmediate(spin) }; spin()",
};

for (const [what, code] of Object.entries(chains)) {
  test(`an interrupt ends ${what}, with names kept and nothing else said`, async () => {
    for (let round = 0; round < 2; round++) {
      const before = Number(shown(await kernel().execute("kept += 1; kept")));
      const cell = `{ await null; console.log(); ${code}; await new Promise(() => {}) }`;
      const id = await kernel().send(kernel().shell, "execute_request", { code: cell });
      await kernel().printed(id);
      await kernel().ask(kernel().control, "interrupt_request");
      const exchange = await kernel().answer(id);
      assert.equal(exchange.reply.ename, "KernelInterrupt");
      assert.equal(shown(await kernel().execute("kept")), String(before));
      assert.equal(streamed(await kernel().answer(id), "stderr"), "");
    }
  });
}

test("a chain that an earlier cell left running is ended by an interrupt of the cell that waits behind it", async () => {
  const first = await kernel().execute(
    "const spin = (): any => Promise.resolve().then(spin); setTimeout(spin, 20); console.log()",
  );
  assert.equal(first.reply.status, "ok");
  await new Promise((done) => setTimeout(done, 100));
  const waiting = await kernel().send(kernel().shell, "execute_request", { code: "await new Promise(() => {})" });
  await kernel().ask(kernel().control, "interrupt_request");
  assert.equal((await kernel().answer(waiting)).reply.ename, "KernelInterrupt");
  assert.equal((await kernel().execute("kept")).reply.status, "ok");
});

test("a run is KILLED when a chain of its cell is interrupted", async () => {
  for (const [name, code] of [
    ["chained", "const chain = (): any => Promise.resolve().then(chain)\nconsole.log()\nawait chain()"],
    [
      "recurring",
      "const recur = async (): Promise<any> => { await null; return recur() }\nconsole.log()\nawait recur()",
    ],
  ] as const) {
    const id = await kernel().send(kernel().shell, "execute_request", {
      code: `%%run name=${name}\n%log_metric loss 1\n${code}`,
    });
    await kernel().printed(id);
    await kernel().ask(kernel().control, "interrupt_request");
    assert.equal((await kernel().answer(id)).reply.ename, "KernelInterrupt");
    assert.equal((await statuses(kernel()))[name], "KILLED");
  }
});

test("functions that clean up behind an interrupt run to their end, and so do callbacks of other cells", async () => {
  await kernel().execute(
    "let calls = 0, ticks = 0; const count = () => { ticks += Math.abs(1) }; const timer = setInterval(count, 1)",
  );
  const code = `const tidy = (deep: number): number => (deep === 0 ? ++calls : tidy(deep - 1))
    const fib = (n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2))
    try { console.log(); fib(90) } finally { tidy(10); tidy(20) }`;
  const id = await kernel().send(kernel().shell, "execute_request", { code });
  await kernel().printed(id);
  await kernel().ask(kernel().control, "interrupt_request");
  assert.equal((await kernel().answer(id)).reply.ename, "KernelInterrupt");
  const idle = await kernel().send(kernel().shell, "execute_request", {
    code: "console.log(); await new Promise(() => {})",
  });
  await kernel().printed(idle);
  await kernel().ask(kernel().control, "interrupt_request");
  assert.equal((await kernel().answer(idle)).reply.ename, "KernelInterrupt");
  assert.equal(shown(await kernel().execute("calls")), "2");
  const later = `const before = ticks
    for (let time = 0; time < 100 && ticks === before; time++) await new Promise((done) => setTimeout(done, 50))
    clearInterval(timer)
    ticks > before`;
  assert.equal(shown(await kernel().execute(later)), "true");
});
