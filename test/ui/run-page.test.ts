import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import type { TrackingClient } from "../../src/tracking/client.js";
import { colouredPixels, logRuns, openPage, serve, skip } from "./open-page.js";

test("a run's page tells what happened, and draws its curve as a notebook does", { skip }, async (context) => {
  const { client, url } = await serve(context);
  const [id = ""] = await logRuns(client, "cars", ["first"]);
  await client.setTags(id, { "mlflow.source.git.commit": "0123456789abcdef", "runlab.cell.execution_count": "7" });
  await client.logText(id, "%%run name=first\n%log_metric rmse 3", "runlab/cell.ts");
  const { page, problems } = await openPage(context, `${url}/#/experiments/1/runs/${id}`);
  await page.getByText("finished").waitFor();
  await page.getByText("01234567", { exact: true }).waitFor();
  await page.getByText("%log_metric rmse 3").waitFor();
  await page.getByRole("button", { name: "loss" }).click();
  await page.locator("figure canvas").waitFor();
  assert.ok((await colouredPixels(page.locator("figure canvas"))) > 100);
  assert.match(page.url(), /metric=loss/);
  assert.deepEqual(problems, []);
});

test("a failed run says why at the top", { skip }, async (context) => {
  const { client, url } = await serve(context);
  const { info } = await client.createRun("0", { runName: "broken" });
  await client.endRun(info.runId, "FAILED", "TypeError: x is not a function");
  const { page } = await openPage(context, `${url}/#/experiments/0/runs/${info.runId}`);
  await page.locator(".end-reason", { hasText: "TypeError: x is not a function" }).waitFor();
});

test("artifacts are shown: Markdown, a table, a Vega-Lite chart, a notebook", { skip }, async (context) => {
  const { client, url } = await serve(context);
  const { info } = await client.createRun("0", { runName: "files" });
  const id = info.runId;
  const spec = {
    data: { values: [{ a: 1 }] },
    mark: "bar",
    encoding: { x: { field: "a", type: "quantitative" } },
  };
  const pictures =
    "![dot](plots/a%20dot.png) ![up](../dot.png) ![far](https://example.org/x.png) ![no](javascript:x.png)";
  await client.logText(id, `# Title\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n${pictures}`, "report.md");
  const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  await client.logImage(id, png, "plots/a dot.png");
  await client.logText(id, 'x,name\n1,"a, b"\n', "table.csv");
  await client.logText(id, 'name;mpg\n"a; b";18,5\n', "spreadsheet.csv");
  await client.logText(id, `row\n${Array.from({ length: 5000 }, (_, at) => at).join("\n")}\n`, "long.csv");
  await client.logText(id, `row,half\n${"123456789,123456789\n".repeat(30_000)}`, "longer.csv");
  // Without a `$schema`, as most people write it.
  await client.logFigure(id, spec, "chart.json");
  await client.logFigure(id, { $schema: "https://vega.github.io/schema/vega-lite/v5.json", ...spec }, "named.json");
  const output = { output_type: "display_data", data: { "application/vnd.vegalite.v5+json": spec } };
  const cells = [
    { cell_type: "markdown", source: ["## Notes"] },
    { cell_type: "code", source: "1 + 1", outputs: [{ output_type: "stream", text: "two" }, output] },
  ];
  await client.logText(id, JSON.stringify({ nbformat: 4, cells }), "notes.ipynb");
  const { page, problems } = await openPage(context, `${url}/#/experiments/0/runs/${id}`);
  const open = (name: string) => page.getByRole("button", { name: new RegExp(`^${name}`) }).click();
  await open("report.md");
  await page.locator(".preview .markdown td", { hasText: "2" }).waitFor();
  // Pictures of the run alone; others are links, or text.
  const dot = page.locator(".preview .markdown").getByRole("img", { name: "dot" });
  await dot.waitFor();
  assert.equal(await dot.evaluate((image) => image.decode().then(() => image.naturalWidth)), 1);
  await page.getByRole("link", { name: "far" }).waitFor();
  assert.equal(await page.locator(".preview .markdown img").count(), 2);
  await open("table.csv");
  await page.getByRole("cell", { name: "a, b" }).waitFor();
  await open("spreadsheet.csv");
  await page.getByRole("cell", { name: "a; b" }).waitFor();
  await open("long.csv");
  await page.getByText("The first 500 of 5,000 rows.").waitFor();
  await open("longer.csv");
  await page.getByText("The first 500 rows.").waitFor();
  await open("chart.json");
  await page.locator(".preview figure[aria-label='chart.json'] canvas").waitFor();
  await open("named.json");
  await page.locator(".preview figure[aria-label='named.json'] canvas").waitFor();
  await open("notes.ipynb");
  await page.locator(".notebook figure canvas").waitFor();
  await page.locator(".notebook-output", { hasText: "two" }).waitFor();
  assert.deepEqual(problems, []);
});

test("a Parquet file is shown as a table of which only the first rows are read", { skip }, async (context) => {
  const { client, url } = await serve(context);
  const { info } = await client.createRun("0", { runName: "files" });
  const rows = 400_000;
  const columnData = [
    { name: "id", data: BigInt64Array.from({ length: rows }, (_, at) => BigInt(at) * 3n), type: "INT64" as const },
    { name: "<b>name</b>", data: Array.from({ length: rows }, (_, at) => `row ${at}`), type: "STRING" as const },
    { name: "noise", data: Float64Array.from({ length: rows }, (_, at) => Math.sin(at)), type: "DOUBLE" as const },
  ];
  const file = Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: 100_000 }));
  assert.ok(file.length > 4_000_000, String(file.length));
  const packed = parquetWriteBuffer({
    columnData: [{ name: "word", data: ["squeezed"], type: "STRING" }],
    codec: "GZIP",
    compressors: { GZIP: (bytes) => gzipSync(bytes) },
  });
  await client.logText(info.runId, "not Parquet", "broken.parquet");
  await logBytes(client, info.runId, Buffer.from(packed), "packed.parquet");
  await logBytes(client, info.runId, file, "large.parquet");
  const { page, problems } = await openPage(context, `${url}/#/experiments/0/runs/${info.runId}`);
  let read = 0;
  page.on("response", (response) => {
    if (response.url().endsWith("/large.parquet")) read += Number(response.headers()["content-length"]);
  });
  await page.getByRole("button", { name: /^large.parquet/ }).click();
  await page.getByRole("row", { name: /^1,?497 row 499/ }).waitFor();
  await page.getByText("The first 500 of 400,000 rows.").waitFor();
  assert.ok(read < file.length * 0.8, `${read} of ${file.length} bytes`);
  await page.getByRole("button", { name: /^packed.parquet/ }).click();
  await page.getByRole("row", { name: /squeezed/ }).waitFor();
  await page.getByRole("button", { name: /^broken.parquet/ }).click();
  await page.getByText("The file cannot be shown as a table").waitFor();
  assert.deepEqual(problems, []);
});

/** A file of bytes, which the client takes from a folder. */
async function logBytes(client: TrackingClient, runId: string, bytes: Uint8Array, name: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "runlab-bytes-"));
  await writeFile(join(folder, name), bytes);
  await client.logArtifact(runId, join(folder, name));
  await rm(folder, { recursive: true });
}

test("a run tells its environment, data and nested runs, and gives code for its files", { skip }, async (context) => {
  const { client, url } = await serve(context);
  const tags = {
    "mlflow.source.name": "/home/me/notebooks/cars 1.ipynb",
    "runlab.cell.id": "0f1e2d3c",
    "runlab.cell.execution_count": "7",
    "runlab.node": "20.19.0",
    "runlab.host": "lab",
  };
  const { info } = await client.createRun("0", { runName: "parent", tags });
  const id = info.runId;
  const environment = { node: "20.19.0", platform: "linux", arch: "x64", packages: { arquero: "7.2.1" } };
  await client.logText(id, JSON.stringify(environment), "runlab/environment.json");
  await client.logText(id, "# it's", "it's/report.md");
  await client.logInput(id, { data: [{ a: 1 }], name: "cars.csv", source: "/data/cars.csv", context: "training" });
  for (const runName of ["one", "two"]) await client.createRun("0", { runName, tags: { "mlflow.parentRunId": id } });
  const { page, problems } = await openPage(context, `${url}/#/experiments/0/runs/${id}`);
  // Nobody knows of a Jupyter server.
  await page.getByText("cars 1.ipynb").waitFor();
  assert.equal(await page.getByRole("link", { name: "cars 1.ipynb" }).count(), 0);
  await page.getByRole("button", { name: "Copy the path of the source" }).waitFor();
  await page.getByText("linux x64").waitFor();
  await page.getByText("1 package", { exact: true }).click();
  await page.getByText("7.2.1").waitFor();
  await page.getByText("cars.csv").first().waitFor();
  await page.getByRole("link", { name: "one" }).waitFor();
  await page.getByRole("link", { name: "Compare them in a table" }).click();
  await page.getByText("2 runs found").waitFor();
  await page.goBack();
  await page.getByText("it's", { exact: true }).click();
  await page.getByRole("button", { name: /^report.md/ }).click();
  await page.locator(".artifact-snippets summary").click();
  await page.getByText(`artifact_path="it's/report.md"`).waitFor();
  await page.getByText(`${url}/ajax-api/2.0/runlab/artifacts/download/${id}/`).waitFor();
  assert.deepEqual(problems, []);
});

const attack = `<script>document.title = "taken"; parent.postMessage("taken", "*");
  fetch("/api/2.0/mlflow/experiments/create", { method: "POST", headers: { "content-type": "application/json" }, body: '{"name":"taken"}' });</script>`;

test("hostile names and files run nothing, also when the scripts of a file are allowed", { skip }, async (context) => {
  const { client, url } = await serve(context);
  const name = `<img src=x onerror="document.title='taken'">`;
  const experimentId = await client.createExperiment(name, { tags: { note: name } });
  const { info } = await client.createRun(experimentId, { runName: name, tags: { note: name } });
  const id = info.runId;
  await client.logParams(id, { __proto__: "p", constructor: name });
  await client.logMetric(id, "toString", 1);
  await client.logText(id, `<h1>page</h1>${attack}`, "page.html");
  await client.logText(
    id,
    `<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10">${attack}</svg>`,
    "picture.svg",
  );
  const { page } = await openPage(context, `${url}/#/experiments/${experimentId}/runs/${id}`);
  await page.getByRole("button", { name: /^picture.svg/ }).click();
  await page.locator("img.preview-image").waitFor();
  await page.getByRole("button", { name: /^page.html/ }).click();
  await page.frameLocator("iframe").getByText("page").waitFor();
  await page.getByRole("button", { name: "Run them" }).click();
  await page.locator("iframe[sandbox=allow-scripts]").waitFor();
  await page.frameLocator("iframe").getByText("page").waitFor();
  // Opened by its own address it is as powerless as in the page.
  const view = `${url}/ajax-api/2.0/runlab/artifacts/view/${id}/page.html?scripts=1`;
  const { page: alone } = await openPage(context, "about:blank");
  const refused = alone.waitForEvent("console", (message) => message.text().includes("Content Security Policy"));
  await alone.goto(view);
  await refused;
  await page.goto(`${url}/#/experiments/${experimentId}`);
  await page.getByRole("link", { name }).first().waitFor();
  assert.doesNotMatch(await page.title(), /^taken/);
  assert.equal(await client.getExperimentByName("taken"), undefined);
});

test("pictures logged by key and step stand under their keys, and a slider goes through the steps", {
  skip,
}, async (context) => {
  const { client, url } = await serve(context);
  const { info } = await client.createRun("0", { runName: "pictures" });
  const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  for (const step of [0, 5, 10]) await client.logImage(info.runId, png, { key: "val/samples", step });
  await client.logImage(info.runId, png, { key: "mask" });
  await client.logText(info.runId, "no picture", "images/readme.txt");
  const { page, problems } = await openPage(context, `${url}/#/experiments/0/runs/${info.runId}`);
  const picture = (name: string) => page.getByRole("img", { name, exact: true });
  await picture("val/samples, step 10").waitFor();
  await picture("mask, step 0").waitFor();
  const slider = page.getByRole("slider", { name: "Step of val/samples" });
  await slider.press("ArrowLeft");
  await picture("val/samples, step 5").waitFor();
  const shown = await picture("val/samples, step 5").evaluate(async (image) => {
    await image.decode();
    return image.naturalWidth;
  });
  assert.equal(shown, 1);
  // One more while the page is open: what was chosen stays; at the end the newest is shown.
  await client.logImage(info.runId, png, { key: "val/samples", step: 15 });
  await slider.press("End");
  await picture("val/samples, step 15").waitFor();
  await client.logImage(info.runId, png, { key: "val/samples", step: 20 });
  await picture("val/samples, step 20").waitFor();
  await page.getByRole("link", { name: "step 20" }).click();
  await page.locator(".preview-image").waitFor();
  assert.deepEqual(problems, []);
});

test("of many metrics and params some are found, and every curve can be seen", { skip }, async (context) => {
  const { client, url } = await serve(context);
  const { info } = await client.createRun("0", { runName: "many" });
  const keys = Array.from({ length: 40 }, (_, at) => `layer_${String(at).padStart(2, "0")}/loss`);
  for (let step = 0; step < 3; step++) {
    await client.logMetrics(info.runId, Object.fromEntries(keys.map((key, at) => [key, at + step])), { step });
  }
  await client.logParams(info.runId, Object.fromEntries(keys.map((key, at) => [key.replace("loss", "size"), at])));
  const { page } = await openPage(context, `${url}/#/experiments/0/runs/${info.runId}`);
  const curves = page.locator(".mini");
  const curve = (name: string) => page.getByRole("button", { name, exact: false });
  await curve("layer_00/loss").waitFor();
  assert.equal(await curves.count(), 24);
  await page.getByRole("searchbox", { name: "Find in Metrics" }).fill("_39");
  await curve("layer_39/loss").locator("path").waitFor({ state: "attached" });
  assert.equal(await curves.count(), 1);
  assert.equal(await page.getByRole("rowheader").count(), 1);
  await page.getByRole("searchbox", { name: "Find in Metrics" }).fill("");
  await page.getByRole("button", { name: "All 40 curves" }).click();
  await curve("layer_39/loss").waitFor();
  assert.equal(await curves.count(), 40);
  await page.getByRole("searchbox", { name: "Find in Params" }).fill("layer_07");
  await page.locator(".run-side .pairs dt", { hasText: "layer_08/size" }).waitFor({ state: "detached" });
  await page.locator(".run-side .pairs dt", { hasText: "layer_07/size" }).waitFor();
});
