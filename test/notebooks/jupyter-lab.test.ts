import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type Browser, chromium, type Page } from "playwright-core";
import { runCli } from "../cli/run-cli.js";
import { startJupyterLab } from "./jupyter-lab.js";

const python = process.env.RUNLAB_PYTHON;
const browserPath = process.env.RUNLAB_CHROMIUM;
const skip =
  (!python && "needs Python with JupyterLab: npm test makes one when Python 3.10 is there") ||
  (!browserPath && "needs chromium: apt-get install chromium, or RUNLAB_CHROMIUM=/path/to/it npm test");

/** Longest wait for the page to show something, ms: a cold JupyterLab on a busy machine. */
const patience = 120_000;

const cells = [
  `%%run name=steep\nfor (let i = 0; i < 20; i++) {\n  %log_metric loss {1 / (1 + i)} step={i}\n}`,
  `%%run name=flat\nfor (let i = 0; i < 20; i++) {\n  %log_metric loss {2 / (2 + i)} step={i}\n}`,
  "%plot loss",
  "%compare metric=loss",
];

test("JupyterLab runs a notebook, draws its tables and charts, and saves them with a static picture", {
  skip,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "runlab-lab-"));
  const notebook = join(folder, "small.ipynb");
  try {
    await writeFile(notebook, JSON.stringify(notebookOf(cells)));
    const installed = await runCli(["install", "--no-fast-start", "--prefix", join(folder, "prefix")]);
    assert.equal(installed.code, 0, installed.err);
    const env = {
      JUPYTER_PATH: join(folder, "prefix", "share", "jupyter"),
      RUNLAB_TRACKING_URI: join(folder, "runlab"),
    };
    const lab = await startJupyterLab({ python: python ?? "", folder, env });
    const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
    try {
      await runAll(browser, lab.addressOf("small.ipynb"));
    } finally {
      await browser.close();
      await lab.close();
    }
    checkSaved(JSON.parse(await readFile(notebook, "utf8")));
  } finally {
    await rm(folder, { recursive: true });
  }
});

async function runAll(browser: Browser, address: string): Promise<void> {
  const page = await browser.newPage();
  page.setDefaultTimeout(patience);
  await page.goto(address);
  await page.locator(".jp-NotebookPanel .jp-Cell").first().waitFor();
  await kernelIdle(page);
  await command(page, "notebook:run-all-cells");
  const outputs = page.locator(".jp-CodeCell .jp-OutputArea-output");
  await outputs.filter({ hasText: "steep" }).filter({ hasText: "FINISHED" }).first().waitFor();
  // Drawn by JupyterLab's own Vega, not shown as our static picture.
  await page.locator(".jp-RenderedVegaCommon5 canvas, .jp-RenderedVegaCommon5 svg.marks").nth(1).waitFor();
  await outputs.locator("table", { hasText: "flat" }).first().waitFor();
  assert.equal(await page.locator('.jp-OutputArea-output[data-mime-type*="stderr"]').count(), 0);
  await command(page, "docmanager:save");
  await page.locator(".jp-mod-dirty").waitFor({ state: "detached" });
}

/** What is used of JupyterLab's application, which `expose_app_in_browser` puts on the page. */
interface LabPage {
  jupyterapp: {
    commands: { execute(id: string): Promise<void> };
    shell: { currentWidget?: { sessionContext?: { session?: { kernel?: { status: string } } } } };
  };
}

/** The toolbar says idle before there is a kernel; the session knows. */
async function kernelIdle(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const { shell } = (globalThis as unknown as LabPage).jupyterapp;
    return shell.currentWidget?.sessionContext?.session?.kernel?.status === "idle";
  });
}

/** Starts one of JupyterLab's own commands. What it does is awaited on the page, where waiting has an end. */
async function command(page: Page, name: string): Promise<void> {
  await page.evaluate((id) => {
    void (globalThis as unknown as LabPage).jupyterapp.commands.execute(id);
  }, name);
}

interface Saved {
  cells: Array<{ execution_count: number; outputs: Array<{ output_type: string; data?: Record<string, unknown> }> }>;
}

function checkSaved({ cells: saved }: Saved): void {
  assert.deepEqual(
    saved.map((cell) => cell.execution_count),
    [1, 2, 3, 4],
  );
  const bundles = saved.flatMap(({ outputs }) => outputs).flatMap(({ data }) => (data ? [data] : []));
  const charts = bundles.filter((data) => "application/vnd.vegalite.v5+json" in data);
  assert.equal(charts.length, 2);
  for (const chart of charts) {
    assert.ok("image/svg+xml" in chart || "image/png" in chart);
    assert.ok(!("text/html" in chart));
  }
  for (const data of bundles) assert.ok("text/plain" in data);
}

function notebookOf(sources: readonly string[]): object {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "runlab", display_name: "TypeScript (runlab)", language: "typescript" } },
    cells: sources.map((source, i) => ({
      cell_type: "code",
      id: `cell-${i}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source,
    })),
  };
}
