import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { serve } from "../../ui/open-page.js";
import { wine } from "../scoring/fake-model.js";
import { start } from "../scoring/start-server.js";

interface Answer {
  status: number;
  json: Record<string, unknown>;
  text: string;
}

async function ask(url: string, route: string, body: object): Promise<Answer> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${url}/ajax-api/2.0/runlab/${route}`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, json: JSON.parse(text) as Record<string, unknown>, text };
}

/** A server on this machine that is no scoring server. */
async function other(
  context: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const body = '{"inputs": {"acid": 1, "pH": 3}}';

test("a prediction and an error of a scoring server come as they are", async (context) => {
  const { url } = await serve(context);
  const { server } = await start(context, wine);
  const good = await ask(url, "predict", { address: server.url, body });
  assert.deepEqual([good.status, good.json.status, good.json.body], [200, 200, '{"predictions": [31]}']);
  const bad = await ask(url, "predict", { address: server.url, body: "{}" });
  assert.deepEqual([bad.status, bad.json.status], [200, 400]);
  assert.match(String(bad.json.body), /"error_code":.*"message":/);
  const named = await ask(url, "served", { address: server.url.replace("127.0.0.1", "localhost") });
  assert.equal(named.json.uri, "runs:/0123/wine");
});

test("only a scoring server of this machine is asked", async (context) => {
  const { url } = await serve(context);
  for (const address of [
    "http://example.org:5002",
    "http://10.0.0.1:5002",
    "http://169.254.169.254",
    "http://0.0.0.0:5002",
    "http://127.0.0.1.example.org:5002",
    "http://localhost.example.org",
    "http://127.0.0.1@example.org",
    "http://user:password@127.0.0.1:5002",
    "http://[::ffff:10.0.0.1]:5002",
    "https://127.0.0.1:5002",
    "file:///etc/passwd",
    "http://127.0.0.1:5002/admin",
    "http://127.0.0.1:5002/?a=1",
    "http://127.0.0.1:5002/#/../admin",
    "127.0.0.1:5002",
    "x",
  ]) {
    for (const route of ["predict", "served"]) {
      const { status, json } = await ask(url, route, { address, body });
      assert.deepEqual([status, json.error_code], [400, "INVALID_PARAMETER_VALUE"], `${route} ${address}`);
    }
  }
});

test("what another server of this machine answers is not passed on, and where it sends to is not asked", async (context) => {
  const { url } = await serve(context);
  const asked: string[] = [];
  const secret = await other(context, ({ method, url: path }, response) => {
    asked.push(`${method} ${path}`);
    response.setHeader("content-type", "application/json");
    response.end('{"predictions": "secret"}');
  });
  const answers: Array<(response: ServerResponse) => void> = [
    (response) => response.writeHead(307, { location: `${secret}/invocations` }).end(),
    (response) => response.writeHead(200, { "content-type": "application/json" }).end('{"secret": 1}'),
    (response) => response.writeHead(200, { "content-type": "text/html" }).end('{"predictions": "secret"}'),
    (response) => response.writeHead(404, { "content-type": "application/json" }).end('"secret"'),
    (response) => response.writeHead(500).end("secret"),
    (response) => response.destroy(),
  ];
  for (const [at, answer] of answers.entries()) {
    const address = await other(context, (_, response) => answer(response));
    const predicted = await ask(url, "predict", { address, body });
    assert.deepEqual([predicted.status, predicted.json.error_code], [503, "TEMPORARILY_UNAVAILABLE"], `predict ${at}`);
    assert.doesNotMatch(predicted.text, /secret/);
    // Whoever looks at a model that is not served has done nothing wrong: no error in the log, nor in the browser's console.
    const served = await ask(url, "served", { address });
    assert.equal(served.status, 200, `served ${at}`);
    assert.match(served.text, /^\{"problem":"No scoring server answers at [^"]+"\}$/);
  }
  assert.deepEqual(asked, []);
});

test("a web page of another site cannot make the server ask", async (context) => {
  const { url } = await serve(context);
  const { server } = await start(context, wine);
  const response = await fetch(`${url}/ajax-api/2.0/runlab/predict`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: "http://example.org" },
    body: JSON.stringify({ address: server.url, body }),
  });
  assert.equal(response.status, 403);
});
