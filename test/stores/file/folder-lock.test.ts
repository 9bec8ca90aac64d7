import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { FolderLock, type LockLimits } from "../../../src/stores/file/folder-lock.js";
import { nodeDisk } from "../../../src/stores/file/node-disk.js";
import { nameOfProcess, thisProcess } from "../../../src/stores/file/owner.js";

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-lock-"));
  path = join(folder, "lock");
});

afterEach(async () => {
  const left = readdirSync(folder);
  await rm(folder, { recursive: true });
  assert.deepEqual(left, [], "nothing is left behind");
});

/** No lock of these tests is broken for its age, unless a test says so. */
const patient: LockLimits = { foreignMs: 60_000, ownMs: 60_000, ticketMs: 60_000 };
const newLock = (limits: Partial<LockLimits> = {}) =>
  new FolderLock(path, { self: thisProcess(), disk: nodeDisk(), limits: { ...patient, ...limits } });
const self = thisProcess();
const living = nameOfProcess(self);
const dead = nameOfProcess({ ...self, pid: 999_999_999 });
const foreign = nameOfProcess({ ...self, host: "elsewhere" });

/** Somebody holds the lock. @returns the file that says so */
function held(by: string): string {
  mkdirSync(path);
  writeFileSync(join(path, by), "");
  return join(path, by);
}

/** Somebody is first in the queue. */
function queued(name: string): string {
  mkdirSync(`${path}.queue`);
  const ticket = join(`${path}.queue`, `${"0".repeat(20)}+${name}`);
  writeFileSync(ticket, "");
  return ticket;
}

test("those who wait get the lock in the order of asking", async () => {
  const holder = held(living);
  const order: number[] = [];
  const asked = Array.from({ length: 20 }, (_, index) => newLock().hold(() => order.push(index)));
  unlinkSync(holder);
  await Promise.all(asked);
  assert.deepEqual(
    order,
    [...order].sort((a, b) => a - b),
  );
});

test("six processes that take the lock and give it back all the time never hold it at once, and none fails", async () => {
  const file = join(folder, "number");
  writeFileSync(file, "0");
  const script = fileURLToPath(new URL("./counting-process.js", import.meta.url));
  const count = () => promisify(execFile)(process.execPath, [script, path, file, "300"], { timeout: 60_000 });
  await Promise.all(Array.from({ length: 6 }, count));
  assert.equal(readFileSync(file, "utf8"), "1800");
  unlinkSync(file);
});

test("the lock is free again after a throw", async () => {
  await assert.rejects(
    newLock().hold(() => {
      throw new Error("inside");
    }),
    /inside/,
  );
  assert.equal(await newLock().hold(() => 7), 7);
});

test("a lock and a ticket of a process that has died do not hold anybody up", async () => {
  held(dead);
  queued(dead);
  // What it would have taken the lock with.
  mkdirSync(join(folder, `.lock-${dead}`));
  assert.equal(await newLock().hold(() => 7), 7);
});

test("a lock of another host is broken once it has stayed the same for the limit, and not while it is confirmed", async () => {
  const holder = held(foreign);
  let confirmed = true;
  const confirming = setInterval(() => utimesSync(holder, new Date(), new Date()), 20);
  const taken = newLock({ foreignMs: 400 }).hold(() => confirmed);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  clearInterval(confirming);
  confirmed = false;
  assert.equal(await taken, false, "it was taken after it was confirmed for the last time");
});

test("a lock of this host whose process does not end its work is broken in the end", async () => {
  held(living);
  assert.equal(await newLock({ ownMs: 100 }).hold(() => 7), 7);
});

for (const [whose, name] of [
  ["on another host", foreign],
  ["that is busy with something else", living],
] as const) {
  test(`a turn that a process ${whose} does not take goes to the next`, async () => {
    queued(name);
    assert.equal(await newLock({ ticketMs: 100 }).hold(() => 7), 7);
  });
}

test("who has lost its ticket shows it again and gets the lock", async () => {
  const holder = held(living);
  const taken = newLock().hold(() => 7);
  const ticket = async () => {
    for (;;) {
      const [name] = existsSync(`${path}.queue`) ? readdirSync(`${path}.queue`) : [];
      if (name !== undefined) return name;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const first = await ticket();
  unlinkSync(join(`${path}.queue`, first));
  assert.equal(await ticket(), first);
  unlinkSync(holder);
  assert.equal(await taken, 7);
});

test("work whose lock was broken before it wrote anything starts again with the lock", async () => {
  let starts = 0;
  const written: number[] = [];
  await newLock().hold((disk) => {
    const start = ++starts;
    if (start === 1) for (const name of readdirSync(path)) unlinkSync(join(path, name));
    disk.confirm();
    written.push(start);
  });
  assert.deepEqual(written, [2]);
});
