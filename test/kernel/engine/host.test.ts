// Completion does not wait behind compilation, nor compilation behind completion.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { EngineHost } from "../../../src/kernel/engine/host.js";
import { HubEngine } from "../../../src/kernel/engine/hub/hub-engine.js";
import type { EngineMessage, EngineRequest } from "../../../src/kernel/engine/protocol.js";
import { cellLanguage } from "../../../src/main/serve-engine.js";
import { StoreNames } from "../../../src/main/store-names.js";
import { openStore } from "../../../src/stores/open.js";
import { TrackingSession } from "../../../src/tracking/session.js";

const folder = mkdtempSync(join(tmpdir(), "runlab-host-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A session on a store in memory that has a run with a metric "rmse". */
async function sessionWithRun(): Promise<TrackingSession> {
  const session = new TrackingSession({ resolveUri: () => "memory:", openStore });
  await session.startRun({ runName: "one" }, () => session.logMetric("rmse", 1));
  return session;
}

/** @param openSession - what the names of the store come from */
async function hostOn(openSession: () => Promise<TrackingSession>) {
  const language = cellLanguage(openSession);
  const engine = new HubEngine({ cwd: folder, ambient: language.ambient });
  const answers: EngineMessage[] = [];
  const host = new EngineHost(engine, language, { send: (message) => void answers.push(message) });
  await host.handle({ id: 0, op: "compile", source: "const alpha = 1", count: 1 });
  answers.length = 0;
  return { host, answers, close: () => engine.close() };
}

function completion(id: number, code: string): EngineRequest {
  return { id, op: "complete", request: { code, cursor: code.length } };
}

function matchesIn(answers: readonly EngineMessage[], id: number): readonly string[] {
  const answer = answers.find((message) => "id" in message && message.id === id);
  assert.ok(answer && "result" in answer && answer.result && "matches" in answer.result, JSON.stringify(answer));
  return answer.result.matches;
}

test("a store that never answers delays no cell, and completion goes on with what else is known", async () => {
  const { host, answers, close } = await hostOn(() => new Promise(() => undefined));
  try {
    const asked = [completion(1, "%plot "), completion(2, "%log_params al"), completion(3, '%runs where="metrics.')];
    const completed = Promise.all(asked.map((request) => host.handle(request)));
    await sleep(1);
    await host.handle({ id: 4, op: "compile", source: "alpha + 1", count: 2 });
    assert.deepEqual(
      answers.map((message) => "id" in message && message.id),
      [4],
      "the cell is compiled while the completions wait",
    );
    await completed;
    assert.ok(matchesIn(answers, 1).some((name) => name.endsWith("=")));
    assert.deepEqual(matchesIn(answers, 2), ["alpha"]);
    assert.deepEqual(matchesIn(answers, 3), []);
  } finally {
    await close();
  }
});

test("a cell that arrives together with completions is compiled first", async () => {
  const { host, answers, close } = await hostOn(sessionWithRun);
  try {
    const requests = [
      completion(1, "alpha.to"),
      completion(2, "alpha.toF"),
      { id: 3, op: "compile", source: "1 + 1", count: 2 } as const,
    ];
    await Promise.all(requests.map((request) => host.handle(request)));
    assert.deepEqual(
      answers.map((message) => "id" in message && message.id),
      [3, 1, 2],
    );
    assert.ok(matchesIn(answers, 2).includes("toFixed"));
  } finally {
    await close();
  }
});

test("a completion that nobody waits for any more is not worked on", async () => {
  const { host, answers, close } = await hostOn(sessionWithRun);
  try {
    const requests = [completion(1, "alpha.to"), completion(2, "alpha.toF"), { id: 1, op: "drop" } as const];
    await Promise.all(requests.map((request) => host.handle(request)));
    assert.deepEqual(
      answers.map((message) => "id" in message && message.id),
      [2],
    );
  } finally {
    await close();
  }
});

test("the names of a slow store are proposed once they have been read, then at once while they are read again", async () => {
  const session = await sessionWithRun();
  let answer: (session: TrackingSession) => void = () => undefined;
  const store = new StoreNames(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  assert.deepEqual(await store.names("metric"), [], "the store is slower than a completion waits");
  answer(session);
  await sleep(20);
  assert.deepEqual(await store.names("metric"), ["rmse"]);
  store.cellRuns();
  await session.startRun({ runName: "two" }, () => session.logMetric("r2", 1));
  assert.deepEqual(await store.names("metric"), ["rmse"], "the store has not answered for the second time");
  answer(session);
  await sleep(20);
  assert.deepEqual(new Set(await store.names("metric")), new Set(["rmse", "r2"]));
});

test("a fast store is read each time, and one that fails keeps the names that it has given", async () => {
  const session = await sessionWithRun();
  let fails = false;
  const store = new StoreNames(async () => {
    if (fails) throw new Error("unreachable");
    return session;
  });
  assert.deepEqual(await store.names("run"), ["one"]);
  await session.startRun({ runName: "two" }, () => undefined);
  assert.deepEqual(new Set(await store.names("run")), new Set(["one", "two"]));
  fails = true;
  assert.deepEqual(new Set(await store.names("run")), new Set(["one", "two"]));
  store.useStore("memory:");
  assert.deepEqual(await store.names("run"), [], "names of another store are not its");
});

test("a completion that makes TypeScript check for long gives up, and the next cell finds nothing half-checked", async () => {
  const engine = new HubEngine({ cwd: folder });
  const heavy = Array.from({ length: 100 }, (_, at) => {
    const values = Array.from(
      { length: 60 },
      (_, n) => `[x, "${n}"].map((v) => ({ v, w: [v].flatMap((z) => [z, { z }]) }))`,
    );
    return `const f${at} = (x: number) => { const many = [${values}]; return many.length${at ? ` + f${at - 1}(x)` : ""} }`;
  }).join("\n");
  try {
    const code = `${heavy}\nf99(1).to`;
    assert.deepEqual((await engine.complete({ code, cursor: code.length })).matches, []);
    assert.equal((await engine.compile({ count: 1, text: "const f99 = (x: number) => x * 2" })).ok, true);
    assert.ok((await engine.complete({ code: "f99(1).to", cursor: 9 })).matches.includes("toFixed"));
  } finally {
    await engine.close();
  }
});
