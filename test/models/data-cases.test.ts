import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { packageInfo } from "../../src/cli/package-info.js";
import { enforce, SignatureMismatchError } from "../../src/models/signature/enforce.js";
import { inferSignature } from "../../src/models/signature/infer-signature.js";
import { fitCases, fitsTable, formCases, formsTable } from "./data-cases.js";

for (const { form, data, inputs } of formCases) {
  test(`${form} has the signature ${inputs}, and fits it`, () => {
    const signature = inferSignature(data);
    assert.equal(String(signature).split("\n")[1]?.trim(), inputs);
    enforce(signature, data);
  });
}

for (const { column, signature, given, value, refused } of fitCases) {
  test(`a ${column} column is given ${given}: ${refused ?? "fits"}`, () => {
    const row = { a: value, b: "x" };
    if (refused === undefined) enforce(signature, [row], { extra: "ignore" });
    else {
      assert.throws(
        () => enforce(signature, [row], { extra: "ignore" }),
        (error) => error instanceof SignatureMismatchError && error.problems[0]?.message.endsWith(refused) === true,
      );
    }
  });
}

test("the tables in docs/models.md are made of the data that is tested (npm run readme)", () => {
  const page = readFileSync(join(packageInfo().folder, "docs", "models.md"), "utf8");
  assert.ok(page.includes(formsTable()));
  assert.ok(page.includes(fitsTable()));
});
