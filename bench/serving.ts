import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { logModel } from "../src/models/log-model.js";
import { ModelSignature } from "../src/models/signature/signature.js";
import { openStore, resolveUri } from "../src/stores/open.js";
import { TrackingSession } from "../src/tracking/session.js";
import { elasticNet } from "../test/models/onnx-models.js";
import { load } from "../test/server/scoring/load.js";
import { median, quantile } from "./support/quantile.js";
import { freePort, memory, type Served, serve, stop } from "./support/served.js";

/**
 * One ONNX model served by runlab, a bare node:http server, and MLflow where `.venv` (or RUNLAB_PYTHON) has mlflow and
 * onnxruntime. `node serving.js [--soak requests]`: with --soak, only that many requests, and memory before and after.
 */
const seconds = 5;
const soak = process.argv.includes("--soak") ? Number(process.argv[process.argv.indexOf("--soak") + 1]) : 0;
const folder = await mkdtemp(join(tmpdir(), "runlab-bench-"));
const columns = ["a", "b", "c"];
const oneRow = JSON.stringify({ dataframe_split: { columns, data: [[0.1257, -0.1321, 0.6404]] } });
const batch = JSON.stringify({
  dataframe_split: {
    columns,
    data: Array.from({ length: 10_000 }, (_, row) => columns.map((_name, at) => row / 7 + at)),
  },
});

function report(what: string, value: string, bar: string): void {
  process.stdout.write(`${what.padEnd(44)} ${value.padStart(34)}   ${bar}\n`);
}

function started(name: string, command: readonly string[], port: number, env = {}): Promise<Served> {
  return serve(command, { port, ready: "/ping", log: join(folder, `${name}.log`), env });
}

async function measure(name: string, served: Served, bars: readonly string[]): Promise<void> {
  const { url, ready } = served;
  report(`${name}: ready`, `${Math.round(ready)} ms`, bars[0] ?? "");
  report(`${name}: memory when ready`, `${memory(served).toFixed(0)} MB`, "");
  await load(url, oneRow, { connections: 4, until: { ms: 1000 } });
  for (const connections of [1, 8]) {
    const result = await load(url, oneRow, { connections, until: { ms: seconds * 1000 } });
    const rate = result.requests / result.seconds;
    const [p50, p99] = [0.5, 0.99].map((part) => quantile(result.latencies, part).toFixed(2));
    const failed = result.failed === 0 ? "" : `, ${result.failed} failed`;
    report(
      `${name}: one row, ${connections} connection${connections > 1 ? "s" : ""}`,
      `${Math.round(rate).toLocaleString("en")}/s, p50 ${p50}, p99 ${p99} ms${failed}`,
      bars[connections === 1 ? 1 : 2] ?? "",
    );
  }
  const large = await load(url, batch, { connections: 1, until: { requests: 10 } });
  report(`${name}: 10,000 rows`, `${median(large.latencies).toFixed(1)} ms${large.failed ? ", failed" : ""}`, "");
  report(`${name}: memory afterwards`, `${memory(served).toFixed(0)} MB`, bars[3] ?? "");
}

try {
  const session = new TrackingSession({ resolveUri, openStore, announce: () => undefined });
  session.setTrackingUri(join(folder, "runlab"));
  const inputs = JSON.stringify(columns.map((name) => ({ type: "double", name, required: true })));
  const { modelUri, runId } = await logModel(session, elasticNet, {
    name: "elastic",
    signature: ModelSignature.fromJSON({ inputs }),
  });
  await session.close();
  const main = fileURLToPath(new URL("../bundle/main.js", import.meta.url));
  const port = await freePort();
  const options = ["-m", modelUri, "-p", String(port), "--tracking-uri", join(folder, "runlab")];
  const served = await started("runlab", [process.execPath, main, "models", "serve", ...options], port);
  try {
    if (soak > 0) {
      await load(served.url, oneRow, { connections: 8, until: { requests: Math.min(soak, 50_000) } });
      const before = memory(served);
      const result = await load(served.url, oneRow, { connections: 8, until: { requests: soak } });
      const after = memory(served);
      const change = `${before.toFixed(0)} MB, then ${after.toFixed(0)} MB`;
      report(
        `${soak.toLocaleString("en")} requests, ${result.failed} failed`,
        change,
        `${(after / before).toFixed(2)}x (<= 1.1x)`,
      );
    } else {
      await measure("runlab", served, ["<= 1,000 ms", ">= 1,900/s, p99 <= 5 ms", ">= 4,110/s", "<= 150 MB"]);
    }
  } finally {
    await stop(served);
  }
  if (soak === 0) {
    await bareServer();
    await besideMlflow(join(folder, "runlab", "0", runId, "artifacts", "elastic"));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** What Node itself takes: a server that reads the body and gives a constant. */
async function bareServer(): Promise<void> {
  const bare = await freePort();
  const script = `require("node:http").createServer((request, response) => request.resume().on("end", () => {
    response.setHeader("content-length", 21).end('{"predictions": [42]}') })).listen(${bare}, "127.0.0.1")`;
  const served = await started("bare", [process.execPath, "-e", script], bare);
  for (const connections of [1, 8]) {
    const { requests, seconds: took } = await load(served.url, oneRow, { connections, until: { ms: 2000 } });
    const what = `bare node:http: ${connections} connection${connections > 1 ? "s" : ""}`;
    report(what, `${Math.round(requests / took).toLocaleString("en")}/s`, "the limit");
  }
  await stop(served);
}

/** The same files through MLflow's own server. */
async function besideMlflow(model: string): Promise<void> {
  const python = process.env.RUNLAB_PYTHON ?? join(".venv", "bin", "python");
  const found = spawnSync(python, ["-c", "import mlflow, onnx, onnxruntime; print(mlflow.__version__)"], {
    encoding: "utf8",
  });
  if (found.status !== 0) {
    process.stdout.write(`MLflow is not measured: ${python} cannot import mlflow, onnx and onnxruntime.\n`);
    return;
  }
  const port = await freePort();
  const command = [
    python,
    "-m",
    "mlflow",
    "models",
    "serve",
    "-m",
    model,
    "-p",
    String(port),
    "--env-manager",
    "local",
  ];
  const served = await started("mlflow", command, port, {
    MLFLOW_TRACKING_URI: `sqlite:///${join(folder, "mlflow.db")}`,
    // It looks for uvicorn there.
    PATH: `${resolve(python, "..")}${delimiter}${process.env.PATH}`,
  });
  try {
    await measure(`MLflow ${found.stdout.trim()}`, served, []);
  } finally {
    await stop(served);
  }
}
