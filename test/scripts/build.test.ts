import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { packageInfo } from "../../src/cli/package-info.js";

test("what a person keeps in notebooks/, the cells of its runs for one, is never compiled by the build", () => {
  const { folder } = packageInfo();
  const path = join(folder, "tsconfig.json");
  // As it would be after some work: `npm start` opens this very folder, and runs keep their cells as .ts files.
  const written = ["notebooks/mine.ts", "notebooks/runlab/1/6f9562be/artifacts/runlab/cell.ts"];
  const host: ts.ParseConfigHost = {
    ...ts.sys,
    readDirectory: (root, extensions, exclude, include, depth) => [
      ...ts.sys.readDirectory(root, extensions, exclude, include, depth),
      ...written.filter((file) => include.some((each) => file.startsWith(`${each}/`))).map((file) => join(root, file)),
    ],
  };
  const { config } = ts.readConfigFile(path, (name) => readFileSync(name, "utf8"));
  const { fileNames } = ts.parseJsonConfigFileContent(config, host, dirname(path));
  assert.ok(fileNames.includes(join(folder, "src", "index.ts")));
  assert.deepEqual(
    fileNames.filter((name) => name.startsWith(join(folder, "notebooks"))),
    [],
  );
});
