import assert from "node:assert/strict";
import { test } from "node:test";
import { KeptOutput } from "../../../src/magics/provenance/kept-output.js";
import { TestCell } from "../tracking/notebook.js";

test("stdout and stderr are kept apart, up to a limit that the text names", () => {
  const cell = new TestCell(1);
  const kept = new KeptOutput(cell, 10);
  assert.equal(kept.text("stdout"), undefined, "nothing was printed");
  cell.print("stdout", "12345678");
  cell.print("stderr", "warning\n");
  cell.print("stdout", "90abc");
  cell.print("stdout", "def");
  assert.equal(kept.text("stderr"), "warning\n");
  assert.equal(
    kept.text("stdout"),
    "1234567890\n[runlab: only the first 10 characters of stdout are recorded; 6 more were printed]\n",
  );
  kept.stop();
  cell.print("stderr", "late");
  assert.equal(kept.text("stderr"), "warning\n", "what comes after the cell is not its own");
});
