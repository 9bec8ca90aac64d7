import assert from "node:assert/strict";
import { test } from "node:test";
import * as vega from "vega";
import * as vegaLite from "vega-lite";
import { expressions } from "../../../src/ui/parts/expressions.js";
import { gallerySamples } from "../../render/gallery-samples.js";

/** The picture as SVG. @param ours - its expressions are evaluated by `expressions`, else by the code that Vega makes of them */
async function picture(spec: vega.Spec, ours: boolean): Promise<string> {
  const runtime = ours ? vega.parse(spec, undefined, { ast: true } as never) : vega.parse(spec);
  const view = new vega.View(runtime, { renderer: "none", ...(ours && ({ expr: expressions } as object)) });
  try {
    return (await view.toSVG()).replace(/\b(clip|gradient_)\d+/g, "$1");
  } finally {
    view.finalize();
  }
}

for (const [name, sample] of Object.entries(gallerySamples)) {
  const spec = sample?.spec;
  if (spec === undefined) continue;
  test(`${name}: the same picture as by compiled expressions`, async () => {
    const compiled = vegaLite.compile(spec as never).spec;
    assert.equal(await picture(compiled, true), await picture(compiled, false));
  });
}

/** What a signal with this expression is. */
function evaluated(update: string): unknown {
  const spec: vega.Spec = {
    signals: [
      { name: "seven", value: 7 },
      { name: "found", update },
    ],
  };
  const view = new vega.View(vega.parse(spec, undefined, { ast: true } as never), { expr: expressions } as object);
  try {
    return view.run().signal("found");
  } finally {
    view.finalize();
  }
}

for (const [expression, value] of [
  ["seven + 2 * 3 - 8 / 4 % 3", 11],
  ["(seven >>> 1) + (~seven & 12 | 1 ^ 3) + (1 << 4) + (64 >> 2)", 45],
  ["seven >= 7 && seven < 8 && !(seven == '8') && seven != 9", true],
  ["seven === '7' || seven !== 7 ? 'text' : 'number'", "number"],
  ["[1, 'two', {three: [seven]}]", [1, "two", { three: [7] }]],
  ["{a: {b: seven}}['a'].b", 7],
  ["max(1, seven, 3) + floor(2.7) + clamp(12, 0, 10) + pow(2, 3)", 27],
  ["isFinite(1 / 0) + ' ' + isNaN(NaN) + ' ' + isValid(null)", "false true false"],
  ["test(/^a.c$/i, 'ABC') && test(regexp('b+', 'i'), 'aBBc')", true],
  ["upper(substring('runlab', 3)) + lower('AB') + trim('  x ')", "LABabx"],
  ["length(split('a,b,c', ',')) + parseInt('12px') + parseFloat('0.5')", 15.5],
  ["year(datetime(2026, 10, 29)) + month(datetime(2026, 10)) * date(datetime(2026, 10, 3))", 2056],
  ["utchours(utc(2026, 0, 1, 5)) + ' ' + time(utc(1970, 0, 2))", "5 86400000"],
  ["format(PI, '.3f') + indexof('abc', 'c')", "3.1422"],
  ["join(reverse([3, 1, 2]), '-') + replace('aXb', /X/g, '+')", "2-1-3a+b"],
] as const) {
  test(`${expression} is ${JSON.stringify(value)}`, () => {
    assert.deepEqual(evaluated(expression), value);
  });
}

test("of the branches of if() one alone is evaluated", () => {
  assert.equal(evaluated("if(seven > 5, 'large', warn('never').length.length)"), "large");
});

test("what could run code is not found", () => {
  assert.equal(evaluated("{}.toString.constructor"), undefined);
});

test("an object gets no property that code could be run by", () => {
  const property = (name: string) =>
    ({ key: { type: "Identifier", name }, value: { type: "Literal", value: 1 } }) as const;
  const properties = ["constructor", "__proto__", "then", "a"].map(property);
  const found = expressions.operator({ functions: {} }, { ast: { type: "ObjectExpression", properties } })({});
  assert.deepEqual(Object.entries(found as object), [["a", 1]]);
});
