import assert from "node:assert/strict";
import { test } from "node:test";
import { wine } from "./fake-model.js";
import { oneRow, post, raw, start } from "./start-server.js";

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

test("a web page of another origin is refused, whatever it asks, one of an allowed host is not", async (context) => {
  const { server } = await start(context, wine, { allowedHosts: ["models.example"] });
  const ask = async (origin: string) => (await post(server.url, oneRow, { origin })).status;
  assert.equal(await ask("http://evil.example"), 403);
  assert.equal(await ask("null"), 403);
  assert.equal(await ask("http://localhost:8888"), 403);
  assert.equal(await ask("http://127.0.0.1"), 403);
  assert.equal(await ask(server.url), 200);
  assert.equal(await ask("https://models.example"), 200);
  assert.equal((await fetch(`${server.url}/ping`, { headers: { origin: "https://evil.example" } })).status, 403);
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
  const { server } = await start(context, wine, { limits: { headers: 300, body: 300, grace: 100 } });
  const slowHeaders = await raw(server.port, "POST /invocations HTTP/1.1\r\nHost: localhost\r\n");
  assert.match(slowHeaders, /^HTTP\/1\.1 408 /);
  const slowBody = await raw(
    server.port,
    "POST /invocations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{",
  );
  assert.match(slowBody, /^HTTP\/1\.1 408 .*"error_code":"BAD_REQUEST"/s);
});

test("anything but HTTP gets 400, headers beyond all measure 431", async (context) => {
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
