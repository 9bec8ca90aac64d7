import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { svgOf } from "../../src/render/static/svg.js";
import { MemoryStore } from "../../src/stores/memory.js";
import { TrackingClient } from "../../src/tracking/client.js";
import { checkFigure, svgOfFigure } from "../../src/tracking/figure.js";
import { withLocalData } from "../../src/tracking/figure-data.js";

const values = { values: [{ a: 1 }] };
const point = { data: values, mark: "point", encoding: { x: { field: "a", type: "quantitative" } } };

test("specs of one view, of layers, of several views and of Vega itself are figures", () => {
  const specs = [
    point,
    { ...point, mark: { type: "bar", tooltip: true }, encoding: undefined },
    { data: values, layer: [{ mark: "line" }, { mark: "rule" }] },
    { vconcat: [point, { hconcat: [point] }] },
    { data: values, facet: { field: "a" }, spec: { mark: "area" } },
    { data: { name: "rows" }, datasets: { rows: [{ a: 1 }] }, mark: "tick" },
    { $schema: "https://vega.github.io/schema/vega/v5.json", marks: [], data: [{ name: "t", values: [] }] },
  ];
  for (const spec of specs) assert.doesNotThrow(() => checkFigure(spec, "f.json"));
});

test("what Vega-Lite cannot compile is refused with the place inside the spec", () => {
  const wrong: Array<[unknown, RegExp]> = [
    [{ data: values }, /^The spec of f\.json has no mark/],
    [{ ...point, mark: "dot" }, /^mark in the spec of f\.json is no mark of Vega-Lite: 'dot'/],
    [{ ...point, mark: { type: 5 } }, /^mark\.type in the spec/],
    [{ layer: [point, { mark: "pint" }] }, /^layer\[1\]\.mark in the spec/],
    [{ hconcat: [point, { vconcat: [5] }] }, /^hconcat\[1\]\.vconcat\[0\] in the spec .* must be a view/],
    [{ layer: point }, /^layer in the spec .* must be an array/],
    [{ ...point, encoding: { z: { field: "a" } } }, /^encoding\.z in the spec .* is no channel/],
    [{ ...point, encoding: { x: { field: "a", type: "number" } } }, /^encoding\.x\.type .* is no type .*'number'/],
    [{ ...point, data: [{ a: 1 }] }, /^data in the spec .* must be an object: got an array/],
    [{ data: values, facet: {}, spec: {} }, /^spec in the spec .* has no mark/],
  ];
  for (const [spec, message] of wrong) {
    assert.throws(() => checkFigure(spec, "f.json"), { code: "INVALID_PARAMETER_VALUE", message });
  }
});

test("data that is elsewhere is refused, wherever in the spec it is named", () => {
  const url = "https://example.org/cars.json";
  const wrong: Array<[unknown, RegExp]> = [
    [
      { ...point, data: { url } },
      /^data\.url in the spec of f\.json names data .*: https:\/\/example\.org\/cars\.json\./,
    ],
    [{ ...point, data: { url: "cars.csv" } }, /^data\.url .*: cars\.csv/],
    [{ layer: [{ ...point, data: { url } }] }, /^layer\[0\]\.data\.url/],
    [{ ...point, transform: [{ lookup: "a", from: { data: { url }, key: "a" } }] }, /^transform\[0\]\.from\.data\.url/],
    [{ ...point, mark: { type: "image", url } }, /^mark\.url/],
    [{ $schema: "https://vega.github.io/schema/vega/v5.json", data: [{ name: "t", url }] }, /^data\[0\]\.url/],
  ];
  for (const [spec, message] of wrong) {
    assert.throws(() => checkFigure(spec, "f.json"), { message, hint: /values: rows/ });
  }
});

test("a local data file is read into the spec, wherever it is named, and the user's spec stays as it is", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "runlab-figure-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "cars.csv"), "mpg,origin\n18,USA\n");
  writeFileSync(join(folder, "rows.json"), '[{"mpg":18}]');
  const csv = { values: "mpg,origin\n18,USA\n", format: { type: "csv" } };
  const spec = Object.freeze({ ...point, data: Object.freeze({ url: "cars.csv", name: "cars" }) });
  assert.deepEqual(withLocalData(spec, "f.json", folder), { ...point, data: { name: "cars", ...csv } });
  assert.deepEqual(withLocalData({ layer: [{ ...point, data: { url: "rows.json" } }] }, "f.json", folder), {
    layer: [{ ...point, data: { values: [{ mpg: 18 }] } }],
  });
  const lookup = (data: object) => ({ ...point, transform: [{ lookup: "a", from: { data, key: "a" } }] });
  const byUrl = { url: pathToFileURL(join(folder, "cars.csv")).href };
  assert.deepEqual(withLocalData(lookup(byUrl), "f.json", folder), lookup(csv));
  const vega = { $schema: "https://vega.github.io/schema/vega/v5.json", data: [{ name: "t", url: "./cars.csv" }] };
  assert.deepEqual(withLocalData(vega, "f.json", folder), { ...vega, data: [{ name: "t", ...csv }] });

  for (const remote of ["https://example.org/cars.json", "//example.org/cars.csv", "s3://bucket/cars.csv"]) {
    const spec = { ...point, data: { url: remote } };
    assert.equal(withLocalData(spec, "f.json", folder), spec);
    assert.throws(() => checkFigure(spec, "f.json"), /^TrackingError: data\.url/);
  }
  writeFileSync(join(folder, "bad.json"), "{");
  writeFileSync(join(folder, "large.csv"), Buffer.alloc(5_000_001));
  for (const [url, message] of [
    ["none.csv", /^data\.url in the spec of f\.json names a file that does not exist: none\.csv/],
    ["bad.json", /not valid JSON: bad\.json/],
    ["large.csv", /5,000,001 bytes, too many/],
    ["notes.txt", /unknown kind: notes\.txt/],
  ] as const) {
    assert.throws(() => withLocalData({ ...point, data: { url } }, "f.json", folder), { message });
  }
});

test("a figure of a local file is logged with its rows, and drawn from them", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "runlab-figure-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "cars.csv");
  writeFileSync(file, "a\n7\n13\n");
  const spec = { mark: "point", data: { url: file }, encoding: { x: { field: "a", type: "quantitative" } } };
  const client = new TrackingClient(new MemoryStore());
  const { info } = await client.createRun(await client.createExperiment("figures"));
  await client.logFigure(info.runId, spec, "f.json");
  rmSync(file);
  const kept = JSON.parse(Buffer.from(await client.readArtifact(info.runId, "f.json")).toString());
  assert.equal(kept.data.values, "a\n7\n13\n");
  assert.equal((await svgOf(kept)).match(/<circle /g)?.length, 2);
});

test("an SVG is a figure as markup and as an element, for a file that ends in .svg", () => {
  const element = { outerHTML: "<svg width='1'><path/></svg>" };
  for (const figure of [element, element.outerHTML]) {
    assert.match(svgOfFigure(figure) ?? "", /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width/);
    assert.doesNotThrow(() => checkFigure(figure, "f.svg"));
    assert.throws(() => checkFigure(figure, "f.json"), { message: /can only be logged to a \.svg file/ });
  }
  const withLegend = { outerHTML: "<figure><svg></svg><svg></svg></figure>" };
  assert.throws(() => checkFigure(withLegend, "f.svg"), { message: /is the element <figure>/, hint: /querySelector/ });
});

test("an SVG that no browser draws is an error that says which tag is to blame", () => {
  const head = "<svg xmlns='http://www.w3.org/2000/svg'>";
  const faults = [
    [`${head}<rect`, /a tag in <svg> is not complete/],
    [`${head}<g></svg>`, /<\/svg> stands where <\/g> belongs/],
    [head, /<svg> is not closed/],
    [`${head}</svg></svg>`, /<\/svg> closes nothing/],
    [`${head}<text>a < b</text></svg>`, /a tag in <text> is not complete/],
  ] as const;
  for (const [svg, message] of faults) {
    assert.throws(() => checkFigure(svg, "f.svg"), { message, hint: /outerHTML/ }, svg);
  }
  const right = [
    `${head}<!-- a < b > --><style>a > b {}</style><text title="1 > 0">x</text><path d='M0'/></svg>`,
    `${head}<style><![CDATA[ a<b ]]></style><g\n  id="<svg>"\n/></svg>\n`,
  ];
  for (const svg of right) assert.doesNotThrow(() => checkFigure(svg, "f.svg"), svg);
});

test("views that hold themselves end in an error", () => {
  const endless: { layer: unknown[] } = { layer: [] };
  endless.layer.push(endless);
  assert.throws(() => checkFigure(endless, "f.json"), { message: /without an end/ });
});
