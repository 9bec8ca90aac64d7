import assert from "node:assert/strict";
import { test } from "node:test";
import { diffLines, diffLinesHtml, diffLinesText } from "../../src/render/code-diff.js";

const lines = (count: number, word = "line") => Array.from({ length: count }, (_, at) => `${word} ${at}`).join("\n");

test("only what differs is shown, with three lines around it", async () => {
  const before = lines(20);
  const after = before.replace("line 10\n", "changed\n");
  assert.equal(
    diffLinesText((await diffLines(before, after)) ?? []),
    [
      "  … 7 lines the same",
      ...["  line 7", "  line 8", "  line 9", "- line 10", "+ changed", "  line 11", "  line 12", "  line 13"],
      "  … 6 lines the same",
    ].join("\n"),
  );
});

test("the same text has no differing line, also when one ends without a line break", async () => {
  assert.deepEqual(await diffLines("a\nb\n", "a\nb"), []);
  assert.deepEqual(await diffLines("", ""), []);
});

test("a text that is new is added whole, and one that is gone is removed", async () => {
  assert.equal(diffLinesText((await diffLines("", "a\nb")) ?? []), "+ a\n+ b");
  assert.equal(diffLinesText((await diffLines("a\nb", "")) ?? []), "- a\n- b");
});

test("texts without a common line give up rather than search for long, and long differences are cut", async () => {
  assert.equal(await diffLines(lines(5_000), lines(5_000, "other")), undefined);
  const text = diffLinesText((await diffLines(lines(1_000), lines(1_000, "other"))) ?? []);
  assert.match(text, /… 1,600 lines not shown$/);
});

test("lines are escaped in HTML and made visible in text", async () => {
  const changed = (await diffLines("a", "<b>\u001b[2J</b>")) ?? [];
  assert.match(diffLinesHtml(changed), /\+ &lt;b&gt;/);
  assert.match(diffLinesText(changed), /\\u001b/);
});
