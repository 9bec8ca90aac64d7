import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type KernelClient, shown, streamed } from "./support/kernel-client.js";
import { startWhole, statuses } from "./support/whole-kernel.js";

/** Sends a cell; resolves with its id when it has printed. */
async function begin(client: KernelClient, code: string): Promise<string> {
  const id = await client.send(client.shell, "execute_request", { code });
  await client.printed(id);
  return id;
}

/** All that was printed. */
function said(client: KernelClient): string {
  return client.published.map(({ content }) => content.text ?? "").join("");
}

let kernel: KernelClient;
before(async () => {
  kernel = await startWhole();
});
after(() => kernel.stop());

test("an interrupted %%run is KILLED in the store when its cell has ended, and the next run works", async () => {
  for (const [name, body] of [
    ["loop", "while (true) {}"],
    ["await", "await new Promise(() => {})"],
    ["caught", "while (true) { try { while (true) {} } catch {} }"],
  ] as const) {
    const id = await begin(kernel, `%%run name=${name}\nconsole.log("begun")\n${body}`);
    await kernel.ask(kernel.control, "interrupt_request");
    assert.equal((await kernel.answer(id)).reply.ename, "KernelInterrupt", name);
    assert.equal((await statuses(kernel))[name], "KILLED", name);
  }
  assert.equal((await kernel.execute("%%run name=next\n%log_metric loss 1")).reply.status, "ok");
  assert.equal((await statuses(kernel)).next, "FINISHED");
});

test("an interrupt also ends an interval whose callback loops for ever, once and for all", async () => {
  const id = await begin(kernel, 'setInterval(() => { console.log("ticks"); while (true) {} }, 1)');
  const busy = await kernel.send(kernel.shell, "execute_request", { code: "1" });
  await kernel.ask(kernel.control, "interrupt_request");
  await kernel.answer(busy);
  const later = "await new Promise((done) => setTimeout(done, 200)); 6 * 7";
  assert.equal(shown(await kernel.execute(later)), "42");
  assert.match(streamed(await kernel.answer(id), "stderr"), /The interval that was interrupted is stopped/);
});

test("a log call as the last value shows nothing; another promise is shown as the promise that it is", async () => {
  const logged = 'import { endRun, logMetric, logParams } from "runlab"\nlogMetric("loss", 1)';
  for (const cell of [logged, 'logMetric("loss", 2, { step: 1 })', "logParams({ a: 1 })"]) {
    assert.equal(shown(await kernel.execute(cell)), undefined, cell);
  }
  await kernel.execute("await endRun()");
  assert.equal(shown(await kernel.execute("new Promise(() => {})")), "Promise { <pending> }");
});

const needsGroups = process.platform === "win32" && "needs process groups";

test("%serve answers while a cell loops, outlives Ctrl-C in the terminal, and stops", {
  skip: needsGroups,
}, async () => {
  const model = "const double = (rows: { x: number }[]) => rows.map(({ x }) => 2 * x)";
  const logged = await kernel.execute(`${model}\nconst info = %log_model {double} name=double example={[{ x: 1.5 }]}`);
  assert.equal(logged.reply.status, "ok", String(logged.reply.evalue));
  const url = shown(await kernel.execute("const served = %serve {info.modelUri} 0\nserved[0]?.url"))?.slice(1, -1);
  const predict = async (): Promise<unknown> => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${url}/invocations`, { method: "POST", headers, body: '{ "inputs": [{ "x": 4 }] }' });
    return answer.json();
  };
  const id = await begin(kernel, "console.log(); while (true) {}");
  assert.deepEqual(await predict(), { predictions: [8] });
  // What a terminal sends to everything that was started from it.
  process.kill(-(kernel.process.pid ?? 0), "SIGINT");
  assert.equal((await kernel.answer(id)).reply.ename, "KernelInterrupt");
  assert.deepEqual(await predict(), { predictions: [8] });
  assert.match(streamed(await kernel.execute("%serve stop"), "stdout"), /^Stopped /);
  await assert.rejects(predict());
});

test("%ui answers with the page of the session's store while a cell loops, and stops", async () => {
  const url = shown(await kernel.execute("const pages = %ui port=5600\npages[0]?.url"))?.slice(1, -1);
  assert.match(String(url), /^http:/);
  const id = await begin(kernel, "console.log(); while (true) {}");
  const page = await fetch(`${url}/`).then((answer) => answer.text());
  await kernel.ask(kernel.control, "interrupt_request");
  await kernel.answer(id);
  assert.match(page, /<script type="module"/);
  assert.equal(shown(await kernel.execute("const again = %ui\nagain[0]?.pid === pages[0]?.pid")), "true");
  assert.match(streamed(await kernel.execute("%ui stop"), "stdout"), /^Stopped the page of /);
  await assert.rejects(fetch(`${url}/`));
});

test("names and types of earlier cells are known after the engine process was killed", async () => {
  await kernel.execute("interface Point { x: number; y: number }\nconst origin: Point = { x: 0, y: 0 }; let turns = 1");
  process.kill(kernel.processes().engine, "SIGKILL");
  await kernel.until("the news", () => said(kernel).includes("reads their code once more"));
  const refused = await kernel.execute("const far: Point = { x: 'one', y: 2 }");
  assert.match(String(refused.reply.evalue), /TS2322/);
  assert.equal(shown(await kernel.execute("turns += 1; [origin.x, turns]")), "[ 0, 2 ]");
});

test("native code in a %%run that nothing stops ends the kernel with a clear message, and the run is KILLED", async () => {
  const mortal = await startWhole();
  try {
    const ended = once(mortal.process, "exit");
    // Loaded first: code that loads it can be stopped.
    const load = 'const { pbkdf2Sync } = process.getBuiltinModule("node:crypto")';
    const native = 'pbkdf2Sync("a", "b", 2 ** 31 - 1, 64, "sha512")';
    const id = await begin(mortal, `%%run name=stuck\n${load}\nconsole.log("begun")\n${native}`);
    // What is printed arrives before the native code has begun; an interrupt in between would just end the cell.
    await delay(300);
    await mortal.ask(mortal.control, "interrupt_request");
    assert.match(String((await mortal.answer(id)).reply.evalue), /could not be interrupted; the kernel restarts/);
    await ended;
    assert.equal((await statuses(mortal)).stuck, "KILLED");
  } finally {
    await mortal.stop();
  }
});

test("a regex behind an await in a %%run is stopped by force; the run is KILLED, whether Node survives it or not", async () => {
  const mortal = await startWhole();
  try {
    const ended = once(mortal.process, "exit");
    const regex = "await null; const matched = /^(a+)+$/.test('a'.repeat(40) + 'b')";
    const id = await begin(mortal, `%%run name=stuck\nconsole.log("begun")\n${regex}`);
    await mortal.ask(mortal.control, "interrupt_request");
    const answered = mortal.answer(id).then(({ reply }) => reply.ename);
    answered.catch(() => undefined);
    const next = answered.then(() => mortal.execute("1 + 1"));
    next.catch(() => undefined);
    const survived = await Promise.race([ended.then(() => undefined), next]);
    if (survived) assert.deepEqual([await answered, shown(survived)], ["KernelInterrupt", "2"]);
    // Node 20 and 22 may not survive it, and so it is said before it is done.
    else assert.match(said(mortal), /stopped by force. If the kernel restarts now, its variables are lost/);
    assert.equal((await statuses(mortal)).stuck, "KILLED");
  } finally {
    await mortal.stop();
  }
});

test("%reset forgets names in the engine and the evaluator alike; %load puts text in the cell's place", async () => {
  await kernel.execute("const forgotten = 1");
  const unasked = await kernel.execute("%reset");
  assert.match(String(unasked.reply.evalue), /does not support input/);
  assert.equal(shown(await kernel.execute("forgotten")), "1");
  assert.equal((await kernel.execute("%reset force")).reply.status, "ok");
  assert.match(String((await kernel.execute("forgotten")).reply.evalue), /TS2304/);
  await kernel.execute('(await import("node:fs")).writeFileSync("part.ts", "const part = 1\\n")');
  const { reply } = await kernel.execute("%load part.ts");
  assert.deepEqual(reply.payload, [
    { source: "set_next_input", text: "// %load part.ts\nconst part = 1\n", replace: true },
  ]);
});

/** Rounds of the races below; 500 by hand. */
const rounds = Number(process.env.RUNLAB_INTERRUPT_ROUNDS ?? 40);

test(`${rounds} interrupts at any moment of a cell end it or come too late, and the next cell is whole`, async () => {
  await kernel.execute("let kept = 0\nconst pause = (ms: number) => new Promise((done) => setTimeout(done, ms))");
  const cells = [
    "1",
    "for (let i = 0; i < 5e6; i++);",
    "await pause(5)",
    "for (let i = 0; i < 20; i++) await pause(0)",
    "%%run name=raced\n%log_metric loss 1\nawait pause(3)",
  ];
  const endless = ["while (true) {}", "await new Promise(() => {})", "await pause(1); while (true) {}"];
  for (let round = 0; round < rounds; round++) {
    const all = round % 2 === 0 ? cells : endless;
    const code = all[(round >> 1) % all.length] ?? "";
    const id = await kernel.send(kernel.shell, "execute_request", { code });
    // From at once to well into the cell, in steps of a prime number of ms.
    if (round % 3 > 0) await new Promise((done) => setTimeout(done, (round * 7) % 31));
    else await kernel.until("busy", () => kernel.states(id).includes("busy"));
    await kernel.ask(kernel.control, "interrupt_request");
    const { reply } = await kernel.answer(id);
    assert.ok(reply.status === "ok" ? all === cells : reply.ename === "KernelInterrupt", `${code}: ${reply.evalue}`);
    assert.equal(shown(await kernel.execute("kept += 1; kept")), String(round + 1), `after ${code}`);
  }
});

test("a %%run cell that holds the event loop for 3 s keeps its commit, branch, packages and system metrics", async () => {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: kernel.folder, encoding: "utf8" }).trim();
  git("init", "-q", "-b", "topic");
  git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "--allow-empty", "-m", "first");
  const { reply } = await kernel.execute(
    "%%run name=blocking system_metrics\nconst end = Date.now() + 3_000\nwhile (Date.now() < end);",
  );
  assert.equal(reply.status, "ok");
  const look = `import { searchRuns } from "runlab"
    const [blocking] = await searchRuns({ filterString: "run_name = 'blocking'" })
    console.log(JSON.stringify(blocking.data))`;
  const { tags, metrics } = JSON.parse(streamed(await kernel.execute(look), "stdout"));
  assert.deepEqual(
    [tags["mlflow.source.git.commit"], tags["mlflow.source.git.branch"], tags["runlab.git.dirty"]],
    [git("rev-parse", "HEAD"), "topic", "false"],
  );
  assert.equal(tags["runlab.git.problem"], undefined);
  assert.equal(tags["runlab.typescript"], "6.0.3");
  assert.ok(metrics["system/cpu_utilization_percentage"] > 0);
  rmSync(join(kernel.folder, ".git"), { recursive: true });
});

/** Cells of the soak below; 2,000 by hand. */
const soak = Number(process.env.RUNLAB_SOAK_CELLS ?? 100);
/** Cells before them: V8 compiles what is hot, and its heaps find their size. */
const warmUp = 200;

test(`memory stays flat over ${soak} cells`, { skip: process.platform === "win32" && "needs ps" }, async () => {
  const sizes: number[] = [];
  for (let number = 0; number < warmUp + soak; number++) {
    const code = `const rows = Array.from({ length: 1000 }, (_, i) => ({ i, text: "row " + i }))\nconst total${number % 20} = rows.length\nconsole.log(total${number % 20})`;
    const exchange = await kernel.execute(code);
    assert.equal(streamed(exchange, "stdout"), "1000\n");
    if (number >= warmUp) sizes.push(kernel.processes().rss);
  }
  const tenth = Math.ceil(soak / 10);
  const mean = (part: number[]) => part.reduce((sum, size) => sum + size, 0) / part.length;
  const [first, last] = [mean(sizes.slice(0, tenth)), mean(sizes.slice(-tenth))];
  assert.ok(last <= 1.1 * first, `from ${first.toFixed(0)} to ${last.toFixed(0)} MiB`);
});

test("an error that throws when it is looked at ends its cell, and so does output that is no JSON", async () => {
  const display = (data: string) => `({ [Symbol.for("Jupyter.display")]: () => { ${data} } })`;
  for (const [cell, message] of [
    [
      "class N extends Error { get name(): string { throw new Error('no name') } }; throw new N('m')",
      /cannot be shown/,
    ],
    [display("return { 'application/json': { big: 5n } }"), /application\/json is no JSON.*BigInt/],
    [display("const a: any = {}; a.a = a; return { 'application/json': a }"), /application\/json is no JSON.*circular/],
  ] as const) {
    const { reply } = await kernel.execute(cell);
    assert.equal(reply.status, "error", cell);
    assert.match(String(reply.evalue), message);
  }
  assert.equal((await kernel.execute("1 + 1")).reply.status, "ok");
});

test("cells run on when the working directory is removed, and %cd leads out", async () => {
  const gone = join(kernel.folder, "gone");
  const folder = JSON.stringify(gone);
  await kernel.execute(
    `import { mkdirSync, rmdirSync } from "node:fs"\nmkdirSync(${folder}); process.chdir(${folder}); rmdirSync(${folder})`,
  );
  assert.equal(shown(await kernel.execute("2 + 2")), "4");
  const relative = await kernel.execute("%cd data");
  assert.match(String(relative.reply.evalue), /working directory has been removed/);
  assert.equal((await kernel.execute(`%cd ${kernel.folder}`)).reply.status, "ok");
  assert.equal(shown(await kernel.execute("process.cwd()")), `'${kernel.folder}'`);
});

test("an interrupt ends a user expression that draws itself for ever, at once", async () => {
  const drawn = '{ [Symbol.for("Jupyter.display")]() { console.log("drawing"); return new Promise(() => {}) } }';
  const content = { code: "1", user_expressions: { slow: `(${drawn})` } };
  const id = await kernel.send(kernel.shell, "execute_request", content);
  await kernel.printed(id);
  const start = performance.now();
  await kernel.ask(kernel.control, "interrupt_request");
  const { reply } = await kernel.answer(id);
  const { slow } = reply.user_expressions as { slow: { status: string; ename: string } };
  assert.deepEqual([slow.status, slow.ename], ["error", "KernelInterrupt"]);
  // A cell that does not end by itself is given up after 2 s.
  assert.ok(performance.now() - start < 1_500);
});

test("a cell marked @browser says that it runs nothing", async () => {
  const exchange = await kernel.execute("/** @browser */\ndocument.title");
  assert.equal(exchange.reply.status, "ok");
  assert.match(streamed(exchange, "stderr"), /marked @browser: it runs nothing here/);
});

test("completion knows the notebook's variables, its environment and the store's keys, also behind an emoji", async () => {
  await kernel.execute("%env RUNLAB_MODE=fast\nconst 𝛽eta = 0.5, hidden = 3");
  await kernel.execute("%%run name=known\n%log_metrics rmse=1 'val loss'=2");
  const completed = async (code: string): Promise<unknown[]> => {
    const { reply } = await kernel.ask(kernel.shell, "complete_request", { code, cursor_pos: [...code].length });
    return [reply.matches, reply.cursor_start, reply.cursor_end];
  };
  assert.deepEqual(await completed("%env RUNLAB_MO"), [["RUNLAB_MODE"], 5, 14]);
  assert.deepEqual(await completed("%log_params hidden 𝛽"), [["𝛽eta"], 19, 20]);
  assert.deepEqual(await completed("%runs where=\"tags.a = '😀' AND metrics.va"), [["metrics.`val loss`"], 30, 40]);
});

test("values of any size answer, as a cell's last value, displayed, printed, thrown and completed", async () => {
  const large = await kernel.execute(`
    const keys: Record<string, number> = {};
    for (let at = 0; at < 200_000; at++) keys[\`key\${at}\`] = at;
    const holds = { keys, list: [keys, keys] };
    const failing = Object.assign(new Error("too large"), keys);
    const numbers = new Float64Array(10_000_000);
    const long = "x".repeat(10_000_000);
    const traps = new Proxy({}, { get() { throw new Error("trap"); }, ownKeys() { throw new Error("trap"); } });
    keys`);
  assert.match(shown(large) ?? "", /100 of 200,000 keys/);
  for (const [name, left] of [
    ["holds", /Object with 200,000 keys/],
    ["failing", /100 of 200,000 keys/],
    ["numbers", /10,000,000/],
    ["long", /more characters/],
    ["traps", /^\{\}$/],
  ] as const) {
    assert.match(shown(await kernel.execute(name)) ?? "", left, name);
    assert.match(shown(await kernel.execute(`display(${name})`)) ?? "", left, name);
    const { reply, output } = await kernel.execute(`console.log(${name})`);
    assert.equal(reply.status, "ok", name);
    // Only a text itself is printed whole.
    if (name !== "long") assert.ok(JSON.stringify(output).length < 1_500_000, name);
  }
  const thrown = await kernel.execute("throw failing");
  assert.equal(thrown.reply.ename, "Error");
  assert.ok(JSON.stringify(thrown.reply).length < 100_000);
  const completed = await kernel.ask(kernel.shell, "complete_request", { code: "keys.", cursor_pos: 5 });
  assert.equal(completed.reply.status, "ok");
  const inspected = await kernel.ask(kernel.shell, "inspect_request", {
    code: "holds",
    cursor_pos: 5,
    detail_level: 0,
  });
  assert.match(JSON.stringify(inspected.reply), /Record<string, number>/);
});

test("an error's escapes are shown as text; what a cell prints itself stays as it is", async () => {
  const { output, reply } = await kernel.execute(
    'console.log("\\x1b[31mred\\u202e"); throw new Error("\\x1b[31mred\\u202e")',
  );
  const printed = output.find(({ type }) => type === "stream");
  assert.equal(printed?.content.text, "\u001b[31mred\u202e\n");
  assert.equal(reply.evalue, "\\u001b[31mred\\u202e");
  for (const acts of ["\u001b", "\u202e"]) assert.ok(!String(reply.traceback).includes(acts));
});
