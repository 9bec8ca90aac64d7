import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { KernelClient, shown, streamed } from "./support/kernel-client.js";

let kernel: KernelClient;
before(async () => {
  kernel = await KernelClient.start();
});
after(() => kernel.stop());

/** Runs a cell that prints and goes on for ever, and interrupts it. @returns its reply, and how long the end took, ms */
async function interrupt(code: string, client = kernel): Promise<{ ename: unknown; took: number }> {
  const id = await client.send(client.shell, "execute_request", { code });
  await client.printed(id);
  const began = performance.now();
  await client.ask(client.control, "interrupt_request");
  const { reply } = await client.answer(id);
  return { ename: reply.ename, took: performance.now() - began };
}

test("AsyncLocalStorage and timers that are set afterwards work after every kind of interrupt", async () => {
  const afterwards = `
    const { AsyncLocalStorage } = process.getBuiltinModule("node:async_hooks");
    globalThis.store = new AsyncLocalStorage();
    await store.run("kept", async () => {
      await new Promise((done) => setTimeout(done, 5));
      await new Promise((done) => setImmediate(done));
      await null;
      console.log(store.getStore());
    });`;
  for (const code of [
    "console.log(); while (true) {}",
    "console.log(); await new Promise(() => {})",
    "console.log(); /^(a+)+$/.test('a'.repeat(40) + 'b')",
    "setTimeout(() => { console.log(); while (true) {} }, 1); await new Promise(() => {})",
  ]) {
    assert.equal((await interrupt(code)).ename, "KernelInterrupt", code);
    assert.equal(streamed(await kernel.execute(afterwards), "stdout"), "kept\n", code);
  }
});

test("a timer that was waiting when its cell was interrupted still fires, under its cell", async () => {
  const code = "setTimeout(() => console.log('fired'), 300); console.log(); while (true) {}";
  const id = await kernel.send(kernel.shell, "execute_request", { code });
  await kernel.printed(id);
  await kernel.ask(kernel.control, "interrupt_request");
  await kernel.answer(id);
  await kernel.execute("await new Promise((done) => setTimeout(done, 400))");
  assert.match(streamed(await kernel.answer(id), "stdout"), /fired/);
});

test("an interrupt ends what a cell waits for in a child process", { skip: process.platform === "win32" }, async () => {
  await kernel.execute("globalThis.kept = 41");
  const code = "console.log(); process.getBuiltinModule('node:child_process').execSync('sleep 60')";
  // More than once: the signal for the child must not reach the next cell. Behind an `await`, as in a cell that imports
  // `execSync`, Node 20 and 22 would end if JavaScript were terminated.
  for (const cell of [code, code, `await null; ${code}`, `await null; ${code}`, code]) {
    assert.equal((await interrupt(cell)).ename, "KernelInterrupt");
    assert.equal(shown(await kernel.execute("kept + 1")), "42");
  }
});

test("an interrupt when nothing runs harms neither the next cell nor those in the queue", async () => {
  await kernel.ask(kernel.control, "interrupt_request");
  assert.equal((await kernel.execute("for (let i = 0; i < 1e6; i++); 1")).reply.status, "ok");
});

test("an interrupted cell aborts what was queued", async () => {
  const running = await kernel.send(kernel.shell, "execute_request", {
    code: "console.log(); await new Promise(() => {})",
  });
  await kernel.printed(running);
  const queued = await kernel.send(kernel.shell, "execute_request", { code: "2" });
  await kernel.ask(kernel.control, "interrupt_request");
  assert.equal((await kernel.answer(running)).reply.ename, "KernelInterrupt");
  assert.equal((await kernel.answer(queued)).reply.status, "aborted");
});

test("native code that nothing stops ends the kernel after 5 s, with a clear message", async () => {
  const mortal = await KernelClient.start();
  try {
    const ended = once(mortal.process, "exit");
    const code =
      "console.log(); process.getBuiltinModule('node:crypto').pbkdf2Sync('a', 'b', 2 ** 31 - 1, 64, 'sha512')";
    const id = await mortal.send(mortal.shell, "execute_request", { code });
    await mortal.printed(id);
    await mortal.ask(mortal.control, "interrupt_request");
    const { reply, output } = await mortal.answer(id);
    assert.equal(reply.evalue, "The cell could not be interrupted; the kernel restarts and its variables are lost.");
    assert.equal(output.at(-1)?.type, "error");
    assert.deepEqual(await ended, [null, "SIGKILL"]);
  } finally {
    await mortal.stop();
  }
});
