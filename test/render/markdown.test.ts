import assert from "node:assert/strict";
import { test } from "node:test";
import { codeMarkdown, markdownText, tableMarkdown } from "../../src/render/markdown.js";

test("a name shows as it is in Markdown: no markup, no HTML, no mention, no list", () => {
  assert.equal(markdownText("a*b_c`d|e[f]"), "a\\*b\\_c\\`d\\|e\\[f\\]");
  assert.equal(markdownText("<b>&amp;"), "&#60;b&#62;&#38;amp;");
  assert.equal(markdownText("@ann #12"), "@<!-- -->ann #<!-- -->12");
  assert.equal(markdownText("# title"), "#<!-- --> title");
  assert.equal(markdownText("- item\nsecond"), "\\- item second");
  assert.equal(markdownText("1. item"), "1\\. item");
  assert.equal(markdownText("0.25"), "0.25");
});

test("numbers of a table stand to the right, the best is bold, and what is left out is said", () => {
  const text = tableMarkdown({
    caption: "Runs",
    columns: [{ label: "run" }, { label: "rmse", type: "number", best: "min" }],
    rows: [
      ["a|b", 2],
      ["c", 1],
      ["d", 3],
    ],
    maxRows: 2,
  });
  assert.equal(
    text,
    "**Runs**\n\n| run | rmse |\n| --- | ---: |\n| a\\|b | 2 |\n| c | **1** |\n\nShowing 2 of 3 rows.\n",
  );
});

test("code with runs of backquotes stays one block", () => {
  assert.equal(codeMarkdown("a ```` b", "ts"), "`````ts\na ```` b\n`````\n");
  assert.equal(codeMarkdown("x\n", ""), "```\nx\n```\n");
});
