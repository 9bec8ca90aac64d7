import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { FileStore } from "../../src/stores/file/file-store.js";
import { TrackingClient } from "../../src/tracking/client.js";
import { filesBelow } from "../../src/tracking/local-files.js";
import { isError } from "../is-error.js";

function folderWith(t: TestContext, files: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "runlab-local-files-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const file of files) {
    mkdirSync(join(folder, file, ".."), { recursive: true });
    writeFileSync(join(folder, file), file);
  }
  return folder;
}

test("files of a folder and its subfolders are listed, hidden ones and those behind links too", async (t) => {
  const folder = folderWith(t, ["b.txt", "in/a.txt", "in/.hidden"]);
  symlinkSync(join(folder, "in"), join(folder, "link"));
  const found = await filesBelow(folder, "memory:/1/artifacts");
  assert.deepEqual(
    found.map(({ path }) => path),
    ["b.txt", "in/.hidden", "in/a.txt", "link/.hidden", "link/a.txt"],
  );
});

test("a link back to a folder above, and a link that leads nowhere, are errors that name it", async (t) => {
  const folder = folderWith(t, ["in/a.txt"]);
  symlinkSync(folder, join(folder, "in", "loop"));
  await assert.rejects(filesBelow(folder, ""), isError("INVALID_PARAMETER_VALUE", /in\/loop' points back/));
  const other = folderWith(t, []);
  symlinkSync(join(other, "gone"), join(other, "dangling"));
  await assert.rejects(filesBelow(other, ""), isError("RESOURCE_DOES_NOT_EXIST", /dangling/));
});

test("a pipe is an error that names it, in a folder and by itself: nobody waits for its other end", {
  timeout: 30_000,
}, async (t) => {
  const folder = folderWith(t, ["data/a.csv"]);
  const pipe = join(folder, "data", "pipe");
  execFileSync("mkfifo", [pipe]);
  const store = new FileStore(join(folder, "runlab"));
  t.after(() => store.close());
  const client = new TrackingClient(store);
  const { runId } = (await client.createRun("0")).info;
  for (const path of [pipe, join(folder, "data")]) {
    await assert.rejects(client.logArtifact(runId, path), isError("INVALID_PARAMETER_VALUE", /data\/pipe' is a pipe/));
  }
  assert.deepEqual(await client.listArtifacts(runId), []);
});

test("a folder that holds the store is refused before anything is copied; one beside it is fine", async (t) => {
  const folder = folderWith(t, ["data/a.csv"]);
  const store = new FileStore(join(folder, "runlab"));
  t.after(() => store.close());
  const client = new TrackingClient(store);
  const { runId } = (await client.createRun("0")).info;
  await assert.rejects(client.logArtifact(runId, folder), isError("INVALID_PARAMETER_VALUE", /contains the store/));
  await assert.rejects(client.logArtifacts(runId, join(folder, "runlab")), isError("INVALID_PARAMETER_VALUE"));
  symlinkSync(folder, `${folder}-link`);
  t.after(() => rmSync(`${folder}-link`));
  await assert.rejects(
    client.logArtifact(runId, `${folder}-link`),
    isError("INVALID_PARAMETER_VALUE", /contains the store/),
  );
  assert.deepEqual(await client.listArtifacts(runId), []);
  await client.logArtifacts(runId, join(folder, "data"), "data");
  assert.deepEqual(await client.listArtifacts(runId, "data"), [{ path: "data/a.csv", isDir: false, fileSize: 10 }]);
});
