import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { type App, reply } from "../../../src/server/http/app.js";
import { readText } from "../../../src/server/http/request-body.js";
import { head, RawClient, type StartedHttp, startHttp, until } from "./start-http.js";

/** Short ones, so that a test can wait for them. */
const short = { headers: 300, body: 300, idle: 300, reading: 300, grace: 100 };
const long = 3_600_000;
const longLimits = { headers: long, body: long, idle: long, reading: long, grace: long };

const size = 64 * 1024 * 1024;

/** Answers that are fast, slow and large, and a body that is read. */
function routes(gate: EventEmitter, limits: { body: number } = short) {
  return (app: App) => {
    app.get("/fast", (context) => reply(context, { body: "{}" }));
    app.get("/slow", async (context) => {
      gate.emit("begun");
      await once(gate, "go");
      return reply(context, { body: '"slow"' });
    });
    app.get("/large", (context) => reply(context, { body: "x".repeat(size) }));
    app.get("/endless", (context) => {
      const body = new Readable({ read: () => void body.push("x".repeat(64 * 1024)) });
      body.on("close", () => gate.emit("source closed"));
      return reply(context, { body });
    });
    app.post("/echo", async (context) => {
      const text = await readText(context.env.exchange, { size: 1000, time: limits.body });
      return reply(context, { body: text });
    });
  };
}

async function start(context: TestContext, limits = short, more = {}): Promise<StartedHttp & { gate: EventEmitter }> {
  const gate = new EventEmitter();
  const started = await startHttp(context, routes(gate, limits), { limits: { ...limits, ...more } });
  return { ...started, gate };
}

const post = (length: number, more = {}) => head("POST", "/echo", { "content-length": length, ...more });

for (const [name, sent] of [
  ["send nothing", ""],
  ["send half of their headers", "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-"],
  ["send no body", post(50)],
  ["send half of their body", `${post(50)}{`],
  ["send no body that they announced and were asked for", post(50, { expect: "100-continue" })],
  ["leave their chunks open", `${head("POST", "/echo", { "transfer-encoding": "chunked" })}5\r\n{`],
] as const) {
  test(`100 clients that ${name} and never close are answered 408 and let go`, async (context) => {
    const { server, port, entries } = await start(context);
    const clients = await Promise.all(Array.from({ length: 100 }, () => RawClient.open(port)));
    for (const client of clients) if (sent !== "") client.send(sent);
    for (const client of clients)
      assert.match(await client.all(), /^(HTTP\/1\.1 100 Continue\r\n\r\n)?HTTP\/1\.1 408 /);
    await until(() => server.connections === 0);
    assert.equal(entries().filter(({ status, error }) => status === 408 && error === "BAD_REQUEST").length, 100);
    for (const { socket } of clients) socket.destroy();
  });
}

test("a client that sends a byte now and then has no more time than another", async (context) => {
  const { server, port } = await start(context);
  for (const text of [`GET /fast HTTP/1.1\r\nX: ${"x".repeat(1000)}`, `${post(900)}${"x".repeat(800)}`]) {
    const client = await RawClient.open(port);
    const bytes = [...text];
    const timer = setInterval(() => client.send(bytes.shift() ?? ""), 10);
    client.send(text.startsWith("POST") ? bytes.splice(0, post(900).length).join("") : "");
    assert.match(await client.all(), /^HTTP\/1\.1 408 /);
    clearInterval(timer);
    client.socket.destroy();
  }
  await until(() => server.connections === 0);
});

test("a connection without a request ends after its time, whatever empty lines are sent on it", async (context) => {
  const { server, port } = await start(context);
  const quiet = await RawClient.open(port);
  const noisy = await RawClient.open(port);
  for (const client of [quiet, noisy]) await client.send(head("GET", "/fast")).until("{}");
  const timer = setInterval(() => noisy.send("\r\n"), 10);
  await until(() => server.connections === 0);
  clearInterval(timer);
  for (const { socket } of [quiet, noisy]) socket.destroy();
});

test("a client that never reads is let go, with a large answer and with an endless one, whose source ends too", async (context) => {
  const { server, port, gate } = await start(context, { ...longLimits, reading: 300 });
  const closed = once(gate, "source closed");
  for (const path of ["/large", "/endless"]) {
    const client = await RawClient.open(port);
    client.socket.pause();
    client.send(head("GET", path));
    await until(() => server.connections === 1);
    await until(() => server.connections === 0);
    client.socket.destroy();
  }
  await closed;
});

test("a client that reads slowly gets all of its answer", async (context) => {
  const { port } = await start(context, { ...longLimits, reading: 1000 });
  const client = await RawClient.open(port);
  const seen = { bytes: 0 };
  client.socket.removeAllListeners("data");
  client.socket.on("data", (part: string) => {
    seen.bytes += part.length;
    client.socket.pause();
    setTimeout(() => client.socket.resume(), 1);
  });
  client.send(head("GET", "/large", { connection: "close" }));
  await once(client.socket, "end");
  assert.ok(seen.bytes > size);
});

test("a client that sends all of its body before it reads gets the answer that came before its end", async (context) => {
  const { server, port, gate } = await start(context, longLimits);
  const bytes = 20 * 1024 * 1024;
  for (const [path, status] of [
    ["/echo", 413],
    ["/nothing", 404],
    ["/fast", 405],
  ] as const) {
    const client = await RawClient.open(port);
    client.socket.pause();
    client.send(head("POST", path, { "content-length": bytes }));
    for (let sent = 0; sent < bytes; sent += 1024 * 1024) {
      if (!client.socket.write("x".repeat(1024 * 1024))) await once(client.socket, "drain");
    }
    client.socket.resume();
    assert.match(await client.all(), new RegExp(`^HTTP/1\\.1 ${status} .*"error_code"`, "s"));
    client.socket.end();
  }
  await until(() => server.connections === 0);
  gate.removeAllListeners();
});

test("a client that is refused and sends no more is let go", async (context) => {
  const { server, port } = await start(context, { ...longLimits, grace: 100 });
  for (const path of ["/echo", "/nothing"]) {
    const client = await RawClient.open(port);
    client.send(`${head("POST", path, { "content-length": 5000 })}x`);
    assert.match(await client.all(), /^HTTP\/1\.1 4(13|04) .*connection: close/is);
    await until(() => server.connections === 0);
    client.socket.destroy();
  }
});

test("who asks before sending is refused at once, or asked by the handler that reads", async (context) => {
  const { port } = await start(context, longLimits);
  const ask = (path: string, length: number) =>
    head("POST", path, { "content-length": length, expect: "100-continue" });
  for (const [path, length, status] of [
    ["/echo", 1001, 413],
    ["/nothing", 2, 404],
  ] as const) {
    const client = await RawClient.open(port);
    assert.match(await client.send(ask(path, length)).all(), new RegExp(`^HTTP/1\\.1 ${status} `));
  }
  const client = await RawClient.open(port);
  await client.send(ask("/echo", 2)).until("100 Continue\r\n\r\n");
  assert.match(await client.send("{}").until("{}"), / 200 OK/);
  const other = await RawClient.open(port);
  assert.match(await other.send(head("POST", "/echo", { expect: "more", "content-length": 0 })).until("}"), / 417 /);
});

test("a request to become another protocol is answered as any", async (context) => {
  const { port } = await start(context);
  for (const upgrade of ["websocket", "h2c"]) {
    const client = await RawClient.open(port);
    const asked = head("GET", "/fast", { connection: "Upgrade", upgrade });
    assert.match(await client.send(asked).until("{}"), /^HTTP\/1\.1 200 /);
    client.socket.destroy();
  }
});

test("CONNECT is 405, and its connection ends", async (context) => {
  const { server, port, entries } = await start(context, { ...longLimits, grace: 100 });
  const client = await RawClient.open(port);
  assert.match(await client.send("CONNECT evil.example:443 HTTP/1.1\r\n\r\n").all(), /^HTTP\/1\.1 405 .*BAD_REQUEST/s);
  await until(() => server.connections === 0);
  assert.equal(entries()[0]?.status, 405);
});

test("of a flood of requests on one connection a few are answered, one is 429, and no more are read", async (context) => {
  const { server, port, gate, entries } = await start(context, longLimits, { pipelined: 4, grace: 100 });
  let begun = 0;
  gate.on("begun", () => begun++);
  const client = await RawClient.open(port);
  const many = head("GET", "/slow").repeat(10_000);
  // Until the system takes no more of them.
  while (client.socket.write(many));
  await until(() => begun === 4);
  gate.emit("go");
  const text = await client.all();
  assert.equal(text.match(/HTTP\/1\.1 200 /g)?.length, 4);
  assert.equal(begun, 4);
  await until(() => server.connections === 0);
  assert.deepEqual(
    entries().map(({ status }) => status),
    [200, 200, 200, 200, 429],
  );
  assert.equal((await fetch(`${server.url}/fast`)).status, 200);
});

test("requests in a row on one connection are answered in their order", async (context) => {
  const { port, gate } = await start(context, longLimits);
  const client = await RawClient.open(port);
  const begun = once(gate, "begun");
  client.send(head("GET", "/slow") + head("GET", "/fast") + head("GET", "/nothing"));
  await begun;
  gate.emit("go");
  const text = await client.until("RESOURCE_DOES_NOT_EXIST");
  assert.match(text, /"slow".*\{\}.*404 /s);
});

for (const [name, rest] of [
  ["garbage", "\0\0\0\r\n\r\n"],
  ["half a request", "GET /fast HT"],
  ["the end of its side", undefined],
] as const) {
  test(`a request that is followed by ${name} is answered, and then the connection ends`, async (context) => {
    const { server, port, gate } = await start(context, short);
    const client = await RawClient.open(port);
    const begun = once(gate, "begun");
    client.send(head("GET", "/slow"));
    await begun;
    if (rest === undefined) client.socket.end();
    else client.send(rest);
    // Long enough for the rest to be too late as well.
    setTimeout(() => gate.emit("go"), 2 * short.headers);
    assert.match(await client.all(), /^HTTP\/1\.1 200 .*"slow"/s);
    await until(() => server.connections === 0);
  });
}

test("a malformed body is refused at once", async (context) => {
  const { server, port, entries } = await start(context, { ...longLimits, grace: 100 });
  const chunked = head("POST", "/echo", { "transfer-encoding": "chunked" });
  const client = await RawClient.open(port);
  assert.match(await client.send(`${chunked}zz\r\n`).all(), /^HTTP\/1\.1 400 .*BAD_REQUEST/s);
  await until(() => server.connections === 0);
  assert.deepEqual(
    entries().map(({ status, path }) => [status, path]),
    [[400, "/echo"]],
  );
  const two = await RawClient.open(port);
  const smuggled = head("POST", "/echo", { "transfer-encoding": "chunked", "content-length": 5 });
  assert.match(await two.send(`${smuggled}0\r\n\r\n`).all(), /^HTTP\/1\.1 400 /);
});

test("a client that goes away before its answer is 499 in the log, and holds nothing", async (context) => {
  const { server, port, gate, entries } = await start(context, longLimits);
  const begun = once(gate, "begun");
  const client = await RawClient.open(port);
  client.send(head("GET", "/slow"));
  await begun;
  client.socket.resetAndDestroy();
  await until(() => server.connections === 0);
  gate.emit("go");
  await until(() => entries().length > 0);
  assert.deepEqual(
    entries().map(({ status, error }) => [status, error]),
    [[499, "CANCELLED"]],
  );
});

test("connections beyond the limit are closed, and those that do nothing make room for new ones", async (context) => {
  const { server, port } = await start(context, longLimits, { connections: 10 });
  const idle = await Promise.all(Array.from({ length: 10 }, () => RawClient.open(port)));
  for (const client of idle) await client.send(head("GET", "/fast")).until("{}");
  const refused = await RawClient.open(port);
  await refused.all();
  const client = await RawClient.open(port);
  assert.match(await client.send(head("GET", "/fast")).until("{}"), / 200 OK/);
  assert.ok(server.connections <= 10);
  for (const { socket } of [...idle, refused, client]) socket.destroy();
});

test("stopping waits for no client that has nothing to wait for", async (context) => {
  const { server, port } = await start(context, longLimits);
  const clients = await Promise.all(
    ["", "GET /fast HTTP/1.1\r\n", head("GET", "/fast")].map((text) => opened(port, text)),
  );
  await clients[2]?.until("{}");
  await until(() => server.connections === 3);
  await server.stop(long);
  for (const { socket } of clients) socket.destroy();
});

async function opened(port: number, text: string): Promise<RawClient> {
  const client = await RawClient.open(port);
  if (text !== "") client.send(text);
  return client;
}
