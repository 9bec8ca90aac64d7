import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makeFolder } from "../src/make-folder.js";

test("folders are made with those above them; one that is there is fine, a file in the way is an error", (t) => {
  const root = mkdtempSync(join(tmpdir(), "runlab-folder-"));
  t.after(() => rmSync(root, { recursive: true }));
  const deep = join(root, "a", "b", "c");
  makeFolder(deep);
  makeFolder(deep);
  assert.ok(statSync(deep).isDirectory());
  writeFileSync(join(root, "file"), "");
  assert.throws(() => makeFolder(join(root, "file")), { code: "EEXIST" });
  assert.throws(() => makeFolder(join(root, "file", "below")), { code: "ENOTDIR" });
});

test("a store where no folder can be made is an error, not a hang", {
  skip: !existsSync("/proc/self") && "no /proc",
}, () => {
  // In a process of its own: what hangs there cannot be interrupted.
  const program = `
    const { openStore } = await import(${JSON.stringify(new URL("../src/stores/open.js", import.meta.url))});
    const store = openStore("/proc/nowhere/runlab");
    await store.createExperiment({ name: "cars" }).then(() => console.log("made"), (error) => console.log(error.message));
  `;
  const { stdout, error } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    timeout: 30_000,
  });
  assert.equal(error, undefined);
  assert.match(stdout, /^Cannot make the folder '\/proc\/nowhere\/runlab': there is no such file or folder/);
});
