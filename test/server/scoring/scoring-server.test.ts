import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { Agent, createServer, request } from "node:http";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { ModelSignature } from "../../../src/models/signature.js";
import type { ScoringModel } from "../../../src/server/scoring/scoring-model.js";
import { defaultPort, ScoringServer, type ScoringServerOptions } from "../../../src/server/scoring/scoring-server.js";
import { fakeModel, tensorSignature, wine } from "./fake-model.js";

interface Started {
  server: ScoringServer;
  /** The lines of the access log, once the server has stopped. */
  entries(): Array<Record<string, unknown>>;
}

async function start(
  context: TestContext,
  model: ScoringModel,
  options: Partial<ScoringServerOptions> = {},
): Promise<Started> {
  const lines: string[] = [];
  const server = await ScoringServer.start({
    model,
    version: "9.9.9",
    port: 0,
    log: (text) => lines.push(...text.trimEnd().split("\n")),
    ...options,
  });
  context.after(() => server.stop(0));
  return { server, entries: () => lines.map((line) => JSON.parse(line)) };
}

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return fetch(`${url}/invocations`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: text,
  });
}

/** The fields of all answers that the tests look into. */
interface AnyAnswer {
  error_code: string;
  message: string;
  predictions: number[];
  model: { uri: string };
  inputs: unknown[];
  params: unknown;
  paths: { "/invocations": { post: { requestBody: { content: Record<string, { example: unknown }> } } } };
}

async function json(response: Response): Promise<AnyAnswer> {
  return (await response.json()) as AnyAnswer;
}

/** Writes raw bytes and gives all that comes back until the server closes. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.setEncoding("utf8").on("data", (part) => {
    answer += part;
  });
  socket.on("error", () => undefined);
  socket.write(text);
  await once(socket, "close");
  return answer;
}

const oneRow = { inputs: { acid: 1, pH: 3 } };

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

test("a server on loopback refuses the Host header of a page elsewhere; more names can be allowed", async (context) => {
  const { server } = await start(context, wine, { allowedHosts: ["model.example"] });
  const ask = async (host: string) => {
    const answer = await raw(server.port, `GET /ping HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    return answer.split(" ")[1];
  };
  assert.equal(await ask("evil.example"), "403");
  assert.equal(await ask("localhost.evil.example:80"), "403");
  assert.equal(await ask(`localhost:${server.port}`), "200");
  assert.equal(await ask("[::1]:80"), "200");
  assert.equal(await ask("MODEL.example"), "200");
});

test("with an API key nothing of the model is told without it", async (context) => {
  const { server } = await start(context, wine, { apiKey: "s3cret", example: '{"inputs": [1]}' });
  assert.equal((await fetch(`${server.url}/ping`)).status, 200);
  const page = await (await fetch(server.url)).text();
  assert.ok(!page.includes("0123") && !page.includes("{&quot;inputs"));
  for (const path of ["/signature", "/openapi.json", "/metrics"]) {
    assert.equal((await fetch(server.url + path)).status, 401, path);
  }
  assert.equal((await post(server.url, oneRow)).status, 401);
  assert.equal((await post(server.url, oneRow, { authorization: "Bearer s3cre" })).status, 401);
  assert.equal((await post(server.url, oneRow, { authorization: "Bearer s3cret" })).status, 200);
  assert.equal((await post(server.url, oneRow, { "x-api-key": "s3cret" })).status, 200);
});

test("a client that is too slow gets 408 and is let go, with its headers and with its body", async (context) => {
  const { server } = await start(context, wine, { requestTimeout: 300 });
  const slowHeaders = await raw(server.port, "POST /invocations HTTP/1.1\r\nHost: localhost\r\n");
  assert.match(slowHeaders, /^HTTP\/1\.1 408 /);
  const slowBody = await raw(
    server.port,
    "POST /invocations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{",
  );
  assert.match(slowBody, /^HTTP\/1\.1 408 .*"error_code":"BAD_REQUEST"/s);
});

test("what is no HTTP gets 400, headers beyond all measure 431", async (context) => {
  const { server } = await start(context, wine);
  assert.match(await raw(server.port, "hello\r\n\r\n"), /^HTTP\/1\.1 400 /);
  assert.match(await raw(server.port, `GET / HTTP/1.1\r\nX: ${"x".repeat(40_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /);
});

test("a body beyond the limit is 413, with a length, in chunks, and before it is sent when the client asks", async (context) => {
  const { server } = await start(context, wine, { bodyLimit: 100 });
  const head = "POST /invocations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
  const body = "x".repeat(101);
  assert.match(await raw(server.port, `${head}Content-Length: 101\r\n\r\n${body}`), /^HTTP\/1\.1 413 /);
  const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n65\r\n${body}\r\n0\r\n\r\n`;
  assert.match(await raw(server.port, chunked), /^HTTP\/1\.1 413 .*larger than 100 bytes/s);
  assert.match(
    await raw(server.port, `${head}Content-Length: 101\r\nExpect: 100-continue\r\n\r\n`),
    /^HTTP\/1\.1 413 /,
  );
  assert.equal((await post(server.url, JSON.stringify(oneRow))).status, 200);
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

test("a model of tensors takes nested lists, tables and CSV", async (context) => {
  const model = fakeModel((rows) => (rows as number[][]).map(([a = 0, b = 0]) => a + b), tensorSignature);
  const { server } = await start(context, model);
  const rows = [
    [1, 2],
    [3, 4],
  ];
  const bodies = [
    { inputs: rows },
    { instances: rows },
    { dataframe_split: { columns: ["a", "b"], data: rows } },
    { inputs: { x: rows } },
    {
      dataframe_records: [
        { a: 1, b: 2 },
        { a: 3, b: 4 },
      ],
    },
  ];
  for (const body of bodies) {
    assert.deepEqual(await (await post(server.url, body)).json(), { predictions: [3, 7] }, JSON.stringify(body));
  }
  const csv = await post(server.url, "a,b\n1,2\n3,4\n", { "content-type": "text/csv" });
  assert.deepEqual(await csv.json(), { predictions: [3, 7] });
  const wrong = await post(server.url, { inputs: [[1, 2, 3]] });
  assert.match((await json(wrong)).message, /shape \(1, 3\) where \(-1, 2\) is required/);
});

test("a model without a signature gets what was sent", async (context) => {
  const seen: unknown[] = [];
  const model = { ...fakeModel((data, params) => [seen.push([data, params])]), signature: undefined };
  const { server } = await start(context, { ...model, predict: async (data, params) => [seen.push([data, params])] });
  await (await post(server.url, { inputs: { any: ["x"] }, params: { t: 1 } })).text();
  await (await post(server.url, { dataframe_split: { columns: ["a", "__proto__"], data: [[1, 2]] } })).text();
  assert.deepEqual(seen[0], [{ any: ["x"] }, { t: 1 }]);
  assert.equal(JSON.stringify(seen[1]), '[[{"a":1,"__proto__":2}],{}]');
});

test("params are the signature's, with their defaults", async (context) => {
  const signature = ModelSignature.fromJSON({
    inputs: JSON.stringify([{ type: "double", name: "x", required: true }]),
    params: JSON.stringify([{ name: "t", type: "double", default: 2, shape: null }]),
  });
  const model = fakeModel((rows, { t }) => (rows as Array<{ x: number }>).map(({ x }) => x * Number(t)), signature);
  const { server } = await start(context, model);
  const ask = async (params?: object) => json(await post(server.url, { inputs: [{ x: 3 }], params }));
  assert.deepEqual(await ask(), { predictions: [6] });
  assert.deepEqual(await ask({ t: 5 }), { predictions: [15] });
  assert.match((await ask({ t: "x", u: 1 })).message, /'u' is none of its params.*'t'/);
});

test("predictions are JSON whatever they are: typed arrays, NaN, large integers, times, bytes, frames", async (context) => {
  const given = {
    typed: Float32Array.of(0.5, Number.NaN),
    large: BigInt64Array.of(2n ** 60n, 5n),
    time: new Date(0),
    bytes: Buffer.from("hi"),
    rows: [{ a: Number.POSITIVE_INFINITY, b: new Map([["k", 1n]]) }],
    none: undefined,
  };
  const { server } = await start(
    context,
    fakeModel(() => given),
  );
  assert.deepEqual(await (await post(server.url, oneRow)).json(), {
    predictions: {
      typed: [0.5, null],
      large: ["1152921504606846976", 5],
      time: "1970-01-01T00:00:00.000Z",
      bytes: "aGk=",
      rows: [{ a: null, b: { k: 1 } }],
      none: null,
    },
  });
});

test("10,000 rows are one request", async (context) => {
  const { server } = await start(context, wine);
  const data = Array.from({ length: 10_000 }, (_, at) => [at, 1]);
  const { predictions } = await json(await post(server.url, { dataframe_split: { columns: ["acid", "pH"], data } }));
  assert.equal(predictions.length, 10_000);
  assert.equal(predictions[9_999], 10_009);
});
