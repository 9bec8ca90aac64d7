import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import type { Page } from "playwright-core";
import type { TrackingClient } from "../../src/tracking/client.js";
import { colouredPixels, openPage, serve, skip } from "./open-page.js";

const patience = { timeout: 20_000 };

interface LoggedRun {
  name: string;
  params?: Record<string, unknown>;
  metrics?: Record<string, number | readonly number[]>;
  experimentId?: string;
}

/** Logs finished runs, the oldest first. @returns their ids in the order given */
async function log(client: TrackingClient, runs: readonly LoggedRun[]): Promise<string[]> {
  const ids: string[] = [];
  for (const [at, { name, params = {}, metrics = {}, experimentId = "0" }] of runs.entries()) {
    const { info } = await client.createRun(experimentId, { runName: name, startTime: 1_700_000_000_000 + at * 1000 });
    const points = Object.entries(metrics).flatMap(([key, values]) =>
      [values]
        .flat()
        .map((value, step) => ({ key, value: Number(value), step, timestamp: info.startTime + step * 1000 })),
    );
    await client.logBatch(info.runId, {
      params: Object.entries(params).map(([key, value]) => ({ key, value: String(value) })),
      metrics: points,
    });
    await client.endRun(info.runId);
    ids.push(info.runId);
  }
  return ids;
}

/** Twelve runs of which `rmse` depends on two numbers and a text; the last one lacks `alpha`. */
function sweep(count = 12): LoggedRun[] {
  return Array.from({ length: count }, (_, at) => {
    const depth = 2 + (at % 4);
    const alpha = 0.1 * (1 + (at % 5));
    const rmse = depth + alpha + at / 100;
    return {
      name: `run ${at}`,
      params: { depth, model: at % 2 === 0 ? "tree" : "linear", seed: 42, ...(at === count - 1 ? {} : { alpha }) },
      metrics: { rmse, loss: [rmse + 3, rmse + 2, rmse + 1, rmse] },
    };
  });
}

function address(url: string, ids: readonly string[], query = ""): string {
  return `${url}/#/compare?runs=${ids.join(",")}${query}`;
}

/** Waits from here for what the page comes to: its policy lets nothing be evaluated in it again and again. */
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + patience.timeout;
  while (!(await holds())) {
    if (performance.now() > end) assert.fail(`It did not come to this: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const tab = (page: Page, name: string) => page.getByRole("tab", { name, exact: true });
const chart = (page: Page, label: RegExp) =>
  page
    .locator('figure[aria-busy="false"]')
    .and(page.getByRole("figure", { name: label }))
    .locator("canvas");

/** Waits for a chart in which something is drawn. */
async function drawn(page: Page, label: RegExp): Promise<void> {
  await chart(page, label).waitFor(patience);
  await until(`${label} shows something`, async () => (await colouredPixels(chart(page, label))) > 100);
}
const choice = (page: Page, name: string) => page.getByRole("combobox", { name, exact: true });
const names = (page: Page) => page.locator(".runs-table tbody .run-name a").allInnerTexts();

test("runs are selected, compared with a button, and what is seen outlives a reload and going back", {
  skip,
}, async (context) => {
  const { client, url } = await serve(context);
  await log(client, sweep());
  const { page, problems } = await openPage(context, `${url}/#/experiments/0`);
  const scripts: string[] = [];
  page.on("request", (request) => /draw-chart.*\.js$/.test(request.url()) && scripts.push(request.url()));
  for (const name of ["run 1", "run 2", "run 11"])
    await page.getByRole("checkbox", { name: `Select ${name}`, exact: true }).click();
  // The libraries that draw come with the first chart.
  assert.deepEqual(scripts, []);
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Comparing 3 runs" }).waitFor(patience);
  await tab(page, "Table").click();
  // The best first; the params that differ alone; what is missing is missing.
  assert.deepEqual(await names(page), ["run 1", "run 2", "run 11"]);
  const heads = await page.locator(".runs-table thead .head-label").allInnerTexts();
  assert.deepEqual(heads, ["run", "started", "rmse", "loss", "depth", "model", "alpha", "duration"]);
  await page.getByText("Same in all runs: seed=42").waitFor(patience);
  assert.equal(await page.locator("td.best").first().locator(".value").innerText(), "3.21");
  assert.equal(await page.locator("tr", { hasText: "run 11" }).locator(".missing").count(), 1);
  await page.getByRole("checkbox", { name: "Select run 2", exact: true }).click();
  await page.getByRole("button", { name: "Set as baseline" }).click();
  await page.locator("tr", { hasText: "run 1" }).first().locator(".difference.better").first().waitFor(patience);
  await tab(page, "Scatter").click();
  await choice(page, "Across").selectOption({ label: "depth" });
  await drawn(page, /scatter plot: rmse of 3 runs/);
  assert.equal(scripts.length, 1);
  await page.reload();
  await drawn(page, /scatter plot/);
  assert.equal(await tab(page, "Scatter").getAttribute("aria-selected"), "true");
  assert.equal(await choice(page, "Across").inputValue(), "params.depth");
  assert.equal(await page.locator(".baseline-mark").count(), 1);
  await page.goBack();
  await page.goBack();
  await until("the table alone", async () => (await tab(page, "Table").getAttribute("aria-selected")) === "true");
  await page.goForward();
  await drawn(page, /scatter plot/);
  assert.deepEqual(problems, []);
});

test("runs are compared by keys alone, and tabs move with arrows", { skip }, async (context) => {
  const { client, url } = await serve(context);
  await log(client, sweep(4));
  const { page } = await openPage(context, `${url}/#/experiments/0`);
  await page.getByRole("link", { name: "run 3" }).waitFor(patience);
  await page.getByRole("grid").focus();
  await page.keyboard.press("c");
  await page.getByText("Select two runs or more to compare them").waitFor(patience);
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await page.getByText("2 selected").waitFor(patience);
  await page.keyboard.press("c");
  await page.getByRole("heading", { level: 1, name: "Comparing 2 runs" }).waitFor(patience);
  await page.getByRole("tab", { selected: true }).focus();
  await page.keyboard.press("Home");
  await until("the first tab", async () => (await tab(page, "Table").getAttribute("aria-selected")) === "true");
  await page.keyboard.press("ArrowLeft");
  await until("the last tab", async () => (await tab(page, "Diff").getAttribute("aria-selected")) === "true");
  await page.keyboard.press("ArrowLeft");
  await chart(page, /Importance/)
    .or(page.getByText("Importance needs four runs or more"))
    .waitFor(patience);
});

test("a chart is read by keys alone: Tab goes to it, arrows from mark to mark, each with its tooltip and a label", {
  skip,
}, async (context) => {
  const { client, url } = await serve(context);
  const ids = await log(client, sweep(4));
  const { page, problems } = await openPage(context, address(url, ids, "&metric=rmse&view=bars"));
  await drawn(page, /Bars: rmse/);
  await tab(page, "Bars").focus();
  const reached = page.locator(":focus");
  const isChart = async () => (await reached.getAttribute("aria-roledescription")) === "chart";
  for (let presses = 0; presses < 20 && !(await isChart()); presses++) await page.keyboard.press("Tab");
  assert.equal(await reached.getAttribute("aria-label"), "Bars: rmse of 4 runs. The arrow keys go through its marks.");
  const told = page.locator("#vg-tooltip-element.visible");
  const labels: Array<string | null> = [];
  for (const key of ["ArrowRight", "ArrowRight", "End", "ArrowLeft", "Home"]) {
    await page.keyboard.press(key);
    labels.push(await reached.getAttribute("aria-label"));
    const { run = "" } = /run: (?<run>run \d)/.exec(labels.at(-1) ?? "")?.groups ?? {};
    await told.filter({ hasText: run }).waitFor(patience);
  }
  assert.deepEqual(labels, [
    "run: run 0, rmse: 2.1. 1 of 4",
    "run: run 1, rmse: 3.21. 2 of 4",
    "run: run 3, rmse: 5.43. 4 of 4",
    "run: run 2, rmse: 4.32. 3 of 4",
    "run: run 0, rmse: 2.1. 1 of 4",
  ]);
  await page.keyboard.press("Escape");
  assert.ok(await isChart(), "back at the chart");
  assert.equal(await told.count(), 0);

  // Lines: down goes to the next one, at the same step.
  await tab(page, "Bars").focus();
  await page.goto(address(url, ids, "&metric=loss&view=curves"));
  await drawn(page, /^loss of 4 runs/);
  await tab(page, "Curves").focus();
  for (let presses = 0; presses < 20 && !(await isChart()); presses++) await page.keyboard.press("Tab");
  const walked: Array<string | null> = [];
  for (const key of ["ArrowRight", "ArrowRight", "ArrowDown", "ArrowUp"]) {
    await page.keyboard.press(key);
    walked.push(((await reached.getAttribute("aria-label")) ?? "").replace(/, loss.*/, ""));
  }
  const [, line] = /^run: run (\d), step: 0$/.exec(walked[0] ?? "") ?? [];
  assert.equal(walked[1], `run: run ${line}, step: 1`);
  assert.match(walked[2] ?? "", /^run: run \d, step: 1$/);
  assert.notEqual(walked[2], walked[1]);
  assert.equal(walked[3], walked[1]);
  await page.keyboard.press("Tab");
  await until("the tooltip leaves with the focus", async () => (await told.count()) === 0);
  assert.equal(await page.locator("[data-mark-cursor]").count(), 0);
  assert.deepEqual(problems, []);
});

test("every view is drawn, with what is chosen for it in the address, and marks what is missing", {
  skip,
}, async (context) => {
  const { client, url } = await serve(context);
  const ids = await log(client, [
    ...sweep(),
    { name: "unmeasured", params: { depth: 3, seed: 42 }, metrics: { other: 1 } },
  ]);
  const { page, problems } = await openPage(context, address(url, ids, "&metric=rmse"));
  const caption = (text: string | RegExp) => page.locator("figcaption", { hasText: text }).waitFor(patience);
  await tab(page, "Parallel").click();
  await drawn(page, /Parallel coordinates: rmse/);
  await caption("1 run with a missing param, drawn below its axis.");
  await caption("1 run left out: no finite value of rmse.");
  await page.getByRole("button", { name: "Params" }).click();
  await page.getByRole("menuitemcheckbox", { name: "model" }).click();
  await page.keyboard.press("Escape");
  await until("two params", async () => /param=depth&param=alpha(&|$)/.test(page.url()));

  await tab(page, "Scatter").click();
  await choice(page, "Across").selectOption({ label: "alpha" });
  await caption("1 run at the left, as a triangle: alpha is missing.");
  await choice(page, "Across").selectOption({ label: "loss (metric)" });
  await until("a metric across", async () => page.url().includes("across=metrics.loss"));

  await tab(page, "Box").click();
  await choice(page, "By").selectOption({ label: "model" });
  await drawn(page, /box plot/);

  await tab(page, "Contour").click();
  await drawn(page, /contour/);
  await choice(page, "Across").selectOption({ label: "alpha" });
  await choice(page, "Up").selectOption({ label: "depth" });
  await caption("1 run at the frame, as a triangle: alpha or depth is missing.");

  await tab(page, "Curves").click();
  await page.getByText("A curve needs a metric that was logged more than once").waitFor(patience);
  await choice(page, "Metric").selectOption({ label: "loss" });
  await drawn(page, /^loss of 13 runs/);
  await caption("1 run without loss: no curve.");
  await choice(page, "x").selectOption("relative");
  await page.getByLabel("log y").check();
  await page.getByLabel("log x").check();
  await choice(page, "Bands by").selectOption({ label: "model" });
  await caption("the mean of the runs of one model");
  await caption("12 points at or before 0, not shown on a log axis.");
  await page.getByLabel("smooth").fill("0.5");
  await caption("Smoothed by 0.5");
  await page.reload();
  await caption("Smoothed by 0.5");
  assert.equal(await choice(page, "x").inputValue(), "relative");
  assert.ok(await page.getByLabel("log x").isChecked());
  assert.equal(await choice(page, "Bands by").inputValue(), "params.model");

  await tab(page, "Bars").click();
  await page.getByRole("button", { name: "More metrics" }).click();
  await page.getByRole("menuitemcheckbox", { name: "other" }).click();
  await page.keyboard.press("Escape");
  await drawn(page, /Bars: loss/);
  await tab(page, "Matrix").click();
  await caption("with a missing value: no point in the panels of it.");
  await tab(page, "Importance").click();
  await drawn(page, /Importance: loss/);
  assert.deepEqual(problems, []);
});

test("two runs are set against each other: values, environment and code line by line", { skip }, async (context) => {
  const { client, url } = await serve(context);
  const [a = "", b = ""] = await log(client, sweep(2));
  await client.logText(a, "const x = 1;\nfit(x);\n", "runlab/cell.ts");
  await client.logText(b, "const x = 2;\nfit(x);\n", "runlab/cell.ts");
  await client.logText(a, JSON.stringify({ node: "20.19.0" }), "runlab/environment.json");
  await client.logText(b, JSON.stringify({ node: "22.1.0" }), "runlab/environment.json");
  const { page, problems } = await openPage(context, address(url, [a, b]));
  await page.getByRole("checkbox", { name: "Select all runs" }).click();
  await page.getByRole("button", { name: "Diff", exact: true }).click();
  const row = page.locator(".diff-table tr", { hasText: "node" });
  await row.waitFor(patience);
  const [first, second] = await row.locator("td").allInnerTexts();
  assert.deepEqual(new Set([first, second]), new Set(["20.19.0", "22.1.0"]));
  const code = () => page.locator(".diff-code").innerText();
  const before = await code();
  assert.match(before, /−\s*removed:\s*const x = \d;\s*\+\s*added:\s*const x = \d;/);
  await page.getByRole("button", { name: "Swap" }).click();
  await until("the other way", async () => (await code()) !== before);
  await page.reload();
  await row.waitFor(patience);
  assert.deepEqual((await row.locator("td").allInnerTexts()).slice(0, 2), [second, first]);
  assert.deepEqual(problems, []);
});

test("a run that still logs grows by its new points alone, and the picture stays", { skip }, async (context) => {
  const { client, url } = await serve(context);
  const ids = await log(client, sweep(3));
  const { info } = await client.createRun("0", { runName: "live" });
  const points = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => ({ key: "loss", value: 9, step: from + at, timestamp: Date.now() }));
  await client.logBatch(info.runId, { metrics: points(0, 30) });
  const { page, problems } = await openPage(context, address(url, [...ids, info.runId], "&metric=loss&view=curves"));
  await drawn(page, /^loss of 4 runs/);
  const asked: Array<{ runIds: string[]; known?: Array<{ total: number }> }> = [];
  page.on("request", (request) => {
    const body = request.url().endsWith("/runlab/curves") ? JSON.parse(request.postData() ?? "{}") : { limit: 32 };
    // Small curves of the table ask for fewer points.
    if (body.limit !== 32) asked.push(body);
  });
  const canvas = await page.locator("figure canvas").elementHandle();
  await client.logBatch(info.runId, { metrics: points(30, 10) });
  await until("the new points are asked for", async () => asked.length > 0);
  await page.locator("tr", { hasText: "live" }).locator(".value", { hasText: "9" }).first().waitFor(patience);
  assert.ok(asked.every(({ runIds }) => runIds.length === 1 && runIds[0] === info.runId));
  assert.equal(asked[0]?.known?.[0]?.total, 30);
  assert.ok(await canvas?.evaluate((element) => element.isConnected));
  assert.deepEqual(problems, []);
});

test("a hundred runs of two experiments are compared, some are left out, and the others are drawn", {
  skip,
}, async (context) => {
  const { client, url } = await serve(context);
  const other = await client.createExperiment("other");
  const ids = await log(
    client,
    sweep(100).map((run, at) => (at % 10 === 0 ? { ...run, experimentId: other } : run)),
  );
  const { page, problems } = await openPage(context, address(url, ids, "&metric=loss"));
  await page.getByRole("heading", { level: 1, name: "Comparing 100 runs" }).waitFor(patience);
  await page.getByRole("link", { name: "other" }).first().waitFor(patience);
  assert.ok((await page.locator(".runs-table thead .head-label").allInnerTexts()).includes("experiment"));
  for (const [view, label] of [
    ["Parallel", /Parallel/],
    ["Curves", /^loss of 100 runs/],
    ["Scatter", /scatter/],
  ] as const) {
    await tab(page, view).click();
    await drawn(page, label);
  }
  await page.getByRole("checkbox", { name: "Select run 0", exact: true }).click();
  await page.getByRole("checkbox", { name: "Select run 4", exact: true }).click();
  await page.getByRole("button", { name: "Leave out" }).click();
  await page.getByRole("heading", { level: 1, name: "Comparing 98 runs" }).waitFor(patience);
  await drawn(page, /of 98 runs/);
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "Comparing 100 runs" }).waitFor(patience);
  assert.deepEqual(problems, []);
});

test("hostile names of runs, params and metrics are text in every view", { skip }, async (context) => {
  const { client, url } = await serve(context);
  const attack = `<img src=x onerror="document.title='taken'">`;
  const keys = ["constructor", "toString", "a.b", "then"];
  const runs = Array.from({ length: 6 }, (_, at): LoggedRun => {
    const values = keys.map((key, place) => [key, at + place] as const);
    return {
      name: at < 2 ? attack : `__proto__\u202e${at}`,
      params: Object.fromEntries([...values, ["hasOwnProperty", attack + (at % 2)]]),
      metrics: Object.fromEntries([
        ["valueOf", [at, at + 1, at * 2]],
        ["loss", at],
      ]),
    };
  });
  const ids = await log(client, runs);
  for (const [at, id] of ids.slice(0, 2).entries()) {
    await client.logText(id, `<script>document.title = "taken"</script>\n${attack}${at}\u001b[2J`, "runlab/cell.ts");
    await client.logText(id, JSON.stringify({ node: `${attack}${at}` }), "runlab/environment.json");
  }
  const { page, problems } = await openPage(context, address(url, ids, "&metric=valueOf"));
  for (const view of ["Parallel", "Scatter", "Box", "Contour", "Curves", "Bars", "Matrix", "Importance"]) {
    await tab(page, view).click();
    await drawn(page, /valueOf/);
    assert.equal(await page.locator(".error-line").count(), 0, view);
  }
  await page.goto(address(url, ids, `&metric=valueOf&view=diff&a=${ids[0]}&b=${ids[1]}`));
  await page.locator(".diff-code", { hasText: "\\u001b[2J" }).waitFor(patience);
  assert.equal(await page.locator("main img").count(), 0);
  assert.doesNotMatch(await page.title(), /taken/);
  assert.deepEqual(problems, []);
});

test("what cannot be compared or drawn says what it needs and where to get it", { skip }, async (context) => {
  const { client, url } = await serve(context);
  const [a = "", b = ""] = await log(client, [{ name: "one" }, { name: "two" }]);
  const { page } = await openPage(context, `${url}/#/compare`);
  await page.getByText("Choose two runs or more to compare").waitFor(patience);
  await page.getByRole("link", { name: "Choose runs" }).click();
  await page.getByRole("link", { name: "two" }).waitFor(patience);
  await page.goto(address(url, [a, b, "f".repeat(32)]));
  await page.getByText("One of the runs is not there").waitFor(patience);
  await page.getByRole("button", { name: "Leave it out" }).click();
  await until("the run is left out", async () => !page.url().includes("ffff"));
  await page.getByRole("heading", { level: 1, name: "Comparing 2 runs" }).waitFor(patience);
  await tab(page, "Scatter").click();
  await page.getByText("These runs have no metric").waitFor(patience);
  await client.logMetric(a, "loss", 1);
  await client.logMetric(b, "loss", 2);
  await page.getByText("A scatter plot needs a param that differs, or a second metric").waitFor(patience);
  // A link of MLflow's page leads here too.
  await page.goto(`${url}/#/compare-runs?runs=${encodeURIComponent(JSON.stringify([a, b]))}&experiments=["0"]`);
  await page.getByRole("heading", { level: 1, name: "Comparing 2 runs" }).waitFor(patience);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`the page can be used by everybody, ${colorScheme} and narrow`, { skip }, async (context) => {
    const { client, url } = await serve(context);
    const ids = await log(client, sweep());
    const { page } = await openPage(context, "about:blank", { colorScheme, width: 420 });
    await page.goto(address(url, ids, `&metric=loss&view=curves&base=${ids[3]}&sel=${ids[4]}`));
    const axeFile = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
    // What is sent by the protocol is not subject to the page's policy.
    const session = await page.context().newCDPSession(page);
    await session.send("Runtime.evaluate", { expression: await readFile(axeFile, "utf8") });
    for (const view of ["Curves", "Parallel", "Matrix", "Diff", "Table"]) {
      await tab(page, view).click();
      if (view === "Diff") await page.locator(".diff-table").waitFor(patience);
      else if (view !== "Table") await drawn(page, /loss/);
      const overflow = await page.locator("html").evaluate((html) => html.scrollWidth - html.clientWidth);
      assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
      const found = await page.evaluate(async () => {
        const axe = Reflect.get(globalThis, "axe") as {
          run(): Promise<{ violations: Array<{ id: string; nodes: unknown[] }> }>;
        };
        return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${JSON.stringify(nodes).slice(0, 400)}`);
      });
      assert.deepEqual(found, [], view);
    }
  });
}
