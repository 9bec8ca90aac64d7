import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { RunlabError } from "../../../src/errors.js";
import { RestStore } from "../../../src/stores/rest/rest-store.js";
import { serverSettings } from "../../../src/stores/rest/server-settings.js";
import { freePort } from "../../free-port.js";
import { isError } from "../../is-error.js";
import { type Answer, FakeServer, withServer } from "./fake-server.js";

const noRetries = { MLFLOW_HTTP_REQUEST_MAX_RETRIES: "0" };

/** The error of asking for experiment 0. */
async function errorOf(address: string, env: Record<string, string> = {}): Promise<RunlabError> {
  const store = new RestStore(address, serverSettings({ ...noRetries, ...env }));
  try {
    await store.getExperiment("0");
  } catch (error) {
    assert.ok(error instanceof RunlabError, String(error));
    assert.doesNotMatch(`${error.message} ${error.hint}`, /secret/);
    return error;
  } finally {
    await store.close();
  }
  throw new Error("there was no error");
}

const page = "<!doctype html><title>Sign in</title><p>Welcome to the portal</p>";
const cases: ReadonlyArray<[string, Answer, RunlabError["code"], RegExp, RegExp]> = [
  ["an HTML page instead of JSON", { text: page }, "BAD_REQUEST", /with an HTML page instead of JSON/, /sign-in page/],
  [
    "another program's text",
    { text: "hello" },
    "BAD_REQUEST",
    /with 'hello' instead of JSON/,
    /another program's port/,
  ],
  [
    "a path that is not there",
    { status: 404, text: page },
    "BAD_REQUEST",
    /not an MLflow server: it has no \/api/,
    /its port/,
  ],
  ["401", { status: 401, text: page }, "PERMISSION_DENIED", /wants to know who asks/, /MLFLOW_TRACKING_USERNAME/],
  [
    "403 for its host name",
    { status: 403, text: "Invalid Host header - possible" },
    "PERMISSION_DENIED",
    /\(403\)/,
    /--allowed-hosts/,
  ],
  ["403", { status: 403, text: "no" }, "PERMISSION_DENIED", /\(403\): no/, /MLFLOW_TRACKING_TOKEN/],
  [
    "a redirection to a sign-in page",
    { status: 302, headers: { location: "https://x.example/login?to=secret" } },
    "BAD_REQUEST",
    /redirects to https:\/\/x\.example\/login \(302\)/,
    /sign-in page.*browser/,
  ],
  [
    "a redirection to the server's other address",
    { status: 308, headers: { location: "https://x.example/mlflow/api/2.0/mlflow/experiments/get?experiment_id=0" } },
    "BAD_REQUEST",
    /redirects/,
    /^Use https:\/\/x\.example\/mlflow as/,
  ],
  [
    "another program's JSON",
    { json: { took: 3 } },
    "BAD_REQUEST",
    /with '{"took":3}' instead of MLflow's JSON/,
    /another program's port/,
  ],
  ["a list in JSON", { json: [] }, "BAD_REQUEST", /instead of MLflow's JSON/, /another program's port/],
  [
    "a name in the place of an experiment's id",
    { status: 400, json: { error_code: "INVALID_PARAMETER_VALUE", message: "Invalid experiment ID '0'. Must be…" } },
    "RESOURCE_DOES_NOT_EXIST",
    /^No Experiment with id=0 exists/,
    /^$/,
  ],
  ["413", { status: 413, text: page }, "BAD_REQUEST", /no request this large/, /limit/],
  ["503 of a proxy", { status: 503, text: page }, "TEMPORARILY_UNAVAILABLE", /503: Sign in Welcome/, /log/],
  ["500", { status: 500, text: page }, "INTERNAL_ERROR", /500: Sign in/, /log/],
  [
    "MLflow's own error",
    { status: 404, json: { error_code: "RESOURCE_DOES_NOT_EXIST", message: "No Experiment" } },
    "RESOURCE_DOES_NOT_EXIST",
    /^No Experiment$/,
    /^$/,
  ],
  [
    "MLflow's 403",
    { status: 403, json: { error_code: "PERMISSION_DENIED", message: "Permission denied" } },
    "PERMISSION_DENIED",
    /denied/,
    /refused it/,
  ],
  [
    "a code of MLflow's with another name",
    { status: 409, json: { error_code: "ALREADY_EXISTS", message: "taken" } },
    "RESOURCE_ALREADY_EXISTS",
    /taken/,
    /^$/,
  ],
];

for (const [name, answer, code, message, hint] of cases) {
  test(`${name}: the error names the server and the way out`, async () => {
    await withServer(new FakeServer(() => answer), async (address) => {
      const error = await errorOf(address);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.match(error.hint ?? "", hint);
      if (!/^No|denied|taken/.test(error.message)) assert.ok(error.message.includes(address));
    });
  });
}

test("a server that is not there, a name that does not exist and one that hangs up are told apart", async () => {
  const address = `http://127.0.0.1:${await freePort()}`;
  const away = await errorOf(address);
  assert.equal(away.code, "TEMPORARILY_UNAVAILABLE");
  assert.match(away.message, new RegExp(`${address} cannot be reached \\(ECONNREFUSED\\)`));
  assert.match(away.hint ?? "", /Is it running.*another tracking URI/);
  await withServer(new FakeServer(() => "hang up"), async (at) => {
    assert.match((await errorOf(at)).message, /ended the connection/);
  });
});

test("a program that speaks no HTTP, and a server without TLS that is asked over TLS, are told as that", async () => {
  const program = createServer((socket) => socket.on("error", () => undefined).end("SSH-2.0-OpenSSH_9.2\r\n"));
  program.listen(0, "127.0.0.1");
  await once(program, "listening");
  try {
    const error = await errorOf(`http://127.0.0.1:${(program.address() as AddressInfo).port}`);
    assert.equal(error.code, "BAD_REQUEST");
    assert.match(error.message, /does not answer in HTTP/);
  } finally {
    program.close();
  }
  await withServer(new FakeServer(() => ({ json: {} })), async (address) => {
    const error = await errorOf(address.replace("http:", "https:"));
    assert.match(error.hint ?? "", new RegExp(`does not speak TLS at this port: use ${address},`));
  });
});

test("a server that says nothing is asked twice, however many retries there may be", async () => {
  const silent = new FakeServer(() => new Promise(() => undefined));
  await withServer(silent, async (address) => {
    const error = await errorOf(address, { MLFLOW_HTTP_REQUEST_TIMEOUT: "1", MLFLOW_HTTP_REQUEST_MAX_RETRIES: "5" });
    assert.equal(error.code, "DEADLINE_EXCEEDED");
    assert.equal(silent.arrived.length, 2);
  });
});

test("a server that says nothing is given up after MLFLOW_HTTP_REQUEST_TIMEOUT", async () => {
  const silent = new FakeServer(() => new Promise(() => undefined));
  await withServer(silent, async (address) => {
    const error = await errorOf(address, { MLFLOW_HTTP_REQUEST_TIMEOUT: "1" });
    assert.equal(error.code, "DEADLINE_EXCEEDED");
    assert.match(error.hint ?? "", /MLFLOW_HTTP_REQUEST_TIMEOUT/);
  });
});

test("a user with a wrong password is told so, without the password", async () => {
  await withServer(new FakeServer(() => ({ status: 401, text: "secret" })), async (address) => {
    const env = { MLFLOW_TRACKING_USERNAME: "ann", MLFLOW_TRACKING_PASSWORD: "secret" };
    assert.match((await errorOf(address, env)).message, /does not accept the user or token/);
  });
});

test("settings that cannot be meant are refused by their names", () => {
  for (const [env, message] of [
    [{ MLFLOW_HTTP_REQUEST_TIMEOUT: "soon" }, /MLFLOW_HTTP_REQUEST_TIMEOUT is 'soon'/],
    [{ MLFLOW_TRACKING_TOKEN: "secret\r\nx: y" }, /MLFLOW_TRACKING_TOKEN contains/],
    [{ MLFLOW_TRACKING_INSECURE_TLS: "true", MLFLOW_TRACKING_SERVER_CERT_PATH: "a.pem" }, /are both set/],
  ] as const) {
    assert.throws(() => serverSettings(env), isError("INVALID_PARAMETER_VALUE", message));
  }
});
