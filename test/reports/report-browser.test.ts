import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium, type Page } from "playwright-core";
import { writeReport } from "../../src/reports/write-report.js";
import { hostileName, sampleRuns } from "./report-samples.js";

const browserPath = process.env.RUNLAB_CHROMIUM;
const skip = !browserPath && "needs chromium: apt-get install chromium, or RUNLAB_CHROMIUM=/path/to/it npm test";

/** The last message that a page without errors writes. */
const silent: string[] = [];

test("an HTML report draws its charts with the network off, light and dark, and is printed whole with still pictures", {
  skip,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "runlab-report-page-"));
  const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
  try {
    const path = join(folder, "report.html");
    await writeReport(await sampleRuns(5), { to: path });
    for (const [colorScheme, background] of [
      ["light", "rgb(255, 255, 255)"],
      ["dark", "rgb(20, 24, 29)"],
    ] as const) {
      const page = await (await browser.newContext({ colorScheme, offline: true })).newPage();
      const said: string[] = [];
      const asked: string[] = [];
      page.on("console", (message) => said.push(message.text()));
      page.on("pageerror", (error) => said.push(error.message));
      page.on("request", (request) => asked.push(request.url()));
      await page.goto(pathToFileURL(path).href);
      await page.locator("figure.drawn").nth(2).waitFor();
      assert.equal(await page.locator("figure.drawn .live svg.marks").count(), 3);
      const drawnOn = await page.evaluate(
        "getComputedStyle(document.querySelector('figure.drawn .live svg.marks')).backgroundColor",
      );
      assert.equal(drawnOn, background);
      assert.equal(await page.locator("summary", { hasText: hostileName }).count(), 1);
      assert.equal(await page.locator("img[src=x]").count(), 0);
      assert.deepEqual(
        asked.filter((url) => !url.startsWith("data:")),
        [pathToFileURL(path).href],
      );
      await page
        .locator("figure.drawn")
        .nth(1)
        .locator(".live .mark-symbol.role-mark path")
        .nth(30)
        .hover({ force: true });
      await page.locator("#vg-tooltip-element.visible").waitFor();
      assert.deepEqual(said, silent);
      await checkKeys(page);

      await page.emulateMedia({ media: "print" });
      assert.equal(await page.locator("figure img").first().isVisible(), true);
      assert.equal(await page.locator("figure .live").first().isVisible(), false);
      // A narrow page: words stay whole.
      await page.setViewportSize({ width: 700, height: 1000 });
      const lines = await page.evaluate(`(() => {
        const range = document.createRange();
        range.selectNodeContents([...document.querySelectorAll("td")].find((cell) => cell.textContent === "FINISHED"));
        return range.getClientRects().length;
      })()`);
      assert.equal(lines, 1);
      await page.evaluate("dispatchEvent(new Event('beforeprint'))");
      assert.equal(await page.locator("details.run:not([open])").count(), 0);
      await page.evaluate("dispatchEvent(new Event('afterprint'))");
      assert.equal(await page.locator("details.run:not([open])").count(), 2);
    }
  } finally {
    await browser.close();
    await rm(folder, { recursive: true });
  }
});

/** Every chart is reached by Tab; arrows go through its marks, and tell and name each. */
async function checkKeys(page: Page): Promise<void> {
  await page.mouse.move(2, 2);
  const focused = page.locator(":focus");
  const told = page.locator("#vg-tooltip-element.visible");
  const charts = await page.locator("figure").count();
  let reached = 0;
  for (let presses = 0; presses < 200 && reached < charts; presses++) {
    await page.keyboard.press("Tab");
    if ((await focused.getAttribute("aria-roledescription")) !== "chart") continue;
    reached++;
    assert.match((await focused.getAttribute("aria-label")) ?? "", /\w\. The arrow keys go through its marks\.$/);
    for (const key of ["ArrowRight", "End"]) {
      await page.keyboard.press(key);
      const [, run = ""] = /run: (elastic \d|<img)/.exec((await focused.getAttribute("aria-label")) ?? "") ?? [];
      assert.notEqual(run, "");
      await told.filter({ hasText: run }).waitFor();
      assert.equal(await focused.evaluate((element) => Reflect.get(element, "offsetParent") !== null), true);
    }
  }
  assert.equal(reached, charts);
  await page.keyboard.press("Escape");
  assert.equal(await told.count(), 0);
}
