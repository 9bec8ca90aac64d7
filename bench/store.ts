import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, renameSync, unlinkSync, writeFileSync, writeSync } from "node:fs";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packageInfo } from "../src/cli/package-info.js";
import { openStore, resolveUri } from "../src/stores/open.js";
import { TrackingSession } from "../src/tracking/session.js";
import { median, quantile } from "./support/quantile.js";

/**
 * The bars of the store on this machine, beside the raw limit of the disk. `node store.js [runs]` (default 10,000).
 * RUNLAB_BENCH_FOLDER: where the store is made. On ext4 a folder tree of tens of thousands of files that was deleted lately makes
 * every new file slow for minutes; the raw figures beside show it.
 */
const runs = Number(process.argv[2] ?? process.env.RUNLAB_BENCH_RUNS ?? 10_000);
const folder = await mkdtemp(join(process.env.RUNLAB_BENCH_FOLDER ?? tmpdir(), "runlab-bench-"));

function newSession(name = "runlab"): TrackingSession {
  const session = new TrackingSession({ resolveUri, openStore });
  session.setTrackingUri(join(folder, name));
  return session;
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function report(what: string, value: string, bar: string): void {
  process.stdout.write(`${what.padEnd(58)} ${value.padStart(14)}   ${bar}\n`);
}

const perSecond = (count: number, ms: number) => `${Math.round((count / ms) * 1000).toLocaleString("en")}/s`;
const inMs = (ms: number) => `${ms.toFixed(1)} ms`;

/** What it took, in ms, see `support/fresh-process.ts`. */
function inFreshProcess(place: string, what: "search" | "parse" | "log" | "append" | "await", argument = ""): number {
  const script = fileURLToPath(new URL("./support/fresh-process.js", import.meta.url));
  return Number(spawnSync(process.execPath, [script, place, what, argument], { encoding: "utf8" }).stdout);
}

const points = 200_000;
const raw = await timed(() => {
  const fd = openSync(join(folder, "raw"), "a");
  for (let index = 0; index < points; index++) writeSync(fd, `1700000000000 ${index / 7} ${index}\n`);
  closeSync(fd);
});
report("raw one-line appends", perSecond(points, raw), "the limit");

/** The files that a run of 10 params and 10 metrics makes, without what is thought about them. */
function rawRun(path: string): void {
  mkdirSync(path);
  mkdirSync(join(path, "metrics"));
  const journal = openSync(join(path, "run.journal"), "a");
  for (let line = 0; line < 12; line++) writeSync(journal, `${"x".repeat(40)}\n`);
  for (let metric = 0; metric < 10; metric++) {
    const fd = openSync(join(path, "metrics", `metric${metric}`), "a");
    writeSync(fd, "1700000000000 0.5 0\n");
    closeSync(fd);
  }
  closeSync(journal);
  for (let write = 0; write < 2; write++) {
    writeFileSync(join(path, ".tmp"), "x".repeat(1500));
    renameSync(join(path, ".tmp"), join(path, "run.json"));
  }
  unlinkSync(join(path, "run.journal"));
}

const rawRuns = Math.min(runs, 1_000);
mkdirSync(join(folder, "raw-runs"));
const rawLifecycle = await timed(() => {
  for (let index = 0; index < rawRuns; index++) rawRun(join(folder, "raw-runs", String(index)));
});
report("raw files of a run with 10 params and 10 metrics", perSecond(rawRuns, rawLifecycle), "the limit");

const session = newSession();
await session.startRun({}, async () => {
  const ms = await timed(async () => {
    for (let step = 0; step < points; step++) await session.logMetric("loss", step / 7, { step });
  });
  report(
    "logMetric, acknowledged one by one",
    perSecond(points, ms),
    `>= 150,000/s; ${(ms / raw).toFixed(2)}x raw (<= 3x)`,
  );
});

const first = 50_000;
const appending: number[] = [];
const awaiting: number[] = [];
const logging: number[] = [];
for (let round = 0; round < 5; round++) {
  awaiting.push(inFreshProcess(join(folder, `awaited-${round}`), "await", String(first)));
  appending.push(inFreshProcess(join(folder, `raw-${round}`), "append", String(first)));
  logging.push(inFreshProcess(join(folder, `fresh-${round}`), "log", String(first)));
}
report(
  `the first ${first.toLocaleString("en")} points of a fresh process`,
  perSecond(first, median(logging)),
  `${(median(logging) / median(appending)).toFixed(2)}x raw (<= 1.7x), an await alone ${(median(awaiting) / median(appending)).toFixed(2)}x`,
);

await session.startRun({ runName: "history" }, async (run) => {
  await run.logMetric(
    "series",
    Float64Array.from({ length: 1_000_000 }, (_, index) => Math.sin(index)),
  );
  await run.logMetric(
    "short",
    Float64Array.from({ length: 100_000 }, (_, index) => Math.sin(index)),
  );
});
const [history] = await session.searchRuns({ filterString: "run_name = 'history'" });
const historyId = history?.info.runId ?? "";
for (const [key, bar] of [
  ["short", "<= 150 ms"],
  ["series", "<= 1,500 ms"],
] as const) {
  const ms = await timed(() => session.getMetricHistory(historyId, key));
  report(`history of ${key === "short" ? "100,000" : "1,000,000"} points`, inMs(ms), bar);
}

const many = newSession("many");
const lifecycle = await timed(async () => {
  for (let index = 0; index < runs; index++) {
    await many.startRun({ runName: `run-${index}` }, async (run) => {
      for (let param = 0; param < 10; param++) await run.logParam(`param${param}`, index % (param + 2));
      for (let metric = 0; metric < 10; metric++) await run.logMetric(`metric${metric}`, Math.sin(index * metric));
    });
  }
});
const slower = lifecycle / runs / (rawLifecycle / rawRuns);
report(
  `${runs} runs with 10 params and 10 metrics, start to end`,
  perSecond(runs, lifecycle),
  `>= 1,500/s; ${slower.toFixed(2)}x raw`,
);

const query = {
  filterString: "metrics.metric3 > 0.2 AND params.param4 = '3'",
  orderBy: ["metrics.metric3 DESC"],
  maxResults: 100,
};
const reader = newSession("many");
report(
  `search of ${runs} runs, cold`,
  inMs(await timed(() => reader.searchRuns(query))),
  "10,000: <= 500 ms; 100,000: <= 3 s",
);
const parsing: number[] = [];
const searching: number[] = [];
for (let round = 0; round < 5; round++) {
  parsing.push(inFreshProcess(join(folder, "many"), "parse"));
  searching.push(inFreshProcess(join(folder, "many"), "search", JSON.stringify(query)));
}
report(
  `search of ${runs} runs in a fresh process, beside parsing all documents`,
  inMs(median(searching)),
  `${inMs(median(parsing))}; ${(median(searching) / median(parsing)).toFixed(2)}x (<= 1x)`,
);
const warm: number[] = [];
for (let time = 0; time < 5; time++) warm.push(await timed(() => reader.searchRuns(query)));
report(
  `search of ${runs} runs, warm: median and slowest of 5`,
  `${inMs(median(warm))}, ${inMs(quantile(warm, 1))}`,
  "10,000: <= 20 ms; 100,000: <= 200 ms",
);
report(
  `search of ${runs} runs, warm, order only`,
  inMs(await timed(() => reader.searchRuns({ ...query, filterString: "" }))),
  "",
);
const one = await timed(() => many.startRun({}, (run) => run.logMetric("a", 1)));
report(
  "one more run, and the search after it",
  `${inMs(one)} + ${inMs(await timed(() => reader.searchRuns(query)))}`,
  "",
);
await session.startRun({ runName: "artifacts" }, async (run) => {
  const count = runs < 1_000 ? 1_000 : 10_000;
  for (let index = 0; index < count; index++) await run.logText("small", `many/${index}.txt`);
  const listing = await timed(() => session.listArtifacts(run.runId, "many"));
  report(`listing of ${count.toLocaleString("en")} artifacts`, inMs(listing), "10,000: <= 200 ms");
  // Not in the smoke test.
  if (runs < 1_000) return;
  const large = join(folder, "large.bin");
  const gigabyte = 1024 ** 3;
  await writeFile(large, Buffer.alloc(1024 * 1024, 7));
  await truncate(large, gigabyte);
  const before = process.memoryUsage().rss;
  const copying = await timed(() => run.logArtifact(large));
  const grown = Math.max(0, process.memoryUsage().rss - before) / 1024 / 1024;
  report("a 1 GB artifact", inMs(copying), `memory +${grown.toFixed(0)} MB (flat)`);
  await rm(large);
});
report("memory (RSS)", `${Math.round(process.memoryUsage().rss / 1024 / 1024)} MB`, "100,000: < 600 MB");

await session.close();
await many.close();
await reader.close();
const python = process.env.RUNLAB_BENCH_PYTHON;
if (python !== undefined) {
  const script = join(packageInfo().folder, "bench", "store_mlflow.py");
  spawnSync(python, [script, join(folder, "mlflow"), String(runs)], { stdio: "inherit" });
}
await rm(folder, { recursive: true });
