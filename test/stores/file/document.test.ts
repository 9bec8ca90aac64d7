import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { count, list, object, optional, text } from "../../../src/schema.js";
import { JsonDocument, type Upgrades } from "../../../src/stores/file/document.js";
import { nodeDisk } from "../../../src/stores/file/node-disk.js";
import { isError } from "../../is-error.js";

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-document-"));
  path = join(folder, "d.json");
});

afterEach(() => rm(folder, { recursive: true }));

/** A schema as it may look two versions from now. */
const upgrades: Upgrades = [
  ({ colour, ...rest }) => ({ ...rest, color: colour }),
  ({ color, ...rest }) => ({ ...rest, colors: [color] }),
];

const schema = object({ colors: list(text), kept: optional(count) });
const open = () => new JsonDocument(path, nodeDisk(), schema, { upgrades });

test("a document of an older schema is upgraded step by step as it is read, and on the disk when it is next written", async () => {
  const old = '{"schema_version":1,"colour":"red","kept":7}';
  await writeFile(path, old);
  const document = open();
  const data = document.read();
  assert.deepEqual(data, { schema_version: 1, colors: ["red"], kept: 7 });
  assert.equal(await readFile(path, "utf8"), old, "reading changes nothing");
  document.write({ colors: ["red"], kept: 7 }, nodeDisk());
  const { crc32, ...written } = JSON.parse(await readFile(path, "utf8"));
  assert.deepEqual(written, { schema_version: 3, colors: ["red"], kept: 7 });
  assert.match(crc32, /^[0-9a-f]{8}$/);
  assert.match(await readFile(path, "utf8"), /^\{\n "schema_version": 3,/);
  assert.deepEqual(document.read()?.colors, ["red"], "an upgrade is made once");
});

test("a document between two versions takes only the steps it lacks", async () => {
  await writeFile(path, '{"schema_version":2,"color":"blue"}');
  const document = open();
  assert.deepEqual(document.read()?.colors, ["blue"]);
});

test("a document of a newer schema, or of none, is refused", async () => {
  const document = open();
  await writeFile(path, '{"schema_version":4}');
  assert.throws(() => document.read(), isError("INVALID_STATE", /schema version 4; this runlab reads up to 3/));
  for (const version of ["0", "1.5", '"1"', "null"]) {
    await writeFile(path, `{"schema_version":${version}}`);
    assert.throws(() => document.read(), isError("DATA_LOSS", /no schema_version/));
  }
});

test("a document that is not as its schema says is refused with the field, when it is read and when it is written", async () => {
  const document = open();
  assert.equal(document.read(), undefined, "there is none");
  await writeFile(path, '{"schema_version":3,"colors":["red",0.5]}');
  assert.throws(() => document.read(), isError("DATA_LOSS", /colors\[1\]: expected text, found 0\.5/));
  assert.throws(
    () => document.write({ colors: [null as never] }, nodeDisk()),
    isError("INVALID_PARAMETER_VALUE", /colors\[0\]/),
  );
  assert.throws(
    () => document.write({ colors: [], kept: Number.NaN }, nodeDisk()),
    isError("INVALID_PARAMETER_VALUE", /kept.*NaN/),
  );
  assert.match(await readFile(path, "utf8"), /0\.5/, "nothing was written");
});

test("a document that is not UTF-8 is damaged, and one with the replacement character is not", async () => {
  await writeFile(path, '{"schema_version":3,"colors":["\ufffd"]}');
  assert.deepEqual(open().read()?.colors, ["\ufffd"]);
  await writeFile(path, Buffer.from('{"schema_version":3,"colors":["\u00e4"]}', "latin1"));
  assert.throws(() => open().read(), isError("DATA_LOSS", /UTF-8/));
});
