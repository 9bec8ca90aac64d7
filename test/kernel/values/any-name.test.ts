import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { errorContent } from "../../../src/kernel/executor/error-content.js";
import { valueBundle } from "../../../src/kernel/values/value-bundle.js";
import { escapeHtml } from "../../../src/render/escape-html.js";
import type { MimeBundle } from "../../../src/render/mime-bundle.js";
import { anyName, names, recordOf } from "../../any-name.js";

const inherited = /native code|\[Function|\[object|\[Getter/;

/** The heads of a table, of which a long one stands whole in its title, and its cells row by row. */
function tableOf(value: unknown): { columns: string[]; rows: string[][] } {
  const html = String((valueBundle(value) as MimeBundle).data["text/html"]);
  const texts = (part: string, tag: string) =>
    [...part.matchAll(new RegExp(`<${tag}[^>]*>([\\s\\S]*?)</${tag}>`, "g"))].map(([, text = ""]) => text);
  const [head = "", ...rows] = texts(html, "tr");
  const columns = [...head.matchAll(/<th([^>]*)>([\s\S]*?)<\/th>/g)].map(
    ([, attributes = "", text = ""]) => /title="([^"]*)"/.exec(attributes)?.[1] ?? text,
  );
  return { columns, rows: rows.map((row) => texts(row.replaceAll(/<(\/?)th/g, "<$1td"), "td")) };
}

test("a table of records has a column for a key of any name, empty where a record has none", () => {
  fc.assert(
    fc.property(recordOf(anyName, fc.integer({ min: 1, max: 9 })), (record) => {
      const keys = Object.keys(record);
      const { columns, rows } = tableOf([record, {}]);
      assert.deepEqual(columns, ["", ...keys.map(escapeHtml)]);
      assert.deepEqual(rows, [
        ["0", ...Object.values(record).map(String)],
        ["1", ...keys.map(() => "")],
      ]);
    }),
  );
});

test("a table of a library that hands out records has them too, in the order of its columns", () => {
  fc.assert(
    fc.property(names(anyName), (keys) => {
      const record = Object.fromEntries(keys.map((key, at) => [key, at]));
      const polars = { height: 2, toRecords: () => [record, {}] };
      assert.deepEqual(
        tableOf(polars).rows[1]?.slice(1),
        keys.map(() => ""),
      );
      const frame = { numRows: () => 1, columnNames: () => keys, get: (key: string) => record[key], objects: () => [] };
      const { columns, rows } = tableOf(frame);
      assert.deepEqual(columns, ["", ...keys.map(escapeHtml)]);
      assert.deepEqual(rows, [["0", ...keys.map((_, at) => String(at))]]);
    }),
  );
});

test("a Map with keys of any name is a table of them in their order", () => {
  fc.assert(
    fc.property(names(anyName.filter((name) => name.length < 100)), (keys) => {
      assert.deepEqual(
        tableOf(new Map(keys.map((key, at) => [key, at]))).rows,
        keys.map((key, at) => [escapeHtml(key), String(at)]),
      );
    }),
  );
});

test("an object and an error with properties of any name are printed with them, and nothing is called", () => {
  const called = (): never => {
    throw new Error("the value's own code ran");
  };
  fc.assert(
    fc.property(names(anyName), fc.constantFrom<unknown>(1, "text", null, called), (keys, value) => {
      const properties = Object.fromEntries(keys.map((key) => [key, value]));
      const object = (valueBundle(properties) as MimeBundle).data;
      assert.equal(typeof object["text/plain"], "string");
      assert.doesNotMatch(String(object["text/plain"]), /the value's own code ran/);
      const error = Object.defineProperties(new Error("mine"), Object.getOwnPropertyDescriptors(properties));
      const { traceback } = errorContent(error, () => undefined);
      if (!keys.some((key) => ["message", "name", "stack"].includes(key))) assert.match(traceback.join("\n"), /mine/);
      if (value === 1) assert.doesNotMatch(traceback.join("\n"), inherited);
    }),
  );
});
