import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { openStore, resolveUri } from "../src/stores/open.js";
import type { TrackingClient } from "../src/tracking/client.js";
import { TrackingSession } from "../src/tracking/session.js";
import { median, quantile } from "./support/quantile.js";
import { freePort, type Served, serve, stop } from "./support/served.js";

/**
 * The web page in a browser (RUNLAB_CHROMIUM): how long until it can be used, how fluid a comparison of 100 runs is, and how far it lags
 * behind runs that log. Beside MLflow's where RUNLAB_BENCH_PYTHON names a Python that has it. `node ui.js [runs] [points] [live points]`:
 * default 10,000 runs in one table, a curve of 1,000,000 points, and 50 runs that log 2,000 points each.
 */
const runs = Number(process.argv[2] ?? 10_000);
const points = Number(process.argv[3] ?? 1_000_000);
const livePoints = Number(process.argv[4] ?? 2000);
const liveRuns = 50;
const comparedRuns = 100;
/** ms that the mouse moves over a chart. */
const hoverTime = 3000;
const rounds = 3;
const python = process.env.RUNLAB_BENCH_PYTHON;
const folder = await mkdtemp(join(process.env.RUNLAB_BENCH_FOLDER ?? tmpdir(), "runlab-bench-"));
const main = fileURLToPath(new URL("../bundle/main.js", import.meta.url));

function report(what: string, value: string, bar = ""): void {
  process.stdout.write(`${what.padEnd(58)} ${value.padStart(14)}   ${bar}\n`);
}

const number = (value: number) => Math.round(value).toLocaleString("en");
const ms = (value: number) => `${number(value)} ms`;

/** What a page has asked for. */
interface Traffic {
  requests: number;
  bytes: number;
  scriptBytes: number;
}

async function openPage(browser: Browser): Promise<{ page: Page; traffic: Traffic }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const traffic: Traffic = { requests: 0, bytes: 0, scriptBytes: 0 };
  page.on("requestfinished", async (request) => {
    traffic.requests++;
    const sizes = await request.sizes().catch(() => undefined);
    const bytes = sizes?.responseBodySize ?? 0;
    traffic.bytes += bytes;
    if (request.resourceType() === "script") traffic.scriptBytes += bytes;
  });
  return { page, traffic };
}

/** ms until something can be seen, each time in a browser that has nothing in its cache: the median. */
async function timeTo(browser: Browser, url: string, wanted: (page: Page) => Locator): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { page } = await openPage(browser);
    const start = performance.now();
    await page.goto(url, { waitUntil: "commit", timeout: 120_000 });
    await wanted(page).first().waitFor({ timeout: 120_000 });
    times.push(performance.now() - start);
    await page.context().close();
  }
  return median(times);
}

/** Runs with two metrics and two params; the same as those in MLflow's database, and one metric more. */
async function fill(client: TrackingClient, experiment: string, count: number): Promise<string> {
  const experimentId = await client.createExperiment(experiment);
  for (let at = 0; at < count; at++) {
    const { info } = await client.createRun(experimentId, { runName: `run-${at}`, startTime: 1_760_000_000_000 + at });
    await client.logParams(info.runId, { alpha: at % 10, model: at % 2 === 0 ? "forest" : "linear" });
    await client.logMetrics(info.runId, { rmse: (at % 1000) / 7, r2: 1 - (at % 1000) / 2000 });
    await client.endRun(info.runId);
  }
  return experimentId;
}

const values = (page: Page) => page.locator(".runs-table tbody td .value", { hasText: /\d\.\d/ });

async function tables(browser: Browser, url: string, client: TrackingClient): Promise<void> {
  const ten = await fill(client, "ten", 10);
  report("runlab: ten runs, first rows with metrics", ms(await timeTo(browser, `${url}/#/experiments/${ten}`, values)));
  const many = await fill(client, "many", runs);
  const place = `${url}/#/experiments/${many}`;
  // The server's first answer to such a store reads all of it.
  const { page: cold } = await openPage(browser);
  let start = performance.now();
  await cold.goto(place, { waitUntil: "commit" });
  await values(cold).first().waitFor({ timeout: 60_000 });
  report(`runlab: ${number(runs)} runs, the first look after a start`, ms(performance.now() - start));
  await cold.context().close();
  report(
    `runlab: ${number(runs)} runs, first rows with metrics`,
    ms(await timeTo(browser, place, values)),
    "<= 1000 ms",
  );
  const all = (page: Page) =>
    page.locator(".table-foot").getByText(`${runs.toLocaleString("en-US")} runs`, { exact: true });
  report(`runlab: ${number(runs)} runs, all of them read`, ms(await timeTo(browser, place, all)));
  const { page, traffic } = await openPage(browser);
  await page.goto(place);
  await all(page).waitFor();
  start = performance.now();
  await page.getByRole("combobox", { name: "Filter runs" }).fill("params.model = 'linear' AND metrics.rmse < 1");
  await page.getByText("found").waitFor();
  report(`runlab: ${number(runs)} runs, a filter's answer`, ms(performance.now() - start));
  report("runlab: script of the table, as sent", `${number(traffic.scriptBytes / 1000)} kB`, "<= 150 kB");
  await page.context().close();
}

async function longCurve(browser: Browser, url: string, client: TrackingClient): Promise<void> {
  const experimentId = await client.createExperiment("long");
  const { info } = await client.createRun(experimentId, { runName: "long" });
  const batch = 1000;
  for (let from = 0; from < points; from += batch) {
    const metrics = Array.from({ length: Math.min(batch, points - from) }, (_, at) => {
      const step = from + at;
      return { key: "loss", value: 1 / (1 + step / 1000) + 0.01 * Math.sin(step), step, timestamp: 1e12 + step };
    });
    await client.logMetrics(info.runId, metrics);
  }
  await client.endRun(info.runId);
  const place = `${url}/#/experiments/${experimentId}/runs/${info.runId}?metric=loss`;
  const drawn = await timeTo(browser, place, (page) => page.locator("figure canvas"));
  report(`runlab: a curve of ${number(points)} points, drawn`, ms(drawn), "<= 2000 ms");
}

/** Many runs with curves side by side: until their chart is drawn, and how long a frame takes while the mouse moves over it. */
async function comparison(browser: Browser, url: string, client: TrackingClient): Promise<void> {
  const experimentId = await client.createExperiment("compared");
  const ids: string[] = [];
  for (let at = 0; at < comparedRuns; at++) {
    const { info } = await client.createRun(experimentId, { runName: `run-${at}` });
    await client.logParams(info.runId, {
      alpha: at % 10,
      l1: ((at * 7) % 13) / 13,
      model: at % 2 ? "linear" : "forest",
    });
    const metrics = Array.from({ length: 1000 }, (_, step) => {
      return {
        key: "loss",
        value: 1 / (1 + step / (10 + at)) + 0.01 * Math.sin(step * at),
        step,
        timestamp: 1e12 + step,
      };
    });
    await client.logMetrics(info.runId, metrics);
    await client.logMetrics(info.runId, { rmse: ((at * 37) % 101) / 7 });
    await client.endRun(info.runId);
    ids.push(info.runId);
  }
  for (const view of ["parallel", "scatter", "curves"]) {
    const metric = view === "curves" ? "loss" : "rmse";
    const place = `${url}/#/compare?runs=${ids.join(",")}&view=${view}&metric=${metric}`;
    const canvas = (page: Page) => page.locator("figure[aria-busy=false] canvas");
    const what = `runlab: ${comparedRuns} runs compared, ${view}`;
    report(`${what}, drawn`, ms(await timeTo(browser, place, canvas)), "<= 1500 ms");
    const { page } = await openPage(browser);
    await page.goto(place);
    await canvas(page).first().waitFor();
    const frames = await framesOfHover(page, canvas(page).first());
    report(
      `${what}, a frame while pointing`,
      ms(median(frames)),
      `<= 50 ms; of 20 the longest ${ms(quantile(frames, 0.95))}`,
    );
    await page.context().close();
  }
}

/** ms of each frame while the mouse goes across an element. */
async function framesOfHover(page: Page, element: Locator): Promise<number[]> {
  // Whatever follows the drawing is over.
  await page.waitForTimeout(1000);
  const box = await element.boundingBox();
  if (box === null) throw new Error("What is pointed at has no place.");
  const recording = page.evaluate<number[]>(`new Promise((resolve) => {
    const frames = [];
    let before = performance.now();
    const end = before + ${hoverTime};
    requestAnimationFrame(function next() {
      const now = performance.now();
      frames.push(now - before);
      before = now;
      if (now < end) requestAnimationFrame(next);
      else resolve(frames);
    });
  })`);
  const end = performance.now() + hoverTime;
  for (let at = 0; performance.now() < end; at = (at + 1) % 100)
    await page.mouse.move(box.x + (box.width * (at + 0.5)) / 100, box.y + box.height * (0.3 + 0.4 * ((at % 10) / 10)));
  return recording;
}

/** A run that begins, and then many that log, while their table is open. */
async function live(browser: Browser, url: string, client: TrackingClient): Promise<void> {
  const experimentId = await fill(client, "live", 10);
  const { page, traffic } = await openPage(browser);
  await page.goto(`${url}/#/experiments/${experimentId}`);
  await values(page).first().waitFor();
  const appearing: number[] = [];
  for (let at = 0; at < rounds; at++) {
    const start = performance.now();
    await client.createRun(experimentId, { runName: `new-${at}` });
    await page.getByRole("link", { name: `new-${at}`, exact: true }).waitFor();
    appearing.push(performance.now() - start);
  }
  report("runlab: a new run appears after", ms(median(appearing)), "<= 2000 ms");
  const ids: string[] = [];
  for (let at = 0; at < liveRuns; at++)
    ids.push((await client.createRun(experimentId, { runName: `live-${at}` })).info.runId);
  const last = ids.at(-1) ?? "";
  await page.waitForTimeout(2000);
  const before = { ...traffic };
  const lags: number[] = [];
  const begun = performance.now();
  const every = Math.max(1, Math.floor(livePoints / 20));
  for (let step = 0; step < livePoints; step++) {
    await Promise.all(ids.map((id) => client.logMetric(id, "loss", 1 / (step + 1), { step })));
    if (step % every !== 0) continue;
    // The newest run has a value that no other has had.
    const mark = 1000 + step + 0.5;
    const start = performance.now();
    await client.logMetric(last, "mark", mark, { step });
    await page
      .getByText(mark.toLocaleString("en-US", { minimumFractionDigits: 1 }))
      .first()
      .waitFor();
    lags.push(performance.now() - start);
  }
  const what = `runlab: ${liveRuns} runs log ${number(livePoints)} points each`;
  report(`${what}, behind`, ms(median(lags)), `<= 1000 ms; at most ${ms(Math.max(...lags))}`);
  report(
    `${what}, fetched`,
    `${number((traffic.bytes - before.bytes) / 1000)} kB`,
    `${number(traffic.requests - before.requests)} requests in ${number((performance.now() - begun) / 1000)} s`,
  );
  await page.context().close();
}

async function besideMlflow(browser: Browser): Promise<void> {
  if (python === undefined) {
    process.stdout.write("MLflow is not measured: RUNLAB_BENCH_PYTHON names no Python.\n");
    return;
  }
  const client = fileURLToPath(new URL("../../bench/server_client.py", import.meta.url));
  for (const count of [10, runs]) {
    const port = await freePort();
    const database = join(folder, `mlflow-${count}.db`);
    const listen = ["--host", "127.0.0.1", "--port", String(port), "--workers", "1"];
    const command = [python, "-m", "mlflow", "server", ...listen, "--backend-store-uri", `sqlite:///${database}`];
    const env = { MLFLOW_DISABLE_TELEMETRY: "true", MLFLOW_TRACKING_URI: "" };
    const served = await serve(command, { port, ready: "/health", log: join(folder, "mlflow.log"), cwd: folder, env });
    try {
      if (count === 10) report("MLflow: start to the first 200", ms(served.ready));
      await promisify(execFile)(python, [client, "fill", database, String(count)]);
      const place = `${served.url}/#/experiments/0/runs`;
      const row = (page: Page) => page.getByRole("link", { name: `run-${count - 1}`, exact: true });
      const shown = await timeTo(browser, place, row).then(ms, () => "not seen");
      report(`MLflow: ${number(count)} runs, first rows, no metric among them`, shown, "waited for 120 s");
      if (count !== 10) continue;
      const { page, traffic } = await openPage(browser);
      await page.goto(place, { waitUntil: "load", timeout: 120_000 });
      report("MLflow: script of the table, as sent", `${number(traffic.scriptBytes / 1000)} kB`);
      await page.context().close();
    } finally {
      await stop(served);
    }
  }
}

async function runlab(): Promise<Served> {
  const port = await freePort();
  const command = [process.execPath, main, "ui", "-p", String(port), "--store", join(folder, "runlab")];
  return serve([...command, "--access-log", "none"], { port, ready: "/health", log: join(folder, "runlab.log") });
}

process.stdout.write(`Node ${process.version}, load of the machine ${(loadavg()[0] ?? 0).toFixed(1)}\n`);
const session = new TrackingSession({ resolveUri, openStore });
session.setTrackingUri(join(folder, "runlab"));
const browser = await chromium.launch({
  executablePath: process.env.RUNLAB_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
try {
  const served = await runlab();
  try {
    report("runlab: start to the first 200", ms(served.ready));
    await tables(browser, served.url, session.client);
    await longCurve(browser, served.url, session.client);
    await comparison(browser, served.url, session.client);
    await live(browser, served.url, session.client);
  } finally {
    await stop(served);
  }
  await besideMlflow(browser);
  process.stdout.write(`Load of the machine at the end ${(loadavg()[0] ?? 0).toFixed(1)}\n`);
} finally {
  await browser.close();
  await session.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
