import { escapeHtml } from "../render/escape-html.js";
import { stillPicture } from "../render/static/chart-bundle.js";
import { tableHtml } from "../render/table.js";
import { walkMarks } from "../render/walk-marks.js";
import type { Report, ReportPart, ReportSection } from "./report.js";
import { vegaScripts } from "./vega-scripts.js";

/** Most runs whose cards are open at first. */
const openRuns = 3;

/**
 * A report as one HTML file that needs no network: Vega is in it once, and a policy in its head refuses to load anything. Each
 * chart is there as a picture too, which is printed and stands in where no script runs.
 */
export async function* reportHtml(report: Report): AsyncGenerator<string> {
  const scripts = report.sections.some(({ parts }) => parts.some(({ kind }) => kind === "chart"))
    ? await vegaScripts()
    : [];
  const styles = new SharedStyles();
  const body: string[] = [];
  for (const section of report.sections) {
    body.push(`<section>\n<h2>${escapeHtml(section.heading)}</h2>\n${await partsHtml(section, styles)}</section>\n`);
  }
  body.push("<section>\n<h2>Each run</h2>\n");
  for (const [at, section] of report.runs.entries()) {
    const open = at < openRuns ? " open" : "";
    body.push(
      `<details class="run"${open}>\n<summary>${escapeHtml(section.heading)}</summary>\n${await partsHtml(section, styles)}</details>\n`,
    );
  }
  yield `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeHtml(report.title)}</title>
<style>${styles.css()}${style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(report.title)}</h1>
${report.facts.map((fact) => `<p>${escapeHtml(fact)}</p>\n`).join("")}</header>
<main>
`;
  yield* body;
  yield "</section>\n</main>\n";
  for (const script of scripts) yield `<script>${script}</script>\n`;
  yield `<script>${scripts.length > 0 ? drawCharts : ""}${openForPrint}</script>\n</body>\n</html>\n`;
}

/**
 * The inline styles of tables and cards as classes. A notebook needs them inline, since its sanitizer keeps nothing else; here they
 * would be a quarter of the file, the same twenty again and again.
 */
class SharedStyles {
  readonly #classes = new Map<string, string>();

  share(html: string): string {
    // In a text every quote is an entity, so what looks like an attribute is one.
    return html.replace(/ style="([^"]*)"/g, (_, text: string) => {
      const name = this.#classes.get(text) ?? `s${this.#classes.size}`;
      this.#classes.set(text, name);
      return ` class="${name}"`;
    });
  }

  css(): string {
    return [...this.#classes].map(([text, name]) => `\n.${name} { ${text} }`).join("");
  }
}

async function partsHtml({ parts }: ReportSection, styles: SharedStyles): Promise<string> {
  const html = await Promise.all(parts.map((part) => partHtml(part, styles)));
  return html.map((part) => `${part}\n`).join("");
}

async function partHtml(part: ReportPart, styles: SharedStyles): Promise<string> {
  switch (part.kind) {
    case "table":
      return `<div class="part">${styles.share(tableHtml(part.table))}</div>`;
    case "card":
      return `<div class="part">${styles.share(String(part.card.data["text/html"]))}</div>`;
    case "code":
      return `<pre><code>${escapeHtml(part.code)}</code></pre>`;
    case "text":
      return `<p class="quiet">${escapeHtml(part.text)}</p>`;
    case "chart": {
      const { $schema, ...spec } = part.chart.spec;
      const picture = encodeURIComponent(await stillPicture(part.chart.spec));
      return (
        `<figure><img alt="${escapeHtml(String(spec.description ?? part.name))}" src="data:image/svg+xml,${picture}">` +
        `<div class="live"></div><script type="application/json">${jsonScript(spec)}</script></figure>`
      );
    }
  }
}

/** JSON that ends no script element, whatever is in it. */
function jsonScript(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Vega compiles its expressions, for which it needs `unsafe-eval`; nothing is fetched. */
const policy =
  "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'";

/**
 * The specs are drawn over their pictures, in the colours of the page: charts choose theirs by the luminance of the background.
 */
const drawCharts = `
"use strict";
(function () {
  var dark = matchMedia("(prefers-color-scheme: dark)");
  var refuse = function (uri) { return Promise.reject(new Error("loading " + uri + " is refused")); };
  var loader = { load: refuse, sanitize: refuse, http: refuse, file: refuse };
  function draw() {
    document.querySelectorAll("figure").forEach(function (figure) {
      var spec = JSON.parse(figure.querySelector("script").textContent);
      var look = { background: dark.matches ? "#14181d" : "#ffffff" };
      if (figure.clientWidth < 720) look.legend = { orient: "bottom", columns: figure.clientWidth < 400 ? 1 : 2 };
      vegaEmbed(figure.querySelector(".live"), spec, {
        mode: "vega-lite", renderer: "svg", loader: loader, theme: dark.matches ? "dark" : undefined,
        config: look, tooltip: { theme: dark.matches ? "dark" : "light" },
        actions: { export: true, source: false, compiled: false, editor: false }
      }).then(function (result) {
        figure.className = "drawn";
        walkMarks(result.view, figure.querySelector("img").alt);
      }, function (error) { console.error(error); });
    });
  }
  var walkMarks = ${walkMarks.toString()};
  draw();
  dark.addEventListener("change", draw);
})();
`;

/** What is folded would not be printed. */
const openForPrint = `
addEventListener("beforeprint", function () {
  document.querySelectorAll("details.run:not([open])").forEach(function (details) { details.open = true; details.dataset.folded = ""; });
});
addEventListener("afterprint", function () {
  document.querySelectorAll("details[data-folded]").forEach(function (details) { details.open = false; delete details.dataset.folded; });
});
`;

const style = `
:root { color-scheme: light dark; --line: rgba(128,128,128,0.35); }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 0 auto; padding: 24px; color: #1f2328; background: #fff; }
h1 { font-size: 1.7em; line-height: 1.25; margin: 0 0 8px; }
h2 { font-size: 1.25em; margin: 32px 0 8px; padding-bottom: 4px; border-bottom: 1px solid var(--line); }
p, h1, summary, pre { overflow-wrap: anywhere; }
p { margin: 4px 0; white-space: pre-line; }
.quiet { opacity: 0.85; }
.part { margin: 10px 0; font-size: 0.9em; }
.part > div > div { max-height: none !important; }
figure { margin: 16px 0; overflow-x: auto; }
figure img { max-width: 100%; height: auto; }
figure .live { display: none; }
figure.drawn img { display: none; }
figure.drawn .live { display: block; }
.run { border: 1px solid var(--line); border-radius: 6px; padding: 4px 14px; margin: 10px 0; }
summary { cursor: pointer; font-weight: 600; padding: 4px 0; }
pre { font: 13px/1.45 ui-monospace, monospace; padding: 10px 12px; overflow-x: auto; white-space: pre-wrap; border: 1px solid var(--line); border-radius: 6px; background: rgba(128,128,128,0.08); }
@media (prefers-color-scheme: dark) { body { color: #e6edf3; background: #14181d; } }
@page { size: landscape; margin: 12mm; }
@media print {
  :root { color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 10.5pt; color: #000; background: #fff; }
  figure, figure.drawn { overflow: visible; break-inside: avoid; }
  figure.drawn img { display: inline; }
  figure.drawn .live { display: none; }
  .run { border: 0; padding: 0; }
  tr { break-inside: avoid; }
  h2, summary { break-after: avoid; }
  .part > div, .part > div > div { overflow: visible !important; }
  .part { font-size: 8pt; }
  .part td, .part th { white-space: normal !important; padding: 2px 5px !important; }
}
`;
