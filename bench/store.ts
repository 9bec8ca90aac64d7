import { closeSync, openSync, writeSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, resolveUri } from "../src/stores/open.js";
import { TrackingSession } from "../src/tracking/session.js";

/** The bars of the store on this machine, beside the raw limit of the disk. `node store.js [runs]` (default 10,000). */
const runs = Number(process.argv[2] ?? 10_000);
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

const points = 200_000;
const raw = await timed(() => {
  const fd = openSync(join(folder, "raw"), "a");
  for (let index = 0; index < points; index++) writeSync(fd, `1700000000000 ${index / 7} ${index}\n`);
  closeSync(fd);
});
report("raw one-line appends", perSecond(points, raw), "the limit");

const files = 2_000;
const creating = await timed(() => {
  for (let index = 0; index < files; index++) closeSync(openSync(join(folder, `raw-${index}`), "a"));
});
report("raw new files (a run of 10 metrics makes 13)", perSecond(files, creating), "");

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
report(`${runs} runs with 10 params and 10 metrics, start to end`, perSecond(runs, lifecycle), ">= 1,500/s");

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
report(
  `search of ${runs} runs, warm`,
  inMs(await timed(() => reader.searchRuns(query))),
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
report("memory (RSS)", `${Math.round(process.memoryUsage().rss / 1024 / 1024)} MB`, "100,000: < 600 MB");

await rm(folder, { recursive: true });
