import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { RestStore } from "../../../src/stores/rest/rest-store.js";
import { serverSettings } from "../../../src/stores/rest/server-settings.js";
import { isError } from "../../is-error.js";
import { type Answer, type Arrived, FakeServer, withServer } from "./fake-server.js";

let folder: string;
let file: string;
const content = randomBytes(2500).toString("hex");
const runId = "a".repeat(32);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-parts-"));
  file = join(folder, "big.bin");
  await writeFile(file, content);
});
after(() => rm(folder, { recursive: true }));

/** A storage like S3: takes parts without credentials of its own, gives each a tag, and now and then ends a connection. */
class Storage {
  readonly parts = new Map<number, string>();
  readonly server = new FakeServer((request, count) => this.#take(request, count));
  readonly #refuses: boolean;

  constructor(refuses = false) {
    this.#refuses = refuses;
  }

  #take({ path, text, headers }: Arrived, count: number): Answer {
    assert.equal(headers.authorization, undefined);
    assert.equal(headers["x-part"], "yes");
    if (this.#refuses) return { status: 403, text: "expired" };
    if (count === 2) return "hang up";
    const part = Number(path.split("/").at(-1));
    this.parts.set(part, text);
    return { text: "", headers: { etag: `"tag${part}"` } };
  }
}

/** MLflow's proxy before that storage. */
function proxyOf(storage: string, takesParts = true): FakeServer {
  return new FakeServer(({ path, text }) => {
    if (path.includes("/runs/get")) {
      const info = { run_id: runId, lifecycle_stage: "active", artifact_uri: "mlflow-artifacts:/1/run/artifacts" };
      return { json: { run: { info } } };
    }
    if (path.endsWith("/server-info")) return { json: { multipart_uploads_enabled: takesParts } };
    if (path.includes("/mpu/create/")) {
      const { num_parts } = JSON.parse(text) as { num_parts: number };
      const credentials = Array.from({ length: num_parts }, (_, at) => ({
        url: `${storage}/bucket/${at + 1}`,
        part_number: at + 1,
        headers: { "x-part": "yes" },
      }));
      return { json: { upload_id: "u1", credentials } };
    }
    return { json: {} };
  });
}

async function put(address: string, env: Record<string, string> = {}): Promise<void> {
  const store = new RestStore(
    address,
    serverSettings({
      MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE: "4000",
      MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE: "1000",
      MLFLOW_TRACKING_TOKEN: "secret",
      ...env,
    }),
  );
  await (await store.artifacts(runId)).put("in/big.bin", { file });
  await store.close();
}

const routes = (server: FakeServer) =>
  server.arrived.map(({ method, path }) => `${method} ${path}`).filter((line) => !/runs\/get|logged-models/.test(line));

test("a large file goes in parts to the storage, each again when its connection ends, and without our credentials", async () => {
  const storage = new Storage();
  await withServer(storage.server, async (at) => {
    const proxy = proxyOf(at);
    await withServer(proxy, async (address) => {
      await put(address);
      assert.equal([1, 2, 3, 4, 5].map((part) => storage.parts.get(part)).join(""), content);
      const place = "1/run/artifacts/in";
      assert.deepEqual(routes(proxy), [
        "GET /api/3.0/mlflow/server-info",
        `POST /api/2.0/mlflow-artifacts/mpu/create/${place}`,
        `POST /api/2.0/mlflow-artifacts/mpu/complete/${place}`,
      ]);
      assert.deepEqual(JSON.parse(proxy.arrived.at(-1)?.text ?? ""), {
        path: "big.bin",
        upload_id: "u1",
        parts: [1, 2, 3, 4, 5].map((part) => ({
          part_number: part,
          etag: `"tag${part}"`,
          url: `${at}/bucket/${part}`,
        })),
      });
    });
  });
});

test("a storage that refuses a part: the upload is given up, with the storage named", async () => {
  const storage = new Storage(true);
  await withServer(storage.server, async (at) => {
    const proxy = proxyOf(at);
    await withServer(proxy, async (address) => {
      await assert.rejects(
        put(address),
        isError("PERMISSION_DENIED", /Part \d of .*, the storage behind http.*MULTIPART_UPLOAD=false/s),
      );
      assert.match(routes(proxy).at(-1) ?? "", /mpu\/abort/);
    });
  });
});

test("through the server go small files, those for a server that takes no parts, and all when the variable says so", async () => {
  for (const [env, takesParts] of [
    [{ MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE: "5001" }, true],
    [{}, false],
    [{ MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD: "false" }, true],
  ] as const) {
    const proxy = proxyOf("http://127.0.0.1:1", takesParts);
    await withServer(proxy, async (address) => {
      await put(address, env);
      assert.equal(routes(proxy).at(-1), "PUT /api/2.0/mlflow-artifacts/artifacts/1/run/artifacts/in/big.bin");
      assert.equal(proxy.arrived.at(-1)?.text, content);
    });
  }
});
