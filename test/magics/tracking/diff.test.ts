import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cars } from "./cars.js";
import { fails } from "./fails.js";

describe("%diff", () => {
  test("shows what differs between two runs, the better value marked, and the code line by line", async (t) => {
    const notebook = await cars(t);
    const source = (alpha: number) => `%%run\nconst alpha = ${alpha}\nfit(alpha)\n`;
    for (const alpha of [0.1, 0.9]) {
      await notebook.cell(
        ($) => {
          $("log_params", { extra: { alpha, seed: 1 } });
          $("log_metrics", { extra: { rmse: alpha * 10, r2: 0.5 } });
          $("set_tag", { key: "family", value: `f${alpha}` });
        },
        { name: `a ${alpha}` },
        { source: source(alpha) },
      );
    }
    await notebook.cell(($) => $("diff", { run1: "a 0.1", run2: "a 0.9" }));
    const { text } = notebook;
    assert.match(text, /^a 0\.1 and a 0\.9: what differs\n/);
    assert.match(text, /\nParams\n[\s\S]*alpha +0\.1 +0\.9\n/);
    assert.match(text, /\nMetrics\n[\s\S]*rmse +1 \* +9 +\+8 \(\+800 %\)\n/);
    assert.match(text, /\nTags\n[\s\S]*family +f0\.1 +f0\.9\n/);
    assert.match(text, /- const alpha = 0\.1\n\+ const alpha = 0\.9\n/);
    assert.match(text, /The same in both: params 1, metrics 1, tags \d+, environment \d+\./);
    assert.doesNotMatch(text, /seed|r2/, "what is the same is counted, not listed");
    const html = String(notebook.shown[0]?.data["text/html"]);
    assert.match(html, /<th scope="rowgroup"[^>]*>Params<\/th>/);
    assert.match(html, /<strong>1<\/strong><span title="better"/);
    assert.ok(!html.includes("var(--") && !html.includes("<style"));
  });

  test("a missing value is shown as missing; assigned, it is data", async (t) => {
    const notebook = await cars(t);
    await notebook.cell(($) => $("diff", { run1: "linear", run2: "forest" }));
    assert.match(notebook.text, /\n *loss +– +2\.7/);
    notebook.shown = [];
    const d = await notebook.magic("diff", { run1: "linear", run2: "forest" }, undefined, true);
    const { params, metrics } = d as { params: object; metrics: object };
    assert.deepEqual(params, { model: ["linear", "forest"] });
    assert.deepEqual(metrics, { rmse: [3.5, 2.5], loss: [undefined, 2.6999999999999997] });
    assert.equal(notebook.shown.length, 0);
  });

  test("a run and itself, and a run that is none, are errors", async (t) => {
    const notebook = await cars(t);
    await fails(notebook.magic("diff", { run1: "linear", run2: "linear" }), /Both names mean the run 'linear'/, /ids/);
    await fails(notebook.magic("diff", { run1: "linear", run2: "forrest" }), /no run .* 'forrest'/, /'forest'/);
  });
});
