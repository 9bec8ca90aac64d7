import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Subscriber } from "zeromq";
import { type Exchange, shown, streamed } from "./support/kernel-client.js";
import { wholeKernel } from "./support/whole-kernel.js";

const kernel = wholeKernel("let kept = 0");

/** Time that a flood runs before it is interrupted, ms. */
const running = 300;

const floods = {
  "single characters": 'while (true) process.stdout.write("x")',
  "long lines": 'while (true) console.log("y".repeat(1000))',
  "lines on stderr": 'while (true) console.error("a line")',
  "writes that are awaited": 'while (true) await new Promise((done) => process.stdout.write("x", done))',
  "short lines": 'while (true) console.log("a line")',
  displays: "for (let i = 0; ; i++) display({ i })",
  "stdout and stderr by turns": "while (true) { console.log(1); console.error(2) }",
  "updates of one display": 'display(0, { displayId: "one" }); for (let i = 0; ; i++) updateDisplay("one", i)',
  "cleared output": "for (let i = 0; ; i++) { clearOutput(); console.log(i) }",
  "the output of a child process":
    'process.getBuiltinModule("node:child_process").execSync("yes", { stdio: ["ignore", "inherit", "inherit"] })',
};

/** The lines that say how much was dropped. */
const droppedLines = (exchange: Exchange) => streamed(exchange, "stderr").match(/^.*\bdropped\.$/gm) ?? [];

async function interruptFlood(code: string): Promise<{ exchange: Exchange; ms: number }> {
  const id = await kernel().send(kernel().shell, "execute_request", { code: `kept += 1; console.log(); ${code}` });
  await kernel().printed(id);
  await pause(running);
  const started = performance.now();
  await kernel().send(kernel().control, "interrupt_request", {});
  const exchange = await kernel().answer(id);
  return { exchange, ms: performance.now() - started };
}

for (const [what, code] of Object.entries(floods)) {
  test(`an interrupt ends a flood of ${what}, and the next cell is answered, with names kept`, async (t) => {
    const before = Number(shown(await kernel().execute("kept")));
    const { exchange, ms } = await interruptFlood(code);
    const started = performance.now();
    assert.equal(exchange.reply.ename, "KernelInterrupt");
    assert.ok(droppedLines(exchange).length <= 1);
    assert.equal(shown(await kernel().execute("1 + 1")), "2");
    t.diagnostic(
      `cell ${ms.toFixed()} ms, next ${(performance.now() - started).toFixed()} ms, ${droppedLines(exchange)}`,
    );
    assert.equal(shown(await kernel().execute("kept")), String(before + 1));
  });
}

test("what a cell prints after an interrupt is shown, also behind a flood, and the line about what was dropped is last", async () => {
  const { exchange } = await interruptFlood(
    'try { while (true) { console.log(1); console.error(2) } } finally { console.log("tidied up") }',
  );
  assert.match(streamed(exchange, "stdout"), /tidied up\n$/);
  const [line] = droppedLines(exchange);
  if (line !== undefined) assert.ok(streamed(exchange, "stderr").trimEnd().endsWith(line));
  assert.equal(exchange.output.at(-1)?.type, "error");
});

test("a few lines before an interrupt are all shown", async () => {
  const { exchange } = await interruptFlood("for (let i = 0; i < 500; i++) console.log(i)\nwhile (true);");
  assert.equal(streamed(exchange, "stdout").split("\n").length, 502);
  assert.deepEqual(droppedLines(exchange), []);
});

test("a flood that is not interrupted arrives whole and in order", async () => {
  const exchange = await kernel().execute(
    "for (let i = 0; i < 20000; i++) { console.log(i); if (i % 20 === 0) display(i) }",
  );
  const lines = streamed(exchange, "stdout").trimEnd().split("\n");
  assert.deepEqual(
    lines,
    Array.from({ length: 20_000 }, (_, i) => String(i)),
  );
  assert.equal(exchange.output.filter(({ type }) => type === "display_data").length, 1000);
});

test("a front end that has stopped reading does not keep a flood from being interrupted, nor the others from their output", async () => {
  const stuck = new Subscriber({ receiveHighWaterMark: 1, linger: 0 });
  stuck.connect(`tcp://127.0.0.1:${kernel().ports.iopub_port}`);
  stuck.subscribe();
  await pause(running);
  try {
    const { exchange } = await interruptFlood('while (true) console.log("y".repeat(1000))');
    assert.equal(exchange.reply.ename, "KernelInterrupt");
    assert.equal(droppedLines(exchange).length, 1);
    assert.equal(shown(await kernel().execute("1 + 1")), "2");
    const whole = await kernel().execute('for (let i = 0; i < 20000; i++) console.log("z".repeat(1000))');
    assert.equal(streamed(whole, "stdout").length, 20_000 * 1001);
  } finally {
    stuck.close();
  }
});
