import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { GitReader, parseStatus, withoutCredentials } from "../../../src/magics/provenance/git.js";

describe("git state of a notebook's folder", () => {
  test("commit, branch, remote without credentials, and the dirty flag", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "runlab-git-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, encoding: "utf8" }).trim();
    git("init", "-q", "-b", "topic/trees");
    const reader = new GitReader();
    assert.deepEqual(await reader.read(folder), { branch: "topic/trees", dirty: false }, "before the first commit");

    writeFileSync(join(folder, "a.txt"), "1");
    git("add", "a.txt");
    git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "first");
    git("remote", "add", "upstream", "https://other.example.org/x.git");
    git("remote", "add", "origin", "https://me:s3cret@git.example.org/team/cars.git?token=abc");
    const clean = await reader.read(folder);
    assert.deepEqual(clean, {
      commit: git("rev-parse", "HEAD"),
      branch: "topic/trees",
      remote: "https://git.example.org/team/cars.git",
      dirty: false,
    });

    writeFileSync(join(folder, "untracked.txt"), "2");
    assert.equal((await reader.read(folder))?.dirty, false, "an untracked file does not make it dirty");
    writeFileSync(join(folder, "a.txt"), "changed");
    assert.equal((await reader.read(folder))?.dirty, true);

    git("checkout", "-q", "--detach");
    const detached = await reader.read(folder);
    assert.equal(detached?.branch, undefined);
    assert.equal(detached?.commit, clean?.commit);
  });

  test("a folder in no repository has none", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "runlab-nogit-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    assert.equal(await new GitReader().read(folder), undefined);
  });

  test("a git that cannot answer is told apart from no repository", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "runlab-badgit-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    execFileSync("git", ["init", "-q"], { cwd: folder });
    writeFileSync(join(folder, ".git", "config"), "[core\n");
    const state = await new GitReader().read(folder);
    assert.match(state?.problem ?? "", /config/);
  });

  test("a work tree too large to look through keeps commit and branch, and is not looked through again", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "runlab-slowgit-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, encoding: "utf8" }).trim();
    git("init", "-q", "-b", "main");
    git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "--allow-empty", "-m", "first");
    // A file system monitor that never answers in time: what a huge work tree looks like.
    const monitor = join(folder, "monitor.sh");
    const asked = join(folder, "asked");
    writeFileSync(monitor, `#!/bin/sh\necho asked >> "${asked}"\nexec sleep 2\n`, { mode: 0o755 });
    git("config", "core.fsmonitor", monitor);
    const reader = new GitReader(800);
    for (let run = 0; run < 2; run++) {
      const state = await reader.read(folder);
      assert.equal(state?.commit, git("rev-parse", "HEAD"));
      assert.deepEqual([state?.branch, state?.dirty], ["main", undefined]);
      assert.match(state?.problem ?? "", /longer than 800 ms/);
    }
    assert.equal(readFileSync(asked, "utf8"), "asked\n");
  });

  test("renames, conflicts and changes count as dirty", () => {
    const head = "# branch.oid 0123456789012345678901234567890123456789\n# branch.head main\n";
    assert.equal(parseStatus(head).dirty, false);
    for (const entry of [
      "1 .M N... 100644 100644 100644 a b f",
      "2 R. N... 1 1 1 a b R100 x\ty",
      "u UU N... 1 1 1 1 a b c f",
    ])
      assert.equal(parseStatus(`${head}${entry}\n`).dirty, true, entry);
  });
});

test("no credential of a remote's URL is kept", () => {
  const cases: Array<[string, string]> = [
    ["https://github.com/o/r.git", "https://github.com/o/r.git"],
    ["https://user:pa@ss@github.com/o/r.git", "https://github.com/o/r.git"],
    ["https://ghp_token@github.com/o/r.git", "https://github.com/o/r.git"],
    ["https://h/o/r.git?private_token=x#y", "https://h/o/r.git"],
    ["foo::https://u:p@h/r", "foo::https://h/r"],
    ["ssh://git:pw@h:22/o/r", "ssh://git@h:22/o/r"],
    ["ssh://git@h/o/r", "ssh://git@h/o/r"],
    ["git@github.com:o/r.git", "git@github.com:o/r.git"],
    ["/srv/git/r.git", "/srv/git/r.git"],
  ];
  for (const [url, kept] of cases) assert.equal(withoutCredentials(url), kept, url);
});
