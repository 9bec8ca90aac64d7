import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { own, setOwn } from "../src/own.js";
import { computedKeys } from "./computed-keys.js";

test("every way to meet what objects inherit is found", () => {
  const found = lines(`
    declare const record: Record<string, string>, key: string, word: "a" | "b", rows: string[], at: number;
    declare const fixed: { a: string; b: string }, value: object, any: unknown;
    record[key];
    record[key] = "x";
    fixed[key as keyof typeof fixed];
    key in record;
    for (const name in record) console.log(name);
    const { [key]: one } = record;
    const { constructor: two } = record;
    Object.assign({}, record);
    Reflect.set(record, key, "x");
    Reflect.has(record, key);
    record.constructor;
    value.toString();
  `);
  assert.deepEqual(
    found.map((text) => text.replace(/ console.*/, "")),
    [
      "record[key]",
      "record[key]",
      "fixed[key as keyof typeof fixed]",
      "key in record",
      "for (const name in record)",
      "[key]: one",
      "constructor: two",
      "Object.assign({}, record)",
      'Reflect.set(record, key, "x")',
      "Reflect.has(record, key)",
      "record.constructor",
      "value.toString",
    ],
  );
});

test("what can meet nothing inherited is left alone", () => {
  const found = lines(`
    declare const record: Record<string, string>, key: string, word: "a" | "b", rows: string[], at: number;
    declare const fixed: { a: string; b: string }, date: Date;
    fixed[word];
    rows[at];
    delete record[key];
    "a" in fixed;
    Object.hasOwn(record, key);
    Object.assign({}, { a: 1 });
    const copy = { ...record, [key]: "x" };
    Reflect.get(record, key);
    record.lr;
    date.toString();
  `);
  assert.deepEqual(found, []);
});

test("an own value is given whatever its name, an inherited one never", () => {
  for (const name of ["a", "", "1", ...Object.getOwnPropertyNames(Object.prototype)]) {
    assert.equal(own({}, name), undefined);
    const record: Record<string, number> = {};
    setOwn(record, name, 1);
    assert.deepEqual(Object.entries(record), [[name, 1]]);
    assert.equal(own(record, name), 1);
    assert.equal(JSON.stringify(record), `{${JSON.stringify(name)}:1}`);
    setOwn(record, name, 2);
    assert.equal(own(record, name), 2);
    assert.equal(Object.getPrototypeOf(record), Object.prototype);
  }
  assert.equal(own(undefined, "a"), undefined);
});

/** What is found in a file of this text. */
function lines(text: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), "runlab-keys-"));
  try {
    const file = join(folder, "sample.ts");
    writeFileSync(file, `${text}\nexport {};\n`);
    return computedKeys([file]).map((finding) => finding.text);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
