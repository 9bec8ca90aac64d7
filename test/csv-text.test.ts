import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CsvQuoteError, csvLine, parseCsv, parseCsvCells } from "../src/csv-text.js";

test("any cells come back as they were written, an empty text apart from an empty cell", () => {
  const cell = fc.option(
    fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.stringMatching(/^[=+\-@'",\r\n\t ]*$/),
      fc.constantFrom("__proto__", "1e400", "9007199254740993", "0.10"),
    ),
    { nil: undefined },
  );
  const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 });
  fc.assert(
    fc.property(table, (rows) => {
      assert.deepEqual(parseCsvCells(rows.map(csvLine).join("")), rows);
    }),
    { seed: 7, numRuns: 500 },
  );
});

test("a text that a spreadsheet would run is written as text", () => {
  assert.equal(csvLine(["=HYPERLINK(1)", "-0.5", "-x", "@a"]), "'=HYPERLINK(1),-0.5,'-x,'@a\r\n");
});

test("an empty cell, an empty text and spaces at the ends are written so that they can be told apart", () => {
  assert.equal(csvLine([undefined, "", " a", 'say "b"', "c\nd"]), ',""," a","say ""b""","c\nd"\r\n');
});

test("line ends of every system, a byte order mark and a last line without its end are read", () => {
  const text = "\ufeffa,b\n1,2\r\n3,4\r5,";
  assert.deepEqual(parseCsvCells(text), [
    ["a", "b"],
    ["1", "2"],
    ["3", "4"],
    ["5", undefined],
  ]);
  assert.deepEqual(parseCsv(text), [
    ["a", "b"],
    ["1", "2"],
    ["3", "4"],
    ["5", ""],
  ]);
});

test("an empty line is a row of its own unless it is skipped, and a quoted empty text never is", () => {
  const text = 'a\n\n""\n1\n';
  assert.deepEqual(parseCsvCells(text), [["a"], [undefined], [""], ["1"]]);
  assert.deepEqual(parseCsv(text, { skipEmptyLines: true }), [["a"], [""], ["1"]]);
});

test("a quote inside an unquoted cell is text to an import and an error in a request", () => {
  assert.deepEqual(parseCsvCells('a,5" pipe\n'), [["a", '5" pipe']]);
  assert.throws(() => parseCsv('a,b\n1,5" pipe\n'), CsvQuoteError);
});

for (const [what, text] of [
  ["an unclosed quote", 'a,b\n1,2\n"3,4\n'],
  ["text behind a closing quote", 'a,b\n1,2\n"3"x,4\n'],
] as const) {
  test(`${what} is an error that has the row's number`, () => {
    assert.throws(
      () => parseCsv(text),
      (error: unknown) => error instanceof CsvQuoteError && error.row === 3,
    );
  });
}
