import assert from "node:assert/strict";
import { test } from "node:test";
import { codePointOffset, utf16Offset } from "../../../src/kernel/wire/handlers.js";

test("offsets go there and back in any text", () => {
  for (const text of ["", "abc", "😀", "a😀b👩‍👩‍👧c", "ü\u0301\ud83d"]) {
    const points = [...text];
    for (let count = 0; count <= points.length; count++) {
      const offset = utf16Offset(text, count);
      assert.equal(offset, points.slice(0, count).join("").length, `${text} ${count}`);
      assert.equal(codePointOffset(text, offset), count);
    }
  }
});

test("offsets behind the end are the end", () => {
  assert.equal(utf16Offset("a😀", 9), 3);
  assert.equal(codePointOffset("a😀", 9), 2);
});
