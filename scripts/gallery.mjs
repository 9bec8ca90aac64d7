// `npm run gallery`: every chart and table with its own sample, as a page and as screenshots in light and dark, under build/gallery/.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromiumHint, ensureChromium } from "./chromium.mjs";
import { build, ensureNodeModules } from "./setup.mjs";
import { root, runScript, step } from "./steps.mjs";

const folder = join(root, "build", "gallery");
const words = process.argv.slice(2).filter((word) => word !== "--no-build");

const themes = { light: { background: "#ffffff", ink: "#111111" }, dark: { background: "#111111", ink: "#e0e0e0" } };

await runScript(async () => {
  await ensureNodeModules();
  if (!process.argv.includes("--no-build")) await build();
  const load = (path) => import(pathToFileURL(join(root, "dist", path)).href);
  const { gallerySamples, galleryTables } = await load("test/render/gallery-samples.js");
  const { stillPicture } = await load("src/render/static/chart-bundle.js");
  const { tableHtml } = await load("src/render/table.js");
  const chosen = ([name]) => words.length === 0 || words.some((word) => name.includes(word));
  const charts = [];
  for (const [name, drawing] of Object.entries(gallerySamples).filter(chosen)) {
    if (drawing)
      charts.push({ name, spec: drawing.spec, text: drawing.text, picture: await stillPicture(drawing.spec) });
  }
  const tables = Object.entries(galleryTables)
    .filter(chosen)
    .map(([name, table]) => ({ name, html: tableHtml(table) }));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const theme of Object.keys(themes)) writeFileSync(join(folder, `${theme}.html`), page(theme, charts, tables));
  console.log(
    `${charts.length} charts and ${tables.length} tables: ${relative(root, folder)}/light.html and dark.html`,
  );
  await screenshots([...charts, ...tables]);
});

/** @param {string} theme */
function page(theme, charts, tables) {
  const { background, ink } = themes[theme];
  const script = ["vega", "vega-lite", "vega-embed"]
    .map((name) => `<script>${readFileSync(minified(name), "utf8").replaceAll("</script", "<\\/script")}</script>`)
    .join("\n");
  const escaped = (text) => text.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);
  const specs = JSON.stringify(charts.map(({ spec }) => spec)).replaceAll("<", "\\u003c");
  const parts = charts.map(
    ({ name, text, picture }, at) =>
      `<section id="s${at}"><h2>${escaped(name)}</h2><div class="chart" id="chart-${at}"></div>` +
      `<details><summary>static picture and text</summary>${picture}<pre>${escaped(text)}</pre></details></section>`,
  );
  const shown = tables.map(
    ({ name, html }, at) => `<section id="s${charts.length + at}"><h2>${escaped(name)}</h2>${html}</section>`,
  );
  return `<!doctype html><meta charset="utf-8"><title>Gallery, ${theme}</title>
<style>body{background:${background};color:${ink};font-family:sans-serif;margin:20px}section{margin-bottom:40px;display:inline-block;vertical-align:top;margin-right:30px;padding:8px}h2{font-size:15px}pre{font-size:11px}</style>
<h1>Charts and tables</h1>${[...parts, ...shown].join("\n")}
${script}<script>
const specs = ${specs};
window.drawn = Promise.all(specs.map((spec, at) => vegaEmbed("#chart-" + at, spec, { renderer: "svg", actions: false${theme === "dark" ? ', theme: "dark"' : ""} })));
</script>`;
}

/** @param {string} name a package that hides its build from `exports` */
function minified(name) {
  const file = fileURLToPath(import.meta.resolve(name));
  return join(dirname(file), `${name}.min.js`);
}

async function screenshots(items) {
  const executablePath = await ensureChromium();
  if (!executablePath) return console.log(`No screenshots: ${chromiumHint}.`);
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  try {
    for (const theme of Object.keys(themes)) {
      await step(`taking screenshots, ${theme}`, async () => {
        const view = await browser.newPage({ viewport: { width: 1100, height: 900 } });
        await view.goto(pathToFileURL(join(folder, `${theme}.html`)).href);
        await view.evaluate("window.drawn.then(() => true)");
        for (const [at, { name }] of items.entries()) {
          const file = `${name.replace(/[^a-z0-9]+/gi, "-").toLowerCase()}-${theme}.png`;
          await view.locator(`#s${at}`).screenshot({ path: join(folder, file) });
        }
        await view.close();
      });
    }
  } finally {
    await browser.close();
  }
}
