import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { packageInfo } from "../../src/cli/package-info.js";
import { cliReference } from "../../src/cli/reference.js";
import { magicsTable } from "../../src/magics/assist/help.js";
import { magics } from "../../src/magics/registry.js";

const { folder } = packageInfo();
const readme = readFileSync(join(folder, "README.md"), "utf8");

test("README's table of magics is the one that the magics declare (npm run readme)", () => {
  assert.ok(readme.includes(magicsTable(magics)));
});

test("README's reference of the command line is the one that the commands declare (npm run readme)", () => {
  assert.ok(readme.includes(cliReference()));
});

test("what README links to inside the project is there", () => {
  const links = [...readme.matchAll(/\]\((?!https?:|#)([^)\s]+)\)/g)].map(([, path]) => path ?? "");
  assert.ok(links.length > 3);
  assert.deepEqual(
    links.filter((path) => !existsSync(join(folder, path))),
    [],
  );
});

test("the npm scripts that README names are in package.json", () => {
  const { scripts } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const named = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name ?? "");
  assert.deepEqual(
    named.filter((name) => !(name in scripts)),
    [],
  );
});
