import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { type DocumentSchema, JsonDocument } from "../../../src/stores/file/document.js";
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
const schema: DocumentSchema = {
  upgrades: [
    ({ colour, ...rest }) => ({ ...rest, color: colour }),
    ({ color, ...rest }) => ({ ...rest, colors: [color] }),
  ],
};

test("a document of an older schema is upgraded step by step as it is read, and on the disk when it is next written", async () => {
  const old = '{"schema_version":1,"colour":"red","kept":7}';
  await writeFile(path, old);
  const document = new JsonDocument<Record<string, unknown>>(path, {}, { schema });
  const data = document.read();
  assert.deepEqual([data.colors, data.kept, data.colour, data.color], [["red"], 7, undefined, undefined]);
  assert.equal(await readFile(path, "utf8"), old, "reading changes nothing");
  document.write(data, nodeDisk());
  assert.deepEqual(JSON.parse(await readFile(path, "utf8")), { schema_version: 3, colors: ["red"], kept: 7 });
  assert.match(await readFile(path, "utf8"), /^\{\n "schema_version": 3,/);
  assert.deepEqual(document.read().colors, ["red"], "an upgrade is made once");
});

test("a document between two versions takes only the steps it lacks", async () => {
  await writeFile(path, '{"schema_version":2,"color":"blue"}');
  const document = new JsonDocument<Record<string, unknown>>(path, {}, { schema });
  assert.deepEqual(document.read().colors, ["blue"]);
});

test("a document of a newer schema, or of none, is refused", async () => {
  const document = new JsonDocument<Record<string, unknown>>(path, {}, { schema });
  await writeFile(path, '{"schema_version":4}');
  assert.throws(() => document.read(), isError("INVALID_STATE", /schema version 4; this runlab reads up to 3/));
  for (const version of ["0", "1.5", '"1"', "null"]) {
    await writeFile(path, `{"schema_version":${version}}`);
    assert.throws(() => document.read(), isError("DATA_LOSS", /no schema_version/));
  }
});
