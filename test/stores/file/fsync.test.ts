import assert from "node:assert/strict";
import fs from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { type FileCalls, nodeDisk } from "../../../src/stores/file/node-disk.js";
import { openStore } from "../../../src/stores/open.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import { isError } from "../../is-error.js";

let root: string;
/** What was called, with paths relative to the store: `write a/b`, `fsync a/b`, `rename a/.tmp a/b`. */
let calls: string[];

beforeEach(async () => {
  root = join(await mkdtemp(join(tmpdir(), "runlab-fsync-")), "runlab");
  calls = [];
});

afterEach(() => rm(dirname(root), { recursive: true }));

/** The real file system, with a record of what was asked of it. */
function recorder(): FileCalls {
  const names = new Map<number, string>();
  const shown = (path: unknown) => (relative(root, String(path)) || ".").replace(/\.(\d+-\d+|offer-.*)\.tmp$/, "TEMP");
  const recorded = {
    ...fs,
    promises: {
      ...fs.promises,
      async open(path: fs.PathLike, flags: string) {
        const file = await fs.promises.open(path, flags);
        const sync = () => {
          calls.push(`fsync ${shown(path)}`);
          return file.sync();
        };
        return { sync, close: () => file.close() };
      },
    },
    openSync(path: fs.PathLike, ...rest: [fs.OpenMode?, fs.Mode?]) {
      const isNew = !fs.existsSync(path);
      const fd = fs.openSync(path, ...(rest as [fs.OpenMode]));
      names.set(fd, shown(path));
      if (isNew) calls.push(`create ${shown(path)}`);
      return fd;
    },
    writeSync(fd: number, ...rest: [string]) {
      calls.push(`write ${names.get(fd)}`);
      return fs.writeSync(fd, ...rest);
    },
    fsyncSync(fd: number) {
      calls.push(`fsync ${names.get(fd)}`);
      fs.fsyncSync(fd);
    },
    renameSync(from: fs.PathLike, to: fs.PathLike) {
      calls.push(`rename ${shown(from)} ${shown(to)}`);
      fs.renameSync(from, to);
    },
    linkSync(from: fs.PathLike, to: fs.PathLike) {
      fs.linkSync(from, to);
      calls.push(`link ${shown(from)} ${shown(to)}`);
    },
    unlinkSync(path: fs.PathLike) {
      calls.push(`unlink ${shown(path)}`);
      fs.unlinkSync(path);
    },
    mkdirSync(path: fs.PathLike) {
      const made = fs.mkdirSync(path);
      calls.push(`mkdir ${shown(path)}`);
      return made;
    },
  };
  return recorded as unknown as FileCalls;
}

const newClient = (fsync: boolean) =>
  new TrackingClient(new FileStore(root, { disk: nodeDisk({ fsync, calls: recorder() }) }));

/** The calls since the last time, of the run's own files. */
function since(runId: string): string[] {
  const own = calls.filter((call) => call.includes(runId)).map((call) => call.replaceAll(`0/${runId}`, "RUN"));
  calls = [];
  return own;
}

test("durability=fsync: content, then its name, then what relies on both", async () => {
  const client = newClient(true);
  const { runId } = (await client.createRun("0")).info;
  assert.deepEqual(
    calls.filter((call) => /^(mkdir|fsync) /.test(call)).slice(0, 2),
    ["mkdir .", "fsync .."],
    "a new folder is in its parent before it is used",
  );
  const created = since(runId);
  assert.deepEqual(created.slice(0, 5), [
    "mkdir RUN",
    "create RUN/run.journal",
    "fsync RUN",
    "write RUN/run.journal",
    "fsync RUN/run.journal",
  ]);
  assert.deepEqual(created.slice(5), [
    "create RUN/TEMP",
    "write RUN/TEMP",
    "fsync RUN/TEMP",
    "rename RUN/TEMP RUN/run.json",
    "fsync RUN",
  ]);

  await client.logMetric(runId, "m", 1);
  assert.deepEqual(since(runId), [
    "mkdir RUN/metrics",
    "fsync RUN",
    "create RUN/metrics/m",
    "fsync RUN/metrics",
    "write RUN/metrics/m",
    "fsync RUN/metrics/m",
  ]);
  await client.logMetric(runId, "m", 2, { step: 1 });
  assert.deepEqual(since(runId), ["write RUN/metrics/m", "fsync RUN/metrics/m"]);
  await client.logParam(runId, "p", 1);
  assert.deepEqual(since(runId), ["write RUN/run.journal", "fsync RUN/run.journal"]);

  await client.endRun(runId);
  const ended = since(runId).filter((call) => !call.includes(".index"));
  assert.deepEqual(ended, [
    "write RUN/run.journal",
    "fsync RUN/run.journal",
    "create RUN/TEMP",
    "link RUN/run.journal RUN/run.journal.fold",
    "fsync RUN",
    "unlink RUN/run.journal",
    "write RUN/TEMP",
    "fsync RUN/TEMP",
    "rename RUN/TEMP RUN/run.json",
    "fsync RUN",
    "unlink RUN/run.journal.fold",
  ]);
  await client.store.close();
});

test("an artifact is synced before it has its name, and its new folders before it", async () => {
  const client = newClient(true);
  const { runId } = (await client.createRun("0")).info;
  since(runId);
  await client.logArtifact(runId, process.argv[1] ?? "", "in");
  const made = since(runId);
  assert.deepEqual(made.slice(0, 4), [
    "mkdir RUN/artifacts",
    "fsync RUN",
    "mkdir RUN/artifacts/in",
    "fsync RUN/artifacts",
  ]);
  assert.equal(
    made.indexOf("fsync RUN/artifacts/in/TEMP") + 1,
    made.findIndex((call) => call.startsWith("rename")),
  );
  assert.equal(made.at(-1), "fsync RUN/artifacts/in");
  await client.store.close();
});

test("the default waits for no disk", async () => {
  const client = newClient(false);
  const { runId } = (await client.createRun("0")).info;
  await client.logMetric(runId, "m", 1);
  await client.endRun(runId);
  await client.store.close();
  assert.deepEqual(
    calls.filter((call) => call.startsWith("fsync")),
    [],
  );
});

test("RUNLAB_DURABILITY chooses it, and a wrong word is refused", async () => {
  const before = process.env.RUNLAB_DURABILITY;
  try {
    process.env.RUNLAB_DURABILITY = "always";
    assert.throws(() => openStore(root), isError("INVALID_PARAMETER_VALUE", /'always'; it must be process or fsync/));
    process.env.RUNLAB_DURABILITY = "fsync";
    await openStore(root).close();
  } finally {
    if (before === undefined) delete process.env.RUNLAB_DURABILITY;
    else process.env.RUNLAB_DURABILITY = before;
  }
});
