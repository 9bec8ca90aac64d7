import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { test } from "node:test";
import { type ErrorCode, errorStatus, RunlabError } from "../../../src/errors.js";
import { AccessLog } from "../../../src/server/http/access-log.js";
import { type App, reply } from "../../../src/server/http/app.js";
import { HttpError } from "../../../src/server/http/http-error.js";
import { bodyStream, readText } from "../../../src/server/http/request-body.js";
import { head, RawClient, startHttp, until } from "./start-http.js";

interface ErrorBody {
  error_code: string;
  message: string;
}

const errorOf = async (response: Response) => (await response.json()) as ErrorBody;

/** Throws what the test wants. */
function throwing(thrown: () => unknown) {
  return (app: App) =>
    app.get("/", () => {
      throw thrown();
    });
}

test("an error of any code has the code's status; what may be about the server itself is for the log", async (context) => {
  const state: { code: ErrorCode } = { code: "BAD_REQUEST" };
  const error = () => new RunlabError(state.code, "the facts", { hint: "the way out" });
  const { server, entries } = await startHttp(context, throwing(error));
  for (const [code, { http }] of Object.entries(errorStatus)) {
    state.code = code as ErrorCode;
    const response = await fetch(server.url);
    assert.equal(response.status, http, code);
    assert.equal(response.headers.get("content-type"), "application/json");
    const { error_code: found, message } = await errorOf(response);
    assert.equal(found, code);
    const id = response.headers.get("x-request-id") ?? "";
    assert.equal(message === "the facts\nthe way out", http !== 500, code);
    assert.equal(message.includes(id), http === 500, code);
    const stack = entries().find((entry) => entry.id === id)?.stack;
    assert.equal(stack === undefined, http < 500, code);
  }
});

test("whatever a handler throws is a 500 that tells nothing, and the log has it", async (context) => {
  const values: unknown[] = [new TypeError("secret"), "secret", { secret: 1 }, null, undefined, 0n, Symbol("secret")];
  const thrown = { value: undefined as unknown };
  const { server, entries } = await startHttp(
    context,
    throwing(() => thrown.value),
  );
  for (const value of values) {
    thrown.value = value;
    const response = await fetch(server.url);
    const text = await response.text();
    assert.equal(response.status, 500);
    assert.equal((JSON.parse(text) as ErrorBody).error_code, "INTERNAL_ERROR");
    assert.doesNotMatch(text, /secret/);
    const entry = entries().find(({ id }) => id === response.headers.get("x-request-id"));
    assert.ok(typeof entry?.stack === "string" && entry.stack !== "");
  }
});

test("an answer that cannot be sent is a 500", async (context) => {
  const { server, entries } = await startHttp(context, (app) => {
    const headers = { "x-name": "two\nlines" };
    app.get("/text", (context) => reply(context, { body: "{}", headers }));
    app.post("/text", (context) => reply(context, { body: "{}", headers }));
    app.get("/stream", (context) => reply(context, { body: Readable.from(["{}"]), headers }));
  });
  for (const path of ["/text", "/stream"]) assert.equal((await fetch(server.url + path)).status, 500, path);
  assert.equal((await fetch(`${server.url}/text`, { method: "POST", body: "x".repeat(1_000_000) })).status, 500);
  assert.match(String(entries()[0]?.stack), /x-name/);
});

test("an HttpError has the status and headers it says; with a cause it is a fault of the server", async (context) => {
  const thrown: { cause?: Error } = {};
  const error = () =>
    new HttpError(418, "NOT_IMPLEMENTED", "No coffee.", { headers: { "retry-after": "9" }, ...thrown });
  const { server, entries } = await startHttp(context, throwing(error));
  const refused = await fetch(server.url);
  assert.deepEqual([refused.status, refused.headers.get("retry-after")], [418, "9"]);
  assert.deepEqual(await refused.json(), { error_code: "NOT_IMPLEMENTED", message: "No coffee." });
  thrown.cause = new Error("out of beans");
  const failed = await errorOf(await fetch(server.url));
  assert.match(failed.message, /^No coffee\./);
  assert.doesNotMatch(failed.message, /beans/);
  assert.match(String(entries().at(-1)?.stack), /beans/);
});

test("routes have parameters and prefixes; a lost path is 404, another method 405 with those that it takes", async (context) => {
  const { server } = await startHttp(context, (app) => {
    const api = app.basePath("/prefix/api/2.0");
    api.get("/runs/:id/artifacts/*", (context) =>
      reply(context, { type: "text/plain", body: context.req.param("id") }),
    );
    api.post("/runs/:id/artifacts/*", (context) => reply(context, { body: "{}" }));
    api.get("/runs/:id", ({ req }) => {
      throw new RunlabError("RESOURCE_DOES_NOT_EXIST", `No run ${req.param("id")}.`);
    });
  });
  const api = `${server.url}/prefix/api/2.0`;
  assert.equal(await (await fetch(`${api}/runs/a%2Fb/artifacts/x/y?z=1`)).text(), "a/b");
  const missing = await fetch(`${api}/runs/7`);
  assert.equal(missing.status, 404);
  assert.deepEqual(await missing.json(), { error_code: "RESOURCE_DOES_NOT_EXIST", message: "No run 7." });
  const lost = await fetch(`${api}/models/7`);
  assert.deepEqual([lost.status, (await errorOf(lost)).error_code], [404, "RESOURCE_DOES_NOT_EXIST"]);
  const wrong = await fetch(`${api}/runs/7/artifacts/x`, { method: "DELETE" });
  assert.deepEqual([wrong.status, wrong.headers.get("allow")], [405, "GET, POST"]);
  assert.equal((await fetch(`${api}/runs/7/artifacts/x`, { method: "HEAD" })).status, 200);
});

test("a Response of a handler is sent with what every answer has", async (context) => {
  const { server } = await startHttp(context, (app) => {
    app.get("/json", (context) => context.json({ a: 1 }, 201));
    app.get("/cookies", () => {
      const headers = new Headers([
        ["set-cookie", "a=1"],
        ["set-cookie", "b=2"],
      ]);
      return new Response("text", { headers });
    });
    app.get("/nothing", (context) => context.body(null, 204));
  });
  const response = await fetch(`${server.url}/json`);
  assert.equal(response.status, 201);
  assert.deepEqual(await response.json(), { a: 1 });
  assert.equal(response.headers.get("content-type"), "application/json");
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  assert.ok(response.headers.has("x-request-id"));
  assert.deepEqual((await fetch(`${server.url}/cookies`)).headers.getSetCookie(), ["a=1", "b=2"]);
  assert.equal((await fetch(`${server.url}/nothing`)).status, 204);
});

test("a target or Host header that is none is 400, and the server goes on", async (context) => {
  const { server, port } = await startHttp(
    context,
    (app) => app.get("/", (context) => reply(context, { body: "{}" })),
    {
      host: "0.0.0.0",
    },
  );
  for (const text of [
    "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "GET /\\.. HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a/../b\r\nConnection: close\r\n\r\n",
  ]) {
    const client = await RawClient.open(port);
    assert.match(await client.send(text).all(), /^HTTP\/1\.1 400 .*"error_code":"BAD_REQUEST"/s, text);
  }
  const old = await RawClient.open(port);
  assert.match(await old.send("GET / HTTP/1.0\r\n\r\n").all(), /^HTTP\/1\.1 200 /);
  assert.equal((await fetch(`http://127.0.0.1:${server.port}`)).status, 200);
});

const mega = 1024 * 1024;

test("bodies of any size go through a route in both directions, as fast as the slower side", async (context) => {
  const size = 300 * mega;
  const held = { most: 0 };
  const { server } = await startHttp(context, (app) => {
    app.put("/in", async (context) => {
      let bytes = 0;
      const body = bodyStream(context.env.exchange, { size: 2 * size, time: 10_000 });
      await pipeline(
        body,
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            bytes += chunk.length;
            held.most = Math.max(held.most, process.memoryUsage().arrayBuffers);
            yield;
          }
        },
        async (nothing) => {
          for await (const _ of nothing);
        },
      );
      return reply(context, { body: String(bytes) });
    });
    app.get("/out", (context) => {
      let bytes = 0;
      const body = new Readable({
        read() {
          bytes += mega;
          this.push(bytes > size ? null : Buffer.alloc(mega));
        },
      });
      return reply(context, { type: "application/octet-stream", headers: { "content-length": `${size}` }, body });
    });
  });
  const before = process.memoryUsage().arrayBuffers;
  const sent = request(`${server.url}/in`, { method: "PUT" });
  const answer = once(sent, "response");
  for (let bytes = 0; bytes < size; bytes += mega) if (!sent.write(Buffer.alloc(mega))) await once(sent, "drain");
  sent.end();
  const [response] = await answer;
  assert.equal((await response.setEncoding("utf8").toArray()).join(""), String(size));
  let bytes = 0;
  for await (const chunk of (await fetch(`${server.url}/out`)).body ?? []) {
    bytes += chunk.length;
    held.most = Math.max(held.most, process.memoryUsage().arrayBuffers);
  }
  assert.equal(bytes, size);
  // Garbage of both sides included, which the collector lets grow.
  assert.ok(held.most - before < size / 2, `${Math.round((held.most - before) / mega)} MB held`);
});

test("a route has a body limit of its own, and one that is streamed is cut at it", async (context) => {
  const { server } = await startHttp(context, (app) => {
    app.post("/small", async (context) =>
      reply(context, { body: await readText(context.env.exchange, { size: 10, time: 9999 }) }),
    );
    app.post("/stream", async (context) => {
      await pipeline(bodyStream(context.env.exchange, { size: 100, time: 9999 }), async (chunks) => {
        for await (const _ of chunks);
      });
      return reply(context, { body: "{}" });
    });
  });
  const post = (path: string, body: string | ReadableStream) =>
    fetch(server.url + path, { method: "POST", body, duplex: "half" } as RequestInit);
  const chunks = (count: number) => ReadableStream.from(Array.from({ length: count }, () => Buffer.alloc(10)));
  assert.equal((await post("/small", "1234567890")).status, 200);
  assert.equal((await post("/small", "12345678901")).status, 413);
  assert.equal((await post("/stream", "x".repeat(100))).status, 200);
  assert.equal((await post("/stream", chunks(10))).status, 200);
  assert.equal((await post("/stream", "x".repeat(101))).status, 413);
  assert.equal((await post("/stream", chunks(11))).status, 413);
});

test("a streamed body whose client stops is 408, one whose reader takes its time is not", async (context) => {
  const { port } = await startHttp(
    context,
    (app) =>
      app.put("/", async (context) => {
        await pipeline(bodyStream(context.env.exchange, { size: 99 * mega, time: 200 }), async (chunks) => {
          for await (const _ of chunks) await new Promise((resolve) => setTimeout(resolve, 20));
        });
        return reply(context, { body: "{}" });
      }),
    { limits: { grace: 100, body: 200 } },
  );
  const size = 2 * mega;
  const client = await RawClient.open(port);
  client.send(head("PUT", "/", { "content-length": size }) + "x".repeat(size));
  assert.match(await client.until("{}"), / 200 OK/);
  client.socket.destroy();
  const stopping = await RawClient.open(port);
  stopping.send(`${head("PUT", "/", { "content-length": size })}x`);
  assert.match(await stopping.all(), /^HTTP\/1\.1 408 /);
  stopping.socket.destroy();
});

test("a client that goes away while it sends fails the handler's stream", async (context) => {
  const failed: unknown[] = [];
  const begun: number[] = [];
  const { server, port, entries } = await startHttp(context, (app) =>
    app.put("/", async (context) => {
      const body = bodyStream(context.env.exchange, { size: 99, time: 99_999 });
      await pipeline(body, async (chunks) => {
        for await (const chunk of chunks) begun.push(chunk.length);
      }).catch((error: unknown) => failed.push(error));
      return reply(context, { body: "{}" });
    }),
  );
  const client = await RawClient.open(port);
  client.send(`${head("PUT", "/", { "content-length": 50 })}x`);
  await until(() => begun.length > 0);
  client.socket.resetAndDestroy();
  await until(() => failed.length > 0 && entries().length > 0 && server.connections === 0);
  assert.equal(entries()[0]?.status, 499);
});

test("a source that fails while it is sent cuts the connection, so that nobody takes the part for the whole", async (context) => {
  const { server, entries } = await startHttp(context, (app) =>
    app.get("/", (context) => {
      const parts = async function* () {
        yield "begin";
        throw new Error("the disk is gone");
      };
      return reply(context, { body: Readable.from(parts()) });
    }),
  );
  const response = await fetch(server.url);
  assert.equal(response.status, 200);
  await assert.rejects(response.text());
  await until(() => entries().length > 0);
  assert.match(String(entries()[0]?.stack), /the disk is gone/);
});

test("a line of the access log has nothing in it that a terminal would act on, and the same values", () => {
  const lines: string[] = [];
  const log = new AccessLog((text) => lines.push(text));
  const hostile = "a\u009b31m\u202eb\u200bc\u001b]0;title\u0007\u2028d\u007f\udc00";
  log.addFault(hostile, hostile);
  log.add({ time: "now", status: 400, remote: hostile, error: hostile });
  log.flush();
  const text = lines.join("");
  assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{Cc}\p{Zl}\u200b\u202e\p{Surrogate}]/u);
  const [fault, refused] = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual([fault?.stack, fault?.id, refused?.remote, refused?.error], [hostile, hostile, hostile, hostile]);
});
