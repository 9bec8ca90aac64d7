import assert from "node:assert/strict";
import { test } from "node:test";
import { vegaLiteSchema } from "../../../src/render/drawing.js";
import { compactSvg } from "../../../src/render/static/compact-svg.js";
import { stillSpec } from "../../../src/render/static/still-spec.js";
import { vega, vegaLite } from "../../../src/render/static/vega-packages.js";
import { gallerySamples } from "../gallery-samples.js";

async function pictureOf(spec: object): Promise<string> {
  const logger = {
    level: () => logger,
    error: () => logger,
    warn: () => logger,
    info: () => logger,
    debug: () => logger,
  };
  const compiled = vegaLite.compile(spec as never, { logger: logger as never, config: { background: "white" } });
  const view = new vega.View(vega.parse(compiled.spec), { renderer: "none", logger: logger as never });
  await view.runAsync();
  const svg = compactSvg(await view.toSVG());
  view.finalize();
  // A selection that nobody has made is a rectangle without a size. The ids go by the whole text.
  const brushless = svg.replace(/<g clip-path="[^"]*"><path d="M0,0h0v0h0Z"[^>]*\/><\/g>/g, "");
  const used = brushless.replace(/<clipPath id="([^"]*)">.*?<\/clipPath>/g, (path, id) =>
    brushless.includes(`url(#${id})`) ? path : "",
  );
  const ids = new Map<string, number>();
  return used
    .replace(/i[0-9a-f]{8}-\d+/g, (id) => `id${ids.get(id) ?? ids.set(id, ids.size).get(id)}`)
    .replace("<defs></defs>", "");
}

for (const [name, drawing] of Object.entries(gallerySamples)) {
  test(`${name}: the picture without selections is the same, and no selection is left`, async () => {
    assert.ok(drawing);
    const still = stillSpec(drawing.spec);
    assert.ok(!JSON.stringify(still).includes('"select":'));
    assert.equal(await pictureOf(still), await pictureOf(drawing.spec));
  });
}

const x = { field: "a", type: "quantitative" };
const data = { values: [{ a: 1 }, { a: 3 }] };
const brush = { name: "brush", select: "interval" };

test("a selection that begins with a value, or that an expression or a scale names, stays", () => {
  const selected = { ...brush, value: { x: [0, 2] } };
  const color = { condition: { param: "brush", value: "red" }, value: "grey" };
  const kept: object[] = [
    { params: [selected], mark: "point", encoding: { x, color } },
    { params: [brush], mark: { type: "point", opacity: { expr: "brush.a ? 1 : 0.5" } }, encoding: { x } },
    { params: [brush], transform: [{ filter: { and: [{ param: "brush" }, "datum.a > 1"] } }], mark: "point" },
    { params: [brush], mark: "point", encoding: { x: { ...x, scale: { domain: { param: "brush" } } } } },
  ];
  for (const spec of kept) {
    const still = stillSpec({ $schema: vegaLiteSchema, data, ...spec });
    assert.match(JSON.stringify(still), /"select":"interval"/);
  }
});

test("conditions and filters on a selection that nobody makes are decided", () => {
  const { encoding, transform } = stillSpec({
    data,
    params: [brush],
    transform: [{ filter: { param: "brush" } }, { filter: { param: "brush", empty: false } }],
    mark: "point",
    encoding: {
      x,
      color: { condition: { param: "brush", field: "a", type: "nominal" }, value: "grey" },
      size: { condition: { param: "brush", empty: false, value: 200 }, value: 30 },
      shape: {
        condition: [
          { test: "datum.a > 2", value: "square" },
          { param: "brush", value: "cross" },
        ],
        value: "circle",
      },
    },
  });
  assert.deepEqual(transform, [{ filter: "false" }]);
  assert.deepEqual(encoding, {
    x,
    color: { field: "a", type: "nominal" },
    size: { value: 30 },
    shape: { condition: { test: "datum.a > 2", value: "square" }, value: "cross" },
  });
});

test("a tooltip stays where its field parts what is aggregated", () => {
  const tooltip = { field: "a", type: "nominal" };
  const counted = { data, mark: "bar", encoding: { y: { aggregate: "count" }, tooltip } };
  assert.match(JSON.stringify(stillSpec(counted)), /tooltip/);
  assert.doesNotMatch(JSON.stringify(stillSpec({ data, mark: "bar", encoding: { x, tooltip } })), /tooltip/);
});

test("marks beyond a zoomed scale's domain stay hidden", async () => {
  const zoomed = {
    data,
    params: [{ name: "zoom", select: "interval", bind: "scales" }],
    mark: "point",
    encoding: { x: { ...x, scale: { domain: [0, 2] } } },
  };
  for (const spec of [zoomed, { hconcat: [zoomed, { data, mark: "point", encoding: { x } }] }]) {
    assert.equal(await pictureOf(stillSpec(spec)), await pictureOf(spec));
  }
});
