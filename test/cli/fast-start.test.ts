import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { fastStartFlags, preparedFastStart, prepareFastStart } from "../../src/cli/fast-start.js";
import type { Compiled } from "../../src/kernel/engine/engine.js";
import type { EngineMessage, EngineRequest } from "../../src/kernel/engine/protocol.js";

const entry = fileURLToPath(new URL("../../src/cli/engine-main.js", import.meta.url));
const cacheFolder = mkdtempSync(join(realpathSync(tmpdir()), "runlab-fast-start-"));
const notebooks = join(cacheFolder, "notebooks");
/** Of a process that was ended while it made a snapshot. */
const leftover = join(cacheFolder, "engine-20.0.0-0.blob.17.1700000000000");

before(
  async () => {
    assert.equal(preparedFastStart({ cacheFolder }), undefined);
    writeFileSync(leftover, "");
    utimesSync(leftover, 0, 0);
    const path = await prepareFastStart({ cacheFolder });
    assert.equal(preparedFastStart({ cacheFolder }), path);
    assert.ok(fastStartFlags({ cacheFolder }).includes(path));
    assert.equal(existsSync(leftover), false);
  },
  { timeout: 120_000 },
);
after(() => rmSync(cacheFolder, { recursive: true, force: true }));

/** Compiles cells in an engine process that is started from the snapshot. */
async function compiled(folder: string, ...cells: string[]): Promise<Compiled[]> {
  const engine = fork(entry, ["hub"], {
    cwd: folder,
    execArgv: fastStartFlags({ cacheFolder }),
    serialization: "advanced",
  });
  try {
    const ready = (await once(engine, "message"))[0] as EngineMessage;
    assert.ok("event" in ready && ready.engine === "hub");
    const found: Compiled[] = [];
    for (const [index, source] of cells.entries()) {
      engine.send({ id: index + 1, op: "compile", source, count: index + 1 } satisfies EngineRequest);
      const answer = (await once(engine, "message"))[0] as { ok: boolean; result: Compiled };
      assert.ok(answer.ok, JSON.stringify(answer));
      found.push(answer.result);
    }
    return found;
  } finally {
    const ended = once(engine, "exit");
    engine.disconnect();
    await ended;
  }
}

/** TS codes of a refused cell, [] of one that compiles. */
function codes(cell: Compiled | undefined): string[] {
  return cell?.ok === false ? cell.diagnostics.map(({ code }) => code) : [];
}

test("an engine started from the snapshot checks and compiles cells, and knows nothing of those that warmed it", async () => {
  const cells = await compiled(
    cacheFolder,
    "const n: number = 'a'",
    "let kept = 1",
    "kept.toFixed(2)",
    "kept = 'a'",
    "rows",
  );
  assert.deepEqual(cells.map(codes), [["TS2322"], [], [], ["TS2322"], ["TS2304"]]);
});

test("its cells import what lies in the notebook's folder", async () => {
  writeFileSync(join(cacheFolder, "data.ts"), "export const sizes = [1, 2];\n");
  const cells = await compiled(
    cacheFolder,
    "import { sizes } from './data'\nconst doubled = sizes.map((n) => n * 2)",
    "doubled.length + sizes.lenght",
    "import { absent } from './absent'",
  );
  assert.deepEqual(cells.map(codes), [[], ["TS2551"], ["TS2307"]]);
});

test("it knows the magics and what every cell is given", async () => {
  const [magic, wrong] = await compiled(cacheFolder, "%log_metric loss 0.5", '%log_metric loss {"a"}');
  assert.deepEqual([magic, wrong].map(codes), [[], ["TS2345"]]);
});

test("a folder's tsconfig.json holds all the same", async (t) => {
  mkdirSync(notebooks);
  t.after(() => rmSync(notebooks, { recursive: true }));
  writeFileSync(join(notebooks, "tsconfig.json"), '{ "compilerOptions": { "strict": false } }');
  const [loose] = await compiled(notebooks, "const n: number = null; n");
  assert.deepEqual(codes(loose), []);
  const [strict] = await compiled(cacheFolder, "const n: number = null; n");
  assert.deepEqual(codes(strict), ["TS2322"]);
});

test("types that its cells refer to are looked up from the notebook's folder", async (t) => {
  const types = join(cacheFolder, "node_modules", "sizes");
  mkdirSync(types, { recursive: true });
  t.after(() => rmSync(join(cacheFolder, "node_modules"), { recursive: true }));
  writeFileSync(join(types, "index.d.ts"), "declare const sizeOfAll: number;\n");
  const cells = await compiled(
    cacheFolder,
    '/// <reference types="sizes" />',
    "sizeOfAll.toFixed()",
    "sizeOfAll.length",
  );
  assert.deepEqual(cells.map(codes), [[], [], ["TS2339"]]);
});
