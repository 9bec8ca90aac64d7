import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type Browser, chromium } from "playwright-core";
import { runCli } from "../cli/run-cli.js";
import { command, kernelIdle, notebookOf, patience, skip, startJupyterLab } from "./jupyter-lab.js";

const python = process.env.RUNLAB_PYTHON;
const browserPath = process.env.RUNLAB_CHROMIUM;

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
