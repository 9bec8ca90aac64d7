import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createServer, request as forward } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Outbox } from "../../../src/tracking/outbox.js";
import type { TrackingSession } from "../../../src/tracking/session.js";
import { runCli } from "../../cli/run-cli.js";
import { isError } from "../../is-error.js";
import { type ServerThatLeaves, serverThatLeaves } from "./server-that-leaves.js";

function outboxOf(session: TrackingSession): Outbox {
  const { outbox } = session.store;
  assert.ok(outbox);
  return outbox;
}

/** Names of the files that wait. */
async function spooled(server: ServerThatLeaves): Promise<string[]> {
  return (await readdir(server.spool, { recursive: true, withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}

const steps = (count: number, from = 0) => Array.from({ length: count }, (_, at) => from + at);

test("a server that goes away in the middle of a run loses nothing: all of it comes later, in order and once", async (context) => {
  const server = await serverThatLeaves(context);
  const said: string[] = [];
  const session = server.session(said);
  const run = await session.startRun({ runName: "interrupted" });
  for (let step = 0; step < 1500; step++) void run.logMetric("loss", step, { step, timestamp: 7 });
  await session.settle();
  await server.stop();
  for (let step = 1500; step < 4000; step++) void run.logMetric("loss", step, { step, timestamp: 7 });
  await run.logParams({ lr: 0.1 });
  await session.settle();
  await run.logText("häßlich", "notes/a.txt");
  await run.setTag("stage", "late");
  await run.end();
  assert.equal((await session.getRun(run.runId)).data.metrics.loss, 3999);
  assert.match(said.join("\n"), /The tracking server http.*What is logged waits in .*runlab sync/);
  const before = await server.client.getRun(run.runId);
  assert.deepEqual([before.info.status, before.data.params], ["RUNNING", {}]);
  assert.equal((await server.client.getMetricHistory(run.runId, "loss")).length, 1500);

  await server.start();
  const result = await outboxOf(session).sync();
  assert.deepEqual([result.failures, result.waiting.changes], [[], 0]);
  const after = await server.client.getRun(run.runId);
  assert.deepEqual([after.info.status, after.data.params, after.data.tags.stage], ["FINISHED", { lr: "0.1" }, "late"]);
  const history = await server.client.getMetricHistory(run.runId, "loss");
  assert.deepEqual(
    history.map(({ step }) => step),
    steps(4000),
  );
  assert.equal(Buffer.from(await server.client.readArtifact(run.runId, "notes/a.txt")).toString(), "häßlich");
  await session.settle();
  assert.match(said.at(-1) ?? "", /is back and has everything/);
  await session.close();
  assert.deepEqual(await spooled(server), []);
});

test("runs can be started while the server is away; they get its ids, and a nested one its parent's", async (context) => {
  const server = await serverThatLeaves(context);
  const session = server.session();
  await session.setExperiment("cars");
  await server.stop();
  const ids: string[] = [];
  const parent = await session.startRun({ runName: "parent" }, async (run) => {
    await run.logParam("a", 1);
    await session.startRun({ runName: "child", nested: true }, async (child) => {
      await child.logMetric("m", 2);
      ids.push(child.runId);
    });
    ids.push(run.runId);
    return run;
  });
  await server.start();
  await outboxOf(session).sync();
  const runs = await session.searchRuns({ experimentNames: ["cars"] });
  const named = (name: string) => runs.find(({ info }) => info.runName === name);
  assert.equal(runs.length, 2);
  assert.equal(named("child")?.data.tags["mlflow.parentRunId"], named("parent")?.info.runId);
  assert.deepEqual([named("child")?.data.metrics, named("parent")?.data.params], [{ m: 2 }, { a: "1" }]);
  assert.deepEqual([named("child")?.info.status, named("parent")?.info.status], ["FINISHED", "FINISHED"]);
  // The ids that this process has seen go on to work.
  assert.deepEqual(await Promise.all(ids.map(async (id) => (await session.getRun(id)).info.runName)), [
    "child",
    "parent",
  ]);
  assert.equal(parent.runId, named("parent")?.info.runId);
  await session.close();
});

test("what a process has logged before it was killed is sent by `runlab sync`, once", async (context) => {
  const server = await serverThatLeaves(context);
  const env = { RUNLAB_SPOOL: server.spool, MLFLOW_HTTP_REQUEST_MAX_RETRIES: "0", RUNLAB_TRACKING_URI: server.address };
  const program = fileURLToPath(new URL("./logging-process.js", import.meta.url));
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines: string[] = [];
  let told: () => void = () => undefined;
  child.stdout.on("data", (data) => {
    lines.push(...String(data).trim().split("\n"));
    told();
  });
  const line = async (text: string) => {
    while (!lines.includes(text)) await new Promise<void>((resolve) => (told = resolve));
  };
  await line("first half");
  await server.stop();
  child.stdin.write("go on\n");
  await line("second half");
  child.kill("SIGKILL");
  await once(child, "exit");

  const away = await runCli(["sync"], { env });
  assert.equal(away.code, 5);
  assert.match(away.err, /still wait in/);
  await server.start();
  const said: string[] = [];
  const later = server.session(said);
  await later.startRun({ runName: "later" }, () => undefined);
  assert.match(said.join("\n"), /changes of earlier sessions wait to be sent there \(\d+\)/);
  await later.close();
  const { code, out } = await runCli(["sync"], { env });
  assert.equal(code, 0);
  assert.match(out, /Sent [\d,]+ changes of 1 run/);
  const [run] = await server.client.searchRuns({ experimentIds: ["0"], filterString: "run_name = 'killed'" });
  const history = await server.client.getMetricHistory(run?.info.runId ?? "", "loss");
  assert.deepEqual(
    history.map(({ step }) => step),
    steps(3000),
  );
  assert.equal(run?.data.tags.last, "yes");
  const again = await runCli(["sync"], { env });
  assert.match(again.err, /Nothing is waiting/);
  assert.equal((await server.client.getMetricHistory(run?.info.runId ?? "", "loss")).length, 3000);
});

/** Forwards to a server, and ends the connection in place of the answers that it is told to lose. */
async function losingProxy(to: string, loses: (path: string) => boolean): Promise<{ address: string; close(): void }> {
  const server = createServer((request, response) => {
    const { host: _, ...headers } = request.headers;
    const onward = forward(`${to}${request.url}`, { method: request.method, headers }, (answer) => {
      if (loses(request.url ?? "")) {
        answer.resume().on("end", () => response.destroy());
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

test("an answer that is lost makes nothing twice, on a server that keeps equal points", async (context) => {
  const server = await serverThatLeaves(context);
  let lost = 0;
  const proxy = await losingProxy(server.address, (path) => /log-batch|runs\/create/.test(path) && lost++ % 2 === 0);
  context.after(() => proxy.close());
  const session = server.session([], proxy.address);
  const run = await session.startRun({ runName: "once" });
  for (let step = 0; step < 2000; step++) void run.logMetric("m", 1, { step: 0, timestamp: 1 });
  await session.settle();
  for (let tries = 0; outboxOf(session).waiting.changes > 0 && tries < 20; tries++) await outboxOf(session).sync();
  await run.end();
  assert.ok(lost >= 4);
  const runs = await server.client.searchRuns({ experimentIds: ["0"] });
  assert.deepEqual(
    runs.map(({ info }) => info.runName),
    ["once"],
  );
  assert.equal((await server.client.getMetricHistory(runs[0]?.info.runId ?? "", "m")).length, 2000);
  await session.close();
});

test("what the server refuses is told at the end of the run, which has failed; the other values are stored", async (context) => {
  const server = await serverThatLeaves(context);
  const session = server.session();
  const run = await session.startRun({ runName: "contradicted" });
  await run.logMetric("before", 1);
  await server.client.logParam(run.runId, "lr", 1);
  void run.logParam("lr", 2);
  void run.logMetric("after", 1);
  await assert.rejects(run.end(), isError("INVALID_PARAMETER_VALUE", /Changing param values is not allowed/));
  const { info, data } = await server.client.getRun(run.runId);
  assert.deepEqual([info.status, data.params, data.metrics], ["FAILED", { lr: "1" }, { before: 1, after: 1 }]);
  await session.close();
});

test("a param that contradicts one of this process is refused at once, also while the server is away", async (context) => {
  const server = await serverThatLeaves(context);
  const session = server.session();
  const run = await session.startRun();
  await run.logParam("lr", 1);
  await server.stop();
  await assert.rejects(run.logParam("lr", 2), isError("INVALID_PARAMETER_VALUE", /Changing param values/));
  await run.end();
  await server.start();
  await session.close();
});

test("what another process still sends is left to it", async (context) => {
  const server = await serverThatLeaves(context);
  const session = server.session();
  const run = await session.startRun();
  await server.stop();
  await run.logMetric("m", 1, { step: 1 });
  await session.settle();
  const waiting = await spooled(server);
  assert.equal(waiting.length, 1);
  await server.start();
  // Another opened store of this process is as good as another process.
  const other = server.session();
  assert.deepEqual((await outboxOf(other).sync()).elsewhere, { alive: 1, unknown: 0 });
  assert.deepEqual(await spooled(server), waiting);
  await other.close();
  await outboxOf(session).sync();
  await session.close();
  assert.deepEqual(await spooled(server), []);
  assert.equal((await server.client.getRun(run.runId)).data.metrics.m, 1);
});

// Its own timeout is shorter than that of a request.
test("a server that is known to be away is asked once, and not waited for when it says nothing", {
  timeout: 60_000,
}, async (context) => {
  const server = await serverThatLeaves(context);
  let asked = 0;
  let isSilent = false;
  const proxy = createServer((_request, response) => {
    asked++;
    if (!isSilent) response.writeHead(502).end("Bad Gateway");
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  context.after(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const said: string[] = [];
  const session = server.session(said, `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, 2);
  const run = await session.startRun();
  assert.ok(asked >= 3, "three tries to begin with");
  const before = asked;
  await assert.rejects(
    session.getExperiment("0"),
    isError("TEMPORARILY_UNAVAILABLE", /answered .* with 502: Bad Gateway/),
  );
  assert.equal(asked - before, 1, "one when it is known");
  await run.logParam("a", 1);
  await session.settle();
  assert.match(said.join("\n"), /502: Bad Gateway\. What is logged waits in/);
  isSilent = true;
  await assert.rejects(session.getExperiment("0"), isError("TEMPORARILY_UNAVAILABLE", /with 502/));
  await assert.rejects(run.client.getMetricHistory(run.runId, "loss"), isError("TEMPORARILY_UNAVAILABLE", /with 502/));
  proxy.closeAllConnections();
  await session.close();
});

test("a table of a run that the server does not know yet takes rows while it is away", async (context) => {
  const server = await serverThatLeaves(context);
  await server.stop();
  const session = server.session();
  const run = await session.startRun();
  await run.logTable([{ a: 1 }], "rows.json");
  await run.logTable([{ a: 2 }], "rows.json");
  await run.end();
  await server.start();
  const { sent, failures } = await outboxOf(session).sync();
  assert.deepEqual(failures, []);
  const table = await server.client.readArtifact(sent[0]?.runId ?? "", "rows.json");
  assert.deepEqual(JSON.parse(Buffer.from(table).toString()), { columns: ["a"], data: [[1], [2]] });
  await session.close();
});
