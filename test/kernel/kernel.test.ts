import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { KernelClient, shown, streamed } from "./support/kernel-client.js";

let kernel: KernelClient;
before(async () => {
  kernel = await KernelClient.start();
});
after(() => kernel.stop());

test("the last value is an execute_result with the reply's count", async () => {
  const { reply, output } = await kernel.execute("6 * 7");
  assert.equal(reply.status, "ok");
  assert.deepEqual(output, [
    {
      type: "execute_result",
      content: { data: { "text/plain": "42" }, metadata: {}, transient: {}, execution_count: reply.execution_count },
    },
  ]);
});

test("promises and timers print as in a script, without Node's bookkeeping of async contexts", async () => {
  const printed = await kernel.execute(
    "console.log([Promise.resolve(1), { deep: new Promise(() => {}) }]); clearTimeout(globalThis.late = setTimeout(() => {}, 1)); console.log(late)",
  );
  const text = streamed(printed, "stdout");
  assert.ok(text.startsWith("[ Promise { 1 }, { deep: Promise { <pending> } } ]\nTimeout {"), text);
  assert.doesNotMatch(text, /async_id|kResourceStore|CellContext/);
  const { output } = await kernel.execute("class Own extends Promise {}; ({ own: Own.resolve(2) })");
  assert.deepEqual(output[0]?.content.data, { "text/plain": "{ own: Own [Promise] { 2 } }" });
});

test("who subscribes to iopub is told the kernel's status, which was published before: a restarted kernel is not unknown", async () => {
  await kernel.until("a status that answers nothing", () =>
    kernel.published.some(
      ({ header, parentHeader, content }) =>
        header.msg_type === "status" && parentHeader.msg_id === undefined && content.execution_state === "idle",
    ),
  );
});

test("100,000 lines all arrive, in order, before idle, in few messages", async () => {
  const exchange = await kernel.execute("for (let i = 0; i < 100000; i++) console.log('line', i)");
  const expected = Array.from({ length: 100_000 }, (_, i) => `line ${i}\n`).join("");
  assert.ok(streamed(exchange, "stdout") === expected, "the text differs");
  assert.ok(exchange.output.length < 1000, `${exchange.output.length} messages`);
});

test("a value of 50 MB and 1,000 displays arrive whole", async () => {
  const big = await kernel.execute("console.log('x'.repeat(50_000_000))");
  assert.equal(streamed(big, "stdout").length, 50_000_001);
  const { output } = await kernel.execute("for (let i = 0; i < 1000; i++) display(i)");
  assert.deepEqual(
    output.map(({ content }) => (content.data as Record<string, unknown>)["text/plain"]),
    Array.from({ length: 1000 }, (_, i) => String(i)),
  );
});

test("output of a loop that never ends is seen while it runs", async () => {
  const id = await kernel.send(kernel.shell, "execute_request", { code: "console.log('alive'); while (true) {}" });
  await kernel.printed(id);
  await kernel.ask(kernel.control, "interrupt_request");
  const { reply } = await kernel.answer(id);
  assert.equal(reply.ename, "KernelInterrupt");
});

test("child processes and raw descriptors print under their cell, in order with console.log", async () => {
  const exchange = await kernel.execute(`
    const { writeSync } = process.getBuiltinModule("node:fs");
    writeSync(1, "raw\\n");
    process.getBuiltinModule("node:child_process").execSync("echo child; echo bad >&2", { stdio: "inherit" });
    console.log("last");
  `);
  assert.equal(streamed(exchange, "stdout"), "raw\nchild\nlast\n");
  assert.equal(streamed(exchange, "stderr"), "bad\n");
});

test("a late timer prints under the cell that started it", async () => {
  const code =
    "setTimeout(() => globalThis.go(), 0); globalThis.said = new Promise((r) => { globalThis.go = () => { console.log('late'); r() } }); 0";
  const first = await kernel.send(kernel.shell, "execute_request", {
    code: code.replace("() => globalThis.go(), 0", "() => globalThis.go(), 50"),
  });
  await kernel.answer(first);
  const second = await kernel.send(kernel.shell, "execute_request", { code: "await globalThis.said" });
  assert.deepEqual((await kernel.answer(second)).output, []);
  assert.equal(streamed(await kernel.answer(first), "stdout"), "late\n");
});

test("an unhandled rejection and a throw in a timer are shown and survived", async () => {
  const exchange = await kernel.execute(
    "Promise.reject(new Error('nobody awaits')); setTimeout(() => { throw new Error('in a timer') }, 1); await new Promise((r) => setTimeout(r, 30))",
  );
  assert.match(streamed(exchange, "stderr"), /Unhandled rejection: .*nobody awaits.*Uncaught: .*in a timer/s);
  assert.equal((await kernel.execute("1")).reply.status, "ok");
});

test("a cell with a compile error runs nothing and shows its place", async () => {
  const { reply, output } = await kernel.execute("console.log('no');\nTYPE ERROR");
  assert.equal(reply.ename, "TypeScriptError");
  assert.match(String(reply.evalue), /^Cell \[\d+\]:2:1 - TS2322: Not so\.$/);
  assert.deepEqual(
    output.map(({ type }) => type),
    ["error"],
  );
});

test("a cell magic gets its evaluated header, the cell's value and all output, raw descriptors included", async () => {
  const exchange = await kernel.execute(
    "%%watch { n: 1 + 1 }\nconsole.log('seen'); process.getBuiltinModule('node:fs').writeSync(1, 'raw\\n'); 5",
  );
  assert.equal(shown(exchange), "{ name: 'watch', args: { n: 2 }, value: 5 }");
  assert.equal(shown(await kernel.execute("$log.at(-1)")), "'stdout:seen\\nstdout:raw\\n'");
});

test("what an extension cannot settle fails the cell", async () => {
  const { reply } = await kernel.execute("/* SETTLE FAILS */ 1");
  assert.equal(reply.evalue, "the store is full");
});

test("a failed cell aborts what was queued, and only that", async () => {
  // The first cell lasts until the others are in the queue.
  const codes = ["await new Promise((r) => setTimeout(r, 100)); throw new Error('first')", "2", "3"];
  const ids = [];
  for (const code of codes) ids.push(await kernel.send(kernel.shell, "execute_request", { code }));
  const replies = await Promise.all(ids.map((id) => kernel.answer(id)));
  assert.deepEqual(
    replies.map(({ reply }) => reply.status),
    ["error", "aborted", "aborted"],
  );
  assert.equal((await kernel.execute("4")).reply.status, "ok");
  const kept = [];
  for (const code of codes)
    kept.push(await kernel.send(kernel.shell, "execute_request", { code, stop_on_error: false }));
  const others = await Promise.all(kept.map((id) => kernel.answer(id)));
  assert.deepEqual(
    others.map(({ reply }) => reply.status),
    ["error", "ok", "ok"],
  );
});

test("1,000 queued cells all run, in order", async () => {
  await kernel.execute("globalThis.order = []");
  const ids: string[] = [];
  for (let i = 0; i < 1000; i++)
    ids.push(await kernel.send(kernel.shell, "execute_request", { code: `order.push(${i})`, silent: true }));
  await kernel.answer(ids[999] ?? "");
  const exchange = await kernel.execute("order.length + ' ' + order.every((n, i) => n === i)");
  assert.equal(shown(exchange), "'1000 true'");
});

test("VS Code's way: kernel_info on shell and control at once, comm_info, completion while busy, interrupt by message", async () => {
  const info = await Promise.all(
    [kernel.shell, kernel.control].map((socket) => kernel.ask(socket, "kernel_info_request")),
  );
  for (const { reply } of info) {
    assert.equal(reply.status, "ok");
    assert.deepEqual(reply.supported_features, []);
    assert.equal((reply.language_info as { name: string }).name, "typescript");
  }
  assert.equal((await kernel.ask(kernel.shell, "comm_info_request", {})).reply.status, "ok");
  const quiet = { silent: true, store_history: false };
  assert.deepEqual((await kernel.execute("1", quiet)).output, []);
  const running = await kernel.send(kernel.shell, "execute_request", { code: "console.log(); while (true) {}" });
  const queued = await kernel.send(kernel.shell, "execute_request", { code: "2" });
  await kernel.printed(running);
  const { reply } = await kernel.ask(kernel.shell, "complete_request", { code: "con", cursor_pos: 3 });
  assert.deepEqual(reply.matches, ["at3"]);
  await kernel.ask(kernel.control, "interrupt_request");
  assert.equal((await kernel.answer(running)).reply.ename, "KernelInterrupt");
  assert.equal((await kernel.answer(queued)).reply.status, "aborted");
});

test("completion, hover and is_complete are answered during a long type check, from what is known", async () => {
  await kernel.execute("var alphaRate = 1, other = 2; var alphabet = 3");
  const id = await kernel.send(kernel.shell, "execute_request", { code: "/* SLOW CHECK */ 7" });
  await kernel.until("busy", () => kernel.states(id).includes("busy"));
  const ask = async (type: string, content: Record<string, unknown>) =>
    (await kernel.ask(kernel.shell, type, content)).reply;
  const [word, member, hover, complete] = await Promise.all([
    ask("complete_request", { code: "😀 alph", cursor_pos: 6 }),
    ask("complete_request", { code: "alphaRate.alph", cursor_pos: 14 }),
    ask("inspect_request", { code: "alphabet", cursor_pos: 2 }),
    ask("is_complete_request", { code: "1" }),
  ]);
  assert.ok(!kernel.states(id).includes("idle"), "the check goes on");
  assert.deepEqual([word.matches, word.cursor_start, word.cursor_end], [["alphaRate", "alphabet"], 2, 6]);
  assert.deepEqual([member.status, member.matches], ["ok", []]);
  assert.equal(hover.found, false);
  assert.equal(complete.status, "unknown");
  assert.equal((await kernel.answer(id)).reply.status, "ok");
  assert.deepEqual((await ask("complete_request", { code: "alph", cursor_pos: 4 })).matches, ["at4"]);
});

test("control, heartbeat, completion and hover answer while a cell loops; the last status is busy", async () => {
  const id = await kernel.send(kernel.shell, "execute_request", { code: "while (true) {}" });
  await kernel.until("busy", () => kernel.states(id).includes("busy"));
  assert.equal((await kernel.ask(kernel.control, "kernel_info_request")).reply.implementation, "runlab");
  assert.equal(await kernel.heartbeat("ping"), "ping");
  // One emoji before the cursor: two UTF-16 units, one code point.
  const { reply } = await kernel.ask(kernel.shell, "complete_request", { code: "'😀'.le", cursor_pos: 6 });
  assert.deepEqual([reply.matches, reply.cursor_start, reply.cursor_end], [["at7"], 5, 6]);
  const hover = await kernel.ask(kernel.shell, "inspect_request", { code: "😀a", cursor_pos: 2 });
  assert.deepEqual(hover.reply.data, { "text/plain": "hover at 3" });
  assert.equal(kernel.states(id).at(-1), "busy");
  await kernel.ask(kernel.control, "interrupt_request");
  assert.equal((await kernel.answer(id)).reply.ename, "KernelInterrupt");
});

for (const [kind, code] of [
  ["a loop", "console.log(); while (true) {}"],
  ["a loop in try/catch", "console.log(); while (true) { try { while (true) {} } catch {} }"],
  ["an endless await", "console.log(); await new Promise(() => {})"],
  ["a runaway regex", "console.log(); /^(a+)+$/.test('a'.repeat(40) + 'b')"],
  ["a timer's loop", "setTimeout(() => { console.log(); while (true) {} }, 1); await new Promise(() => {})"],
  ["a cell magic", "%%watch\nconsole.log(); while (true) {}"],
] as const) {
  test(`${kind} is interrupted by message and by signal, with state kept`, async () => {
    await kernel.execute("globalThis.kept = 41");
    for (const how of ["message", "signal", "message", "signal"]) {
      const id = await kernel.send(kernel.shell, "execute_request", { code });
      await kernel.printed(id);
      if (how === "message") await kernel.ask(kernel.control, "interrupt_request");
      else kernel.process.kill("SIGINT");
      assert.equal((await kernel.answer(id)).reply.ename, "KernelInterrupt", how);
      const { output } = await kernel.execute("kept + 1");
      assert.deepEqual(output.at(-1)?.content.data, { "text/plain": "42" });
    }
    const after = await kernel.execute(
      "new (process.getBuiltinModule('node:async_hooks').AsyncLocalStorage)().run(7, () => 7)",
    );
    assert.equal(after.reply.status, "ok");
  });
}

test("input is asked for where the front end takes it, and refused where not", async () => {
  const id = await kernel.send(kernel.shell, "execute_request", { code: "prompt('name? ')", allow_stdin: true });
  const request = await kernel.received("input_request");
  assert.deepEqual(request.content, { prompt: "name? ", password: false });
  await kernel.send(kernel.stdin, "input_reply", { value: "Ada" });
  assert.deepEqual((await kernel.answer(id)).output.at(-1)?.content.data, { "text/plain": "'Ada'" });
  const hidden = await kernel.send(kernel.shell, "execute_request", {
    code: "password('key? ').length",
    allow_stdin: true,
  });
  await kernel.until("the question", () => kernel.questions.length === 2);
  assert.deepEqual(kernel.questions[1], { prompt: "key? ", password: true });
  await kernel.send(kernel.stdin, "input_reply", { value: "s3cret" });
  assert.equal(shown(await kernel.answer(hidden)), "6");
  const refused = await kernel.execute("prompt('name? ')");
  assert.match(String(refused.reply.evalue), /does not take input/);
});

test("comms open from both ends, carry data and buffers, and are listed", async () => {
  await kernel.execute(
    "comms.registerTarget('echo', (comm) => { comm.onMessage = ({ data, buffers }) => comm.send({ back: data, bytes: buffers[0]?.length }) })",
  );
  await kernel.send(kernel.shell, "comm_open", { comm_id: "c1", target_name: "echo", data: {} });
  await kernel.send(kernel.shell, "comm_msg", { comm_id: "c1", data: { n: 1 } }, { buffers: [Buffer.from("abc")] });
  const answered = () => kernel.published.find(({ header }) => header.msg_type === "comm_msg");
  await kernel.until("the echo", () => answered() !== undefined);
  assert.deepEqual(answered()?.content, { comm_id: "c1", data: { back: { n: 1 }, bytes: 3 } });
  assert.deepEqual((await kernel.ask(kernel.shell, "comm_info_request")).reply.comms, { c1: { target_name: "echo" } });
  await kernel.send(kernel.shell, "comm_open", { comm_id: "c2", target_name: "nobody", data: {} });
  await kernel.until("a close", () =>
    kernel.published.some(({ header, content }) => header.msg_type === "comm_close" && content.comm_id === "c2"),
  );
});

test("a comm that a cell opens is announced, takes the front end's messages, and is closed from there", async () => {
  const code = `globalThis.heard = [];
    const comm = comms.open("slider", { at: 1 }, { buffers: [new Uint8Array([7])] });
    comm.onMessage = ({ data }) => { heard.push(data); console.log("heard") };
    comm.onClose = () => heard.push("closed");
    comm.id`;
  const exchange = await kernel.execute(code);
  const [opened] = exchange.output.filter(({ type }) => type === "comm_open");
  const id = opened?.content.comm_id;
  assert.deepEqual(opened?.content, { comm_id: id, data: { at: 1 }, target_name: "slider" });
  assert.equal(shown(exchange), `'${id}'`);
  const sent = await kernel.send(kernel.shell, "comm_msg", { comm_id: id, data: { at: 2 } });
  // What its handler prints stands under the message that caused it.
  await kernel.printed(sent);
  await kernel.send(kernel.shell, "comm_close", { comm_id: id, data: {} });
  assert.equal(shown(await kernel.execute("heard")), "[ { at: 2 }, 'closed' ]");
  const { reply } = await kernel.ask(kernel.shell, "comm_info_request", { target_name: "slider" });
  assert.deepEqual(reply.comms, {});
});

test("user_expressions are evaluated with an empty cell too", async () => {
  const { reply } = await kernel.execute("", { user_expressions: { sum: "1 + 2" } });
  assert.deepEqual(reply.user_expressions, { sum: { status: "ok", data: { "text/plain": "3" }, metadata: {} } });
});

test("a message for a comm of the kernel before a restart is noted in the log, not in a cell", async () => {
  const id = await kernel.send(kernel.shell, "comm_msg", { comm_id: "of-before", data: {} });
  await kernel.until("idle", () => kernel.states(id).includes("idle"));
  await kernel.execute("0");
  assert.match(kernel.log, /comm_msg for a comm that is not open was dropped/);
  assert.deepEqual(
    kernel.published.filter(({ header, parentHeader }) => parentHeader.msg_id === id && header.msg_type === "stream"),
    [],
  );
});

test("a debug_request is refused in the debugger's own form", async () => {
  const { reply } = await kernel.ask(kernel.control, "debug_request", { seq: 3, command: "attach" });
  assert.equal(reply.success, false);
  assert.equal(reply.request_seq, 3);
});

test("an engine process that dies fails its cell and is started again, with values kept", async () => {
  await kernel.execute("globalThis.kept = 41");
  const { reply } = await kernel.execute("CRASH ENGINE");
  assert.match(String(reply.evalue), /engine process ended \(exit code 9\)/);
  assert.deepEqual((await kernel.execute("kept")).output.at(-1)?.content.data, { "text/plain": "41" });
});

test("process.exit says so, and the kernel ends with its code", async () => {
  const mortal = await KernelClient.start();
  try {
    const ended = once(mortal.process, "exit");
    const { reply } = await mortal.execute("console.log('bye'); process.exitCode = 3; process.exit()");
    assert.match(String(reply.evalue), /process\.exit\(3\) was called/);
    assert.deepEqual(await ended, [3, null]);
  } finally {
    await mortal.stop();
  }
});

for (const [end, code] of [
  ["shutdown_request", 0],
  ["process.exit", 3],
] as const) {
  test(`all that was printed before ${end} arrives, with what it answers`, async () => {
    const mortal = await KernelClient.start();
    try {
      const ended = once(mortal.process, "exit");
      const flood = `for (let i = 0; i < 100; i++) console.log("x".repeat(1e5));`;
      if (end === "process.exit") await mortal.execute(`${flood} process.exit(3)`);
      else {
        await mortal.execute(flood);
        await mortal.ask(mortal.control, end, { restart: false });
      }
      assert.deepEqual(await ended, [code, null]);
      const size = () =>
        mortal.published
          .filter(({ header }) => header.msg_type === "stream")
          .reduce((sum, { content }) => sum + String(content.text).length, 0);
      await mortal.until("the whole flood", () => size() === 100 * (1e5 + 1));
      assert.equal(mortal.log, "");
    } finally {
      await mortal.stop();
    }
  });
}

test("shutdown is answered, told on iopub, and ends the process", async () => {
  const mortal = await KernelClient.start();
  try {
    const ended = once(mortal.process, "exit");
    const { reply } = await mortal.ask(mortal.control, "shutdown_request", { restart: false });
    assert.deepEqual(reply, { status: "ok", restart: false });
    assert.deepEqual(await ended, [0, null]);
  } finally {
    await mortal.stop();
  }
});
