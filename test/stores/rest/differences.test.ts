import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { packageInfo } from "../../../src/cli/package-info.js";
import { mlflowDifferences } from "../../../src/stores/rest/differences.js";

test("docs/mlflow.md lists what MLflow's server cannot express as the code declares it", () => {
  const page = readFileSync(join(packageInfo().folder, "docs", "mlflow.md"), "utf8");
  const listed = page.split("\n").filter((line) => line.startsWith("- "));
  assert.deepEqual(
    listed,
    Object.values(mlflowDifferences).map((difference) => `- ${difference}`),
  );
});
