import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunJson } from "../../../src/server/page/page-json.js";
import { nestRuns } from "../../../src/ui/runs/arrange.js";

/** Runs by their ids, each with that of its parent behind a `<`. */
function runs(...texts: string[]): RunJson[] {
  return texts.map((text) => {
    const [id = "", parent] = text.split("<");
    return { id, ...(parent === undefined ? {} : { parent }) } as RunJson;
  });
}

/** Ids, indented as the table has them. */
function drawn(given: readonly RunJson[], closed: readonly string[] = []): string[] {
  return nestRuns(given, new Set(closed)).map((row) =>
    row.kind === "run" ? `${" ".repeat((row.level ?? 1) - 1)}${row.run.id}` : "",
  );
}

test("nested runs stand below their parents, siblings in their order", () => {
  assert.deepEqual(drawn(runs("c<a", "d", "e<b", "b<a", "a")), ["d", "a", " c", " b", "  e"]);
  assert.deepEqual(drawn(runs("c<a", "d", "e<b", "b<a", "a"), ["b"]), ["d", "a", " c", " b"]);
  assert.deepEqual(drawn(runs("c<a", "d", "e<b", "b<a", "a"), ["a"]), ["d", "a"]);
});

test("a table without nested runs is no tree", () => {
  assert.ok(
    nestRuns(runs("a<elsewhere", "b"), new Set()).every((row) => row.kind === "run" && row.level === undefined),
  );
});

test("no run is lost where the tags of parents are wrong", () => {
  assert.deepEqual(
    drawn(runs("a<a", "b<c", "c<b", "d<b"))
      .map((id) => id.trim())
      .sort(),
    ["a", "b", "c", "d"],
  );
  const deep = runs("0", ...Array.from({ length: 20_000 }, (_, at) => `${at + 1}<${at}`));
  assert.equal(drawn(deep).length, 20_001);
});
