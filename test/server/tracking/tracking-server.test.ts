import assert from "node:assert/strict";
import { test } from "node:test";
import { newRun, rawStatus, startTracking } from "./start-tracking.js";

test("what is logged over HTTP is found by a search, in MLflow's JSON", async (context) => {
  const server = await startTracking(context);
  const run_id = await newRun(server);
  const logged = await server.post("runs/log-batch", {
    run_id,
    metrics: [
      { key: "rmse", value: 0.5, timestamp: "1700000000001", step: "3" },
      { key: "bad", value: "NaN", timestamp: 1_700_000_000_001 },
    ],
    params: [{ key: "alpha", value: "0.1" }],
    tags: [{ key: "__proto__", value: "plain" }],
  });
  assert.deepEqual(logged, { status: 200, json: {} });
  const { json } = await server.post("runs/search", {
    experiment_ids: ["0"],
    filter: "metrics.rmse < 1 AND params.alpha = '0.1'",
    order_by: ["metrics.rmse DESC"],
  });
  const [{ info, data }] = json.runs;
  assert.equal(json.runs.length, 1);
  assert.equal(info.run_id, run_id);
  assert.equal(info.status, "RUNNING");
  assert.match(info.artifact_uri, /^mlflow-artifacts:\/0\//);
  assert.deepEqual(data.params, [{ key: "alpha", value: "0.1" }]);
  const [rmse] = data.metrics.filter(({ key }: { key: string }) => key === "rmse");
  assert.deepEqual([rmse.value, rmse.step, rmse.timestamp], [0.5, 3, 1_700_000_000_001]);
  assert.ok(
    data.tags.some(({ key, value }: { key: string; value: string }) => key === "__proto__" && value === "plain"),
  );
  const history = await server.get(`metrics/get-history?run_id=${run_id}&metric_key=rmse`);
  assert.equal(history.json.metrics.length, 1);
});

test("a batch is stored whole or not at all", async (context) => {
  const server = await startTracking(context);
  const run_id = await newRun(server);
  await server.post("runs/log-parameter", { run_id, key: "alpha", value: "0.1" });
  const { status, json } = await server.post("runs/log-batch", {
    run_id,
    metrics: [{ key: "rmse", value: 1, timestamp: 1 }],
    params: [{ key: "alpha", value: "0.2" }],
  });
  assert.equal(status, 400);
  assert.equal(json.error_code, "INVALID_PARAMETER_VALUE");
  const run = await server.get(`runs/get?run_id=${run_id}`);
  assert.equal(run.json.run.data.metrics, undefined);
});

test("what is wrong in a request gets MLflow's status and error code", async (context) => {
  const server = await startTracking(context);
  const run_id = await newRun(server);
  const wrong: Array<[string, unknown, number, string]> = [
    ["experiments/create", { name: "Default" }, 400, "RESOURCE_ALREADY_EXISTS"],
    ["experiments/create", {}, 400, "INVALID_PARAMETER_VALUE"],
    ["experiments/create", [1], 400, "INVALID_PARAMETER_VALUE"],
    ["runs/log-metric", { run_id, key: "a", value: "text", timestamp: 1 }, 400, "INVALID_PARAMETER_VALUE"],
    ["runs/log-metric", { run_id: "0".repeat(32), key: "a", value: 1, timestamp: 1 }, 404, "RESOURCE_DOES_NOT_EXIST"],
    ["runs/log-metric", { run_id, key: "a", value: 1, timestamp: 1, model_id: "m-1" }, 404, "RESOURCE_DOES_NOT_EXIST"],
    [
      "runs/search",
      { experiment_ids: ["0"], filter: "metrics.a = 1 OR metrics.b = 1" },
      400,
      "INVALID_PARAMETER_VALUE",
    ],
    ["runs/search", { experiment_ids: ["0"], filter: "(metrics.a = 1)" }, 400, "INVALID_PARAMETER_VALUE"],
    ["runs/search", { experiment_ids: ["0"], filter: "params.p = 1" }, 400, "INVALID_PARAMETER_VALUE"],
    ["runs/search", { experiment_ids: ["0"], filter: "tags.t NOT LIKE 'x'" }, 400, "INVALID_PARAMETER_VALUE"],
  ];
  for (const [path, body, status, code] of wrong) {
    const answer = await server.post(path, body);
    assert.deepEqual([answer.status, answer.json.error_code], [status, code], `${path} ${JSON.stringify(body)}`);
  }
});

test("a file goes to its run through the proxy and comes back as a download", async (context) => {
  const server = await startTracking(context);
  const run_id = await newRun(server);
  const url = `${server.url}/api/2.0/mlflow-artifacts/artifacts/0/${run_id}/artifacts/notes/a%20b.html`;
  const sent = await fetch(url, { method: "PUT", body: "<script>1</script>" });
  assert.equal(sent.status, 200);
  const list = await server.get(`artifacts/list?run_id=${run_id}&path=notes`);
  assert.deepEqual(list.json.files, [{ path: "notes/a b.html", is_dir: false, file_size: 18 }]);
  const got = await fetch(url);
  assert.equal(await got.text(), "<script>1</script>");
  assert.equal(got.headers.get("content-type"), "application/octet-stream");
  assert.match(got.headers.get("content-disposition") ?? "", /^attachment/);
});

test("a path that leads out of a run is refused and nothing is written", async (context) => {
  const server = await startTracking(context);
  const run_id = await newRun(server);
  const run = `/api/2.0/mlflow-artifacts/artifacts/0/${run_id}/artifacts`;
  for (const path of [
    "../run.json",
    "..%2frun.json",
    "%2e%2e/run.json",
    "%252e%252e/run.json",
    "a%00b",

    "a/../../run.json",
  ]) {
    for (const method of ["GET", "PUT"]) {
      const status = await rawStatus(server.port, `${run}/${path}`, {}, method, method === "PUT" ? "x" : "");
      assert.ok(status === 400 || status === 404, `${method} ${path}: ${status}`);
    }
  }
  const { json } = await server.get(`artifacts/list?run_id=${run_id}`);
  assert.equal(json.files, undefined);
  assert.equal((await server.get(`runs/get?run_id=${run_id}`)).status, 200);
});

test("an absolute path is one within its run", async (context) => {
  const server = await startTracking(context);
  const run_id = await newRun(server);
  const path = `/api/2.0/mlflow-artifacts/artifacts/0/${run_id}/artifacts/%2fetc%2fnothing`;
  assert.equal(await rawStatus(server.port, path, {}, "PUT", "x"), 200);
  const { json } = await server.get(`artifacts/list?run_id=${run_id}&path=etc`);
  assert.deepEqual(json.files, [{ path: "etc/nothing", is_dir: false, file_size: 1 }]);
});

test("a request of another host or page is refused", async (context) => {
  const { port } = await startTracking(context);
  const path = "/api/2.0/mlflow/experiments/get?experiment_id=0";
  assert.equal(await rawStatus(port, path), 200);
  assert.equal(await rawStatus(port, path, { host: "evil.example" }), 403);
  assert.equal(await rawStatus(port, path, { origin: "http://evil.example" }), 403);
});

test("clients that log at the same moment are each answered for their own point", async (context) => {
  const server = await startTracking(context);
  const run_id = await newRun(server);
  const deleted = await newRun(server);
  await server.post("runs/delete", { run_id: deleted });
  await server.post("runs/log-parameter", { run_id, key: "alpha", value: "0.1" });
  const point = (step: number) => ({ key: "loss", value: step / 7, timestamp: 1, step });
  const answers = await Promise.all(
    Array.from({ length: 40 }, async (_, step) => {
      if (step % 10 === 7) return server.post("runs/log-metric", { run_id: deleted, ...point(step) });
      if (step % 10 === 8)
        return server.post("runs/log-batch", {
          run_id,
          metrics: [point(step)],
          params: [{ key: "alpha", value: "0.2" }],
        });
      const logged = await server.post("runs/log-metric", { run_id, ...point(step) });
      // An answer means that the point is there.
      const { json } = await server.get(`metrics/get-history?run_id=${run_id}&metric_key=loss`);
      assert.ok(json.metrics.some((kept: { step: number }) => kept.step === step));
      return logged;
    }),
  );
  const refused = (step: number) => step % 10 === 7 || step % 10 === 8;
  assert.deepEqual(
    answers.map(({ status }) => status),
    answers.map((_, step) => (refused(step) ? 400 : 200)),
  );
  const { json } = await server.get(`metrics/get-history?run_id=${run_id}&metric_key=loss`);
  assert.deepEqual(
    json.metrics.map(({ step }: { step: number }) => step).sort((a: number, b: number) => a - b),
    answers.flatMap((_, step) => (refused(step) ? [] : [step])),
  );
  const { json: none } = await server.get(`metrics/get-history?run_id=${deleted}&metric_key=loss`);
  assert.deepEqual(none.metrics ?? [], []);
});
