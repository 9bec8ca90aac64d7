import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { FolderLock } from "../../../src/stores/file/folder-lock.js";
import { nodeDisk } from "../../../src/stores/file/node-disk.js";
import {
  lifeOf,
  nameOfProcess,
  type ProcessIdentity,
  processNamed,
  thisProcess,
} from "../../../src/stores/file/owner.js";

const part = fc.string({ unit: fc.constantFrom("1", "x", "@", "%", "%4", "%E4%", "-", "NaN", ".") });

test("a file of any name is either named for a process or passed over", () => {
  for (const name of ["1@x@%@a", "1@x@%E4@a", "x@y@z@a", "-1@x@h@a", "1e9@x@h@a", "0@x@h@a", "1@x", "", "@@@"]) {
    assert.equal(processNamed(name), undefined, name);
  }
  fc.assert(
    fc.property(fc.oneof(part, fc.string()), (name) => {
      const named = processNamed(name);
      assert.ok(named === undefined || (Number.isSafeInteger(named.pid) && named.pid > 0));
    }),
  );
});

test("a process is read back from its name, whatever its host is called", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (host) => {
      const self = { ...thisProcess(), host };
      const { id: _, ...named } = self;
      assert.deepEqual(processNamed(nameOfProcess(self)), named);
    }),
  );
});

test("a process is dead when its pid is another's by now; one that cannot be asked is never said to be", () => {
  const self = thisProcess();
  const gone = { ...self, pid: 999_999_999 };
  assert.equal(lifeOf(self, self), "alive");
  assert.equal(lifeOf(gone, self), "dead");
  if (process.platform !== "linux") return;
  const [boot = ""] = self.start.split("-");
  assert.equal(lifeOf({ ...self, start: `${boot}-1` }, self), "dead", "another process has its pid by now");
  const { namespace, ...unnamed } = gone;
  assert.match(namespace ?? "", /^\d+\.\d*$/);
  const unaskable: Array<[string, Omit<ProcessIdentity, "id">]> = [
    ["of another host", { ...gone, host: "elsewhere" }],
    ["of another PID namespace, as in a container on the host's network", { ...gone, namespace: "1.1" }],
    ["of a machine with the same name, or of an earlier boot", { ...gone, start: "00000000-1" }],
    ["of an older runlab", unnamed],
  ];
  for (const [whose, other] of unaskable) assert.equal(lifeOf(other, self), "unknown", whose);
  const { namespace: _, ...blind } = { ...self, start: "" };
  assert.equal(lifeOf(gone, blind), "unknown", "without /proc nobody can be asked");
  assert.equal(lifeOf(blind, blind), "unknown");
});

test("a lock that was left under a name that cannot be decoded is taken over", async () => {
  const folder = await mkdtemp(join(tmpdir(), "runlab-owner-"));
  try {
    const path = join(folder, "lock");
    mkdirSync(path);
    mkdirSync(`${path}.queue`);
    writeFileSync(join(path, "1@x@%@a"), "");
    writeFileSync(join(`${path}.queue`, `${"0".repeat(20)}+1@x@%@a`), "");
    const limits = { foreignMs: 20, ticketMs: 20 };
    const lock = new FolderLock(path, { self: thisProcess(), disk: nodeDisk(), limits });
    assert.equal(await lock.hold(() => "held"), "held");
  } finally {
    await rm(folder, { recursive: true });
  }
});
