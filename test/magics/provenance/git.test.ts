import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { GitReader, parseStatus, withoutCredentials } from "../../../src/magics/provenance/git.js";

/** A repository with one commit, gone after the test. */
function repository(t: TestContext): { folder: string; git: (...args: string[]) => string } {
  const folder = mkdtempSync(join(tmpdir(), "runlab-git-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const real = which("git");
  const git = (...args: string[]) => execFileSync(real, args, { cwd: folder, encoding: "utf8" }).trim();
  git("init", "-q", "-b", "main");
  git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "--allow-empty", "-m", "first");
  return { folder, git };
}

/** The folder of a shell script of this name. */
function program(t: TestContext, name: string, script: string): string {
  const folder = mkdtempSync(join(tmpdir(), "runlab-bin-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return folder;
}

function which(name: string): string {
  return execFileSync("/bin/sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
}

function withPath(t: TestContext, path: string): void {
  const { PATH } = process.env;
  t.after(() => {
    process.env.PATH = PATH;
  });
  process.env.PATH = path;
}

/** Asks again and again, for at most 20 s. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 20_000; performance.now() < end; ) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  assert.fail("It did not come to hold within 20 s.");
}

describe("git state of a notebook's folder", () => {
  test("commit, branch, remote without credentials, and the dirty flag", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "runlab-git-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, encoding: "utf8" }).trim();
    git("init", "-q", "-b", "topic/trees");
    const reader = new GitReader();
    assert.deepEqual(
      await reader.begin(folder).finish(),
      { branch: "topic/trees", dirty: false },
      "before the first commit",
    );

    writeFileSync(join(folder, "a.txt"), "1");
    git("add", "a.txt");
    git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "first");
    git("remote", "add", "upstream", "https://other.example.org/x.git");
    git("remote", "add", "origin", "https://me:s3cret@git.example.org/team/cars.git?token=abc");
    const clean = await reader.begin(folder).finish();
    assert.deepEqual(clean, {
      commit: git("rev-parse", "HEAD"),
      branch: "topic/trees",
      remote: "https://git.example.org/team/cars.git",
      dirty: false,
    });

    writeFileSync(join(folder, "untracked.txt"), "2");
    assert.equal((await reader.begin(folder).finish())?.dirty, false, "an untracked file does not make it dirty");
    writeFileSync(join(folder, "a.txt"), "changed");
    assert.equal((await reader.begin(folder).finish())?.dirty, true);

    git("checkout", "-q", "--detach");
    const detached = await reader.begin(folder).finish();
    assert.equal(detached?.branch, undefined);
    assert.equal(detached?.commit, clean?.commit);
  });

  test("a folder in no repository has none", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "runlab-nogit-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    assert.equal(await new GitReader().begin(folder).finish(), undefined);
  });

  test("a git that cannot answer is told apart from no repository", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "runlab-badgit-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    execFileSync("git", ["init", "-q"], { cwd: folder });
    writeFileSync(join(folder, ".git", "config"), "[core\n");
    const state = await new GitReader().begin(folder).finish();
    assert.match(state?.problem ?? "", /config/);
  });

  test("code that holds the event loop longer than git may take changes nothing", async (t) => {
    const { folder, git } = repository(t);
    git("remote", "add", "origin", "https://git.example.org/cars.git");
    const reading = new GitReader({ usual: 1_000, slow: 1_000 }).begin(folder);
    const end = performance.now() + 2_500;
    while (performance.now() < end);
    assert.deepEqual(await reading.finish(), {
      commit: git("rev-parse", "HEAD"),
      branch: "main",
      remote: "https://git.example.org/cars.git",
      dirty: false,
    });
  });

  test("a work tree too large to look through keeps commit and branch, and holds up one run only", async (t) => {
    const { folder, git } = repository(t);
    // A file system monitor that does not answer in time: what a huge work tree looks like.
    const monitor = join(folder, "monitor.sh");
    const go = join(folder, "go");
    writeFileSync(monitor, `#!/bin/sh\nwhile ! [ -e "${go}" ]; do sleep 0.05; done\n`, { mode: 0o755 });
    git("config", "core.fsmonitor", monitor);
    const reader = new GitReader({ usual: 500, slow: 20_000 });
    for (const problem of [/took too long/, /earlier run/]) {
      const state = await reader.begin(folder).finish();
      assert.equal(state?.commit, git("rev-parse", "HEAD"));
      assert.deepEqual([state?.branch, state?.dirty], ["main", undefined]);
      assert.match(state?.problem ?? "", problem);
    }
    // Git has got to the end of it: later runs ask again.
    writeFileSync(go, "");
    await until(async () => (await reader.begin(folder).finish())?.dirty === false);
    assert.equal((await reader.begin(folder).finish())?.problem, undefined);
  });

  test("a git that hangs, whatever it is asked, holds up one run only", async (t) => {
    const { folder, git } = repository(t);
    const go = join(folder, "go");
    const started = join(folder, "started");
    const hanging = program(
      t,
      "git",
      `echo . >> "${started}"; while ! [ -e "${go}" ]; do sleep 0.05; done; exec ${which("git")} "$@"`,
    );
    withPath(t, `${hanging}:${process.env.PATH}`);
    const reader = new GitReader({ usual: 100, slow: 50 });
    for (let run = 0; run < 3; run++) {
      const state = await reader.begin(folder).finish();
      assert.deepEqual([state?.commit, state?.dirty], [undefined, undefined]);
      assert.match(state?.problem ?? "", /nor the commit/);
    }
    assert.ok(readFileSync(started, "utf8").length <= 6, "no run starts what another still waits for");
    writeFileSync(go, "");
    await until(async () => (await reader.begin(folder).finish())?.commit === git("rev-parse", "HEAD"));
  });

  test("a git that is not installed is missed in a repository only", async (t) => {
    const { folder } = repository(t);
    withPath(t, folder);
    assert.match((await new GitReader().begin(folder).finish())?.problem ?? "", /not found/);
    const outside = mkdtempSync(join(tmpdir(), "runlab-nogit-"));
    t.after(() => rmSync(outside, { recursive: true, force: true }));
    assert.equal(await new GitReader().begin(outside).finish(), undefined);
    assert.equal(await new GitReader().begin(join(outside, "gone")).finish(), undefined);
  });

  test("a hundred thousand changed files are no more than one", async (t) => {
    const { folder } = repository(t);
    const head = "# branch.oid 0123456789012345678901234567890123456789\\n# branch.head main\\n";
    const file = "1 .M N... 100644 100644 100644 a b some/folder/with/a/long/name/and/a/file";
    const many = program(t, "git", `printf '${head}'; yes '${file}' | head -n 400000`);
    withPath(t, `${many}:${process.env.PATH}`);
    const state = await new GitReader({ usual: 20_000, slow: 100 }).begin(folder).finish();
    assert.deepEqual([state?.branch, state?.dirty, state?.problem], ["main", true, undefined]);
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
