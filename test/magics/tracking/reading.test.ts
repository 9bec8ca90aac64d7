import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { FileStore } from "../../../src/stores/file/file-store.js";
import { thisProcess } from "../../../src/stores/file/owner.js";
import { TrackingClient } from "../../../src/tracking/client.js";
import { makeSampleStore } from "../../stores/file/sample-store.js";

const script = fileURLToPath(new URL("./reading-process.js", import.meta.url));
const mayMount = process.platform === "linux" && process.getuid?.() === 0;
const unshare = ["--mount", process.execPath, script];

let folder: string;
let store: string;
let runId: string;
/** Its process is gone, and it has not ended. */
let killed: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "runlab-reading-"));
  store = join(folder, "runlab");
  const { client, full, open } = await makeSampleStore(store);
  await client.endRun(open);
  runId = full;
  await client.logText(runId, "hello", "note.txt");
  await client.store.close();
  const gone = new TrackingClient(new FileStore(store, { self: { ...thisProcess(), pid: 999_999_999 } }));
  killed = (await gone.createRun("1", { runName: "killed" })).info.runId;
  await gone.logMetric(killed, "loss", 5);
  mkdirSync(join(folder, "out"));
});

afterEach(() => rm(folder, { recursive: true }));

/** Every file of the store with its content, but for derived ones. */
function contents(): Map<string, string> {
  const files = readdirSync(store, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== ".index")
    .map(({ parentPath, name }) => join(parentPath, name));
  return new Map(files.sort().map((file) => [file, readFileSync(file, "latin1")]));
}

function read(command: string, args: readonly string[]): void {
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  const lines: Array<{ what: string; problem?: string }> = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.filter(({ problem }) => problem !== undefined),
    [],
  );
  assert.equal(lines.length, 22);
}

test("whatever reads changes nothing but the index, also where a run's process has died", async () => {
  const before = contents();
  read(process.execPath, [script, store, join(folder, "out"), "", runId]);
  assert.deepEqual(contents(), before);
});

test("lists, searches, exports and charts work in a store that cannot be written to", {
  skip: mayMount ? false : `needs root on Linux: \`unshare ${unshare.join(" ")} …\``,
}, () => {
  read("unshare", [...unshare, store, join(folder, "out"), "read-only", runId]);
});

test("a killed run is shown so to every reader, and written down by the next process that writes", async () => {
  const document = () => JSON.parse(readFileSync(join(store, "1", killed, "run.json"), "utf8")).info.status;
  const reader = new TrackingClient(new FileStore(store));
  const statuses = async (client: TrackingClient) =>
    (await client.searchRuns({ experimentIds: ["1"], filterString: "run_name = 'killed'" })).map(
      ({ info }) => info.status,
    );
  assert.deepEqual([await statuses(reader), document()], [["KILLED"], "RUNNING"]);
  await reader.store.close();
  assert.equal(document(), "RUNNING");
  const writer = new TrackingClient(new FileStore(store));
  await writer.setTag(runId, "seen", "yes");
  assert.deepEqual(await statuses(writer), ["KILLED"]);
  await writer.store.close();
  assert.equal(document(), "KILLED");
});
