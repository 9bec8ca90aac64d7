import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { valueBundle } from "../../../src/kernel/values/value-bundle.js";
import { vegaLiteMimeType } from "../../../src/render/drawing.js";

async function dataOf(value: unknown): Promise<Record<string, unknown>> {
  return (await valueBundle(value)).data;
}

const values = [
  { a: "x", b: 1 },
  { a: "y", b: 3 },
];
const encoding = { x: { field: "a", type: "nominal" }, y: { field: "b", type: "quantitative" } };
const schema = (language: string, version: number) => `https://vega.github.io/schema/${language}/v${version}.json`;

/** What runlab adds to a spec. */
const asSvg = { usermeta: { embedOptions: { renderer: "svg" } } };

test("a Vega-Lite spec is a chart with its picture and its numbers, with a schema of any version and without", async () => {
  const spec = { title: "Two bars", data: { values }, mark: "bar", encoding };
  const withSchema = [4, 5, 6].map((version) => ({ $schema: schema("vega-lite", version), ...spec }));
  const layered = { data: { values }, layer: [{ mark: "bar", encoding }] };
  for (const chart of [...withSchema, spec, { ...spec, mark: { type: "bar" } }, layered, { toSpec: () => spec }]) {
    const before = JSON.stringify(chart);
    const data = await dataOf(chart);
    assert.equal(JSON.stringify(Reflect.get(Object(data[vegaLiteMimeType]), "data")), JSON.stringify({ values }));
    assert.match(String(data["image/svg+xml"]), /^<svg .*xmlns="http:\/\/www\.w3\.org\/2000\/svg"[\s\S]*<path/);
    assert.match(String(data["text/plain"]), /Vega-Lite chart[\s\S]*a +b[\s\S]*y +3/);
    assert.equal(data["text/html"], undefined);
    assert.equal(JSON.stringify(chart), before);
  }
});

test("a Vega spec is a chart too", async () => {
  const spec = {
    $schema: schema("vega", 5),
    width: 50,
    height: 50,
    marks: [{ type: "rect", encode: { enter: { width: { value: 20 }, height: { value: 20 } } } }],
  };
  const data = await dataOf(spec);
  assert.deepEqual(data["application/vnd.vega.v5+json"], { ...spec, ...asSvg });
  assert.match(String(data["image/svg+xml"]), /<svg/);
});

test("a spec whose data is elsewhere, or that is wrong, goes to the front end, and the text says why there is no picture", async () => {
  const elsewhere = {
    $schema: schema("vega-lite", 5),
    data: { url: "https://example.org/a.csv" },
    mark: "bar",
    encoding,
  };
  const data = await dataOf(elsewhere);
  assert.deepEqual(data[vegaLiteMimeType], { ...elsewhere, ...asSvg });
  const own = { note: 1, embedOptions: { renderer: "canvas", actions: false } };
  const asGiven = await dataOf({ ...elsewhere, usermeta: own });
  assert.deepEqual(asGiven[vegaLiteMimeType], { ...elsewhere, usermeta: own });
  assert.equal(data["image/svg+xml"], undefined);
  assert.match(String(data["text/plain"]), /no still picture/);
  assert.match(String((await dataOf({ $schema: schema("vega-lite", 5), mark: {} }))["text/plain"]), /no still picture/);
});

test("a MIME bundle is what it says, with bytes as base64 and a text beside them", async () => {
  assert.deepEqual(await dataOf({ "text/html": "<b>x</b>" }), { "text/plain": "<text/html>", "text/html": "<b>x</b>" });
  const png = await dataOf({ data: { "image/png": Uint8Array.of(1, 2, 3), "text/plain": "a picture" }, metadata: {} });
  assert.deepEqual(png, { "image/png": "AQID", "text/plain": "a picture" });
  const own = { [Symbol.for("Jupyter.display")]: () => ({ "image/png": Uint8Array.of(1) }) };
  assert.equal((await dataOf(own))["image/png"], "AQ==");
});

test("an SVG is a picture wherever its element comes from, with the namespaces that a file needs", async () => {
  const markup = '<svg viewBox="0 0 1 1"><use xlink:href="#a"></use></svg>';
  const svg = String((await dataOf({ outerHTML: markup }))["image/svg+xml"]);
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" xmlns:xlink="[^"]+" viewBox/);
  const whole = '<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>';
  assert.equal((await dataOf({ outerHTML: whole }))["image/svg+xml"], whole);
  assert.equal(
    (await dataOf({ outerHTML: "<figure><svg></svg></figure>", nodeType: 1 }))["text/html"]?.constructor,
    String,
  );
});

test("what only looks a little like one stays what it is", async () => {
  const records: unknown[] = [
    { "src/a.ts": "text", "src/b.ts": "text" },
    { "text/html": 5 },
    { "text/html": "x", other: 1 },
    { data: {}, metadata: {} },
    { data: { values }, mark: "bar" },
    { mark: "x", encoding: "utf8", data: "y" },
    { $schema: "https://json-schema.org/draft/2020-12/schema", data: { values }, mark: "bar", encoding },
    { outerHTML: "plain" },
    { data: { values, self: 1n }, mark: "bar", encoding },
  ];
  for (const record of records) assert.deepEqual(Object.keys(await dataOf(record)), ["text/plain"]);
});

test("any record gives a bundle, and never an error", () =>
  fc.assert(
    fc.asyncProperty(
      fc.dictionary(
        fc.constantFrom(
          "$schema",
          "data",
          "mark",
          "encoding",
          "layer",
          "text/html",
          "image/png",
          "outerHTML",
          "metadata",
        ),
        fc.oneof(fc.constantFrom(schema("vega-lite", 5), schema("vega", 5), "bar"), fc.jsonValue(), fc.bigInt()),
      ),
      async (record) => {
        assert.ok("text/plain" in (await dataOf(record)));
      },
    ),
    { numRuns: 60 },
  ));
