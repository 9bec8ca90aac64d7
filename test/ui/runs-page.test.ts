import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { logRuns, openPage, serve, skip } from "./open-page.js";

/** The names of the runs in the table, from top to bottom. */
async function names(page: Page): Promise<string[]> {
  return page.locator(".runs-table tbody .run-name a").allInnerTexts();
}

/** ms that the table has to come to what is awaited. */
const patience = 20_000;

/** Waits until the table has these runs in this order. From here: the page's policy lets nothing be evaluated again and again in it. */
async function hasNames(page: Page, wanted: readonly string[]): Promise<void> {
  const end = performance.now() + patience;
  for (;;) {
    const found = await names(page);
    if (found.join("|") === wanted.join("|")) return;
    if (performance.now() > end) assert.deepEqual(found, wanted);
    await page.waitForTimeout(50);
  }
}

test("the page opens on the runs of the experiment last written to, with metrics and differing params", {
  skip,
}, async (context) => {
  const { client, url } = await serve(context);
  await logRuns(client, "older", ["old"]);
  await logRuns(client, "cars", ["first", "second", "third"]);
  const { page, problems } = await openPage(context, url);
  await hasNames(page, ["third", "second", "first"]);
  assert.equal(await page.title(), "cars · runlab");
  const heads = await page.locator(".runs-table thead .head-label").allInnerTexts();
  assert.deepEqual(heads, ["run", "started", "loss", "rmse", "alpha", "model", "duration"]);
  // The best value of a metric that is better when it is lower.
  assert.equal(await page.locator("td.best").first().locator(".value").innerText(), "4");
  assert.deepEqual(problems, []);
});

test("a run that is logged meanwhile appears, and only it is asked for", { skip }, async (context) => {
  const { client, url } = await serve(context);
  await logRuns(client, "cars", ["first", "second"]);
  const { page } = await openPage(context, url);
  await hasNames(page, ["second", "first"]);
  const asked: unknown[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/runlab/runs")) asked.push(JSON.parse(request.postData() ?? ""));
  });
  const experiment = await client.getExperimentByName("cars");
  const { info } = await client.createRun(experiment?.experimentId ?? "", {
    runName: "live",
    startTime: 1_800_000_000_000,
  });
  await hasNames(page, ["live", "second", "first"]);
  await client.logMetric(info.runId, "rmse", 0.125);
  await page.getByText("0.125").waitFor();
  // Those that have come to rest meanwhile are asked for too, but never all.
  const ids = asked.map((one) => (one as { runIds?: string[] }).runIds);
  assert.ok(ids.some((one) => one?.length === 1 && one[0] === info.runId));
  assert.ok(ids.every((one) => one !== undefined));
});

test("a filter finds runs, is in the address, and says where it is wrong", { skip }, async (context) => {
  const { client, url } = await serve(context);
  await logRuns(client, "cars", ["first", "second", "third"]);
  const { page } = await openPage(context, url);
  const filter = page.getByRole("combobox", { name: "Filter runs" });
  await filter.fill("params.model = ");
  await page.getByRole("option", { name: "'linear'" }).click();
  await hasNames(page, ["second"]);
  await page.reload();
  await hasNames(page, ["second"]);
  assert.equal(await filter.inputValue(), "params.model = 'linear' ");
  await page.goBack();
  await hasNames(page, ["third", "second", "first"]);
  await filter.fill("metrics.rmse <<");
  await filter.press("Escape");
  await page.locator(".filter-error", { hasText: "column 15" }).waitFor();
  // What was found before stays.
  assert.equal((await names(page)).length, 3);
});

test("words in the filter find runs by name, and the beginning of an id finds its run", { skip }, async (context) => {
  const { client, url } = await serve(context);
  const [, , id = ""] = await logRuns(client, "cars", ["lr=0.1 first", "second", "third"]);
  const { page } = await openPage(context, url);
  const filter = page.getByRole("combobox", { name: "Filter runs" });
  await filter.fill("FIRST");
  await hasNames(page, ["lr=0.1 first"]);
  assert.match(page.url(), /where=FIRST/);
  await page.reload();
  await hasNames(page, ["lr=0.1 first"]);
  await filter.fill("'lr=0.1'");
  await page.waitForURL(/where=%27lr/);
  await hasNames(page, ["lr=0.1 first"]);
  await filter.fill(id.slice(0, 8));
  await page.waitForURL(new RegExp(`where=${id.slice(0, 8)}`));
  await hasNames(page, ["lr=0.1 first"]);
  await filter.fill("fourth");
  await page.getByText("No run has fourth in its name").waitFor();
  // The beginning of a field waits for the rest of it.
  await filter.fill("");
  await hasNames(page, ["third", "second", "lr=0.1 first"]);
  await filter.pressSequentially("metrics");
  await page.waitForTimeout(1000);
  assert.equal((await names(page)).length, 3);
});

test("nested runs stand below the run that they are part of; it closes by hand and by key, and a sorted table is flat", {
  skip,
}, async (context) => {
  const { client, url } = await serve(context);
  const experimentId = await client.createExperiment("sweeps");
  const run = async (runName: string, at: number, parent?: string) => {
    const tags = parent === undefined ? {} : { "mlflow.parentRunId": parent };
    const { info } = await client.createRun(experimentId, { runName, startTime: 1_700_000_000_000 + at * 1000, tags });
    await client.logMetric(info.runId, "loss", 10 - at);
    await client.endRun(info.runId);
    return info.runId;
  };
  const sweep = await run("sweep", 0);
  const trial = await run("trial 1", 1, sweep);
  await run("trial 2", 2, sweep);
  await run("fold", 3, trial);
  await run("orphan", 4, "0123456789abcdef0123456789abcdef");
  await run("alone", 5);
  const { page } = await openPage(context, url);
  const tree = ["alone", "orphan", "sweep", "trial 2", "trial 1", "fold"];
  await hasNames(page, tree);
  const levels = () =>
    page.locator(".runs-table tbody tr[id]").evaluateAll((rows) => rows.map((row) => row.getAttribute("aria-level")));
  assert.deepEqual(await levels(), ["1", "1", "1", "2", "2", "3"]);
  await page.getByRole("button", { name: "Close sweep" }).click();
  await hasNames(page, ["alone", "orphan", "sweep"]);
  await page.getByRole("button", { name: "Open sweep" }).click();
  await hasNames(page, tree);
  await page.getByRole("treegrid").focus();
  await page.keyboard.press("End");
  // To the trial, which closes; and to the sweep, which closes too, and opens.
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await hasNames(page, ["alone", "orphan", "sweep", "trial 2", "trial 1"]);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await hasNames(page, ["alone", "orphan", "sweep"]);
  await page.keyboard.press("ArrowRight");
  await hasNames(page, ["alone", "orphan", "sweep", "trial 2", "trial 1"]);
  await page.locator(".sort-button", { hasText: "loss" }).click();
  await hasNames(page, ["alone", "orphan", "fold", "trial 2", "trial 1", "sweep"]);
  await page.getByRole("grid", { name: /^Runs of/ }).waitFor();
});

test("no number of a metric is cut, however small", { skip }, async (context) => {
  const { client, url } = await serve(context);
  const ids = await logRuns(client, "cars", ["first", "second", "third"]);
  const values = [0.00020712, 123_456_789.25, -0.000_123_45];
  for (const [at, id] of ids.entries()) {
    for (let step = 0; step < 3; step++) await client.logMetric(id, "rate", (values[at] ?? 0) * (3 - step), { step });
    await client.logMetric(id, "small", (values[at] ?? 0) / 1e6);
  }
  const { page } = await openPage(context, url);
  await hasNames(page, ["third", "second", "first"]);
  await page.locator("td.best .value").first().waitFor();
  const cut = await page
    .locator("td.number:not(:last-child) .value")
    .evaluateAll((cells) =>
      cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent),
    );
  assert.deepEqual(cut, []);
});

test("headers sort, columns move, hide and pin, and a reload keeps it all", { skip }, async (context) => {
  const { client, url } = await serve(context);
  await logRuns(client, "cars", ["first", "second", "third"]);
  const { page } = await openPage(context, url);
  const heads = () => page.locator(".runs-table thead .head-label").allInnerTexts();
  const sort = (name: string) => page.locator(".sort-button", { hasText: name });
  await sort("rmse").click();
  await hasNames(page, ["third", "second", "first"]);
  await sort("rmse").click();
  await hasNames(page, ["first", "second", "third"]);
  await sort("model").focus();
  await page.keyboard.press("Alt+ArrowLeft");
  const inMenu = async (column: string, item: string) => {
    await page.getByRole("button", { name: `Column ${column}` }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: item }).click();
  };
  await inMenu("loss", "Hide");
  await inMenu("rmse", "Pin to the left");
  const wanted = ["run", "rmse", "started", "model", "alpha", "duration"];
  assert.deepEqual(await heads(), wanted);
  await page.reload();
  await hasNames(page, ["first", "second", "third"]);
  assert.deepEqual(await heads(), wanted);
});

test("the table is used by keys alone: move, select, set a baseline, open", { skip }, async (context) => {
  const { client, url } = await serve(context);
  await logRuns(client, "cars", ["first", "second", "third"]);
  const { page } = await openPage(context, url);
  await hasNames(page, ["third", "second", "first"]);
  await page.getByRole("grid").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("b");
  await page.getByText("Against second").waitFor();
  assert.equal(
    await page.locator("tr", { hasText: "first" }).locator(".difference.worse").first().textContent(),
    "+1 worse",
  );
  await page.keyboard.press("Space");
  await page.getByText("1 selected").waitFor();
  assert.match(page.url(), /sel=/);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "second" }).waitFor();
});

test("Shift-click selects all runs between two, as they are sorted, and takes them out again", {
  skip,
}, async (context) => {
  const { client, url } = await serve(context);
  await logRuns(client, "cars", ["first", "second", "third", "fourth", "fifth"]);
  const { page } = await openPage(context, url);
  await hasNames(page, ["fifth", "fourth", "third", "second", "first"]);
  const box = (name: string) => page.getByRole("checkbox", { name: `Select ${name}` });
  const hasSelected = async (wanted: readonly string[]) => {
    await page.getByText(`${wanted.length} selected`).waitFor();
    const selected = page.locator(".runs-table tbody tr[aria-selected=true]");
    assert.deepEqual(await selected.locator(".run-name a").allInnerTexts(), wanted);
    assert.equal(await selected.getByRole("checkbox", { checked: true }).count(), wanted.length);
  };
  await box("fourth").click();
  await box("second").click({ modifiers: ["Shift"] });
  await hasSelected(["fourth", "third", "second"]);
  const marked = await page.locator("body").evaluate((body) => String(body.ownerDocument.getSelection()));
  assert.equal(marked, "", "text that is marked");
  // Upwards from the run that was clicked last; both ends are let go too.
  await box("third").click({ modifiers: ["Shift"] });
  await hasSelected(["fourth"]);
  await page.locator(".sort-button", { hasText: "model" }).click();
  await hasNames(page, ["fourth", "second", "fifth", "third", "first"]);
  await box("fourth").click();
  await page.getByText("1 selected").waitFor({ state: "detached" });
  await box("second").click();
  await box("third").click({ modifiers: ["Shift"] });
  await hasSelected(["second", "fifth", "third"]);
  await page.reload();
  await hasNames(page, ["fourth", "second", "fifth", "third", "first"]);
  await hasSelected(["second", "fifth", "third"]);
});

test("pinned columns stay in sight, change places, hide, and go back where they were when they are unpinned", {
  skip,
}, async (context) => {
  const { client, url } = await serve(context);
  await logRuns(client, "cars", ["first", "second"]);
  const { page } = await openPage(context, url, { width: 700 });
  await hasNames(page, ["second", "first"]);
  const heads = () => page.locator(".runs-table thead .head-label").allInnerTexts();
  const head = (name: string) => page.getByRole("columnheader", { name });
  const inMenu = async (column: string, item: string) => {
    await page.getByRole("button", { name: `Column ${column}` }).click();
    await page.getByRole("menuitem", { name: item }).click();
  };
  const left = async (name: string) => Math.round((await head(name).boundingBox())?.x ?? Number.NaN);
  const scroll = (to: number) =>
    page.locator(".table-scroll").evaluate((element, x) => {
      element.scrollLeft = x;
    }, to);
  const usual = ["run", "started", "loss", "rmse", "alpha", "model", "duration"];
  await inMenu("rmse", "Pin to the left");
  assert.deepEqual(await heads(), ["run", "rmse", "started", "loss", "alpha", "model", "duration"]);
  const pinnedAt = await left("rmse");
  await scroll(150);
  assert.equal(await left("rmse"), pinnedAt);
  await scroll(0);
  await inMenu("rmse", "Unpin");
  assert.deepEqual(await heads(), usual);
  const at = await left("rmse");
  await scroll(150);
  assert.ok((await left("rmse")) < at, "a column that is not pinned goes with the others");
  await scroll(0);
  await page.reload();
  await hasNames(page, ["second", "first"]);
  assert.deepEqual(await heads(), usual);

  await inMenu("rmse", "Pin to the left");
  await inMenu("loss", "Pin to the left");
  await inMenu("loss", "Move left");
  assert.deepEqual((await heads()).slice(0, 4), ["run", "loss", "rmse", "started"]);
  await head("loss").dragTo(head("rmse"));
  assert.deepEqual((await heads()).slice(0, 4), ["run", "rmse", "loss", "started"]);
  await inMenu("rmse", "Hide");
  assert.deepEqual(await heads(), ["run", "loss", "started", "alpha", "model", "duration"]);
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("checkbox", { name: /^loss/ }).click();
  await page.getByRole("button", { name: "Done" }).click();
  assert.deepEqual(await heads(), ["run", "started", "alpha", "model", "duration"]);
});

test("deleted runs come back with Undo", { skip }, async (context) => {
  const { client, url } = await serve(context);
  await logRuns(client, "cars", ["first", "second", "third"]);
  const { page } = await openPage(context, url);
  await page.getByRole("checkbox", { name: "Select first" }).click();
  await page.getByRole("checkbox", { name: "Select third" }).click();
  await page.getByRole("button", { name: "Delete" }).click();
  await hasNames(page, ["second"]);
  await page.getByRole("button", { name: "Undo" }).click();
  await hasNames(page, ["third", "second", "first"]);
});

test("the view of deleted runs shows what was deleted, and restores it", { skip }, async (context) => {
  const { client, url } = await serve(context);
  const [third = "", , first = ""] = await logRuns(client, "cars", ["first", "second", "third"]);
  const { page, problems } = await openPage(context, url);
  await hasNames(page, ["third", "second", "first"]);
  const toggleDeleted = async () => {
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitemcheckbox", { name: "Deleted runs" }).click();
  };
  await toggleDeleted();
  await page.getByText("No deleted runs").waitFor();
  await toggleDeleted();
  await page.getByRole("checkbox", { name: "Select first" }).click();
  await page.getByRole("checkbox", { name: "Select third" }).click();
  await page.getByRole("button", { name: "Delete" }).click();
  await hasNames(page, ["second"]);
  await toggleDeleted();
  await hasNames(page, ["third", "first"]);
  await page.reload();
  await hasNames(page, ["third", "first"]);
  // One that is deleted meanwhile comes to the others.
  const experiment = await client.getExperimentByName("cars");
  const { info } = await client.createRun(experiment?.experimentId ?? "", { runName: "late", startTime: 1 });
  await client.deleteRun(info.runId);
  await hasNames(page, ["third", "first", "late"]);
  await page.getByRole("checkbox", { name: "Select first" }).click();
  assert.equal(await page.getByRole("button", { name: "Delete", exact: true }).count(), 0);
  await page.getByRole("button", { name: "Restore" }).click();
  await page.getByText("Restored the run first.").waitFor();
  await hasNames(page, ["third", "late"]);
  await page.getByText(/\d selected/).waitFor({ state: "detached" });
  assert.equal((await client.getRun(first)).info.lifecycleStage, "active");
  assert.equal((await client.getRun(third)).info.lifecycleStage, "deleted");
  await page.getByRole("checkbox", { name: "Select all runs" }).click();
  await page.getByRole("button", { name: "Restore" }).click();
  await page.getByText("No deleted runs").waitFor();
  await page.getByRole("button", { name: "Remove: Deleted runs" }).click();
  await hasNames(page, ["third", "second", "first", "late"]);
  assert.deepEqual(problems, []);
});

test("a narrow window shows the values of a metric without scrolling", { skip }, async (context) => {
  const { client, url } = await serve(context);
  await logRuns(client, "cars", ["first", "second"]);
  const { page } = await openPage(context, url, { width: 390 });
  await hasNames(page, ["second", "first"]);
  const heads = await page.locator(".runs-table thead .head-label").allInnerTexts();
  assert.deepEqual(heads.slice(0, 2), ["run", "loss"]);
  const value = await page.locator(".runs-table tbody tr").first().locator("td .value").first().boundingBox();
  assert.ok(value !== null && value.x + value.width < 390 - 12, "it is in the window");
});

test("of many selected runs none is selected among the deleted ones", { skip }, async (context) => {
  const { client, url } = await serve(context);
  const id = await client.createExperiment("many");
  for (let at = 0; at < 250; at++) await client.createRun(id, { runName: `run-${at}`, startTime: 1e12 + at });
  const { info } = await client.createRun(id, { runName: "gone" });
  await client.deleteRun(info.runId);
  const { page } = await openPage(context, `${url}/#/experiments/${id}`);
  await page.getByText("250 runs", { exact: true }).waitFor();
  await page.getByRole("checkbox", { name: "Select all" }).click({ force: true });
  await page.getByText("250 selected").waitFor();
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitemcheckbox", { name: "Deleted runs" }).click();
  await hasNames(page, ["gone"]);
  await page.getByRole("checkbox", { name: "Select gone" }).click({ force: true });
  const bar = page.getByRole("toolbar", { name: "Selected runs" });
  assert.equal(await bar.locator(".selection-count").innerText(), "1 selected");
  // Only what is selected here is in the address, and so in a link.
  assert.deepEqual(new URLSearchParams(new URL(page.url()).hash.split("?")[1]).get("sel")?.split(","), [
    info.runId.slice(0, 12),
  ]);
});

test("what the table shows is downloaded as CSV", { skip }, async (context) => {
  const { client, url } = await serve(context);
  await logRuns(client, "cars", ["first", 'a, "b"']);
  const { page } = await openPage(context, url);
  await hasNames(page, ['a, "b"', "first"]);
  await page.getByRole("button", { name: "More" }).click();
  const coming = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: "Download as CSV" }).click();
  const download = await coming;
  assert.equal(download.suggestedFilename(), "cars.csv");
  const [head, line] = (await readFile((await download.path()) ?? "", "utf8")).split("\r\n");
  assert.equal(head, "run_id,run_name,start_time,metrics.loss,metrics.rmse,params.alpha,params.model,duration");
  assert.match(line ?? "", /^[0-9a-f]{32},"a, ""b""",1700000001000,5,2.5,0.1,linear,\d+$/);
});

test("a saved view outlives the browser", { skip }, async (context) => {
  const { client, url } = await serve(context);
  await logRuns(client, "cars", ["first", "second"]);
  const { page } = await openPage(context, url);
  await page.locator(".sort-button", { hasText: "alpha" }).click();
  await hasNames(page, ["first", "second"]);
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Save this view" }).click();
  await page.getByLabel("Name").fill("by alpha");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved the view by alpha.").waitFor();
  const { page: other } = await openPage(context, url);
  await hasNames(other, ["second", "first"]);
  await other.getByRole("button", { name: "Views" }).click();
  await other.getByRole("menuitemcheckbox", { name: "by alpha" }).click();
  await hasNames(other, ["first", "second"]);
});

test("of ten thousand runs only those in sight are drawn, and the last one is reached", { skip }, async (context) => {
  const { client, url } = await serve(context);
  const experimentId = await client.createExperiment("many");
  for (let at = 0; at < 10_000; at++)
    await client.createRun(experimentId, { runName: `run ${at}`, startTime: 1e12 + at });
  const { page } = await openPage(context, url);
  await page.getByText("10,000 runs").waitFor();
  assert.ok((await names(page)).length < 100);
  await page.getByRole("grid").focus();
  await page.keyboard.press("End");
  await page.getByRole("link", { name: "run 0", exact: true }).waitFor();
});

test("the newest runs are there before the others, and a run that changes while those are read is shown as it is", {
  skip,
}, async (context) => {
  const { client, url } = await serve(context);
  const id = await client.createExperiment("many");
  const first = await client.createRun(id, { runName: "oldest", startTime: 1 });
  for (let at = 0; at < 600; at++) {
    const { info } = await client.createRun(id, { runName: `run-${at}`, startTime: 1_700_000_000_000 + at });
    await client.logMetric(info.runId, "rmse", at === 3 ? 0.5 : 1 + at);
  }
  const { page } = await openPage(context, "about:blank");
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route("**/runlab/runs", async (route) => {
    const { most, runIds } = route.request().postDataJSON() as { most?: number; runIds?: string[] };
    if (most !== undefined || runIds !== undefined) return route.continue();
    // What the server says now comes late.
    const answer = await route.fetch();
    await held;
    return route.fulfill({ response: answer });
  });
  const reads = page.waitForRequest((request) => /runlab\/runs$/.test(request.url()) && !request.postDataJSON().most);
  await page.goto(`${url}/#/experiments/${id}`);
  const status = page.locator(".table-foot [role=status]");
  await status.getByText("500 runs, the newest; reading the others").waitFor();
  await reads;
  assert.equal((await names(page))[0], "run-599");
  // Of a part nobody knows what is best, or what all of it is.
  assert.equal(await page.locator("td.best").count(), 0);
  await page.getByRole("button", { name: "More", exact: true }).click();
  assert.ok(await page.getByRole("menuitem", { name: "Download as CSV" }).isDisabled());
  await page.keyboard.press("Escape");
  const heard = page.waitForResponse((response) => /runlab\/news/.test(response.url()) && response.status() === 200);
  await client.renameRun(first.info.runId, "renamed");
  await heard;
  letGo();
  await status.getByText("601 runs").waitFor();
  await page.getByRole("grid").focus();
  await page.keyboard.press("End");
  await page.getByRole("link", { name: "renamed", exact: true }).waitFor();
  await page.locator("td.best", { hasText: "0.5" }).waitFor();
});

test("the page works below a prefix", { skip }, async (context) => {
  const { client, url } = await serve(context, { prefix: "/lab/tracking" });
  await logRuns(client, "cars", ["first"]);
  const { page, problems } = await openPage(context, `${url}/lab/tracking/`);
  await hasNames(page, ["first"]);
  assert.deepEqual(problems, []);
});

test("columns are chosen in a list, dragged, and set back", { skip }, async (context) => {
  const { client, url } = await serve(context);
  await logRuns(client, "cars", ["first", "second"]);
  const { page } = await openPage(context, url);
  await hasNames(page, ["second", "first"]);
  const heads = () => page.locator(".runs-table thead .head-label").allInnerTexts();
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("searchbox", { name: "Find a column" }).fill("see");
  await page.getByRole("checkbox", { name: /^seed/ }).click();
  await page.getByRole("button", { name: "Done" }).click();
  assert.equal((await heads()).at(-1), "seed");
  const head = (name: string) => page.getByRole("columnheader", { name });
  await head("model").dragTo(head("loss"));
  assert.deepEqual(await heads(), ["run", "started", "model", "loss", "rmse", "alpha", "duration", "seed"]);
  await page.reload();
  await hasNames(page, ["second", "first"]);
  assert.deepEqual(await heads(), ["run", "started", "model", "loss", "rmse", "alpha", "duration", "seed"]);
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("button", { name: "Reset" }).click();
  await page.getByRole("button", { name: "Done" }).click();
  assert.deepEqual(await heads(), ["run", "started", "loss", "rmse", "alpha", "model", "duration"]);
});

test("runs are grouped by a column, with means; groups close by hand and by key, and a reload keeps the grouping", {
  skip,
}, async (context) => {
  const { client, url } = await serve(context);
  await logRuns(client, "cars", ["first", "second", "third"]);
  const { page } = await openPage(context, url);
  await hasNames(page, ["third", "second", "first"]);
  await page.getByRole("button", { name: "Column model" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitemcheckbox", { name: "Group by this column" }).click();
  // The mean of 3 and 2, in the decimals of its column.
  await page.locator(".group-row", { hasText: "tree" }).getByText("2.5", { exact: true }).waitFor();
  await hasNames(page, ["third", "first", "second"]);
  await page.getByRole("button", { name: "Close the group tree" }).click();
  await hasNames(page, ["second"]);
  await page.getByRole("button", { name: "Open the group tree" }).click();
  await hasNames(page, ["third", "first", "second"]);
  await page.getByRole("treegrid").focus();
  await page.keyboard.press("Enter");
  await hasNames(page, ["second"]);
  await page.reload();
  await hasNames(page, ["third", "first", "second"]);
  await page.getByRole("button", { name: "Remove: Grouped by model" }).click();
  await hasNames(page, ["third", "second", "first"]);
});

test("several columns sort, the better end of a metric is turned round, and what was sorted is in the address", {
  skip,
}, async (context) => {
  const { client, url } = await serve(context);
  await logRuns(client, "cars", ["first", "second", "third"]);
  const { page } = await openPage(context, url);
  await hasNames(page, ["third", "second", "first"]);
  const sort = (name: string) => page.locator(".sort-button", { hasText: name });
  await sort("model").click();
  await sort("alpha").click({ modifiers: ["Shift"] });
  await hasNames(page, ["second", "first", "third"]);
  assert.match(page.url(), /sort=params\.model&sort=params\.alpha/);
  const best = (run: string) => page.getByRole("row", { name: run }).locator("td.best").count();
  assert.deepEqual([await best("third"), await best("first")], [2, 0]);
  for (const metric of ["loss", "rmse"]) {
    await page.getByRole("button", { name: `Column ${metric}` }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitemcheckbox", { name: "Lower is better" }).click();
  }
  await page.locator("tr", { hasText: "first" }).locator("td.best").nth(1).waitFor();
  assert.deepEqual([await best("third"), await best("first")], [0, 2]);
});

test("keys reach the filter, the help, a range of runs, and let all go", { skip }, async (context) => {
  const { client, url } = await serve(context);
  await logRuns(client, "cars", ["first", "second", "third"]);
  const { page } = await openPage(context, url);
  await hasNames(page, ["third", "second", "first"]);
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard" });
  await help.getByText("go to the filter").waitFor();
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "detached" });
  await page.keyboard.press("/");
  await page.keyboard.type("metrics.rmse < 2.9");
  await page.keyboard.press("Enter");
  await hasNames(page, ["third", "second"]);
  await page.getByRole("grid").focus();
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Shift+ArrowDown");
  await page.getByText("2 selected").waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("2 selected").waitFor({ state: "detached" });
});

test("the selected runs alone are downloaded as JSON, with every digit", { skip }, async (context) => {
  const { client, url } = await serve(context);
  const [, id = ""] = await logRuns(client, "cars", ["first", "second"]);
  await client.logMetric(id, "exact", 0.1 + 0.2);
  const { page } = await openPage(context, url);
  await page.getByRole("checkbox", { name: "Select first" }).click();
  await page.getByRole("button", { name: "More" }).click();
  const coming = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: "Download as JSON" }).click();
  const rows = JSON.parse(await readFile((await (await coming).path()) ?? "", "utf8"));
  assert.equal(rows.length, 1);
  assert.deepEqual([rows[0].run_id, rows[0].run_name, rows[0]["metrics.exact"]], [id, "first", 0.30000000000000004]);
});

test("numbers of one column have as many decimals as each other", { skip }, async (context) => {
  const { client, url } = await serve(context);
  const ids = await logRuns(client, "cars", ["first", "second", "third"]);
  for (const [at, value] of [0.5, 0.25, 12].entries()) await client.logMetric(ids[at] ?? "", "error", value);
  const { page } = await openPage(context, url);
  await hasNames(page, ["third", "second", "first"]);
  for (const text of ["0.50", "0.25", "12.00"])
    await page.locator("td .value").getByText(text, { exact: true }).waitFor();
});

test("while fifty runs log, a page asks for what is new and for nothing twice", { skip }, async (context) => {
  const { client, url } = await serve(context);
  const ids = await logRuns(
    client,
    "cars",
    Array.from({ length: 50 }, (_, at) => `run ${at}`),
  );
  const { page } = await openPage(context, url);
  await page.locator(".runs-table .spark path").first().waitFor({ state: "attached" });
  await page.waitForTimeout(1000);
  let answered = 0;
  const whole: string[] = [];
  page.on("response", async (response) => {
    const what = /runlab\/(runs|curves)$/.exec(response.url())?.[1];
    if (what === "runs" && JSON.parse(response.request().postData() ?? "{}").runIds === undefined) whole.push("runs");
    if (what !== "curves") return;
    const { curves } = (await response.json()) as { curves: Array<{ from: number; steps: number[] }> };
    for (const { from, steps } of curves) {
      if (from === 0) whole.push("a curve");
      answered += steps.length;
    }
  });
  for (let step = 5; step < 25; step++) {
    for (const id of ids) await client.logMetric(id, "loss", 1 / step, { step });
  }
  await client.logMetric(ids[0] ?? "", "loss", 0.0625, { step: 25 });
  await page.getByText("0.0625").first().waitFor();
  await page.waitForTimeout(1000);
  assert.deepEqual(whole, [], "what was read again from its beginning");
  assert.ok(answered > 0 && answered <= 50 * 20 + 1, `${answered} points came of ${50 * 20 + 1} that were logged`);
});
