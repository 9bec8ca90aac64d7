import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { packageInfo } from "../src/cli/package-info.js";
import { cliReference } from "../src/cli/reference.js";
import { formatsTable } from "../src/exports/export-formats.js";
import { magicsTable } from "../src/magics/assist/help.js";
import { magics } from "../src/magics/registry.js";

const { folder } = packageInfo();
const page = (...path: string[]) => readFileSync(join(folder, ...path), "utf8");
const readme = page("README.md");

test("docs/magics.md has the table that the magics declare (npm run readme)", () => {
  assert.ok(page("docs", "magics.md").includes(magicsTable(magics)));
});

test("docs/commands.md has the reference that the commands declare (npm run readme)", () => {
  assert.ok(page("docs", "commands.md").includes(cliReference()));
});

test("docs/exports.md has the table that the formats declare (npm run readme)", () => {
  assert.ok(page("docs", "exports.md").includes(formatsTable()));
});

test("what README and the pages of docs/ link to inside the project is there", () => {
  const pages = readdirSync(join(folder, "docs")).filter((name) => name.endsWith(".md"));
  const texts = [["", readme], ...pages.map((name) => ["docs", page("docs", name)])] as const;
  const links = texts.flatMap(([from, text]) =>
    [...text.matchAll(/\]\((?!https?:|#)([^)\s#]+)/g)].map(([, path = ""]) => join(folder, from, path)),
  );
  assert.ok(links.length > 3);
  assert.deepEqual(
    links.filter((path) => !existsSync(path)),
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
