import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { packageInfo } from "../../src/cli/package-info.js";

interface AloneTests {
  aloneTests: Record<string, string>;
  needsMachine(file: string): boolean;
}

const { folder } = packageInfo();
const { aloneTests, needsMachine } = (await import(
  pathToFileURL(join(folder, "scripts", "alone-tests.mjs")).href
)) as AloneTests;

const compiled = (name: string) => join(folder, "dist", "test", ...`${name}.test.js`.split("/"));

/** A time that was measured and the most that it may be, in one line. */
const timeBound = /(assert\.\w+\(.*(performance\.now\(\) - \w+|\btook)|\(ms\) => ms) <=? \d/;

test("the test files that compare a time with a bound get the machine to themselves", () => {
  const all = readdirSync(join(folder, "test"), { recursive: true })
    .map((path) => String(path).split(sep).join("/"))
    .filter((path) => path.endsWith(".test.ts"));
  const names = all.map((path) => path.slice(0, -".test.ts".length));
  for (const name of Object.keys(aloneTests)) assert.ok(names.includes(name), `${name} is no test file`);
  for (const name of names) {
    assert.equal(needsMachine(compiled(name)), Object.hasOwn(aloneTests, name), name);
    const text = readFileSync(join(folder, "test", `${name}.test.ts`), "utf8");
    if (timeBound.test(text)) assert.ok(needsMachine(compiled(name)), `${name} is missing in scripts/alone-tests.mjs`);
  }
});
