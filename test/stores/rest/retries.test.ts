import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { BatchingStore } from "../../../src/stores/batching/batching-store.js";
import { RestStore } from "../../../src/stores/rest/rest-store.js";
import { serverSettings } from "../../../src/stores/rest/server-settings.js";
import { SpoolFolder } from "../../../src/stores/spool/spool-folder.js";
import { SpoolingStore } from "../../../src/stores/spool/spooling-store.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import type { MetricJson } from "../../../src/tracking/mlflow-json.js";
import { TrackingSession } from "../../../src/tracking/session.js";
import { isError } from "../../is-error.js";
import { type Answer, type Arrived, FakeServer, withServer } from "./fake-server.js";

interface Body {
  tags?: Array<{ key: string; value: string }>;
  metrics?: MetricJson[];
  params?: unknown[];
  filter?: string;
}

/** A server that keeps runs and points as MLflow does, but twice what it gets twice, and drops answers when told. */
class CountingServer {
  readonly runs: Array<{ info: object; data: { tags: Body["tags"] } }> = [];
  readonly points: MetricJson[] = [];
  readonly server: FakeServer;

  constructor(drop: (request: Arrived, count: number) => boolean) {
    this.server = new FakeServer((request, count) => {
      const answer = this.#answer(request);
      return drop(request, count) ? "hang up" : answer;
    });
  }

  #answer({ path, text }: Arrived): Answer {
    const body = (text === "" ? {} : JSON.parse(text)) as Body;
    if (path.endsWith("/runs/create")) {
      const id = String(this.runs.length + 1).padStart(32, "0");
      const info = {
        run_id: id,
        run_name: "r",
        experiment_id: "0",
        status: "RUNNING",
        start_time: 1,
        lifecycle_stage: "active",
        user_id: "",
      };
      const run = { info, data: { tags: body.tags ?? [] } };
      this.runs.push(run);
      return { json: { run } };
    }
    if (path.endsWith("/runs/search")) {
      const wanted = /'([^']+)'/.exec(body.filter ?? "")?.[1];
      return { json: { runs: this.runs.filter(({ data }) => data.tags?.some(({ value }) => value === wanted)) } };
    }
    if (path.endsWith("/log-batch")) this.points.push(...(body.metrics ?? []));
    return { json: {} };
  }
}

function client(address: string, env: Record<string, string> = {}): TrackingClient {
  return new TrackingClient(new BatchingStore(new RestStore(address, serverSettings(env))));
}

test("a run whose creation was answered into the void is found again, not created twice", async () => {
  let dropped = 0;
  const counting = new CountingServer(({ path }) => path.endsWith("/runs/create") && dropped++ === 0);
  await withServer(counting.server, async (address) => {
    const run = await client(address).createRun("0", { tags: { a: "1" } });
    assert.equal(counting.runs.length, 1);
    assert.equal(run.info.runId, "1".padStart(32, "0"));
    assert.deepEqual(Object.keys(run.data.tags), ["a", "mlflow.runName"]);
  });
});

test("a creation that never arrived is sent again", async () => {
  const server = new FakeServer(({ path }, count) => {
    if (count === 1) return "hang up";
    return path.endsWith("/runs/search")
      ? { json: {} }
      : { json: { run: { info: { run_id: "a", lifecycle_stage: "active" } } } };
  });
  await withServer(server, async (address) => {
    assert.equal((await client(address).createRun("0")).info.runId, "a");
    assert.deepEqual(
      server.arrived.map(({ path }) => path.split("/").at(-1)),
      ["create", "search", "create"],
    );
  });
});

test("what was refused is not sent again; a busy server gets the request again after a while", async () => {
  const refusing = new FakeServer(() => ({
    status: 400,
    json: { error_code: "INVALID_PARAMETER_VALUE", message: "no" },
  }));
  await withServer(refusing, async (address) => {
    await assert.rejects(client(address).getExperiment("0"), isError("INVALID_PARAMETER_VALUE"));
    assert.equal(refusing.arrived.length, 1);
  });
  const busy = new FakeServer((_, count) =>
    count < 3 ? { status: 429, text: "later" } : { json: { experiment: { experiment_id: "0", name: "Default" } } },
  );
  await withServer(busy, async (address) => {
    assert.equal((await client(address).getExperiment("0")).name, "Default");
    assert.equal(busy.arrived.length, 3);
  });
});

test("MLFLOW_HTTP_REQUEST_MAX_RETRIES is how often a request is sent again", async () => {
  const down = new FakeServer(() => ({ status: 503, text: "away" }));
  await withServer(down, async (address) => {
    const asked = client(address, { MLFLOW_HTTP_REQUEST_MAX_RETRIES: "2" }).getExperiment("0");
    await assert.rejects(asked, isError("TEMPORARILY_UNAVAILABLE", /503/));
    assert.equal(down.arrived.length, 3);
  });
});

test("deleting a tag whose answer was lost is a success, though it is gone the second time", async () => {
  const server = new FakeServer((_, count) =>
    count === 1 ? "hang up" : { status: 404, json: { error_code: "RESOURCE_DOES_NOT_EXIST", message: "No tag" } },
  );
  await withServer(server, async (address) => {
    await client(address).deleteTag("a".repeat(32), "t");
    assert.equal(server.arrived.length, 2);
    await assert.rejects(client(address).deleteTag("a".repeat(32), "t"), isError("RESOURCE_DOES_NOT_EXIST"));
  });
});

for (const [name, pause] of [
  ["without a pause", () => undefined],
  ["that lets other work go on in between", () => new Promise((resolve) => setImmediate(resolve))],
] as const) {
  test(`a loop of 100,000 points ${name} costs at most 120 requests, and every point arrives once, in order`, async () => {
    const counting = new CountingServer(() => false);
    const folder = await mkdtemp(join(tmpdir(), "runlab-loop-"));
    await withServer(counting.server, async (address) => {
      const store = new SpoolingStore(new RestStore(address, serverSettings({})), new SpoolFolder(folder, address));
      const session = new TrackingSession({ resolveUri: () => address, openStore: () => store });
      await session.startRun(async (run) => {
        for (let step = 0; step < 100_000; step++) {
          void run.logMetric("loss", step, { step, timestamp: 5 });
          if (step % 50 === 0) await pause();
        }
      });
      await session.close();
      const { arrived } = counting.server;
      assert.ok(arrived.length <= 120, `${arrived.length} requests`);
      assert.deepEqual(
        counting.points.map(({ step }) => step),
        Array.from({ length: 100_000 }, (_, step) => step),
      );
    });
    await rm(folder, { recursive: true });
  });
}
