import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageInfo } from "../src/cli/package-info.js";
import { openStore, resolveUri } from "../src/stores/open.js";
import { sql } from "../src/stores/sql/kysely.js";
import { openDatabase } from "../src/stores/sql/open-sql.js";
import { TrackingSession } from "../src/tracking/session.js";
import { median, quantile } from "./support/quantile.js";

/**
 * The bars of the store in a database. `node database.js [runs]` (default 100,000), on SQLite in a temporary folder, or on the empty
 * database that RUNLAB_BENCH_DATABASE names. RUNLAB_BENCH_PYTHON: a Python that has MLflow, which then searches the same rows, on SQLite or in the
 * empty database that RUNLAB_BENCH_MLFLOW_DATABASE names.
 */
const runs = Number(process.argv[2] ?? process.env.RUNLAB_BENCH_RUNS ?? 100_000);
const folder = await mkdtemp(join(process.env.RUNLAB_BENCH_FOLDER ?? tmpdir(), "runlab-bench-"));
const uri = resolveUri(process.env.RUNLAB_BENCH_DATABASE ?? `sqlite:///${join(folder, "bench.db")}`);
const session = new TrackingSession({ resolveUri, openStore, announce: () => undefined });
session.setTrackingUri(uri);

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function report(what: string, value: string, bar = ""): void {
  process.stdout.write(`${what.padEnd(66)} ${value.padStart(20)}   ${bar}\n`);
}

const inMs = (ms: number) => `${ms.toFixed(1)} ms`;
const perSecond = (count: number, ms: number) => `${Math.round((count / ms) * 1000).toLocaleString("en")}/s`;

await session.startRun({ runName: "points" }, async (run) => {
  const awaited = Math.min(2000, runs);
  const oneByOne = await timed(async () => {
    for (let step = 0; step < awaited; step++) await run.logMetric("awaited", step / 7, { step });
  });
  report("logMetric, each awaited", perSecond(awaited, oneByOne));
  const together = await timed(() =>
    Promise.all(Array.from({ length: runs }, (_, step) => run.logMetric("together", step / 7, { step }))),
  );
  report("logMetric, awaited at the end", perSecond(runs, together));
  const points = runs * 10;
  await run.logMetric(
    "series",
    Float64Array.from({ length: points }, (_, index) => Math.sin(index)),
  );
  const history = await timed(() => session.getMetricHistory(run.runId, "series"));
  report(`history of ${points.toLocaleString("en")} points`, inMs(history));
});

const lifecycles = Math.min(500, runs);
const lifecycle = await timed(async () => {
  for (let index = 0; index < lifecycles; index++) {
    await session.startRun({ runName: `run-${index}` }, async (run) => {
      for (let param = 0; param < 10; param++) run.logParam(`param${param}`, index);
      for (let metric = 0; metric < 10; metric++) run.logMetric(`metric${metric}`, Math.sin(index * metric));
    });
  }
});
report("runs with 10 params and 10 metrics, start to end", perSecond(lifecycles, lifecycle));

const experimentId = (await session.setExperiment("many")).experimentId;
report(`filling in ${runs.toLocaleString("en")} runs`, inMs(await timed(() => fill(experimentId, runs))));

const search = (name: string, bar: string, query: { filterString: string; orderBy: string[] }) => {
  const ask = () => session.searchRuns({ experimentIds: [experimentId], maxResults: 100, ...query });
  return timed(ask).then(async (first) => {
    const warm: number[] = [];
    for (let time = 0; time < 7; time++) warm.push(await timed(ask));
    report(
      `${name}: first; warm, median and slowest of 7`,
      `${inMs(first)}; ${inMs(median(warm))}, ${inMs(quantile(warm, 1))}`,
      bar,
    );
  });
};
const orderBy = ["metrics.metric3 DESC"];
await search("one metric filter and order", "<= 300 ms at 100,000", { filterString: "metrics.metric3 > 0.2", orderBy });
await search("a metric and a param", "", { filterString: "metrics.metric3 > 0.2 AND params.param4 = '3'", orderBy });
await search("order only", "", { filterString: "", orderBy });
await search("newest first", "", { filterString: "", orderBy: [] });
await search("a filter that few runs pass", "", {
  filterString: "params.param9 = '3' AND metrics.metric1 > 0.99",
  orderBy: [],
});
report("memory (RSS)", `${Math.round(process.memoryUsage().rss / 1024 / 1024)} MB`);
await session.close();

/** Rows like those of store_mlflow.py, made by the database itself. */
async function fill(experiment: string, count: number): Promise<void> {
  const { db, close } = await openDatabase(uri);
  const now = Date.now();
  const numbers = (to: number) => sql`n (i) as (select 0 union all select i + 1 from n where i < ${sql.lit(to - 1)})`;
  const added = sql`(select min(id) from runs where run_name = 'many-0')`;
  await db.transaction().execute(async (trx) => {
    await sql`with recursive ${numbers(count)} insert into runs
      (run_id, run_name, experiment_id, status, start_time, end_time, lifecycle_stage, artifact_uri, user_id, outputs)
      select ${sql.lit("f".repeat(24))} || substr(cast(100000000 + i as text), 2), 'many-' || cast(i as text), ${experiment}, 'FINISHED',
        ${sql.lit(now)} + i, ${sql.lit(now)} + i, 'active', './none', 'bench', '[]' from n`.execute(trx);
    for (let key = 0; key < 10; key++) {
      await sql`with recursive ${numbers(count)} insert into params (run, key, value, number, rank)
        select ${added} + i, ${`param${key}`}, cast(i % ${sql.lit(key + 2)} as text), i % ${sql.lit(key + 2)}, 0 from n`.execute(
        trx,
      );
      const value = sql`(((i * ${sql.lit(key)}) % 7) / 7.0)`;
      const point = sql`'[' || cast(${value} as text) || ',0,1]'`;
      await sql`with recursive ${numbers(count)} insert into metrics (run, key, value, min_value, max_value, summary)
        select ${added} + i, ${`metric${key}`}, ${value}, ${value}, ${value},
          '[1,' || ${point} || ',' || ${point} || ',' || ${point} || ']' from n`.execute(trx);
    }
  });
  if (uri.startsWith("postgresql:")) await sql`analyze`.execute(db);
  await close();
}

const python = process.env.RUNLAB_BENCH_PYTHON;
if (python !== undefined) {
  const script = join(packageInfo().folder, "bench", "database_mlflow.py");
  const theirs = process.env.RUNLAB_BENCH_MLFLOW_DATABASE ?? `sqlite:///${join(folder, "mlflow.db")}`;
  spawnSync(python, [script, theirs, String(runs)], { stdio: "inherit" });
}
await rm(folder, { recursive: true });
