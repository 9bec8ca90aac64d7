import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { predict, withServed } from "./serve-process.js";
import { json } from "./start-server.js";

/** What a model does to its process, and then never answers; all but "good" and "later". */
const misdeeds = [
  "rejection",
  "late rejection",
  "timer",
  "immediate",
  "tick",
  "emitter",
  "worker",
  "child process",
  "null",
  "exit",
  "late exit",
  "reallyExit",
  "abort",
  "kill",
  "no listeners",
  "own listener",
];

/** Does what it is told, each with an error of its own name. */
async function misbehaving([deed = ""]: string[]): Promise<unknown> {
  const error = new Error(`the error of ${deed}`);
  const never = new Promise(() => undefined);
  const later = (act: () => void) => void setTimeout(act, 5);
  const fail = () => {
    throw error;
  };
  switch (deed) {
    case "good":
      return [1];
    case "later":
      later(fail);
      return [1];
    case "microtask":
      queueMicrotask(fail);
      return [1];
    case "slow":
      return new Promise((resolve) => setTimeout(resolve, 300, [1]));
    case "flood":
      for (let at = 0; at < 500; at++) later(fail);
      return [1];
    case "rejection":
      void Promise.reject(error);
      break;
    case "late rejection":
      void (async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        fail();
      })();
      break;
    case "immediate":
      setImmediate(fail);
      break;
    case "tick":
      process.nextTick(fail);
      break;
    case "emitter": {
      const { EventEmitter } = await import("node:events");
      later(() => new EventEmitter().emit("error", error));
      break;
    }
    case "worker": {
      const { Worker } = await import("node:worker_threads");
      new Worker(`throw new Error(${JSON.stringify(error.message)})`, { eval: true });
      break;
    }
    case "child process": {
      const { spawn } = await import("node:child_process");
      spawn("/the error of child process");
      break;
    }
    case "null":
      later(() => {
        throw { toString: null, what: error.message };
      });
      break;
    case "exit":
      process.exit();
      break;
    case "late exit":
      later(() => process.exit(0));
      break;
    case "reallyExit":
      later(() => (process as unknown as { reallyExit(code: number): void }).reallyExit(0));
      break;
    case "abort":
      later(() => process.abort());
      break;
    case "kill":
      later(() => process.kill(process.pid, "SIGKILL"));
      break;
    case "no listeners":
      process.removeAllListeners();
      later(fail);
      break;
    case "no signal listeners":
      for (const name of ["SIGINT", "SIGTERM"]) process.removeAllListeners(name);
      later(fail);
      break;
    case "own listener":
      process.on("uncaughtException", () => process.exit(7));
      process.on("SIGTERM", () => process.exit(7));
      later(fail);
      break;
    case "own rejection listener":
      process.on("unhandledRejection", () => process.exit(7));
      void Promise.reject(error);
      return [1];
    default:
      later(fail);
  }
  return never;
}

const long = ["--timeout", "600"];

test("whatever a model does to its process, its request is a 500 whose log says why, and the next one is answered", () =>
  withServed(misbehaving, long, async ({ url, line }) => {
    for (const deed of misdeeds) {
      const response = await predict(url, deed);
      assert.equal(response.status, 500, deed);
      const { error_code: code, message } = await json(response);
      assert.equal(code, "INTERNAL_ERROR");
      const id = response.headers.get("x-request-id") ?? "";
      assert.ok(message.includes(id) && !message.includes(deed), deed);
      const entry = JSON.parse(await line(`"id":"${id}"`));
      assert.equal(entry.status, 500);
      assert.match(entry.stack, /the error of|process\.(exit|reallyExit|abort|kill)\(/, deed);
      assert.equal((await predict(url, "good")).status, 200, `after ${deed}`);
    }
  }));

test("with many requests open each error finds its own, once the first error has been seen", () =>
  withServed(misbehaving, long, async ({ url, line }) => {
    assert.equal((await predict(url, "timer")).status, 500);
    const slow = Array.from({ length: 8 }, () => predict(url, "slow"));
    const failing = await Promise.all(["rejection", "timer", "immediate", "emitter"].map((deed) => predict(url, deed)));
    for (const [at, deed] of ["rejection", "timer", "immediate", "emitter"].entries()) {
      assert.equal(failing[at]?.status, 500);
      assert.match(
        await line(`"id":"${failing[at]?.headers.get("x-request-id")}"`),
        new RegExp(`the error of ${deed}`),
      );
    }
    for (const response of await Promise.all(slow)) assert.equal(response.status, 200);
  }));

test("a first error that may be of several requests fails none of them: the one that never ends is a 504", () =>
  withServed(misbehaving, ["--timeout", "1"], async ({ url, line }) => {
    const responses = await Promise.all(["slow", "timer", "slow"].map((deed) => predict(url, deed)));
    assert.deepEqual(
      responses.map(({ status }) => status),
      [200, 504, 200],
    );
    assert.equal(JSON.parse(await line("the error of timer")).id, undefined);
  }));

test("errors that nothing leads back to a request are counted, and the server goes on", () =>
  withServed(misbehaving, long, async ({ url, metric }) => {
    assert.equal((await predict(url, "timer")).status, 500);
    await (await predict(url, "microtask")).text();
    assert.equal((await predict(url, "own rejection listener")).status, 200);
    assert.equal((await predict(url, "good")).status, 200);
    assert.equal(await metric("runlab_model_errors_total"), 3);
  }));

test("errors after an answer are counted and logged with the request they come from", () =>
  withServed(misbehaving, long, async ({ url, line, metric }) => {
    assert.equal((await predict(url, "timer")).status, 500);
    const response = await predict(url, "later");
    assert.equal(response.status, 200);
    const entry = JSON.parse(await line("the error of later"));
    assert.equal(entry.id, response.headers.get("x-request-id"));
    assert.equal(await metric("runlab_model_errors_total"), 2);
  }));

test("a flood of errors is counted, and logged in a few lines", () =>
  withServed(misbehaving, long, async ({ url, said, metric }) => {
    assert.equal((await predict(url, "flood")).status, 200);
    while ((await metric("runlab_model_errors_total")) < 500);
    const lines = said.filter((one) => one.includes("the error of flood"));
    assert.ok(lines.length <= 30, `${lines.length} lines`);
  }));

test("a server whose log nobody reads any more goes on", () =>
  withServed(misbehaving, long, async ({ url, child, metric }) => {
    child.stderr?.destroy();
    for (const deed of ["timer", "good", "later"]) await (await predict(url, deed)).text();
    while ((await metric("runlab_model_errors_total")) < 2);
    assert.equal((await predict(url, "good")).status, 200);
  }));

test("SIGTERM lets open requests end after the model has removed its listeners and added one that exits", () =>
  withServed(misbehaving, long, async ({ url, child }) => {
    await (await predict(url, "no signal listeners")).text();
    await (await predict(url, "own listener")).text();
    const open = predict(url, "slow");
    assert.equal((await predict(url, "good")).status, 200);
    child.kill("SIGTERM");
    assert.equal((await open).status, 200);
    const [code] = await once(child, "exit");
    assert.equal(code, 0);
  }));

for (const [name, loop] of [
  [
    "loop",
    () => {
      for (;;);
    },
  ],
  [
    "loop of microtasks",
    async () => {
      for (;;) await undefined;
    },
  ],
] as const) {
  test(`a model in an endless ${name} ends the server, which says so, so that it can be started again`, () =>
    withServed(loop, ["--stall-limit", "3"], async ({ url, child, line }) => {
      const open = predict(url, 1).catch((error: unknown) => error);
      const [, signal] = await once(child, "exit");
      assert.equal(signal, "SIGKILL");
      assert.equal(JSON.parse(await line("DEADLINE_EXCEEDED")).error, "DEADLINE_EXCEEDED");
      assert.ok((await open) instanceof Error);
    }));
}
