import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { inspect, isDeepStrictEqual } from "node:util";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { runCli } from "../cli/run-cli.js";
import { command, kernelIdle, notebookOf, patience, skip, startJupyterLab } from "./jupyter-lab.js";

const python = process.env.RUNLAB_PYTHON;
const browserPath = process.env.RUNLAB_CHROMIUM;

/** Kept as build output: somebody looks at them. */
const screenshots = fileURLToPath(new URL("../../../build/screenshots/jupyterlab/", import.meta.url));

const sources = [
  `import { logMetric, logParams, startRun } from "runlab";
for (const lr of [0.0001, 0.001, 0.01, 0.1]) {
  for (const depth of [2, 4, 8]) {
    await startRun({ runName: \`lr \${lr} depth \${depth}\` }, async () => {
      await logParams({ lr, depth, solver: depth > 2 ? "adam" : "sgd" });
      for (let step = 0; step < 20; step++) await logMetric("loss", (1 + Math.abs(Math.log10(lr) + 2) + depth / 8) / (1 + step / 4), { step });
      await logMetric("rmse", 0.3 + Math.abs(Math.log10(lr) + 2) / 5 + depth / 40);
    });
  }
}`,
];

/** A cell, and the kind of Vega's marks that show its values. */
const charts = [
  { name: "parallel", cell: "%compare metric=rmse as=parallel", marks: "line", count: 12 },
  { name: "scatter", cell: "%compare metric=rmse as=scatter param=lr", marks: "symbol", count: 12 },
  { name: "bars", cell: "%compare metric=rmse as=bars", marks: "rect", count: 12 },
  { name: "panels", cell: "%compare metric=[rmse, loss] as=bars", marks: "rect", count: 24 },
  { name: "box", cell: "%compare metric=rmse as=box param=depth", marks: "symbol", count: 12 },
  { name: "curves", cell: "%compare metric=loss as=curves", marks: "line", count: 12 },
  { name: "contour", cell: "%compare metric=rmse as=contour param=[lr, depth]", marks: "symbol", count: 12 },
  { name: "matrix", cell: "%compare metric=[rmse, loss] as=matrix param=[lr, depth]", marks: "symbol", count: 72 },
  { name: "groups", cell: "%plot loss group=depth", marks: "line", count: 15 },
  { name: "smoothed", cell: "%plot [loss, rmse] smooth=0.6", marks: "line", count: 24 },
  {
    name: "confusion",
    cell: `import { logConfusionMatrix } from "runlab"
await startRun({ runName: "matrix" }, () => logConfusionMatrix(["a", "b", "a", "b"], ["a", "b", "b", "b"]))`,
    marks: "rect",
    count: 4,
  },
] as const;

test("every kind of chart in JupyterLab", { skip }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "runlab-charts-"));
  const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
  try {
    await mkdir(screenshots, { recursive: true });
    const saved = join(folder, "charts.ipynb");
    await writeFile(saved, JSON.stringify(notebookOf([...sources, ...charts.map(({ cell }) => cell)])));
    const installed = await runCli(["install", "--no-fast-start", "--prefix", join(folder, "prefix")]);
    assert.equal(installed.code, 0, installed.err);
    const env = {
      JUPYTER_PATH: join(folder, "prefix", "share", "jupyter"),
      RUNLAB_TRACKING_URI: join(folder, "runlab"),
    };
    const lab = await startJupyterLab({ python: python ?? "", folder, env });
    try {
      const part = inTurn(t);
      const page = await opened(browser, lab.addressOf("charts.ipynb"));
      let inkInLight = "";
      await part("is drawn and tells what its marks are", async () => {
        await kernelIdle(page);
        await command(page, "notebook:run-all-cells");
        await drawn(page);
        await checkMarks(page);
        await checkTooltips(page);
        await pictures(page, "light");
        await save(page);
      });
      await part("is drawn again when the saved notebook is opened, which does not change it", async () => {
        await page.reload();
        await drawn(page);
        assert.ok((await sortButtons(page).count()) > 0, "a trusted notebook: its tables sort");
        await checkUnchanged(page);
      });
      await part(
        "follows the hand: a click in a legend, Ctrl with the wheel, dragging, a brush; nothing is saved",
        async () => {
          await checkLegend(page);
          await checkZoom(page);
          await checkBrush(page);
          await checkUnchanged(page);
        },
      );
      await part("keeps its colours when the theme is switched, and stays legible; tables follow", async () => {
        inkInLight = await chartTexts(page).first().evaluate(inkOf);
        await inTheme(page, "Dark");
        assert.equal(await chartTexts(page).first().evaluate(inkOf), inkInLight);
        await checkContrast(page);
        await page.screenshot({ path: join(screenshots, "switched.png"), fullPage: true });
      });
      await part("is legible when opened in the dark theme, which does not change the notebook", async () => {
        await page.reload();
        await drawn(page);
        assert.notEqual(await chartTexts(page).first().evaluate(inkOf), inkInLight);
        await checkContrast(page);
        await pictures(page, "dark");
        await checkUnchanged(page);
      });
      await page.close();
      await part("is drawn in a notebook that is not trusted, with tables that are static", async () => {
        // Another text than the one that Jupyter has signed.
        const text = await readFile(saved, "utf8");
        await writeFile(join(folder, "untrusted.ipynb"), text.replace("as=parallel", "as=parallel "));
        const untrusted = await opened(browser, `${lab.addressOf("untrusted.ipynb")}&reset`);
        await drawn(untrusted);
        await checkMarks(untrusted);
        await checkStatic(untrusted);
        await checkUnchanged(untrusted);
        await untrusted.screenshot({ path: join(screenshots, "untrusted.png"), fullPage: true });
        await untrusted.close();
      });
      await part("gets a PNG from JupyterLab where it was run elsewhere; nothing else changes", async () => {
        const elsewhere = join(folder, "elsewhere.ipynb");
        const before = withoutPictures(await readFile(saved, "utf8"));
        await writeFile(elsewhere, JSON.stringify(before));
        const other = await opened(browser, `${lab.addressOf("elsewhere.ipynb")}&reset`);
        await drawn(other);
        await kernelIdle(other);
        await save(other);
        const after = await readFile(elsewhere, "utf8");
        assert.ok(after.includes('"image/png"'));
        assert.deepEqual(withoutPictures(after), before);
        // Saved in the dark, it is light in the light.
        await inTheme(other, "Light");
        await other.reload();
        await drawn(other);
        assert.equal(await chartTexts(other).first().evaluate(inkOf), inkInLight);
        await checkUnchanged(other);
        await other.close();
      });
    } finally {
      await lab.close();
    }
  } finally {
    await browser.close();
    await rm(folder, { recursive: true });
  }
});

/** Subtests that go on where the one before has ended: after a failure the others fail at once instead of waiting for what never comes. */
function inTurn(t: TestContext): (title: string, body: () => Promise<void>) => Promise<void> {
  let failed = "";
  return (title, body) =>
    t.test(title, async () => {
      if (failed !== "") assert.fail(`'${failed}' has failed before.`);
      failed = title;
      await body();
      failed = "";
    });
}

/** JupyterLab's mark of a document that has changed since it was saved. */
function changed(page: Page): Locator {
  return page.locator(".jp-mod-dirty");
}

async function save(page: Page): Promise<void> {
  await changed(page).first().waitFor({ state: "attached" });
  await command(page, "docmanager:save");
  await changed(page).first().waitFor({ state: "detached" });
}

/** What the kernel tells about itself, and pictures of charts, are written into the open notebook; that it stays as it was takes time to see. */
async function checkUnchanged(page: Page): Promise<void> {
  await kernelIdle(page);
  await sleep(4000);
  assert.equal(await changed(page).count(), 0, "opening the notebook has changed it");
}

interface SavedNotebook {
  cells: Array<{ outputs: Array<{ data?: Record<string, unknown> }> }>;
}

/** As programs leave a notebook that draw no charts. */
function withoutPictures(text: string): SavedNotebook {
  const notebook = JSON.parse(text) as SavedNotebook;
  for (const { outputs } of notebook.cells) for (const { data } of outputs) if (data) delete data["image/png"];
  return notebook;
}

function sortButtons(page: Page): Locator {
  return page.locator(".jp-RenderedHTML table button");
}

/** Tables without the script that sorts them, and no word of it or of any markup. */
async function checkStatic(page: Page): Promise<void> {
  const tables = page.locator(".jp-RenderedHTML table");
  assert.equal(await tables.count(), charts.filter(({ cell }) => cell.startsWith("%compare")).length);
  for (const text of await tables.allInnerTexts()) assert.match(text, /lr 0\.01 depth 2/);
  assert.equal(await sortButtons(page).count(), 0);
  assert.equal(await page.locator(".jp-OutputArea-output script").count(), 0);
  for (const text of await page.locator(".jp-OutputArea-output").allInnerTexts()) {
    assert.doesNotMatch(text, /javascript|<\/?\w|function ?\(|\$schema|currentScript|undefined/i);
  }
}

async function opened(browser: Browser, address: string): Promise<Page> {
  // Tall enough for every cell: what is out of sight is not drawn.
  const page = await browser.newPage({ viewport: { width: 1300, height: 9000 } });
  page.setDefaultTimeout(patience);
  await page.goto(address);
  await page.locator(".jp-NotebookPanel .jp-Cell").first().waitFor();
  return page;
}

function chart(page: Page, at: number): Locator {
  return page.locator(".jp-RenderedVegaCommon5").nth(at);
}

/** Waits until every chart is drawn, or a cell has failed. */
async function drawn(page: Page): Promise<void> {
  const failed = page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"]');
  const last = chart(page, charts.length - 1).locator("svg.marks");
  try {
    await last.or(failed).first().waitFor();
  } catch (error) {
    await page.screenshot({ path: join(screenshots, "failed.png"), fullPage: true });
    throw error;
  }
  assert.deepEqual(await failed.allInnerTexts(), []);
  assert.equal(await page.locator(".jp-RenderedVegaCommon5 svg.marks").count(), charts.length);
  assert.equal(await page.locator('.jp-OutputArea-output[data-mime-type*="stderr"]').count(), 0);
}

/** Marks of data, not those of axes and legends. */
function marks(page: Page, at: number, kind: string): Locator {
  return chart(page, at).locator(`.mark-${kind}.role-mark`).locator("path");
}

async function checkMarks(page: Page): Promise<void> {
  for (const [at, { name, marks: kind, count }] of charts.entries()) {
    const found = await marks(page, at, kind).count();
    assert.ok(found >= count, `${name}: ${found} of ${count} marks`);
    const words = name === "confusion" ? "true label: a" : "lr 0.01 depth 2";
    const labelled = chart(page, at).locator(`.role-mark [aria-label*="${words}"]`);
    assert.ok((await labelled.count()) > 0, `${name}: no mark says ${words} to a screen reader`);
  }
}

async function checkTooltips(page: Page): Promise<void> {
  for (const [name, text] of [
    ["bars", /rmse/],
    ["matrix", /depth/],
    ["confusion", /\d/],
  ] as const) {
    const at = charts.findIndex((one) => one.name === name);
    const mark = marks(page, at, charts[at]?.marks ?? "").last();
    await chart(page, at).scrollIntoViewIfNeeded();
    const { x, y } = await middleOf(mark);
    await page.mouse.move(x + 30, y + 30);
    await page.mouse.move(x, y, { steps: 4 });
    const tooltip = page.locator("#vg-tooltip-element.visible");
    await tooltip.waitFor().catch(async (error: Error) => {
      await page.screenshot({ path: join(screenshots, "failed.png"), fullPage: true });
      throw new Error(`${name}: nothing told at ${x}, ${y}`, { cause: error });
    });
    assert.match(await tooltip.innerText(), text, name);
    await page.mouse.move(2, 2);
  }
}

function placeOf(name: (typeof charts)[number]["name"]): number {
  return charts.findIndex((one) => one.name === name);
}

/** How many marks are drawn in each look: what is pale, or grey, differs from the others in it. */
async function looksOf(found: Locator): Promise<Map<string, number>> {
  const looks = await found.evaluateAll((elements) =>
    elements.map((element) => `${element.getAttribute("opacity") ?? "1"} ${element.getAttribute("fill") ?? ""}`),
  );
  const counts = new Map<string, number>();
  for (const look of looks) counts.set(look, (counts.get(look) ?? 0) + 1);
  return counts;
}

/** Waits until what is seen is another than before. */
async function changedFrom<Seen>(what: string, before: Seen, look: () => Promise<Seen>): Promise<Seen> {
  for (let waited = 0; waited < 20_000; waited += 50) {
    const now = await look();
    if (!isDeepStrictEqual(now, before)) return now;
    await sleep(50);
  }
  throw new Error(`${what} changes nothing that is seen: ${inspect(before)}`);
}

/** A run that is clicked in the legend stays, the others turn pale; a second click has them back. */
async function checkLegend(page: Page): Promise<void> {
  const curves = chart(page, placeOf("curves"));
  const lines = curves.locator(".mark-line.role-mark path");
  const before = await looksOf(lines);
  assert.deepEqual([...before], [["1 ", 12]]);
  const entry = curves.locator(".role-legend-label text").nth(2);
  await entry.click();
  const picked = await changedFrom("a click in the legend", before, () => looksOf(lines));
  assert.deepEqual(
    picked,
    new Map([
      ["0.1 ", 11],
      ["1 ", 1],
    ]),
  );
  await entry.click();
  assert.deepEqual(await changedFrom("a second click", picked, () => looksOf(lines)), before);
}

/** Ctrl and the wheel zoom, dragging moves, a double click goes back; without Ctrl the wheel is the page's. */
async function checkZoom(page: Page): Promise<void> {
  for (const name of ["scatter", "curves"] as const) {
    const labels = async () =>
      (await chart(page, placeOf(name)).locator(".role-axis-label text").allTextContents()).filter(Boolean).sort();
    const whole = await labels();
    const { x, y } = await frameOf(chart(page, placeOf(name)).locator("path.background").first(), 0.5, 0.5);
    await page.mouse.move(x, y);
    await page.mouse.wheel(0, -300);
    await sleep(300);
    assert.deepEqual(await labels(), whole, `${name}: the wheel alone`);
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -300);
    await page.keyboard.up("Control");
    const near = await changedFrom(`${name}: Ctrl and the wheel`, whole, labels);
    await page.mouse.down();
    await page.mouse.move(x + 120, y + 80, { steps: 4 });
    await page.mouse.up();
    await changedFrom(`${name}: dragging`, near, labels);
    await page.mouse.dblclick(x, y);
    for (let waited = 0; waited < 20_000 && !isDeepStrictEqual(await labels(), whole); waited += 50) await sleep(50);
    assert.deepEqual(await labels(), whole, `${name}: a double click`);
  }
}

/** What is dragged over in one panel of a matrix keeps its colour in all; the other runs turn grey. */
async function checkBrush(page: Page): Promise<void> {
  const matrix = chart(page, placeOf("matrix"));
  const points = matrix.locator(".mark-symbol.role-mark path");
  const before = await looksOf(points);
  assert.equal(before.size, 1, inspect(before));
  const boxes = await Promise.all((await matrix.locator("path.background").all()).map((frame) => frame.boundingBox()));
  const panels = boxes.flatMap((box) => (box && box.width > 80 && box.height > 80 ? [box] : []));
  const [panel] = panels.sort((a, b) => a.width * a.height - b.width * b.height);
  assert.ok(panel);
  // Around the runs of depth 4; a few pixels of the box are outside of the frame.
  const from = { x: panel.x + 0.12 * panel.width, y: panel.y + 0.12 * panel.height };
  const to = { x: panel.x + 0.93 * panel.width, y: panel.y + 0.75 * panel.height };
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 6 });
  await page.mouse.up();
  const brushed = await changedFrom("a brush", before, () => looksOf(points));
  assert.equal(brushed.size, 2, inspect(brushed));
  const [kept = 0] = [...before].map(([look]) => brushed.get(look) ?? 0);
  const all = [...before.values()].reduce((sum, count) => sum + count, 0);
  // Four runs, in each of the six panels.
  assert.deepEqual([kept, all], [4 * 6, 12 * 6]);
  await matrix.screenshot({ path: join(screenshots, "matrix-brushed.png") });
}

/** A place in an element, from its left upper corner in parts of its size. */
async function frameOf(element: Locator, across: number, along: number): Promise<Point> {
  const box = await element.boundingBox();
  assert.ok(box);
  return { x: box.x + across * box.width, y: box.y + along * box.height };
}

interface Point {
  x: number;
  y: number;
}

/** A place on the page: half way along a line; the middle of any other mark. */
function middleOf(mark: Locator): Promise<Point> {
  return mark.evaluate((element) => {
    const path = element as unknown as {
      getAttribute(name: string): string | null;
      getTotalLength(): number;
      getPointAtLength(length: number): { matrixTransform(matrix: unknown): Point };
      getScreenCTM(): unknown;
      getBoundingClientRect(): Point & { width: number; height: number };
    };
    if ([null, "none"].includes(path.getAttribute("fill"))) {
      const { x, y } = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM());
      return { x, y };
    }
    const { x, y, width, height } = path.getBoundingClientRect();
    return { x: x + width / 2, y: y + height / 2 };
  });
}

/** JupyterLab's own theme. Charts that are drawn already keep their colours until the page is loaded anew. */
async function inTheme(page: Page, look: "Dark" | "Light"): Promise<void> {
  await command(page, "apputils:change-theme", { theme: `JupyterLab ${look}` });
  await page.locator(`body[data-jp-theme-light="${look === "Light"}"]`).waitFor({ state: "attached" });
}

/** Texts on the ground of a chart; those on its marks have the marks behind them. */
function chartTexts(page: Page): Locator {
  const roles = ["axis-label", "axis-title", "legend-label", "legend-title", "title-text"];
  return page.locator(roles.map((role) => `.jp-RenderedVegaCommon5 .role-${role} text`).join(", "));
}

interface PageElement {
  parentElement: PageElement | null;
  textContent: string;
}

interface PageStyles {
  getComputedStyle(element: unknown): { color: string; fill: string; backgroundColor: string; opacity: string };
}

function inkOf(element: unknown): string {
  return (globalThis as unknown as PageStyles).getComputedStyle(element).fill;
}

/** At least 4.5:1 between every text and what is behind it. See WCAG 2.2, 1.4.3. */
async function checkContrast(page: Page): Promise<void> {
  const cells = page.locator(".jp-RenderedHTML :is(td, th, caption)");
  for (const texts of [cells, chartTexts(page)]) {
    const looks = await texts.evaluateAll((elements) => {
      const styles = globalThis as unknown as PageStyles;
      return (elements as unknown as PageElement[]).map((element) => {
        const { color, fill } = styles.getComputedStyle(element);
        const behind: string[] = [];
        let opacity = 1;
        for (let up: PageElement | null = element; up; up = up.parentElement) {
          const style = styles.getComputedStyle(up);
          behind.unshift(style.backgroundColor);
          opacity *= Number(style.opacity);
        }
        return { text: element.textContent, ink: "ownerSVGElement" in element ? fill : color, behind, opacity };
      });
    });
    // Vega hides labels that would overlap others.
    const seen = looks.filter(({ opacity }) => opacity > 0);
    assert.ok(seen.length > charts.length, `${seen.length} texts`);
    for (const { text, ink, behind, opacity } of seen) {
      const ground = behind.reduce((below, colour) => over(rgba(colour), below), [255, 255, 255]);
      const [red, green, blue, alpha] = rgba(ink);
      const ratio = contrast(over([red, green, blue, alpha * opacity], ground), ground);
      assert.ok(ratio >= 4.5, `'${text}': ${ink} on ${ground} has ${ratio.toFixed(2)}:1`);
    }
  }
}

type Rgba = [red: number, green: number, blue: number, alpha: number];

function rgba(colour: string): Rgba {
  const [red, green, blue, alpha = 1] = [...colour.matchAll(/[\d.]+/g)].map(Number);
  assert.ok(red !== undefined && green !== undefined && blue !== undefined, colour);
  return [red, green, blue, alpha];
}

function over([red, green, blue, alpha]: Rgba, below: number[]): number[] {
  return [red, green, blue].map((value, at) => value * alpha + (below[at] ?? 0) * (1 - alpha));
}

function contrast(one: number[], other: number[]): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: number[]): number {
  const [red = 0, green = 0, blue = 0] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

async function pictures(page: Page, look: string): Promise<void> {
  for (const [at, { name }] of charts.entries()) {
    await chart(page, at).screenshot({ path: join(screenshots, `${name}-${look}.png`) });
  }
}
