/**
 * The whole kernel while a cell is busy, over real sockets: how soon control, heartbeat and completion answer, how soon
 * an interrupt ends a cell, and how long floods of output take. Times in ms, median and worst.
 */
import { performance } from "node:perf_hooks";
import { KernelClient } from "../test/kernel/support/kernel-client.js";
import { median, quantile } from "./support/quantile.js";

const rounds = 20;
const main = new URL("../bundle/kernel-main.cjs", import.meta.url);

/** Kinds of stuck cells; each prints once it is stuck. */
const stuck: Record<string, string> = {
  "a loop": "console.log(); while (true) {}",
  "a loop behind an await": "console.log(); await null; while (true) {}",
  "a loop in try/catch": "console.log(); while (true) { try { while (true) {} } catch {} }",
  "an endless await": "console.log(); await new Promise(() => {})",
  "a runaway regex": "console.log(); const matched = /^(a+)+$/.test('a'.repeat(40) + 'b')",
  "a timer's loop": "setTimeout(() => { console.log(); while (true) {} }, 1); await new Promise(() => {})",
  "a busy %%run": "%%run name=bench\nconsole.log(); while (true) {}",
};

const kernel = await KernelClient.start({ main });
try {
  await kernel.execute("%%run name=warm\n1");
  const busy = await begin("console.log(); while (true) {}");
  await report("kernel_info on control during a busy loop", 50, () =>
    kernel.ask(kernel.control, "kernel_info_request"),
  );
  await report("heartbeat during a busy loop", 50, () => kernel.heartbeat("ping"));
  const cursor = { code: "process.ver", cursor_pos: 11 };
  await report("completion during a busy loop", 15, () => kernel.ask(kernel.shell, "complete_request", cursor));
  await interrupt(busy);
  for (const [what, code] of Object.entries(stuck)) {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) times.push(await interrupt(await begin(code)));
    print(`interrupt of ${what}, to its reply and idle`, times, 100);
  }
  await report("100,000 lines in one cell", 2000, () =>
    kernel.execute("for (let i = 0; i < 100000; i++) console.log('line', i)"),
  );
} finally {
  await kernel.stop();
}

/** Sends a cell; resolves with its id once it has printed. */
async function begin(code: string): Promise<string> {
  const id = await kernel.send(kernel.shell, "execute_request", { code });
  await kernel.printed(id);
  return id;
}

async function interrupt(id: string): Promise<number> {
  const began = performance.now();
  await kernel.send(kernel.control, "interrupt_request", {});
  const { reply } = await kernel.answer(id);
  if (reply.ename !== "KernelInterrupt") throw new Error(`Not interrupted: ${JSON.stringify(reply)}`);
  return performance.now() - began;
}

async function report(what: string, bar: number, run: () => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    await run();
    times.push(performance.now() - began);
  }
  print(what, times, bar);
}

function print(what: string, times: number[], bar: number): void {
  const [middle, worst] = [median(times).toFixed(1), quantile(times, 1).toFixed(1)];
  console.log(`${what.padEnd(58)}${middle.padStart(8)} (worst ${worst}) ms   at most ${bar}`);
}
