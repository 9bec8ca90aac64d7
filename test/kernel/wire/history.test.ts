import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { History } from "../../../src/kernel/wire/history.js";
import { Log } from "../../../src/kernel/wire/log.js";

const root = mkdtempSync(join(tmpdir(), "runlab-test-history-"));
after(() => rmSync(root, { recursive: true, force: true }));
const log = new Log(undefined);

/** A session that has run these cells. */
function session(folder: string, ...cells: string[]): History {
  const history = new History(join(root, folder), log);
  cells.forEach((source, index) => {
    history.add(index + 1, source);
  });
  return history;
}

const tail = (n: number) => ({ hist_access_type: "tail", n });
const sources = (entries: ReadonlyArray<readonly [number, number, unknown]>) => entries.map(([, , source]) => source);
const search = (pattern: string, more = {}) => ({ hist_access_type: "search", pattern, ...more });

test("tail reaches back into earlier sessions, oldest first", async () => {
  session("tail", "a", "b").close();
  const history = session("tail", "c");
  assert.deepEqual(await history.request(tail(2)), [
    [1, 2, "b"],
    [2, 1, "c"],
  ]);
  assert.deepEqual(await history.request({ ...tail(1), output: true }), [[2, 1, ["c", null]]]);
  assert.deepEqual(await history.request(tail(0)), []);
  history.close();
});

test("range takes a session by number, or counted back from this one", async () => {
  session("range", "a", "b", "c").close();
  const history = session("range", "d");
  const range = async (wanted: number, start: number, stop?: number) =>
    sources(await history.request({ hist_access_type: "range", session: wanted, start, stop }));
  assert.deepEqual(await range(1, 2, 3), ["b"]);
  assert.deepEqual(await range(-1, 2), ["b", "c"]);
  assert.deepEqual(await range(0, 1), ["d"]);
  history.close();
});

test("search takes SQLite's GLOB over all sessions, the latest of equal ones with unique, the last n", async () => {
  session("search", "const a = 1", "plot(a)").close();
  const history = session("search", "const a = 1", "a * 2\nplot(a)", "[a]");
  const found = async (pattern: string, more = {}) =>
    (await history.request(search(pattern, more))).map(([number, line]) => [number, line]);
  assert.deepEqual(await found("const*"), [
    [1, 1],
    [2, 1],
  ]);
  assert.deepEqual(await found("const*", { unique: true }), [[2, 1]]);
  assert.deepEqual(await found("*plot(?)", { n: 1 }), [[2, 2]]);
  assert.deepEqual(await found("a [*] 2*"), [[2, 2]]);
  assert.deepEqual(await found("[[]a]"), [[2, 3]]);
  assert.deepEqual(await found("plot"), []);
  history.close();
});

test("a search through many sessions takes the newest first, and lets other requests in between", async () => {
  for (let number = 1; number <= 20; number += 1) session("long", `cell ${number}`, "same").close();
  const history = session("long", "cell 21");
  let turns = 0;
  const count = () => {
    turns += 1;
    immediate = setImmediate(count);
  };
  let immediate = setImmediate(count);
  assert.deepEqual(await history.request(search("*", { n: 3, unique: true })), [
    [20, 1, "cell 20"],
    [20, 2, "same"],
    [21, 1, "cell 21"],
  ]);
  const few = turns;
  assert.equal((await history.request(search("cell*"))).length, 21);
  clearImmediate(immediate);
  assert.ok(few <= 3 && turns - few >= 20, `${few} turns of the event loop, then ${turns - few}`);
  assert.deepEqual(await history.request(search("*", { n: 0 })), []);
  history.close();
});

test("two kernels at once get sessions of their own", async () => {
  const one = session("two", "a");
  const two = session("two", "b");
  one.add(2, "c");
  assert.deepEqual(readdirSync(join(root, "two")).sort(), ["1.jsonl", "2.jsonl"]);
  assert.deepEqual(sources(await two.request({ hist_access_type: "range", session: 1, start: 1 })), ["a", "c"]);
  one.close();
  two.close();
});

test("a torn or alien line is passed over", async () => {
  session("torn", "a").close();
  appendFileSync(join(root, "torn", "1.jsonl"), '{"x":1}\n[2,"b"]\n[3,"half');
  assert.deepEqual(sources(await session("torn").request(tail(9))), ["a", "b"]);
});

test("a folder that cannot be written keeps the session in memory", async () => {
  writeFileSync(join(root, "file"), "");
  const history = session(join("file", "below"), "a");
  assert.deepEqual(sources(await history.request(tail(1))), ["a"]);
  history.close();
});

test("a folder that no file system will make keeps the session in memory too, and does not hang", {
  skip: !existsSync("/proc/self") && "no /proc",
}, () => {
  // In a process of its own: what hangs there cannot be interrupted.
  const module = (path: string) => JSON.stringify(new URL(path, import.meta.url));
  const program = `
    const { History } = await import(${module("../../../src/kernel/wire/history.js")});
    const { Log } = await import(${module("../../../src/kernel/wire/log.js")});
    const history = new History("/proc/nowhere/history", new Log(undefined));
    history.add(1, "a");
    console.log(JSON.stringify(await history.request({ hist_access_type: "tail", n: 1 })));
  `;
  const { stdout, error } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    timeout: 30_000,
  });
  assert.equal(error, undefined);
  assert.deepEqual(JSON.parse(stdout), [[1, 1, "a"]]);
});
