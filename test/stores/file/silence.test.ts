import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, utimesSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { FileStore, type FileStoreOptions } from "../../../src/stores/file/file-store.js";
import { thisProcess } from "../../../src/stores/file/owner.js";
import { TrackingClient } from "../../../src/tracking/client.js";

const script = fileURLToPath(new URL("./unaskable-process.js", import.meta.url));
const namespaces = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];
/** `false`, or why a test that needs namespaces cannot be run. */
const noNamespaces =
  process.platform === "linux" && process.getuid?.() === 0
    ? false
    : `needs root on Linux: it starts processes by \`${namespaces.join(" ")} node …\``;

let folder: string;
let store: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-silence-"));
  store = join(folder, "runlab");
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** A process that cannot be asked whether it lives. */
class Unaskable {
  readonly process: ChildProcess;
  readonly lines: string[] = [];
  #rest = "";
  #errors = "";

  constructor(t: TestContext, options: object, before: readonly string[] = []) {
    const [command = "", ...args] = [...before, process.execPath, script, store, JSON.stringify(options)];
    this.process = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.process.stdout?.on("data", (data: Buffer) => {
      const lines = (this.#rest + data.toString()).split("\n");
      this.#rest = lines.pop() ?? "";
      this.lines.push(...lines);
    });
    this.process.stderr?.on("data", (data: Buffer) => {
      this.#errors += data.toString();
    });
    t.after(async () => {
      if (this.process.exitCode !== null || this.process.signalCode !== null) return;
      this.process.kill("SIGKILL");
      await once(this.process, "close");
    });
  }

  /** Its run. */
  async runId(): Promise<string> {
    await this.#until(() => this.lines.length > 0);
    return this.lines[0] ?? "";
  }

  /** Has a command carried out. */
  async do(command: string): Promise<void> {
    this.tell(command);
    await this.#until(() => this.lines.includes(command));
    this.lines.splice(this.lines.indexOf(command), 1);
  }

  tell(command: string): void {
    this.process.stdin?.write(`${command}\n`);
  }

  async ended(): Promise<void> {
    this.process.stdin?.end();
    if (this.process.exitCode === null) await once(this.process, "close");
    assert.equal(this.process.exitCode, 0, this.#errors);
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      assert.equal(this.process.exitCode, null, this.#errors);
      await delay(5);
    }
  }
}

async function statusOf(runId: string, limits: FileStoreOptions["limits"] = {}): Promise<string> {
  const reader = new FileStore(store, { limits });
  const search = async () => {
    const runs = await reader.searchRuns({ experimentIds: ["0"] });
    return runs.find(({ info }) => info.runId === runId)?.info.status;
  };
  const found = [await search()];
  const { status } = (await reader.getRun(runId)).info;
  found.push(await search());
  assert.ok(found.includes(status), "a search and a look at the run agree");
  await reader.close();
  return status;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(20);
}

test("a process of another host is not taken for dead while its thread is held up; when it is stopped it is, until it is heard again", async (t) => {
  const limits = { silentMs: 2_500 };
  const other = new Unaskable(t, { host: "elsewhere", beatMs: 100, thread: true });
  const runId = await other.runId();
  other.tell("block 5500");
  for (const end = performance.now() + 5_200; performance.now() < end; await delay(50)) {
    assert.equal(await statusOf(runId, limits), "RUNNING");
  }
  await other.do("log");
  other.process.kill("SIGSTOP");
  await until(async () => (await statusOf(runId, limits)) === "KILLED");
  const reader = new FileStore(store, { limits });
  assert.match((await reader.getRun(runId)).data.tags["runlab.end_reason"] ?? "", /on elsewhere/);
  assert.ok(existsSync(join(store, "0", runId, "run.journal")), "nothing of it is written down");
  other.process.kill("SIGCONT");
  await other.do("log");
  assert.equal((await reader.getRun(runId)).info.status, "RUNNING");
  assert.equal((await reader.getRun(runId)).data.tags["runlab.end_reason"], undefined);
  await other.do("end");
  assert.ok(!existsSync(join(store, ".lock-owners")), "its signs of life are taken back with its last run");
  await other.ended();
  assert.equal((await reader.getRun(runId)).info.status, "FINISHED");
  await reader.close();
  assert.deepEqual(readdirSync(store).sort(), [
    ".changes",
    ".experiments.json.copy",
    ".gitignore",
    "0",
    "experiments.json",
  ]);
});

test("what a process writes is a sign of life, also without a heartbeat", async (t) => {
  const limits = { silentMs: 1_000 };
  const other = new Unaskable(t, { host: "elsewhere" });
  const runId = await other.runId();
  for (const end = performance.now() + 2_000; performance.now() < end; await delay(100)) {
    await other.do("log");
    assert.equal(await statusOf(runId, limits), "RUNNING");
  }
  await until(async () => (await statusOf(runId, limits)) === "KILLED");
  await other.do("log");
  assert.equal(await statusOf(runId, limits), "RUNNING");
});

for (const [sign, tag, points] of [
  ["tag", "1", 1],
  ["log", undefined, 2],
] as const) {
  test(`a run whose process nobody hears of for long is written down as killed, and goes on with its next ${sign}`, async (t) => {
    const other = new Unaskable(t, { host: "elsewhere" });
    const runId = await other.runId();
    await other.do("log");
    const journal = join(store, "0", runId, "run.journal");
    await delay(50);
    const limits = { silentMs: 20, lostMs: 40 };
    assert.equal(await statusOf(runId, limits), "KILLED");
    assert.ok(existsSync(journal), "who only reads changes nothing");
    const writer = new FileStore(store, { limits });
    await new TrackingClient(writer).createRun("0");
    await writer.searchRuns({ experimentIds: ["0"] });
    await writer.close();
    assert.ok(!existsSync(journal), "it is in its document");
    assert.equal(await statusOf(runId), "KILLED", "for everybody");
    await other.do(sign);
    assert.equal(await statusOf(runId), "RUNNING");
    await other.do("end");
    await other.ended();
    const reader = new FileStore(store);
    const { info, data, metricSummaries } = await reader.getRun(runId);
    assert.deepEqual(
      [info.status, data.tags["runlab.end_reason"], data.tags.t, metricSummaries.m?.count],
      ["FINISHED", undefined, tag, points],
    );
    await reader.close();
  });
}

test("a process that died is seen at once by its own host, and after the limit by another", async () => {
  const self = thisProcess();
  const dead = { ...self, pid: 999_999_999 };
  const client = new TrackingClient(new FileStore(store, { self: dead }));
  const { runId } = (await client.createRun("0")).info;
  const elsewhere = new FileStore(store, { self: { ...self, host: "elsewhere" } });
  assert.equal((await elsewhere.getRun(runId)).info.status, "RUNNING");
  const files = ["run.journal", "run.json"].map((name) => join(store, "0", runId, name));
  for (const file of files) utimesSync(file, new Date(Date.now() - 61_000), new Date(Date.now() - 61_000));
  assert.equal((await elsewhere.getRun(runId)).info.status, "KILLED");
  for (const file of files) utimesSync(file, new Date(), new Date());
  assert.equal((await elsewhere.getRun(runId)).info.status, "RUNNING");
  assert.equal(await statusOf(runId), "KILLED");
  await elsewhere.close();
});

for (const [which, wrongMs] of [
  ["an hour ahead", 3_600_000],
  ["an hour behind", -3_600_000],
] as const) {
  test(`a clock that is ${which} takes no process for dead or alive`, async (t) => {
    const other = new Unaskable(t, { host: "elsewhere" });
    const runId = await other.runId();
    const now = Date.now;
    t.mock.method(Date, "now", () => now() + wrongMs);
    const reader = new FileStore(store, { limits: { silentMs: 1_000 } });
    assert.equal((await reader.getRun(runId)).info.status, "RUNNING");
    const start = performance.now();
    await until(async () => (await reader.getRun(runId)).info.status === "KILLED");
    assert.ok(performance.now() - start > 500);
    await reader.close();
  });
}

test("two processes in PID namespaces of their own lose no experiment to each other, and their runs are never taken for killed", {
  skip: noNamespaces,
}, async (t) => {
  const creators = [0, 1].map(() => new Unaskable(t, {}, namespaces));
  const runIds = await Promise.all(creators.map((creator) => creator.runId()));
  const work = Promise.all(creators.map((creator) => creator.do("experiments 150")));
  let looks = 0;
  let done = false;
  void work.finally(() => {
    done = true;
  });
  while (!done) {
    for (const runId of runIds) assert.equal(await statusOf(runId), "RUNNING");
    looks++;
    await delay(5);
  }
  await work;
  assert.ok(looks > 3);
  const made = new TrackingClient(new FileStore(store));
  const names = new Set((await made.searchExperiments({ maxResults: 1000 })).map(({ name }) => name));
  const acknowledged = creators.flatMap(({ lines }) => lines.slice(1));
  assert.equal(acknowledged.length, 300);
  for (const name of acknowledged) assert.ok(names.has(name), `lost: ${name}`);
  const owners = JSON.parse(
    readFileSync(join(store, "0", runIds[0] ?? "", "run.journal"), "utf8").split("\n")[0] ?? "",
  );
  assert.notEqual(owners.owner.namespace, thisProcess().namespace);
  await Promise.all(creators.map((creator) => creator.do("end")));
  await Promise.all(creators.map((creator) => creator.ended()));
});

test("a process in a PID namespace of its own that is killed is taken for dead once nothing is heard of it", {
  skip: noNamespaces,
}, async (t) => {
  const limits = { silentMs: 2_500 };
  const other = new Unaskable(t, { beatMs: 100, thread: true }, namespaces);
  const runId = await other.runId();
  for (const end = performance.now() + 4_000; performance.now() < end; await delay(100)) {
    assert.equal(await statusOf(runId, limits), "RUNNING");
  }
  other.process.kill("SIGKILL");
  assert.equal(await statusOf(runId, limits), "RUNNING", "it cannot be asked");
  await until(async () => (await statusOf(runId, limits)) === "KILLED");
});
