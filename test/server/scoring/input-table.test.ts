import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { packageInfo } from "../../../src/cli/package-info.js";
import { inputTable } from "./input-table.js";

test("the table in docs/serving.md is made of the requests that are tested (npm run readme)", () => {
  const page = readFileSync(join(packageInfo().folder, "docs", "serving.md"), "utf8");
  assert.ok(page.includes(inputTable()));
});
