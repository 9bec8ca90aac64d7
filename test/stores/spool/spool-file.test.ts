import assert from "node:assert/strict";
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { countWaiting, headerOf, SpoolFile } from "../../../src/stores/spool/spool-file.js";
import { isError } from "../../is-error.js";

let folder: string;
let count = 0;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-spool-file-"));
});
after(() => rm(folder, { recursive: true }));

const newPath = () => join(folder, `id${count++}.owner@a.b`);
const header = { version: 1, store: "http://127.0.0.1:5000", runId: "r" } as const;
const metric = (step: number) => ({ key: "m", value: step, step, timestamp: 1 });

/** All that waits, in the requests that it goes in. */
function requests(file: SpoolFile): number[] {
  const sizes: number[] = [];
  for (let entries = file.next(); entries.length > 0; entries = file.next()) {
    sizes.push(entries.length);
    file.markSent(entries.at(-1)?.end ?? 0);
  }
  return sizes;
}

test("log calls go together within a request's limits, and other changes go alone and in their place", () => {
  const file = SpoolFile.create(newPath(), header, false);
  for (let step = 0; step < 2500; step++) file.append({ kind: "batch", batch: { metrics: [metric(step)] } });
  file.append({ kind: "update", changes: { status: "FINISHED" } });
  file.append({ kind: "batch", batch: { tags: { a: "b" } } });
  assert.equal(file.count(), 2502);
  assert.deepEqual(requests(file), [1000, 1000, 500, 1, 1]);
  assert.equal(file.count(), 0);
  file.remove();
});

test("any texts and numbers come back as they were", () => {
  const text = fc.string({ unit: "binary" });
  const entry = fc.record({
    metrics: fc.array(fc.record({ key: text, value: fc.double(), step: fc.integer(), timestamp: fc.nat() })),
    params: fc.array(fc.record({ key: text, value: text }), { maxLength: 1 }),
    tags: fc.dictionary(text, text),
  });
  const file = SpoolFile.create(newPath(), header, false);
  fc.assert(
    fc.property(entry, (batch) => {
      file.append({ kind: "batch", batch });
      const [next] = file.next();
      file.markSent(next?.end ?? 0);
      assert.deepEqual(next?.entry, { kind: "batch", batch: structuredClone(batch) });
    }),
  );
  file.remove();
});

test("a later process goes on where the earlier one was, and drops what was not written to its end", async () => {
  const path = newPath();
  const first = SpoolFile.create(path, header, false);
  for (let step = 0; step < 3; step++) first.append({ kind: "update", changes: { endTime: step } });
  first.markSent(first.next().at(-1)?.end ?? 0);
  first.close();
  await appendFile(path, '{"update":{"endTi');
  assert.equal(countWaiting(path), 2);
  const second = SpoolFile.take(path, "other", false);
  assert.ok(second);
  assert.equal(headerOf(path), undefined);
  assert.equal(second.count(), 2);
  assert.deepEqual(second.next()[0]?.entry, { kind: "update", changes: { endTime: 1 } });
  second.append({ kind: "deleteTag", key: "a" });
  assert.deepEqual(requests(second), [1, 1, 1]);
  second.remove();
  assert.equal(SpoolFile.take(path, "third", false), undefined);
});

test("a damaged line is given as such, and those around it as they are", async () => {
  const path = newPath();
  const file = SpoolFile.create(path, header, false);
  for (const key of ["a", "b", "c"]) file.append({ kind: "deleteTag", key });
  file.close();
  await writeFile(path, (await readFile(path, "utf8")).replace('"b"', '"b'));
  const taken = SpoolFile.take(path, "other", false);
  const entries: unknown[] = [];
  for (let next = taken?.next() ?? []; next.length > 0; next = taken?.next() ?? []) {
    entries.push(...next.map(({ entry }) => entry));
    taken?.markSent(next.at(-1)?.end ?? 0);
  }
  assert.deepEqual(entries, [{ kind: "deleteTag", key: "a" }, undefined, { kind: "deleteTag", key: "c" }]);
  taken?.remove();
});

test("a folder that cannot be written is an error with the way out", () => {
  const file = () => SpoolFile.create(join(folder, "none", "x.y"), header, false);
  assert.throws(file, (error: Error & { hint?: string }) => {
    assert.ok(isError("INTERNAL_ERROR", /Cannot write/)(error));
    assert.match(error.hint ?? "", /RUNLAB_SPOOL/);
    return true;
  });
});
