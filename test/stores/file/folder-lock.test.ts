import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { FolderLock } from "../../../src/stores/file/folder-lock.js";
import { isDead, thisProcess } from "../../../src/stores/file/owner.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-lock-"));
});

afterEach(async () => {
  assert.deepEqual(readdirSync(folder), [], "nothing is left behind");
  await rm(folder, { recursive: true });
});

const newLock = () => new FolderLock(join(folder, "lock"), thisProcess());

test("one at a time, in the order of asking", async () => {
  const order: number[] = [];
  let inside = 0;
  const asked = Array.from({ length: 20 }, (_, index) =>
    newLock().hold(async () => {
      assert.equal(++inside, 1);
      order.push(index);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    }),
  );
  await Promise.all(asked);
  assert.deepEqual(
    order,
    [...order].sort((a, b) => a - b),
  );
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
  const dead = `999999999@gone@${encodeURIComponent(hostname())}@x0`;
  mkdirSync(join(folder, "lock"));
  writeFileSync(join(folder, "lock", dead), "");
  mkdirSync(join(folder, "lock.queue"));
  writeFileSync(join(folder, "lock.queue", `${"0".repeat(20)}+${dead}`), "");
  assert.equal(await newLock().hold(() => 7), 7);
});

test("a process is dead when its pid is another's by now; one of another host is never said to be", () => {
  const self = thisProcess();
  assert.equal(isDead(self), false);
  assert.equal(isDead({ ...self, start: "another-1" }), process.platform === "linux");
  assert.equal(isDead({ ...self, pid: 999_999_999 }), true);
  assert.equal(isDead({ ...self, pid: 999_999_999, host: "elsewhere" }), false);
});
