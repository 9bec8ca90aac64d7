import assert from "node:assert/strict";
import { test } from "node:test";
import { runCard } from "../../src/render/run-card.js";
import { runsTable } from "../../src/render/runs-table.js";
import { signatureDiffTable, signatureTable } from "../../src/render/signature-table.js";
import { type Table, tableBundle, tableHtml, tableText } from "../../src/render/table.js";
import { forests, hostile, idOf, run } from "./samples.js";

const table: Table = {
  caption: "Models",
  columns: [
    { label: "name", rowHeader: true },
    { label: "rmse", type: "number", best: "min" },
  ],
  rows: [
    ["a", 3.25],
    ["b", 2.5],
    ["c", null],
  ],
};

test("a table is HTML with a caption and scopes, and the same in plain text", () => {
  assert.deepEqual(Object.keys(tableBundle(table).data), ["text/html", "text/plain"]);
  const html = tableHtml(table);
  assert.match(html, /<caption [^>]*>Models<\/caption>/);
  assert.match(html, /<th scope="col"[^>]*>name<\/th>/);
  assert.match(html, /<th scope="row"[^>]*>a<\/th>/);
  assert.equal(
    tableText(table),
    ["Models", "name    rmse", "----  ------", "a     3.25", "b     2.50 *", "c"].join("\n"),
  );
});

test("in a notebook's text a wide table goes on below, each part with the names of its rows; in a file a row is a line", () => {
  const label = (at: number) => `metric ${at} of eight`;
  const wide: Table = {
    caption: "Runs",
    columns: [
      { label: "run", rowHeader: true },
      ...Array.from({ length: 8 }, (_, at) => ({ label: label(at), type: "number" as const })),
    ],
    rows: [
      ["a", 1, 2, 3, 4, 5, 6, 7, 8],
      ["a longer name", 1, 2, 3, 4, 5, 6, 7, 8],
    ],
    notes: ["And so on."],
  };
  const lines = String(tableBundle(wide).data["text/plain"]).split("\n");
  for (const line of lines) assert.ok(line.length <= 80, line);
  assert.equal(lines.filter((line) => line.startsWith("run ")).length, 3);
  assert.equal(lines.filter((line) => line.startsWith("a longer name ")).length, 3);
  for (let at = 0; at < 8; at++) assert.equal(lines.filter((line) => line.includes(label(at))).length, 1);
  assert.equal(lines.at(-1), "And so on.");
  assert.equal(tableText(wide).split("\n").length, 6);
});

test("a long name of a column is cut in its head, and stands whole in its tooltip", () => {
  const name = `<b>${"n".repeat(100)}`;
  const html = tableHtml({ caption: "c", columns: [{ label: name }, { label: "short" }], rows: [[1, 2]] });
  assert.match(html, /<th scope="col" style="[^"]*" title="&lt;b&gt;n{100}">&lt;b&gt;n{30,40}…<\/th>/);
  assert.match(html, /<th scope="col" style="[^"]*">short<\/th>/);
});

test("a long text at the end of a row stays in the row", () => {
  const values: Table = {
    caption: "Variables",
    columns: [{ label: "name", rowHeader: true }, { label: "type" }, { label: "value", type: "code" }],
    rows: [
      ["rows", "Array", "[ 1, 2 ]"],
      ["big", "string", "x".repeat(100)],
    ],
  };
  const text = String(tableBundle(values).data["text/plain"]);
  assert.match(text, /^rows {2}Array {3}\[ 1, 2 \]$/m);
  assert.match(text, /^big {3}string {2}x{100}$/m);
});

test("a text that is wider than a console by its names has them cut, and never a value beside them", () => {
  const value = "v".repeat(44);
  const long: Table = {
    caption: "Params",
    columns: [
      { label: "name", rowHeader: true },
      { label: "value", type: "code" },
    ],
    rows: [
      ["n".repeat(70), value],
      ["short", "1"],
    ],
  };
  const text = String(tableBundle(long).data["text/plain"]);
  assert.match(text, new RegExp(`^n{33}… +${value}$`, "m"));
  const alone: Table = { ...long, rows: [["path", "/".repeat(110)]] };
  assert.ok(String(tableBundle(alone).data["text/plain"]).includes("/".repeat(110)));
});

test("the best value is marked by more than its weight, and nothing is best when all are equal", () => {
  assert.match(tableHtml(table), /<strong>2\.50<\/strong><span title="best" aria-label="best"> ★/);
  const equal = {
    ...table,
    rows: [
      ["a", 1.5],
      ["b", 1.5],
    ],
  };
  assert.ok(!tableHtml(equal).includes("★"));
  assert.ok(!tableText(equal).includes("*"));
});

test("the best value of all rows is marked, and none of the shown ones when it is not among them", () => {
  assert.ok(!tableText({ ...table, maxRows: 1 }).includes("*"));
});

test("a number shows few digits and keeps all of them in its title", () => {
  const html = tableHtml({
    ...table,
    rows: [
      ["a", 1 / 3],
      ["b", 12_345_678.25],
    ],
  });
  assert.match(html, /title="0\.3333333333333333"><strong>0\.33333</);
  assert.match(html, />12,345,678\.25</);
});

test("all user text is escaped, in every cell, label, caption and note", () => {
  const html = tableHtml({ caption: hostile, columns: [{ label: hostile }], rows: [[hostile]], notes: [hostile] });
  assert.ok(!/<(img|script)/.test(html));
  assert.equal(html.split("&lt;img").length - 1, 6);
  const card = String(
    runCard(run(hostile, {}, { [hostile]: 1 }), { error: hostile, experimentName: hostile }).data["text/html"],
  );
  assert.ok(!/<(img|script)/.test(card));
});

test("only what a notebook is shown has a script, and a table of one row has none", () => {
  assert.ok(!tableHtml(table).includes("<script"));
  const html = String(tableBundle(table).data["text/html"]);
  assert.equal(html.split("<script>").length, 2);
  assert.ok(html.includes(tableHtml(table)));
  const [script = ""] = html.split("<script>").slice(1);
  assert.ok(script.length < 4000, `${script.length} characters in every output`);
  const one = { ...table, rows: table.rows.slice(0, 1) };
  assert.equal(tableBundle(one).data["text/html"], tableHtml(one));
});

test("no style refers to a variable: JupyterLab drops such a style when the notebook is not trusted", () => {
  const rows = Array.from({ length: 30 }, (_, at) => [at, at]);
  const shown = tableBundle({ ...table, rows, columns: [{ label: "a", type: "code" }, { label: "b" }], notes: ["n"] });
  assert.ok(!String(shown.data["text/html"]).includes("var(--"));
});

test("the text of a table may have fewer rows than its HTML, and says so", () => {
  const rows = Array.from({ length: 30 }, (_, at) => [at, at]);
  const { data } = tableBundle({ ...table, rows, maxTextRows: 3 });
  assert.equal(String(data["text/html"]).match(/<tr/g)?.length, 31);
  assert.match(String(data["text/plain"]), /\n2 +2\nShowing 3 of 30 rows\.$/);
});

test("a sparkline is an image with its numbers in words, and block characters in the text", () => {
  const points = [3, 1, Number.NaN, 2].map((value, step) => ({ step, value, timestamp: 0 }));
  const shown = { ...table, columns: [{ label: "run" }, { label: "loss", type: "sparkline" as const }] };
  const html = tableHtml({ ...shown, rows: [["a", points]] });
  assert.match(html, /<img src="data:image\/svg\+xml,[^"<]*" alt="loss from 3 to 2, lowest 1, highest 3"/);
  assert.ok(!html.includes("<svg"));
  assert.match(tableText({ ...shown, rows: [["a", points]] }), /\na +█▁ ▅$/);
  const [, , , none] = tableText({ ...shown, rows: [["b", points.slice(0, 1)]] }).split("\n");
  assert.equal(none, "b", "one point is no curve");
});

test("a long table says what it leaves out, also when it got only a part itself", () => {
  const rows = Array.from({ length: 30 }, (_, at) => [at, at]);
  assert.match(tableText({ ...table, rows, maxRows: 5 }), /Showing 5 of 30 rows\.$/);
  assert.match(tableText({ ...table, rows, total: 10_000 }), /Showing 30 of 10,000 rows\.$/);
  assert.match(tableText({ ...table, rows, maxColumns: 1 }), /Showing 1 of 2 columns\.$/);
});

test("a value that is long or has lines stays in its cell", () => {
  const text = tableText({ caption: "t", columns: [{ label: "x" }], rows: [["a\nb"], ["y".repeat(500)]] });
  assert.equal(text.split("\n").length, 5);
  assert.ok(text.includes(`${"y".repeat(119)}…`));
});

test("runs are listed with status, duration, metrics and params; params keep the text they were logged with", () => {
  const text = tableText(
    runsTable([run("a", { lr: "1e-3" }, { rmse: 2 }), run("b", { lr: "0.10" }, { rmse: 1 }), ...forests.slice(0, 1)]),
  );
  assert.match(text, /^Runs\nrun +id +status +started +duration +rmse +lr +n_trees\n/);
  assert.match(text, /1e-3/);
  assert.match(text, /0\.10/);
  assert.match(text, / 3\.4 s /);
});

test("the card of a run says name, id, status, duration and last metrics in two lines", () => {
  const text = String(
    runCard(run("elastic", {}, { rmse: 2.5, r2: 0.8 }), { experimentName: "cars" }).data["text/plain"],
  );
  assert.equal(text, `✓ elastic  FINISHED  cars  ${idOf("elastic").slice(0, 8)}  3.4 s\n  rmse 2.5  r2 0.8`);
});

test("the card of a failed run says why, in one line", () => {
  const failed = run("x", {}, {}, { status: "FAILED" });
  const text = String(
    runCard(failed, { error: "TypeError: x is not a function\n    at Cell [3]:1:1" }).data["text/plain"],
  );
  assert.match(text, /^✗ x {2}FAILED .*\n {2}TypeError: x is not a function$/);
});

test("a signature's table leaves out columns that nothing fills; a diff puts what breaks first", () => {
  const row = { name: "alpha", type: "double", required: true };
  const text = tableText(
    signatureTable({ inputs: [row], outputs: [{ ...row, name: undefined, shape: "(-1,)" }], params: [] }),
  );
  assert.equal(text.split("\n")[1], "part    name         type    required  shape");
  assert.match(text, /output {2}\(unnamed 0\)/);
  const change = {
    part: "inputs",
    name: "a",
    change: "type",
    before: "long",
    after: "double",
    breaking: false,
  } as const;
  const diff = tableText(signatureDiffTable([change, { ...change, name: "b", breaking: true }]));
  assert.match(diff, /yes .* b .*\nno .* a .*\n1 of 2 breaking\.$/);
});

test("a card breaks a name that is wider than the page", () => {
  const html = String(runCard(run("n".repeat(300), {}, {})).data["text/html"]);
  assert.match(html, /^<div style="[^"]*max-width:100%;[^"]*overflow-wrap:anywhere;/);
});

test("a long caption breaks between words, so that a run's id stays whole", () => {
  const style = (caption: string) =>
    /<caption style="([^"]*)"/.exec(tableHtml({ caption, columns: [{ label: "a" }], rows: [] }))?.[1] ?? "";
  assert.match(
    style(`Run ElasticNet a=0.2 (${"6f".repeat(16)}) ${"of cars ".repeat(5)}`),
    /overflow-wrap:normal;word-break:normal/,
  );
  assert.match(style(`Run ${"x".repeat(200)}`), /overflow-wrap:anywhere/);
});

test("a caption of usual length stands on one line above a narrow table and does not widen it", () => {
  const caption = "Comparing 8 runs. Best rmse (min): 0.35, lr 0.01 depth 2";
  const html = tableHtml({ caption, columns: [{ label: "a" }], rows: [] });
  assert.match(html, /<caption style="[^"]*white-space:nowrap;width:0;"/);
});

test("a number that was logged as text with more digits than anybody reads is shortened; its title has it whole", () => {
  const drawn = ["0.019000509316280133", "0.00011633672525354448", "1234.56789012", "-3.0000001e-9"];
  const chosen = ["0.10", "1e-3", "12345678901", "0.1234567", "0x10"];
  const table = {
    caption: "t",
    columns: [{ label: "lr", type: "number" }],
    rows: [...drawn, ...chosen].map((text) => [text]),
  } as const;
  const cells = tableText(table)
    .split("\n")
    .slice(3)
    .map((line) => line.trim());
  assert.deepEqual(cells, ["0.019001", "0.00011634", "1234.57", "-3e-9", ...chosen]);
  assert.match(tableHtml(table), /title="0\.019000509316280133">0\.019001</);
});

test("names and captions of up to 40 characters stay on one line; longer text breaks where it must", () => {
  const name = "linear regression on 100 cars, baseline";
  const cellOf = (text: string) => {
    const html = tableHtml({ caption: text, columns: [{ label: "run", rowHeader: true }], rows: [[text]] });
    return ["caption", 'th scope="row"'].map((tag) => new RegExp(`<${tag} style="([^"]*)"`).exec(html)?.[1] ?? "");
  };
  for (const style of cellOf(name)) assert.match(style, /white-space:nowrap/);
  for (const style of cellOf("n".repeat(110))) {
    assert.match(style, /overflow-wrap:anywhere/);
    assert.doesNotMatch(style, /nowrap/);
  }
});
