import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { KernelClient, shown } from "./support/kernel-client.js";

/** Resolves once no process has this id; rejects after 10 s. */
async function gone(pid: number): Promise<void> {
  for (const end = performance.now() + 10_000; performance.now() < end; ) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`process ${pid} still lives`);
}

test("a kernel whose front end was killed ends by itself, also in a busy loop, and its engine with it", async () => {
  for (const code of ["console.log()", "console.log(); while (true) {}"]) {
    const kernel = await KernelClient.start({ byParent: true });
    try {
      const pid = Number(shown(await kernel.execute("process.pid")));
      const { engine } = kernel.processes(pid);
      const id = await kernel.send(kernel.shell, "execute_request", { code });
      await kernel.printed(id);
      const ended = once(kernel.process, "exit");
      kernel.process.kill("SIGKILL");
      await ended;
      await Promise.all([gone(pid), gone(engine)]);
    } finally {
      await kernel.stop();
    }
  }
});

test("20 kernels started at once all answer", async () => {
  const started = await Promise.allSettled(Array.from({ length: 20 }, () => KernelClient.start()));
  const kernels = started.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
  try {
    assert.equal(kernels.length, 20);
    const shownBy = await Promise.all(kernels.map(async (kernel, at) => shown(await kernel.execute(`${at} * 2`))));
    assert.deepEqual(
      shownBy,
      Array.from({ length: 20 }, (_, at) => String(at * 2)),
    );
  } finally {
    await Promise.all(kernels.map((kernel) => kernel.stop()));
  }
});

test("a cell run in one kernel is in the history of another that shares the data folder", async () => {
  const first = await KernelClient.start();
  const env = { JUPYTER_DATA_DIR: `${first.folder}/data` };
  const second = await KernelClient.start({ env });
  try {
    await first.execute("'from the first'");
    await second.execute("'from the second'");
    const search = (kernel: KernelClient) =>
      kernel.ask(kernel.shell, "history_request", { hist_access_type: "search", pattern: "'from*" });
    for (const kernel of [first, second]) {
      const { reply } = await search(kernel);
      const sources = (reply.history as [number, number, string][]).map(([, , source]) => source);
      assert.deepEqual(sources.sort(), ["'from the first'", "'from the second'"]);
    }
  } finally {
    await Promise.all([first.stop(), second.stop()]);
  }
});

test("process.exit in a timer between cells says so too", async () => {
  const kernel = await KernelClient.start();
  try {
    const ended = once(kernel.process, "exit");
    const id = await kernel.send(kernel.shell, "execute_request", { code: "setTimeout(() => process.exit(4), 50); 0" });
    await kernel.printed(id);
    const said = kernel.published
      .filter(({ header }) => header.msg_type === "stream")
      .map(({ content }) => content.text);
    assert.match(said.join(""), /process\.exit\(4\) was called: the kernel ends/);
    assert.deepEqual(await ended, [4, null]);
  } finally {
    await kernel.stop();
  }
});

test("an engine process that dies is told the earlier cells; those it refuses now are named", async () => {
  const kernel = await KernelClient.start();
  try {
    await kernel.execute("/* KNOWN */ globalThis.kept = 41");
    await kernel.execute("/* KNOWN ONCE */ 2");
    const crash = await kernel.send(kernel.shell, "execute_request", { code: "CRASH ENGINE" });
    assert.equal((await kernel.answer(crash)).reply.status, "error");
    // The fake engine answers a completion of `cells` with what it was told since it started.
    const { reply } = await kernel.ask(kernel.shell, "complete_request", { code: "cells", cursor_pos: 5 });
    assert.deepEqual(reply.matches, ["/* KNOWN */ globalThis.kept = 41", "/* KNOWN ONCE */ 2"]);
    assert.equal(shown(await kernel.execute("kept")), "41");
    const said = kernel.published
      .filter(({ header }) => header.msg_type === "stream")
      .map(({ content }) => content.text);
    assert.match(said.join(""), /exit code 9\) and is started again.*reads their code once more.*names of Cell \[2\]/s);
  } finally {
    await kernel.stop();
  }
});
