import assert from "node:assert/strict";
import { test } from "node:test";
import { cardBundle, codeHtml, factsSection, statusLook, tableSection } from "../../src/render/card.js";
import { runCard } from "../../src/render/run-card.js";
import { hostile, run } from "./samples.js";

/** Parts of red, green and blue, from 0 to 255. */
type Colour = readonly [number, number, number];

/** @see WCAG 2.2, relative luminance and contrast ratio */
function contrast(a: Colour, b: Colour): number {
  const luminance = (colour: Colour) => {
    const [red = 0, green = 0, blue = 0] = colour.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

function mixed(over: Colour, alpha: number, page: Colour): Colour {
  const part = (at: 0 | 1 | 2) => over[at] * alpha + page[at] * (1 - alpha);
  return [part(0), part(1), part(2)];
}

test("the facts of a card have no ground of their own, which JupyterLab gives every other row of a table", () => {
  assert.match(factsSection([["a", "b"]]).html, /<tr style="background:rgba\(128,128,128,0\)">/);
});

test("words on a card have a contrast of 4.5 or more on light and dark pages, also the quiet ones", () => {
  const html = String(runCard(run("a", {}, {})).data["text/html"]);
  const [, grey = "", alpha = ""] =
    /^<div style="[^"]*color:inherit;background:rgba\((\d+),\1,\1,([\d.]+)\)/.exec(html) ?? [];
  const quiet = Number(/opacity:([\d.]+)/.exec(html)?.[1]);
  const shade: Colour = [Number(grey), Number(grey), Number(grey)];
  // JupyterLab's text and page, light and dark.
  const pages: Array<[ink: Colour, page: Colour]> = [
    [mixed([0, 0, 0], 0.87, [255, 255, 255]), [255, 255, 255]],
    [
      [255, 255, 255],
      [17, 17, 17],
    ],
  ];
  for (const [ink, page] of pages) {
    const card = mixed(shade, Number(alpha), page);
    assert.ok(contrast(ink, card) >= 4.5);
    assert.ok(contrast(mixed(ink, quiet, card), card) >= 4.5);
  }
});

test("a card has no style that refers to a variable, and no script", () => {
  const table = {
    caption: "T",
    columns: [{ label: "a" }, { label: "b" }],
    rows: [
      ["1", "2"],
      ["3", "4"],
    ],
  };
  const sections = [factsSection([["a", "b"]]), tableSection(table), tableSection(table, { open: true })];
  const html = String(cardBundle({ look: statusLook("FINISHED"), title: "t", sections }).data["text/html"]);
  assert.ok(!/var\(--|<script|<style|<svg/.test(html));
  assert.match(html, /<details [^>]*open><summary [^>]*>T \(2\)<\/summary>/);
});

test("what users named is escaped in HTML and made visible in text", () => {
  const nasty = `${hostile}\u001b[2J`;
  const card = {
    look: statusLook(nasty),
    title: nasty,
    status: nasty,
    facts: [nasty],
    factsTitle: nasty,
    values: [{ name: nasty, value: nasty }],
    lines: [nasty],
    sections: [factsSection([[nasty, nasty]]), { heading: nasty, html: codeHtml(nasty), text: "" }],
  };
  const { data } = cardBundle(card);
  assert.ok(!/<(?:img|script)/.test(String(data["text/html"])));
  assert.ok(!String(data["text/plain"]).includes("\u001b"));
});
