import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { mainPath } from "./run-cli.js";

test("users are added with a piped password, listed without secrets, granted levels, and have tokens that are shown once", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "runlab-cli-users-"));
  context.after(() => rm(folder, { recursive: true }));
  const env = { ...process.env, XDG_CONFIG_HOME: folder, RUNLAB_TRACKING_URI: join(folder, "runlab") };
  const run = (argv: readonly string[], input = "") => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [mainPath, ...argv], {
      env,
      input,
      encoding: "utf8",
    });
    return { status, out: stdout, err: stderr };
  };
  const refused = run(["server", "--auth", "--port", "0"]);
  assert.equal(refused.status, 7);
  assert.match(refused.err, /no users .*\n.*runlab users add/);
  assert.match(run(["users", "add", "ann"], "a long password\n").out, /'ann', an admin,/);
  assert.equal(run(["users", "add", "bob"], "short\n").status, 2);
  assert.equal(run(["users", "add", "bob"], "another password\n").status, 0);
  assert.equal(run(["users", "grant", "bob", "0", "everything"]).status, 2);
  assert.equal(run(["users", "grant", "bob", "models", "WRITE"]).status, 0);
  const token = run(["users", "token", "bob"]).out.trim();
  assert.match(token, /^runlab_[\w-]{43}$/);
  const listed = run(["users", "list", "--json"]).out;
  assert.deepEqual(
    JSON.parse(listed).users.map(({ name, admin, permissions }: Record<string, unknown>) => [name, admin, permissions]),
    [
      ["ann", true, {}],
      ["bob", false, { models: "write" }],
    ],
  );
  assert.ok(!listed.includes("password") && !listed.includes(token) && !listed.includes("scrypt"));
  assert.equal(run(["users", "remove", "ann"]).status, 7);
});
