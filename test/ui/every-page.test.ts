import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import axe, { type AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { everyPage, type FilledStore, fillStore, hostileWords, plainWords, type UiPage } from "./every-page.js";
import { openPage, serve, skip } from "./open-page.js";

/** Where the screenshots go, for people to look at. */
const screenshots = join(import.meta.dirname, "..", "..", "..", "build", "screenshots");

async function show(page: Page, url: string, shown: UiPage, store: FilledStore): Promise<void> {
  await page.goto(`${url}/${shown.address(store)}`);
  await shown.ready(page);
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe-core finds no violation on any page, ${colorScheme}, with hostile names and an open chart`, {
    skip,
  }, async (context) => {
    const served = await serve(context);
    const { url } = served;
    const store = await fillStore(served, hostileWords);
    const { page, problems } = await openPage(context, url, { colorScheme, script: axe.source });
    for (const shown of everyPage) {
      await show(page, url, shown, store);
      const { violations } = await page.evaluate<AxeResults>("axe.run({ resultTypes: ['violations'] })");
      const said = violations.flatMap(({ id, help, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${help} (${target.join(" ")}) ${failureSummary ?? ""}`),
      );
      assert.deepEqual(said, [], shown.name);
    }
    // Names and files have run nothing, and the page's policy had nothing to stop.
    assert.doesNotMatch(await page.title(), /^taken/);
    assert.deepEqual(problems, []);
  });
}

for (const [look, options] of [
  ["light", {}],
  ["dark", { colorScheme: "dark" }],
  ["narrow", { width: 390 }],
] as const) {
  test(`every page fits its window, ${look}; screenshots are kept in build/screenshots`, { skip }, async (context) => {
    await mkdir(screenshots, { recursive: true });
    const served = await serve(context);
    const { url } = served;
    const store = await fillStore(served, plainWords);
    const { page, problems } = await openPage(context, url, options);
    for (const shown of everyPage) {
      await show(page, url, shown, store);
      const [needed = 0, there = 0] = await page.evaluate<number[]>(
        "[document.documentElement.scrollWidth, innerWidth]",
      );
      assert.ok(needed <= there, `${shown.name} is ${needed} pixels wide in a window of ${there}`);
      await page.screenshot({ path: join(screenshots, `${shown.name}-${look}.png`), fullPage: true });
    }
    assert.deepEqual(problems, []);
  });
}

test("going back and forward, and a reload, keep what each page shows", { skip }, async (context) => {
  const served = await serve(context);
  const { url } = served;
  const store = await fillStore(served, plainWords);
  const { page } = await openPage(context, url);
  const main = page.getByRole("main");
  const seen: string[] = [];
  const text = async () => (await main.innerText()).replace(/just now|\d+ (?:s|min|h) ago|running for\s+.*/g, "");
  for (const shown of everyPage) {
    await show(page, url, shown, store);
    seen.push(await text());
  }
  for (const [at, shown] of [...everyPage.entries()].reverse()) {
    await page.reload();
    await shown.ready(page);
    await hasText(seen[at] ?? "");
    if (at > 0) await page.goBack();
  }
  for (const [at, shown] of everyPage.entries()) {
    await shown.ready(page);
    await hasText(seen[at] ?? "");
    if (at < everyPage.length - 1) await page.goForward();
  }

  /** Waits from here: the page's policy lets nothing be evaluated again and again in it. */
  async function hasText(wanted: string): Promise<void> {
    const end = performance.now() + 20_000;
    while ((await text()) !== wanted) {
      if (performance.now() > end) assert.equal(await text(), wanted);
      await page.waitForTimeout(50);
    }
  }
});

test("the page may run its own scripts and nothing else: its policy says so, and it has no inline script", {
  skip,
}, async (context) => {
  const { url } = await serve(context);
  const answer = await fetch(url);
  const policy = new Map(
    (answer.headers.get("content-security-policy") ?? "").split("; ").map((line) => {
      const [name = "", ...sources] = line.split(" ");
      return [name, sources.join(" ")];
    }),
  );
  assert.equal(policy.get("default-src"), "'none'");
  for (const name of ["script-src", "style-src", "connect-src", "frame-src"]) assert.equal(policy.get(name), "'self'");
  for (const name of ["base-uri", "form-action"]) assert.equal(policy.get(name), "'none'");
  const html = await answer.text();
  assert.doesNotMatch(html, /<script(?![^>]*\ssrc=)|<style|\son\w+=|javascript:|https?:\/\//i);
  const { page } = await openPage(context, url);
  const refused = page.waitForEvent("console", (message) => message.text().includes("Content Security Policy"));
  await page.evaluate(`{
    const script = document.createElement("script");
    script.textContent = "document.title = 'taken'";
    document.body.append(script);
  }`);
  await refused;
  assert.doesNotMatch(await page.title(), /^taken/);
});
