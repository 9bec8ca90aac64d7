import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { Agent, createServer, request } from "node:http";
import { test } from "node:test";
import { defaultPort } from "../../../src/server/scoring/scoring-options.js";
import { fakeModel, wine } from "./fake-model.js";
import { json, oneRow, post, start } from "./start-server.js";

test("ping, health and version answer, and signature tells what the model takes", async (context) => {
  const { server } = await start(context, wine);
  for (const path of ["/ping", "/health"]) {
    const response = await fetch(server.url + path);
    assert.equal(response.status, 200);
    assert.equal(await response.text(), "\n");
  }
  assert.equal(await (await fetch(`${server.url}/version`)).text(), "9.9.9");
  const description = await json(await fetch(`${server.url}/signature`));
  assert.equal(description.model.uri, "runs:/0123/wine");
  assert.deepEqual(description.inputs[0], { type: "double", name: "acid", required: true });
  assert.equal(description.params, null);
});

test("a model from a folder is known by the folder's name: no answer holds a path", async (context) => {
  const { server } = await start(context, { ...wine, uri: "/home/ana/models/wine" });
  for (const path of ["/signature", "/openapi.json", "/", "/metrics"]) {
    const text = await (await fetch(server.url + path)).text();
    assert.ok(!text.includes("/home/ana"), path);
  }
});

test("the example of openapi.json is a request that the model takes", async (context) => {
  const { server } = await start(context, wine);
  const { paths } = await json(await fetch(`${server.url}/openapi.json`));
  const content = paths["/invocations"].post.requestBody.content["application/json"];
  assert.deepEqual(await (await post(server.url, content?.example)).json(), { predictions: [5.5] });
});

test("the page lets only its own script and style run, and shows the model's example", async (context) => {
  const { server } = await start(context, wine, { example: '{"inputs": "<b>"}' });
  const response = await fetch(server.url);
  const policy = response.headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'none'.*script-src 'sha256-[^']+'/);
  const html = await response.text();
  assert.ok(html.includes("{&quot;inputs&quot;: &quot;&lt;b&gt;&quot;}"));
  assert.equal(html.match(/<script/g)?.length, 1);
});

test("unknown paths and methods are told what there is", async (context) => {
  const { server } = await start(context, wine);
  const nothing = await fetch(`${server.url}/secret?key=1`);
  assert.equal(nothing.status, 404);
  assert.equal((await json(nothing)).error_code, "RESOURCE_DOES_NOT_EXIST");
  const get = await fetch(`${server.url}/invocations`);
  assert.equal(get.status, 405);
  assert.equal(get.headers.get("allow"), "POST");
  assert.equal((await fetch(`${server.url}/ping`, { method: "HEAD" })).status, 200);
});

test("a model that throws is a 500 that tells nothing; the log has its stack under the request's id", async (context) => {
  const model = fakeModel(() => {
    throw new Error("cannot read /srv/private/weights.bin");
  });
  const { server, entries } = await start(context, model);
  const response = await post(server.url, oneRow);
  assert.equal(response.status, 500);
  const answer = await json(response);
  const id = response.headers.get("x-request-id");
  assert.equal(answer.error_code, "INTERNAL_ERROR");
  assert.ok(id !== null && answer.message.includes(id));
  assert.ok(!JSON.stringify(answer).includes("private"));
  await server.stop();
  const entry = entries().find((one) => one.id === id);
  assert.match(String(entry?.stack), /weights\.bin/);
});

test("the access log has one line for each request, without bodies and queries", async (context) => {
  const { server, entries } = await start(context, wine);
  await (await post(server.url, { dataframe_records: [{ acid: 1, pH: "secret" }] })).text();
  await (await post(server.url, oneRow)).text();
  await (await fetch(`${server.url}/ping?token=secret`)).text();
  await server.stop();
  assert.deepEqual(
    entries().map(({ method, path, status, rows, error }) => ({ method, path, status, rows, error })),
    [
      { method: "POST", path: "/invocations", status: 400, rows: undefined, error: "INVALID_PARAMETER_VALUE" },
      { method: "POST", path: "/invocations", status: 200, rows: 1, error: undefined },
      { method: "GET", path: "/ping", status: 200, rows: undefined, error: undefined },
    ],
  );
  assert.ok(!JSON.stringify(entries()).includes("secret"));
});

test("metrics counts requests by path and status, rows and time", async (context) => {
  const { server } = await start(context, wine);
  await (
    await post(server.url, {
      dataframe_split: {
        columns: ["acid", "pH"],
        data: [
          [1, 3],
          [2, 4],
        ],
      },
    })
  ).text();
  await (await fetch(`${server.url}/no/such/path`)).text();
  const text = await (await fetch(`${server.url}/metrics`)).text();
  for (const line of [
    'runlab_requests_total{path="/invocations",status="200"} 1',
    'runlab_requests_total{path="other",status="404"} 1',
    "runlab_rows_total 2",
    'runlab_invocation_seconds_bucket{le="+Inf"} 1',
    "runlab_requests_open 1",
    'runlab_model_info{uri="runs:/0123/wine",flavor="function"} 1',
  ]) {
    assert.ok(text.includes(`${line}\n`), line);
  }
});

test("one connection takes many requests, refused ones among them", async (context) => {
  const { server } = await start(context, wine);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  context.after(() => agent.destroy());
  const ports = new Set<number | undefined>();
  for (const [method, path, body] of [
    ["GET", "/ping", ""],
    ["POST", "/invocations", "{"],
    ["POST", "/invocations", JSON.stringify(oneRow)],
    ["GET", "/nothing", ""],
    ["GET", "/signature", ""],
  ] as const) {
    const sent = request(server.url + path, { method, agent, headers: { "content-type": "application/json" } });
    sent.end(body);
    const [response] = await once(sent, "response");
    ports.add(response.socket.localPort);
    response.resume();
    await once(response, "end");
  }
  assert.equal(ports.size, 1);
});

test("stopping lets open requests end and takes no new ones", async (context) => {
  const gate = new EventEmitter();
  const begun = once(gate, "begun");
  const model = fakeModel(async () => {
    gate.emit("begun");
    await once(gate, "go");
    return [1];
  });
  const { server } = await start(context, model);
  const { url } = server;
  const open = post(url, oneRow);
  await begun;
  const stopped = server.stop();
  await assert.rejects(fetch(`${url}/ping`));
  gate.emit("go");
  const response = await open;
  assert.deepEqual(await response.json(), { predictions: [1] });
  assert.equal(response.headers.get("connection"), "close");
  await stopped;
});

test("without a port the next free one after 5002 is taken; a port that was named and is busy is an error", async (context) => {
  const other = createServer().listen(defaultPort, "127.0.0.1");
  // Someone else may have it already, which does as well.
  await once(other, "listening").catch(() => undefined);
  context.after(() => other.close());
  const { server } = await start(context, wine, { port: undefined });
  assert.ok(server.port > defaultPort && server.port < defaultPort + 50);
  await assert.rejects(start(context, wine, { port: server.port }), /is in use/);
});
