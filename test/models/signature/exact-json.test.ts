import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { castOf, cellCastOf, plainCell, wholeNumber } from "../../../src/models/signature/cast-value.js";
import { parseExact, plainInteger, stringifyExact } from "../../../src/models/signature/exact-json.js";

const any64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

test("whole numbers keep their digits, there and back, wherever they stand", () => {
  const leaf = fc.oneof(
    fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
    fc.string({ unit: "binary" }),
    fc.constantFrom(null, true, "9007199254740993", ",9007199254740993,", "__proto__"),
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom("a", "b", "__proto__", "constructor"), tie("tree"), { maxKeys: 3 }),
    ),
  }));
  const narrowed = (value: unknown): unknown => {
    // A double that JavaScript writes without a point or an exponent is a whole number as any other.
    if (typeof value === "number" && Number.isInteger(value) && /^-?\d+$/.test(String(value))) {
      return narrowed(BigInt(String(value)));
    }
    if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    if (Array.isArray(value)) return value.map(narrowed);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, narrowed(item)]));
  };
  fc.assert(
    fc.property(tree, fc.constantFrom(undefined, 2), (value, space) => {
      assert.deepEqual(parseExact(stringifyExact(value, space)), narrowed(value));
    }),
    { numRuns: 3000, seed: 2 },
  );
});

test("without a large integer, JSON is what JSON.parse reads, errors included", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.json().map((text) => text.slice(1)),
      ),
      (text) => {
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch (error) {
          assert.throws(() => parseExact(text), { name: (error as Error).name });
          return;
        }
        assert.deepEqual(JSON.parse(JSON.stringify(expected)), JSON.parse(stringifyExact(parseExact(text))));
      },
    ),
    { numRuns: 2000, seed: 2 },
  );
  const twice = parseExact('{"a": 9007199254740993, "a": 9007199254740995}');
  assert.deepEqual(twice, { a: 9007199254740995n });
  assert.deepEqual(parseExact(` 9007199254740993\n`), 9007199254740993n);
  assert.deepEqual(parseExact(`[9007199254740993.0, 9007199254740993e0, ${"9".repeat(400)}]`), [
    9007199254740992,
    9007199254740992,
    Number.POSITIVE_INFINITY,
  ]);
});

test("a long is the same number, whether it comes as a number, as text or in a CSV", () => {
  const long = castOf({ type: "long" });
  fc.assert(
    fc.property(any64, (value) => {
      const wanted = Number.isSafeInteger(Number(value)) ? Number(value) : value;
      const [parsed] = parseExact(`[ ${value} ]`) as unknown[];
      assert.equal(long(parsed), wanted);
      assert.equal(long(String(value)), wanted);
      assert.equal(cellCastOf({ type: "long" })(String(value)), wanted);
      assert.deepEqual(cellCastOf({ type: "array", items: { type: "long" } })(`[${value}]`), [wanted]);
      assert.equal(castOf({ type: "double" })(parsed), Number(value));
    }),
    { numRuns: 2000, seed: 2 },
  );
});

test("where no type says what is wanted, digits that JavaScript writes itself are a number, others a BigInt", () => {
  assert.equal(plainInteger(100000000000000000000n), 1e20);
  assert.equal(plainInteger(9007199254740993n), 9007199254740993n);
  assert.equal(plainCell("9007199254740993"), 9007199254740993n);
  assert.equal(plainCell("1e20"), 1e20);
  assert.equal(plainCell("0.5"), 0.5);
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (value) => {
      assert.equal(String(plainInteger(value)), String(value));
    }),
  );
});

test("a whole number as text is exact, and a fraction however small is none", () => {
  const part = fc.bigInt({ min: 0n, max: 10n ** 19n });
  fc.assert(
    fc.property(
      fc.boolean(),
      part,
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: -30, max: 3 }),
      (minus, digits, point, exponent) => {
        // digits · 10^(exponent - point), written with a point and an exponent.
        const padded = String(digits).padStart(point + 1, "0");
        const written = `${minus ? "-" : ""}${padded.slice(0, padded.length - point)}${point === 0 ? "" : `.${padded.slice(-point)}`}e${exponent}`;
        const shift = exponent - point;
        const scale = 10n ** BigInt(Math.abs(shift));
        const isWhole = shift >= 0 || digits % scale === 0n;
        const value = (shift >= 0 ? digits * scale : digits / scale) * (minus ? -1n : 1n);
        const fits = isWhole && String(value).replace("-", "").length <= 20;
        const found = wholeNumber(written);
        assert.equal(found === undefined ? undefined : BigInt(found), fits ? value : undefined, written);
      },
    ),
    { numRuns: 3000, seed: 2 },
  );
  for (const text of ["", " ", "1.5", "0x10", "1_000", "1e", "NaN", "Infinity", "1n", "--1", `1e${"9".repeat(30)}`]) {
    assert.equal(wholeNumber(text), undefined, text);
  }
  assert.equal(wholeNumber(" +007 "), 7);
  assert.equal(wholeNumber("0.000e99999"), 0);
  assert.equal(wholeNumber(`${"0".repeat(100_000)}1${"0".repeat(100_000)}x`), undefined);
});
