import assert from "node:assert/strict";
import { test } from "node:test";
import { Stacks, stackTraceLimit } from "../../../src/kernel/engine/hub/stacks.js";

/** A frame as V8 hands it to `Error.prepareStackTrace`. */
function frame(file: string, line = 1): NodeJS.CallSite {
  const site = { getFileName: () => file, toString: () => `f (${file}:${line}:1)` };
  return site as unknown as NodeJS.CallSite;
}

test("frames of the package's own files are not shown, wherever it lies; a user's files of like names are", () => {
  const stacks = new Stacks(["/home/ann lee/lib/dist/src/", "/home/ann lee/lib/dist/bundle/"]);
  const own = [
    "/home/ann lee/lib/dist/src/kernel/kernel.js",
    "file:///home/ann%20lee/lib/dist/src/tracking/client.js",
    "file:///home/ann%20lee/lib/dist/bundle/shared/executor.js",
    "file:///project/node_modules/runlab/dist/src/index.js",
    "node:internal/timers",
  ];
  const users = ["/home/ann lee/lib/dist/src-of-mine/a.js", "file:///project/node_modules/other/dist/src/index.js"];
  const text = stacks.format(
    new RangeError("too far"),
    [...own, ...users].map((file) => frame(file)),
  );
  assert.deepEqual(text.split("\n"), ["RangeError: too far", ...users.map((file) => `    at f (${file}:1:1)`)]);
});

test("as many frames are shown as Node shows, or as the user's own limit asks for", () => {
  const stacks = new Stacks(["/own/"]);
  const recursion = Array.from({ length: 100 }, (_, line) => frame("/user.js", line));
  const { stackTraceLimit: before } = Error;
  const shown = (limit: number) => {
    Error.stackTraceLimit = limit;
    return stacks.format(new Error("deep"), recursion.slice(0, limit)).split("\n").length - 1;
  };
  try {
    assert.deepEqual([stackTraceLimit, 3, Number.POSITIVE_INFINITY].map(shown), [10, 3, 100]);
  } finally {
    Error.stackTraceLimit = before;
  }
});

/** A map that says: line 1 of the file is line 1 of `source`. */
function mapOf(source: string): string {
  return JSON.stringify({ version: 3, sources: ["x"], sourcesContent: [source], names: [], mappings: "AAAA" });
}

test("of cells the latest 2,000 are known, and fewer when their text is long; local files stay known", () => {
  const stacks = new Stacks([]);
  stacks.add("/project/local.ts", mapOf("local"));
  const known = (count: number) => stacks.sourceOf(`Cell [${count}]`) !== undefined;
  for (let count = 1; count <= 2500; count++) stacks.add(`Cell [${count}]`, mapOf(`cell ${count}`));
  assert.deepEqual([1, 501, 502, 2500].map(known), [false, false, true, true]);
  const long = mapOf("x".repeat(3_000_000));
  for (let count = 2501; count <= 2520; count++) stacks.add(`Cell [${count}]`, long);
  assert.deepEqual([2500, 2509, 2510, 2520].map(known), [false, false, true, true]);
  stacks.add("Cell [2521]", mapOf("x".repeat(40_000_000)));
  assert.deepEqual([2520, 2521].map(known), [false, true]);
  assert.equal(stacks.sourceOf("/project/local.ts"), "local");
});
