import { spawn } from "node:child_process";
import { closeSync, openSync, writeSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FileStore } from "../src/stores/file/file-store.js";
import { TrackingClient } from "../src/tracking/client.js";
import { quantile } from "./support/quantile.js";

/**
 * How long a log call takes when 2, 8 and 16 processes write to one new store, beside as many processes that append to a file each:
 * `node store-processes.js`. The slowest call shows how fair the machine and the lock are.
 */
const file = fileURLToPath(import.meta.url);
const [, , task, folder = "", name = ""] = process.argv;
const rounds = 20_000;

/** Times every call; an experiment is made now and then, which takes the lock that all processes share. */
async function work(): Promise<number[]> {
  const times: number[] = [];
  const timed = async (call: () => unknown) => {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  };
  if (task === "bare") {
    const fd = openSync(join(folder, name), "a");
    for (let step = 0; step < rounds; step++) await timed(() => writeSync(fd, `1700000000000 ${step / 7} ${step}\n`));
    closeSync(fd);
    return times;
  }
  const client = new TrackingClient(new FileStore(folder));
  const runId = (await client.createRun("0", { runName: name })).info.runId;
  for (let step = 0; step < rounds; step++) {
    await timed(() => client.logMetric(runId, `m${step % 10}`, step, { step }));
    if (step % 100 === 0) await timed(() => client.logParam(runId, `p${step}`, step));
    if (step % 2_000 === 0) await timed(() => client.createExperiment(`${name} ${step}`));
  }
  await client.endRun(runId);
  await client.store.close();
  return times;
}

function start(kind: string, place: string, index: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, kind, place, `process-${index}`], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    child.stdout.on("data", (data) => {
      out += data;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(JSON.parse(out) as number[]);
      else reject(new Error(`A process ended with code ${code}.`));
    });
  });
}

async function compare(): Promise<void> {
  const place = await mkdtemp(join(process.env.RUNLAB_BENCH_FOLDER ?? tmpdir(), "runlab-bench-processes-"));
  const figures = async (kind: string, count: number, where: string) => {
    const all = await Promise.all(Array.from({ length: count }, (_, index) => start(kind, where, index)));
    const times = all.flat();
    return { p999: quantile(times, 0.999), slowest: quantile(times, 1) };
  };
  for (const [count, bar] of [
    [2, ""],
    [8, "p99.9 <= 100 ms, slowest <= 400 ms"],
    [16, "slowest <= 3x bare"],
  ] as const) {
    const bare = await figures("bare", count, place);
    const store = await figures("store", count, join(place, `store-${count}`));
    for (const [what, { p999, slowest }] of Object.entries({ "appending, bare": bare, "one new store": store })) {
      const line = `${count} processes, ${what}`.padEnd(40);
      process.stdout.write(
        `${line} p99.9 ${p999.toFixed(2)} ms, slowest ${slowest.toFixed(1)} ms   ${what === "one new store" ? bar : ""}\n`,
      );
    }
  }
  await rm(place, { recursive: true });
}

if (task === "bare" || task === "store") process.stdout.write(JSON.stringify(await work()));
else await compare();
