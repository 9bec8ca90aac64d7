import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { load } from "../test/server/scoring/load.js";
import { median, quantile } from "./support/quantile.js";
import { freePort, memory, type Served, serve, stop } from "./support/served.js";

/**
 * `runlab server`, a bare node:http server that appends each body to a file, and `mlflow server` where RUNLAB_BENCH_PYTHON names a Python
 * that has MLflow. `node server.js [runs] [seconds]`: how many runs are searched (default 10,000), and how long each rate is measured.
 */
const runs = Number(process.argv[2] ?? 10_000);
const seconds = Number(process.argv[3] ?? 5);
const python = process.env.RUNLAB_BENCH_PYTHON;
const client = fileURLToPath(new URL("../../bench/server_client.py", import.meta.url));
const clients = 64;
const folder = await mkdtemp(join(process.env.RUNLAB_BENCH_FOLDER ?? tmpdir(), "runlab-bench-"));
const api = "/api/2.0/mlflow";
/** The bare server knows no runs. */
const nobody = "0".repeat(32);
const main = fileURLToPath(new URL("../bundle/main.js", import.meta.url));

function report(what: string, value: string, bar = ""): void {
  process.stdout.write(`${what.padEnd(58)} ${value.padStart(14)}   ${bar}\n`);
}

const number = (value: number) => Math.round(value).toLocaleString("en");

function started(name: string, command: readonly string[], port: number): Promise<Served> {
  const env = { MLFLOW_DISABLE_TELEMETRY: "true", MLFLOW_TRACKING_URI: "" };
  return serve(command, { port, ready: "/health", log: join(folder, `${name}.log`), cwd: folder, env });
}

async function post(url: string, path: string, body: object): Promise<Record<string, never>> {
  const answer = await fetch(`${url}${api}/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return (await answer.json()) as Record<string, never>;
}

async function newRun(url: string): Promise<string> {
  const { run } = (await post(url, "runs/create", { experiment_id: "0", start_time: Date.now() })) as unknown as {
    run: { info: { run_id: string } };
  };
  return run.info.run_id;
}

/** Bodies of log-metric, each of another step. */
function points(runId: string): () => string {
  let step = 0;
  return () => {
    step++;
    return `{"run_id":"${runId}","run_uuid":"${runId}","key":"loss","value":${step / 7},"timestamp":1700000000000,"step":${step}}`;
  };
}

/** Posts of log-metric a second over so many connections: the median of three rounds, of each server in turn. */
async function logRates(servers: ReadonlyArray<{ name: string; url: string; runId: string }>): Promise<void> {
  for (const connections of [1, 8]) {
    const rounds = servers.map(() => ({ rates: [] as number[], p99s: [] as number[], failed: 0 }));
    for (let round = 0; round < 3; round++) {
      for (const [at, { url, runId }] of servers.entries()) {
        const path = `${url}${api}/runs/log-metric`;
        const result = await load(path, points(runId), { connections, until: { ms: 1000 * seconds } });
        rounds[at]?.rates.push(result.requests / result.seconds);
        rounds[at]?.p99s.push(quantile(result.latencies, 0.99));
        if (rounds[at] !== undefined) rounds[at].failed += result.failed;
      }
    }
    const plural = connections > 1 ? "s" : "";
    for (const [at, { name }] of servers.entries()) {
      const { rates = [], p99s = [], failed = 0 } = rounds[at] ?? {};
      const what = `${name}: log-metric, ${connections} connection${plural}`;
      report(
        what,
        `${number(median(rates))}/s`,
        `p99 ${median(p99s).toFixed(1)} ms${failed === 0 ? "" : `, ${failed} FAILED`}`,
      );
    }
    const [bare, ours] = rounds.map(({ rates }) => median(rates));
    if (bare === undefined || ours === undefined) continue;
    report(
      `runlab: beside the bare server, ${connections} connection${plural}`,
      `${(ours / bare).toFixed(2)}x`,
      ">= 0.5x",
    );
  }
}

/** Calls of log_metric a second from MLflow's own client. */
async function pythonRate(name: string, url: string, runId: string, calls: number): Promise<number> {
  if (python === undefined) return Number.NaN;
  const { stdout } = await promisify(execFile)(python, [client, "log", url, runId, String(calls)]);
  report(`${name}: log_metric of the Python client`, `${number(Number(stdout))}/s`);
  return Number(stdout);
}

/** ms of the first page of a search with a filter and an order, and with an order alone: medians of five. */
async function searchTimes(name: string, url: string, bar: string): Promise<void> {
  for (const [what, filter] of [
    ["filter and order", "metrics.rmse > 20 AND params.alpha = '3'"],
    ["order alone", ""],
  ]) {
    const times: number[] = [];
    const body = { experiment_ids: ["0"], filter, order_by: ["metrics.rmse ASC"], max_results: 100 };
    for (let at = 0; at < 6; at++) {
      const start = performance.now();
      const { runs: found } = (await post(url, "runs/search", body)) as unknown as { runs?: unknown[] };
      if (found?.length !== 100 && runs >= 10_000) throw new Error(`${name} found ${found?.length} runs.`);
      times.push(performance.now() - start);
    }
    const [cold = 0, ...warm] = times;
    report(
      `${name}: search of ${number(runs)} runs, ${what}`,
      `${median(warm).toFixed(1)} ms`,
      `${bar}; the first ${cold.toFixed(0)} ms`,
    );
  }
}

async function runlab(bare: Served): Promise<Served> {
  const port = await freePort();
  const command = [
    process.execPath,
    main,
    "server",
    "-p",
    String(port),
    "--tracking-uri",
    join(folder, "runlab"),
    "--access-log",
    "none",
  ];
  const starts: number[] = [];
  let served = await started("runlab", command, port);
  for (let at = 0; at < 3; at++) {
    starts.push(served.ready);
    await stop(served);
    served = await started("runlab", command, port);
  }
  report("runlab: start to the first 200", `${number(median(starts))} ms`, "<= 700 ms");
  report("runlab: memory, idle", `${memory(served).toFixed(0)} MB`, "<= 120 MB");
  const { url } = served;
  await logRates([
    { name: "bare node:http", url: bare.url, runId: nobody },
    { name: "runlab", url, runId: await newRun(url) },
  ]);
  const crowd = await newRun(url);
  const wanted = 100 * clients;
  const result = await load(`${url}${api}/runs/log-metric`, points(crowd), {
    connections: clients,
    until: { requests: wanted },
  });
  const kept = (await (await fetch(`${url}${api}/metrics/get-history?run_id=${crowd}&metric_key=loss`)).json()) as {
    metrics: unknown[];
  };
  report(
    `runlab: ${clients} clients at once`,
    `${number(result.requests / result.seconds)}/s`,
    `${result.failed} failed, ${wanted - kept.metrics.length} lost`,
  );
  let count = 0;
  const create = () =>
    `{"experiment_id":"0","start_time":${Date.now()},"run_name":"run-${count++}","tags":[{"key":"mlflow.user","value":"bench"}]}`;
  const made = await load(`${url}${api}/runs/create`, create, { connections: 8, until: { requests: runs } });
  report("runlab: runs created", `${number(made.requests / made.seconds)}/s`, `>= 500/s; ${made.failed} failed`);
  return served;
}

/** Gives the runs that are there a metric, a param and an end. */
async function fill(url: string): Promise<void> {
  let pageToken: string | undefined;
  let at = 0;
  do {
    const page = (await post(url, "runs/search", {
      experiment_ids: ["0"],
      max_results: 1000,
      page_token: pageToken,
    })) as unknown as {
      runs?: Array<{ info: { run_id: string } }>;
      next_page_token?: string;
    };
    for (let from = 0; from < (page.runs?.length ?? 0); from += 8) {
      const some = page.runs?.slice(from, from + 8) ?? [];
      await Promise.all(
        some.map(({ info: { run_id } }) => {
          at++;
          const metrics = [{ key: "rmse", value: (at % 1000) / 7, timestamp: 1, step: 0 }];
          const params = [{ key: "alpha", value: String(at % 10) }];
          return post(url, "runs/log-batch", { run_id, metrics, params }).then(() =>
            post(url, "runs/update", { run_id, status: "FINISHED", end_time: Date.now() }),
          );
        }),
      );
    }
    pageToken = page.next_page_token;
  } while (pageToken !== undefined);
}

async function bareServer(): Promise<Served> {
  const port = await freePort();
  const script = `const fs = require("node:fs"); const file = fs.openSync(${JSON.stringify(join(folder, "bare"))}, "a");
    require("node:http").createServer((request, response) => { const body = []; request.on("data", (piece) => body.push(piece)).on("end", () => {
      fs.writeSync(file, Buffer.concat(body)); response.setHeader("content-type", "application/json").setHeader("content-length", 2).end("{}") }) }).listen(${port}, "127.0.0.1")`;
  return started("bare", [process.execPath, "-e", script], port);
}

async function besideMlflow(): Promise<void> {
  if (python === undefined) {
    process.stdout.write("MLflow is not measured: RUNLAB_BENCH_PYTHON names no Python.\n");
    return;
  }
  const port = await freePort();
  const database = join(folder, "mlflow.db");
  const listen = ["--host", "127.0.0.1", "--port", String(port), "--workers", "1"];
  const served = await started(
    "mlflow",
    [python, "-m", "mlflow", "server", ...listen, "--backend-store-uri", `sqlite:///${database}`],
    port,
  );
  try {
    report("MLflow: start to the first 200", `${number(served.ready)} ms`);
    report("MLflow: memory, idle", `${memory(served).toFixed(0)} MB`);
    const runId = await newRun(served.url);
    await logRates([{ name: "MLflow", url: served.url, runId }]);
    await pythonRate("MLflow", served.url, runId, 100);
    await promisify(execFile)(python, [client, "fill", database, String(runs)]);
    await searchTimes("MLflow", served.url, "");
  } finally {
    await stop(served);
  }
}

const load1 = () => (loadavg()[0] ?? 0).toFixed(1);
try {
  process.stdout.write(`Node ${process.version}, load of the machine ${load1()}\n`);
  const bare = await bareServer();
  const served = await runlab(bare);
  try {
    const pythonLimit = await pythonRate("bare node:http", bare.url, nobody, 1000);
    const rate = await pythonRate("runlab", served.url, await newRun(served.url), 1000);
    if (python !== undefined)
      report("runlab: beside that client's limit", `${(rate / pythonLimit).toFixed(2)}x`, ">= 0.8x");
    await fill(served.url);
    await searchTimes("runlab", served.url, "<= 60 ms");
    report("runlab: memory afterwards", `${memory(served).toFixed(0)} MB`);
  } finally {
    await stop(served);
    await stop(bare);
  }
  await besideMlflow();
  process.stdout.write(`Load of the machine at the end ${load1()}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
