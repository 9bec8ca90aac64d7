import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";
import { type Table, tableBundle } from "../../src/render/table.js";
import { patience, skip, startJupyterLab } from "../notebooks/jupyter-lab.js";

const python = process.env.RUNLAB_PYTHON;
const browserPath = process.env.RUNLAB_CHROMIUM;

const small: Table = {
  caption: "Small",
  columns: [
    { label: "run", rowHeader: true },
    { label: "rmse", type: "number", best: "min" },
    { label: "took", type: "duration" },
    { label: "loss", type: "sparkline" },
  ],
  rows: [
    ["run 10", 1500.25, 65_000, [0, 1, 2].map((step) => ({ step, value: 3 - step, timestamp: 0 }))],
    ["run 9", 9.5, 900, undefined],
    ["run 2", undefined, 3_600_000, undefined],
    ["run 1", Number.NaN, 2_000, undefined],
  ],
};

const long: Table = {
  caption: "Long",
  columns: [{ label: "row", type: "number", rowHeader: true }, { label: "name" }],
  rows: Array.from({ length: 47 }, (_, at) => [at, `name ${at}`]),
};

test("in nbconvert's HTML a table sorts by click and by keyboard, and a long one is shown in pages", {
  skip,
}, async () => {
  await inFolder(async (folder, browser) => {
    const notebook = join(folder, "tables.ipynb");
    await writeFile(notebook, notebookOf([small, long]));
    await promisify(execFile)(python ?? "", ["-m", "nbconvert", "--to", "html", notebook], {
      env: { ...process.env, JUPYTER_CONFIG_DIR: join(folder, "config"), JUPYTER_DATA_DIR: join(folder, "data") },
    });
    const page = await (await browser.newContext({ offline: true })).newPage();
    await page.goto(pathToFileURL(join(folder, "tables.html")).href, { waitUntil: "domcontentloaded" });
    await checkSorting(page);
    await checkPages(page);
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    assert.equal((await shownRows(page, "Long")).length, 47, "nothing is missing on paper");
  });
});

test("JupyterLab shows a clean static table in an untrusted notebook, and one that sorts in a trusted one", {
  skip,
}, async () => {
  await inFolder(async (folder, browser) => {
    await writeFile(join(folder, "untrusted.ipynb"), notebookOf([small, long]));
    await writeFile(join(folder, "trusted.ipynb"), notebookOf([long, small]));
    const lab = await startJupyterLab({ python: python ?? "", folder, env: {} });
    try {
      await promisify(execFile)(python ?? "", ["-m", "nbformat.sign", join(folder, "trusted.ipynb")], {
        env: { ...process.env, JUPYTER_DATA_DIR: join(folder, ".jupyter", "data") },
      });
      const untrusted = await opened(browser, lab.addressOf("untrusted.ipynb"));
      assert.deepEqual((await shownRows(untrusted, "Small")).map(firstWord), ["run 10", "run 9", "run 2", "run 1"]);
      assert.equal((await shownRows(untrusted, "Long")).length, 47);
      const outputs = untrusted.locator(".jp-OutputArea-output");
      assert.equal(await outputs.locator("script, button, style").count(), 0);
      assert.equal(await outputs.locator('img[src^="data:image/svg+xml"]').count(), 1);
      assert.equal(await outputs.getByText(/function|Previous/).count(), 0);
      const box = await outputs.locator("div", { has: untrusted.locator("caption", { hasText: "Long" }) }).last();
      const [seen = 0, whole = 0] = await box.evaluate((element) => {
        const { clientHeight, scrollHeight } = element as unknown as { clientHeight: number; scrollHeight: number };
        return [clientHeight, scrollHeight];
      });
      assert.ok(seen < whole, `a long table scrolls in its box (${seen} of ${whole} pixels)`);
      await untrusted.close();

      const trusted = await opened(browser, lab.addressOf("trusted.ipynb"));
      await checkSorting(trusted);
      await checkPages(trusted);
      assert.equal(await trusted.locator(".jp-mod-editMode").count(), 0, "Enter sorts, it does not edit the cell");
    } finally {
      await lab.close();
    }
  });
});

async function inFolder(body: (folder: string, browser: Browser) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "runlab-tables-"));
  const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
  try {
    await body(folder, browser);
  } finally {
    await browser.close();
    await rm(folder, { recursive: true });
  }
}

async function opened(browser: Browser, address: string): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(patience);
  await page.goto(address);
  await page.locator("caption", { hasText: "Small" }).waitFor();
  return page;
}

async function checkSorting(page: Page): Promise<void> {
  const order = async () => (await shownRows(page, "Small")).map(firstWord);
  const head = (name: string) => tableOf(page, "Small").locator("thead").getByRole("button", { name, exact: true });
  const sorted = () => tableOf(page, "Small").locator("th[aria-sort]").first().getAttribute("aria-sort");
  await head("rmse").click();
  assert.deepEqual(await order(), ["run 9", "run 10", "run 1", "run 2"], "NaN is last, a missing value behind it");
  assert.equal(await sorted(), "ascending");
  await head("rmse").press("Enter");
  assert.deepEqual(await order(), ["run 10", "run 9", "run 1", "run 2"]);
  assert.equal(await sorted(), "descending");
  await head("rmse").press("Space");
  assert.deepEqual(await order(), ["run 10", "run 9", "run 2", "run 1"], "the third time restores the order");
  assert.equal(await tableOf(page, "Small").locator("th[aria-sort]").count(), 0);
  await head("run").press("Enter");
  assert.deepEqual(await order(), ["run 1", "run 2", "run 9", "run 10"], "numbers in names count");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.deepEqual(await order(), ["run 9", "run 1", "run 10", "run 2"], "the head of `took` is two tabs further");
  assert.equal(await head("loss").count(), 0, "a picture has no order");
}

async function checkPages(page: Page): Promise<void> {
  const button = (name: string) => page.getByRole("button", { name });
  const shown = async () => {
    const rows = (await shownRows(page, "Long")).map(firstWord);
    return [rows.length, rows[0], rows.at(-1)];
  };
  assert.deepEqual(await shown(), [20, "0", "19"]);
  // Said to be disabled, so that it keeps the focus.
  await button("Previous").click({ force: true });
  await button("Next").click();
  assert.deepEqual(await shown(), [20, "20", "39"]);
  await button("Next").press("Enter");
  assert.deepEqual(await shown(), [7, "40", "46"]);
  await page.getByText("41–47 of 47").waitFor();
  const row = tableOf(page, "Long").getByRole("button", { name: "row", exact: true });
  await row.click();
  await row.click();
  assert.deepEqual(await shown(), [20, "46", "27"], "all rows are sorted, and the first page is shown");
}

function tableOf(page: Page, caption: string) {
  return page.locator("table", { has: page.locator("caption", { hasText: caption }) });
}

/** The cells of the rows that are seen, from top to bottom. */
function shownRows(page: Page, caption: string): Promise<string[][]> {
  return tableOf(page, caption)
    .locator("tbody tr:visible")
    .evaluateAll((rows) =>
      rows.map((row) =>
        [...(row as unknown as { cells: Array<{ textContent: string }> }).cells].map((c) => c.textContent),
      ),
    );
}

function firstWord(cells: readonly string[]): string {
  return cells[0] ?? "";
}

/** A notebook with one cell, whose outputs are these tables. */
function notebookOf(tables: readonly Table[]): string {
  const outputs = tables.map((table) => ({ output_type: "display_data", metadata: {}, data: tableBundle(table).data }));
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    // Without a kernel JupyterLab asks for one, in front of everything.
    metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } },
    cells: [{ cell_type: "code", id: "a", metadata: {}, execution_count: 1, outputs, source: "1" }],
  });
}
