import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { castOf } from "../../../src/models/signature/cast-value.js";
import { enforce, SignatureMismatchError } from "../../../src/models/signature/enforce.js";
import { inferSignature } from "../../../src/models/signature/infer-signature.js";

const times = inferSignature([{ t: new Date(0) }]);

test("a day as text is that day for the model, or refused by row and column", () => {
  const part = (max: number) => fc.integer({ min: 0, max }).map((value) => String(value).padStart(2, "0"));
  const text = fc.tuple(fc.integer({ min: 1800, max: 2200 }), part(14), part(33)).map((parts) => parts.join("-"));
  const cast = castOf({ type: "datetime" });
  fc.assert(
    fc.property(text, (day) => {
      const date = new Date(`${day}T00:00:00Z`);
      const exists = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
      const given = cast(day);
      if (exists) {
        assert.deepEqual(given, date);
        enforce(times, [{ t: new Date(0) }, { t: given }]);
        enforce(times, [{ t: day }]);
        return;
      }
      assert.equal(given, day);
      for (const value of [given, day]) {
        assert.throws(
          () => enforce(times, [{ t: new Date(0) }, { t: value }]),
          (error) => {
            assert.ok(error instanceof SignatureMismatchError);
            assert.deepEqual(
              error.problems.map(({ row, column, kind }) => [row, column, kind]),
              [[1, "t", "type"]],
            );
            return true;
          },
        );
      }
    }),
    { numRuns: 2000, seed: 9 },
  );
});
