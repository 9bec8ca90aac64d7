import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { csvLine, parseCsv } from "../../src/exports/csv-text.js";

test("any cells come back as they were written, an empty text apart from a missing one", () => {
  const cell = fc.option(fc.oneof(fc.string(), fc.stringMatching(/^[=+\-@'",\r\n\t ]*$/)), { nil: undefined });
  const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 });
  fc.assert(
    fc.property(table, (rows) => {
      assert.deepEqual(parseCsv(rows.map(csvLine).join("")), rows);
    }),
    { seed: 7, numRuns: 500 },
  );
});

test("a text that a spreadsheet would run is written as text", () => {
  assert.equal(csvLine(["=HYPERLINK(1)", "-0.5", "-x", "@a"]), "'=HYPERLINK(1),-0.5,'-x,'@a\r\n");
});

test("line ends of every system, a byte order mark and a last line without its end are read", () => {
  assert.deepEqual(parseCsv("\ufeffa,b\n1,2\r\n3,"), [
    ["a", "b"],
    ["1", "2"],
    ["3", undefined],
  ]);
});
