import assert from "node:assert/strict";
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { fastStartFlags, fastStartState, prepareFastStart } from "../../src/cli/fast-start.js";
import type { Compiled } from "../../src/kernel/engine/engine.js";
import type { EngineMessage, EngineRequest } from "../../src/kernel/engine/protocol.js";

const entry = fileURLToPath(new URL("../../src/main/engine-main.js", import.meta.url));
const cacheFolder = mkdtempSync(join(realpathSync(tmpdir()), "runlab-fast-start-"));
const notebooks = join(cacheFolder, "notebooks");
/** Of a process that was ended while it made a snapshot. */
const leftover = join(cacheFolder, "engine-20.0.0-0.blob.17.1700000000000");

before(
  async () => {
    assert.ok("problem" in fastStartState({ cacheFolder }));
    writeFileSync(leftover, "");
    utimesSync(leftover, 0, 0);
    const path = await prepareFastStart({ cacheFolder });
    assert.deepEqual(fastStartState({ cacheFolder }), { path });
    assert.ok(fastStartFlags({ cacheFolder }).includes(path));
    assert.equal(existsSync(leftover), false);
  },
  { timeout: 120_000 },
);
after(() => rmSync(cacheFolder, { recursive: true, force: true }));

/** Why there is no snapshot to be used, in a folder that holds the snapshot made above after `change`; and undone after the test. */
function afterChange(
  t: TestContext,
  change: (folder: string, snapshot: string) => void,
): ReturnType<typeof fastStartState> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "runlab-fast-start-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const place = join(folder, "runlab");
  mkdirSync(place, { mode: 0o700 });
  for (const name of readdirSync(cacheFolder).filter((file) => file.startsWith("engine-"))) {
    cpSync(join(cacheFolder, name), join(place, name), { preserveTimestamps: true });
  }
  const state = fastStartState({ cacheFolder: place });
  assert.ok("path" in state, "a copy is as good as what was made");
  change(place, state.path);
  return fastStartState({ cacheFolder: place });
}

const posix = { skip: process.platform === "win32" };

for (const [what, change] of [
  ["a folder that others can write to", (folder) => chmodSync(folder, 0o777)],
  ["a folder that its group can write to", (folder) => chmodSync(folder, 0o770)],
  ["a snapshot that others can write to", (_, snapshot) => chmodSync(snapshot, 0o666)],
  [
    "a folder that is a link",
    (folder) => {
      renameSync(folder, `${folder}-real`);
      symlinkSync(`${folder}-real`, folder);
    },
  ],
  [
    "a snapshot that is a link",
    (_, snapshot) => {
      renameSync(snapshot, `${snapshot}.real`);
      symlinkSync(`${snapshot}.real`, snapshot);
    },
  ],
] as const satisfies ReadonlyArray<readonly [string, (folder: string, snapshot: string) => void]>) {
  test(`${what} is not used`, posix, (t) => {
    assert.ok("problem" in afterChange(t, change));
  });
}

for (const part of ["folder", "snapshot", "record"]) {
  test(`a ${part} of another user is not used`, {
    skip: process.geteuid?.() !== 0 && "takes root, to give a file to another user: sudo -E npm test -- fast-start",
  }, (t) => {
    const state = afterChange(t, (folder, snapshot) => {
      const record = readdirSync(folder).find((name) => name.endsWith(".json")) ?? "";
      chownSync({ folder, snapshot, record: join(folder, record) }[part] ?? "", 65534, 65534);
    });
    assert.ok("problem" in state);
  });
}

for (const [what, damage] of [
  ["cut short", (snapshot: string) => truncateSync(snapshot, 1_000_000)],
  [
    "with one bit changed, and its time set back",
    (snapshot: string) => {
      const { atime, mtime } = statSync(snapshot);
      const file = openSync(snapshot, "r+");
      const byte = Buffer.alloc(1);
      readSync(file, byte, 0, 1, 20_000_000);
      writeSync(file, Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, 20_000_000);
      closeSync(file);
      utimesSync(snapshot, atime, mtime);
    },
  ],
  ["that is gone", (snapshot: string) => rmSync(snapshot)],
] as const) {
  test(`a snapshot ${what} is not used, and another is made in its place`, { timeout: 120_000 }, async (t) => {
    const places: string[] = [];
    const state = afterChange(t, (folder, snapshot) => {
      places.push(folder);
      damage(snapshot);
    });
    assert.ok("problem" in state && !state.unsafe);
    const [place = ""] = places;
    const path = await prepareFastStart({ cacheFolder: place });
    assert.deepEqual(fastStartState({ cacheFolder: place }), { path });
  });
}

test("a folder of one's own that others could write to is closed before anything is made in it", posix, async (t) => {
  const places: string[] = [];
  const open = afterChange(t, (folder) => {
    places.push(folder);
    chmodSync(folder, 0o777);
  });
  assert.ok("problem" in open && open.unsafe);
  const [place = ""] = places;
  await prepareFastStart({ cacheFolder: place });
  assert.equal(statSync(place).mode & 0o777, 0o700);
});

test("two that are made at once do not mix", { timeout: 240_000 }, async (t) => {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "runlab-fast-start-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const made = await Promise.all([1, 2].map(() => prepareFastStart({ cacheFolder: folder })));
  const state = fastStartState({ cacheFolder: folder });
  assert.ok("path" in state && made.includes(state.path));
});

test("an account without a home folder and a relative XDG_CACHE_HOME leave nothing in the working directory", {
  skip: process.geteuid?.() !== 0 && "takes root, to be a user that has no account: sudo -E npm test -- fast-start",
}, async (t) => {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "runlab-fast-start-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o777);
  const module = JSON.stringify(new URL("../../src/cli/fast-start.js", import.meta.url));
  const program = `
    const { fastStartState, prepareFastStart } = await import(${module});
    process.setuid(54321);
    console.log(JSON.stringify([fastStartState(), await prepareFastStart().catch(({ code }) => code)]));`;
  const said = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
    cwd: folder,
    env: { ...process.env, HOME: "", XDG_CACHE_HOME: "cache" },
    encoding: "utf8",
  });
  const [state, code] = JSON.parse(said);
  assert.deepEqual([state.unsafe, code], [false, "INVALID_STATE"]);
  assert.deepEqual(readdirSync(folder), []);
});

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
