import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { childProcesses } from "../../../src/kernel/wire/child-processes.js";

test("children and their children are found, those in a group of their own are not", {
  skip: process.platform !== "linux" && "needs /proc",
}, async () => {
  const shell = spawn("sh", ["-c", "sleep 60 & echo $!; wait"], { stdio: ["ignore", "pipe", "inherit"] });
  const apart = spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
  try {
    const [line] = await once(createInterface({ input: shell.stdout }), "line");
    const found = childProcesses() ?? [];
    assert.ok(found.includes(shell.pid ?? 0), "the shell");
    assert.ok(found.includes(Number(line)), "what the shell has started");
    assert.ok(!found.includes(apart.pid ?? 0), "a group of its own");
    for (const pid of found) process.kill(pid, "SIGKILL");
    await once(shell, "close");
    assert.deepEqual(childProcesses(), []);
  } finally {
    apart.kill("SIGKILL");
    shell.kill("SIGKILL");
  }
});
