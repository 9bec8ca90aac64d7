import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { logModel } from "../../../src/models/log-model.js";
import { BackgroundServers } from "../../../src/server/background/background-servers.js";
import { mainPath, runCli } from "../../cli/run-cli.js";
import { freePort } from "../../free-port.js";
import { withModels } from "../../models/model-session.js";

const double = (rows: Array<{ x: number }>) => rows.map(({ x }) => 2 * x);
const serve = (uri: string) => ({ uri, command: ["models", "serve", "--model-uri", uri] });
const body = JSON.stringify({ inputs: [{ x: 4 }] });

function predict(url: string): Promise<Response> {
  return fetch(`${url}/invocations`, { method: "POST", headers: { "content-type": "application/json" }, body });
}

/** Resolves once no process of that id is left. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("a logged model is served by a process beside this one, listed, and stopped", () =>
  withModels(async ({ session, folder }) => {
    const { modelUri } = await logModel(session, double, { inputExample: [{ x: 1.5 }] });
    const servers = new BackgroundServers([process.execPath, mainPath]);
    const trackingUri = join(folder, "runlab");
    const served = await servers.start({ ...serve(modelUri), port: 0, trackingUri });
    assert.deepEqual(await (await predict(served.url)).json(), { predictions: [8] });
    assert.ok((await (await fetch(served.url)).text()).includes("1.5"), "the page shows the logged example");
    const other = await servers.start({ ...serve(modelUri), port: 0, trackingUri });
    assert.deepEqual(
      servers
        .list()
        .map(({ pid }) => pid)
        .sort(),
      [served.pid, other.pid].sort(),
    );
    await (await fetch(`${served.url}/nothing`)).text();
    // The log is written a moment after the answer.
    while (servers.log(served.port) === "") await new Promise((resolve) => setImmediate(resolve));
    assert.match(servers.log(), /"path":"\/nothing","status":404/);
    await assert.rejects(servers.stop(1), /This notebook serves no model on port 1/);
    await servers.stop(served.port);
    await assert.rejects(predict(served.url));
    assert.equal((await predict(other.url)).status, 200);
    assert.equal((await servers.stop()).length, 1);
    assert.deepEqual(servers.list(), []);
  }));

/** Asks until it answers: a server that is started again listens on the same port. */
async function answers(url: string): Promise<Response> {
  for (;;) {
    const response = await predict(url).catch(() => undefined);
    if (response !== undefined) return response;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("a server whose process ends by itself is started again on its port, and the list says so", () =>
  withModels(async ({ session, folder }) => {
    const { modelUri } = await logModel(session, double, { inputExample: [{ x: 1.5 }] });
    const servers = new BackgroundServers([process.execPath, mainPath], { restartAfter: 0 });
    const served = await servers.start({
      ...serve(modelUri),
      port: await freePort(),
      trackingUri: join(folder, "runlab"),
    });
    process.kill(served.pid, "SIGKILL");
    await gone(served.pid);
    assert.deepEqual(await (await answers(served.url)).json(), { predictions: [8] });
    while (servers.list()[0]?.restarts !== 1) await new Promise((resolve) => setImmediate(resolve));
    const [again] = servers.list();
    assert.equal(again?.ended, undefined);
    assert.ok(again?.port === served.port && again.pid !== served.pid);
    await servers.stop();
    await gone(again.pid);
  }));

test("a server that ends soon after its start is not started again: the list says why until it is stopped", () =>
  withModels(async ({ session, folder }) => {
    const { modelUri } = await logModel(session, double, { inputExample: [{ x: 1.5 }] });
    const servers = new BackgroundServers([process.execPath, mainPath], { restartAfter: 3_600_000 });
    const request = { ...serve(modelUri), port: await freePort(), trackingUri: join(folder, "runlab") };
    const served = await servers.start(request);
    process.kill(served.pid, "SIGKILL");
    while (servers.list()[0]?.ended === undefined) await new Promise((resolve) => setImmediate(resolve));
    assert.match(servers.list()[0]?.ended ?? "", /SIGKILL/);
    const other = await servers.start({ ...request, port: served.port });
    assert.deepEqual(
      servers.list().map(({ pid, ended }) => [pid, ended]),
      [[other.pid, undefined]],
    );
    await servers.stop();
    assert.deepEqual(servers.list(), []);
  }));

test("what a model prints, when it is loaded and later, holds nothing up", () =>
  withModels(async ({ session, folder }) => {
    const module = join(folder, "loud.mjs");
    const text = `console.log("loading");
      process.send?.({ type: "mine" });
      export const predict = (rows) => { console.log("x".repeat(200_000)); return rows.map(() => 1); };`;
    await writeFile(module, text);
    const { modelUri } = await logModel(session, { module }, { inputExample: [{ x: 1.5 }] });
    const servers = new BackgroundServers([process.execPath, mainPath]);
    const served = await servers.start({ ...serve(modelUri), port: 0, trackingUri: join(folder, "runlab") });
    assert.equal((await predict(served.url)).status, 200);
    await servers.stop();
  }));

test("a server that cannot start says why", () =>
  withModels(async ({ folder }) => {
    const servers = new BackgroundServers([process.execPath, mainPath]);
    const uri = "models:/Nobody/1";
    await assert.rejects(
      servers.start({ ...serve(uri), trackingUri: join(folder, "runlab") }),
      /did not start:.*Nobody/s,
    );
    assert.deepEqual(servers.list(), []);
  }));

test("a server goes when the notebook's process is killed", () =>
  withModels(async ({ session, folder }) => {
    const { modelUri } = await logModel(session, double, { inputExample: [{ x: 1.5 }] });
    const script = `
      const { BackgroundServers } = await import(process.argv[1]);
      const servers = new BackgroundServers([process.execPath, ${JSON.stringify(mainPath)}]);
      const request = { ...${JSON.stringify(serve(modelUri))}, port: 0, trackingUri: ${JSON.stringify(join(folder, "runlab"))} };
      console.log(JSON.stringify(await servers.start(request)));
      setInterval(() => {}, 1000);`;
    const module = new URL("../../../src/server/background/background-servers.js", import.meta.url).href;
    const notebook = spawn(process.execPath, ["--input-type=module", "-e", script, module], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(createInterface({ input: notebook.stdout }), "line");
    const { pid, url } = JSON.parse(line);
    assert.equal((await predict(url)).status, 200);
    notebook.kill("SIGKILL");
    await gone(pid);
  }));

test("runlab models serve answers until a signal, and then ends well", () =>
  withModels(async ({ session, folder }) => {
    const { modelUri } = await logModel(session, double, { inputExample: [{ x: 1.5 }] });
    const args = [
      "models",
      "serve",
      "-m",
      modelUri,
      "-h",
      "127.0.0.1",
      "-p",
      "0",
      "--tracking-uri",
      join(folder, "runlab"),
    ];
    const child = spawn(process.execPath, [mainPath, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    const log = child.stderr.setEncoding("utf8").toArray();
    const [line] = await once(createInterface({ input: child.stdout }), "line");
    const url = /at (http:\S+)\. Ctrl\+C stops it/.exec(line)?.[1] ?? "";
    assert.deepEqual(await (await predict(url)).json(), { predictions: [8] });
    child.kill("SIGTERM");
    const [code] = await once(child, "exit");
    assert.equal(code, 0);
    const entry = JSON.parse((await log).join("").trimEnd().split("\n").at(-1) ?? "");
    assert.deepEqual([entry.path, entry.status, entry.rows], ["/invocations", 200, 1]);
  }));

test("a wrong port and a model that is not named are errors of the command line", async () => {
  const noModel = await runCli(["models", "serve"]);
  assert.equal(noModel.code, 2);
  assert.match(noModel.err, /The model is missing/);
  const wrongPort = await runCli(["models", "serve", "-m", "x", "-p", "http"]);
  assert.equal(wrongPort.code, 2);
  assert.match(wrongPort.err, /'http' is not a port/);
  assert.match((await runCli(["models", "serve", "--help"])).out, /-h, --host <host>/);
});
