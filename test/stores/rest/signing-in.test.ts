import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, request as forward, type IncomingMessage, type Server } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { RestStore } from "../../../src/stores/rest/rest-store.js";
import { serverSettings } from "../../../src/stores/rest/server-settings.js";
import { isError } from "../../is-error.js";
import { type Certificates, makeCertificates } from "./certificates.js";
import { FakeServer, withServer } from "./fake-server.js";

const proxyVariables = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"] as const;
const saved = Object.fromEntries(proxyVariables.map((name) => [name, process.env[name]]));
let folder: string;
let certificates: Certificates;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-tls-"));
  certificates = makeCertificates(folder);
});
beforeEach(() => {
  for (const name of proxyVariables) delete process.env[name];
});
after(async () => {
  for (const [name, value] of Object.entries(saved)) if (value !== undefined) process.env[name] = value;
  await rm(folder, { recursive: true });
});

const experiment = { json: { experiment: { experiment_id: "0", name: "Default", lifecycle_stage: "active" } } };

/** The name of experiment 0, asked with these variables set. */
async function ask(address: string, env: Record<string, string> = {}): Promise<string> {
  const store = new RestStore(address, serverSettings({ MLFLOW_HTTP_REQUEST_MAX_RETRIES: "0", ...env }));
  try {
    return (await store.getExperiment("0")).name;
  } finally {
    await store.close();
  }
}

describe("credentials", () => {
  for (const [name, env, header] of [
    [
      "a user and password",
      { MLFLOW_TRACKING_USERNAME: "ann", MLFLOW_TRACKING_PASSWORD: "pä:ss" },
      `Basic ${Buffer.from("ann:pä:ss").toString("base64")}`,
    ],
    ["a token", { MLFLOW_TRACKING_TOKEN: "tok" }, "Bearer tok"],
    [
      "a user before a token",
      { MLFLOW_TRACKING_USERNAME: "a", MLFLOW_TRACKING_PASSWORD: "b", MLFLOW_TRACKING_TOKEN: "c" },
      "Basic YTpi",
    ],
    ["none", {}, undefined],
  ] as const) {
    test(`${name} of MLflow's variables`, async () => {
      const server = new FakeServer(() => experiment);
      await withServer(server, async (address) => {
        await ask(address, env);
        assert.equal(server.arrived[0]?.headers.authorization, header);
      });
    });
  }

  test("they are never sent where a redirection points", async () => {
    const other = new FakeServer(() => experiment);
    await withServer(other, async (elsewhere) => {
      const server = new FakeServer(() => ({ status: 307, headers: { location: `${elsewhere}/x` } }));
      await withServer(server, (address) =>
        assert.rejects(ask(address, { MLFLOW_TRACKING_TOKEN: "secret" }), isError("BAD_REQUEST", /redirects/)),
      );
    });
    assert.equal(other.arrived.length, 0);
  });
});

describe("TLS", () => {
  const secure = (more: object = {}) =>
    new FakeServer(() => experiment, { cert: certificates.server.cert, key: certificates.server.key, ...more });

  test("a certificate of an unknown authority is refused, with the way out", async () => {
    await withServer(secure(), async (address) => {
      await assert.rejects(ask(address), (error: Error & { hint?: string }) => {
        assert.match(error.message, /over TLS/);
        assert.match(error.hint ?? "", /MLFLOW_TRACKING_SERVER_CERT_PATH/);
        return true;
      });
    });
  });

  test("it is accepted with its authority in MLFLOW_TRACKING_SERVER_CERT_PATH, or with MLFLOW_TRACKING_INSECURE_TLS", async () => {
    await withServer(secure(), async (address) => {
      assert.equal(await ask(address, { MLFLOW_TRACKING_SERVER_CERT_PATH: certificates.server.path }), "Default");
      assert.equal(await ask(address, { MLFLOW_TRACKING_INSECURE_TLS: "true" }), "Default");
    });
  });

  test("a server that wants a client's certificate gets that of MLFLOW_TRACKING_CLIENT_CERT_PATH", async () => {
    const asking = { requestCert: true, rejectUnauthorized: true, ca: certificates.client.cert };
    await withServer(secure(asking), async (address) => {
      const env = { MLFLOW_TRACKING_SERVER_CERT_PATH: certificates.server.path };
      await assert.rejects(ask(address, env), isError("TEMPORARILY_UNAVAILABLE"));
      assert.equal(
        await ask(address, { ...env, MLFLOW_TRACKING_CLIENT_CERT_PATH: certificates.client.path }),
        "Default",
      );
    });
  });

  test("a file of certificates that is not there is named with its variable", async () => {
    const missing = ask("https://127.0.0.1:1", { MLFLOW_TRACKING_SERVER_CERT_PATH: join(folder, "none.pem") });
    await assert.rejects(
      missing,
      isError("INVALID_PARAMETER_VALUE", /none\.pem' that MLFLOW_TRACKING_SERVER_CERT_PATH/),
    );
  });
});

describe("proxies", () => {
  /** A proxy on loopback: forwards http, opens tunnels, and keeps what it was asked for. */
  class ForwardProxy {
    readonly asked: string[] = [];
    readonly #server: Server = createServer((request, response) => {
      this.asked.push(`${request.method} ${request.url}`);
      const onward = forward(
        request.url ?? "",
        { method: request.method, headers: request.headers },
        (answer: IncomingMessage) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        },
      );
      request.pipe(onward);
    });

    async start(): Promise<string> {
      this.#server.on("connect", (request, socket) => {
        this.asked.push(`CONNECT ${request.url}`);
        const [host = "", port = ""] = (request.url ?? "").split(":");
        const onward = connect(Number(port), host, () => {
          socket.write("HTTP/1.1 200 OK\r\n\r\n");
          onward.pipe(socket).pipe(onward);
        });
        for (const end of [socket, onward]) end.on("error", () => undefined);
      });
      this.#server.listen(0, "127.0.0.1");
      await once(this.#server, "listening");
      const address = this.#server.address();
      if (address === null || typeof address === "string") throw new Error("no port");
      return `http://127.0.0.1:${address.port}`;
    }

    close(): void {
      this.#server.closeAllConnections();
      this.#server.close();
    }
  }

  test("HTTP_PROXY forwards http, HTTPS_PROXY tunnels https, and NO_PROXY goes straight", async () => {
    const proxy = new ForwardProxy();
    const at = await proxy.start();
    try {
      await withServer(new FakeServer(() => experiment), async (address) => {
        process.env.HTTP_PROXY = at;
        assert.equal(await ask(address), "Default");
        assert.deepEqual(proxy.asked, [`GET ${address}/api/2.0/mlflow/experiments/get?experiment_id=0`]);
        process.env.NO_PROXY = "127.0.0.1";
        assert.equal(await ask(address), "Default");
        assert.equal(proxy.asked.length, 1);
        delete process.env.NO_PROXY;
      });
      const tls = { cert: certificates.server.cert, key: certificates.server.key };
      await withServer(new FakeServer(() => experiment, tls), async (address) => {
        process.env.HTTPS_PROXY = at;
        assert.equal(await ask(address, { MLFLOW_TRACKING_SERVER_CERT_PATH: certificates.server.path }), "Default");
        assert.equal(proxy.asked.at(-1), `CONNECT ${new URL(address).host}`);
      });
    } finally {
      proxy.close();
    }
  });
});
