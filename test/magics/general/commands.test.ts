import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { MagicError } from "../../../src/errors.js";
import { foregroundServer } from "../../../src/magics/general/sh.js";
import { RunningCell } from "../test-cell.js";

const posix = process.platform !== "win32";

test("%sh shows output while the command still runs", { skip: !posix }, async () => {
  const cell = new RunningCell();
  const done = cell.line("sh", { text: "echo first; echo err >&2; read line; echo never" }) as Promise<unknown>;
  await done;
  assert.equal(cell.stdout, "first\nnever\n");
  assert.equal(cell.stderr, "err\n");

  const slow = new RunningCell();
  const running = slow.line("sh", { text: "echo first; sleep 60" }) as Promise<unknown>;
  await slow.printed("first\n");
  slow.interrupt.abort();
  await assert.rejects(running, /%sh was interrupted/);
});

test("an interrupt ends what the shell has started, also when it ignores the first signal", {
  skip: !posix,
}, async () => {
  const cell = new RunningCell();
  const running = cell.line("sh", {
    text: `sh -c 'trap "" INT; echo $$; while :; do sleep 1; done'; echo after`,
  }) as Promise<unknown>;
  await cell.printed("\n");
  const pid = Number(cell.stdout);
  cell.interrupt.abort();
  await assert.rejects(running, /interrupted/);
  assert.equal(runs(pid), false);
});

test("an assigned %sh gives the lines and shows none", { skip: !posix }, async () => {
  const cell = new RunningCell();
  assert.deepEqual(await cell.line("sh", { text: "printf 'a\\nb c\\n'" }, true), ["a", "b c"]);
  assert.equal(cell.stdout, "");
});

test("a command that fails fails the cell, with its code", { skip: !posix }, async () => {
  const cell = new RunningCell();
  await assert.rejects(cell.line("sh", { text: "exit 3" }) as Promise<unknown>, (error) => {
    assert.ok(error instanceof MagicError);
    assert.equal(error.message, "Command 'exit 3' returned non-zero exit status 3.");
    assert.match(error.hint ?? "", /\|\| true/);
    return true;
  });
});

test("%%sh runs the cell as one script", { skip: !posix }, async () => {
  const cell = new RunningCell();
  await cell.over("sh", { text: "for i in 1 2; do\n  echo $i\ndone\n" });
  assert.equal(cell.stdout, "1\n2\n");
  await assert.rejects(
    cell.over("sh", { text: "echo x\nexit 4" }),
    /The script of %%sh returned non-zero exit status 4\./,
  );
});

test("%%bash runs the cell in bash, whose arrays a plain shell has not", { skip: !posix }, async () => {
  const cell = new RunningCell();
  // biome-ignore lint/suspicious/noTemplateCurlyInString: bash has templates of its own
  await cell.over("bash", { text: "parts=(1 2 3)\necho ${#parts[@]}" });
  assert.equal(cell.stdout, "3\n");
});

test("a process left in the background does not hold the cell", { skip: !posix }, async () => {
  const cell = new RunningCell();
  await cell.line("sh", { text: "sleep 60 & echo $!" });
  process.kill(Number(cell.stdout), "SIGKILL");
});

test("UTF-8 split across reads arrives whole", { skip: !posix }, async () => {
  const cell = new RunningCell();
  await cell.line("sh", {
    text: "for i in 1 2 3 4 5 6 7 8; do head -c 20000 /dev/zero | tr '\\0' x; printf 'é😀'; done",
  });
  assert.equal(cell.stdout.replaceAll("x", ""), "é😀".repeat(8));
});

test("%npm runs npm, %pip says what to write instead", async () => {
  const cell = new RunningCell();
  const [version = ""] = (await cell.line("npm", { text: "--version" }, true)) as string[];
  assert.match(version, /^\d+\.\d+\.\d+/);
  assert.throws(
    () => cell.line("pip", { text: "install numpy" }),
    (error) =>
      error instanceof MagicError &&
      /%npm install/.test(error.hint ?? "") &&
      /pip install numpy/.test(error.hint ?? ""),
  );
  assert.throws(() => cell.line("npm", { text: "" }), /needs a command/);
  assert.throws(() => cell.line("sh", { text: "" }), /needs a command/);
});

/** A process that has ended stays listed until its parent, or init, has taken note. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

test("%sh says of a server that it will wait for it, and which magic does not", { skip: !posix }, async () => {
  const cell = new RunningCell();
  const running = cell.line("sh", { text: "runlab() { echo begun; exec sleep 60; }\nrunlab ui" }) as Promise<unknown>;
  await cell.printed("begun");
  assert.match(cell.stderr, /^'runlab ui' is a server: %sh waits until it ends\..* %ui starts it beside/);
  cell.interrupt.abort();
  await assert.rejects(running, /interrupted/);
});

test("servers are found as shells start them, and only where the shell waits for them", () => {
  for (const [text, magic] of [
    ["runlab ui --port 5001", "%ui"],
    ["npx runlab server", "%ui"],
    ["python3 -m mlflow ui", "%ui"],
    [".venv/bin/mlflow server --port 5000", "%ui"],
    ["cd data && RUNLAB_SPOOL=off runlab ui", "%ui"],
    ["runlab models serve -m models:/Cars/1", "%serve <model>"],
    ["echo start\nmlflow models serve -m runs:/1/model", "%serve <model>"],
  ] as const) {
    assert.equal(foregroundServer(text)?.magic, magic, text);
  }
  for (const text of [
    "runlab ui &",
    "nohup mlflow ui > log 2>&1 &",
    "runlab ui --help",
    "runlab runs list",
    "runlab models list",
    "echo runlab ui",
    "# runlab ui",
    "git commit -m 'runlab ui'",
  ]) {
    assert.equal(foregroundServer(text), undefined, text);
  }
});
