import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Provenance } from "../../../src/magics/provenance/provenance.js";
import { TestCell } from "../tracking/notebook.js";

test("a run's source is told in MLflow's tags, what MLflow has no name for in runlab's", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "runlab-provenance-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, encoding: "utf8" }).trim();
  git("init", "-q", "-b", "main");
  git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "--allow-empty", "-m", "first");
  git("remote", "add", "origin", "https://token@example.org/cars.git");

  const provenance = new Provenance();
  const cellId = `vscode-notebook-cell:${join(folder, "cars.ipynb")}#X`;
  const cell = new TestCell(7, "1", undefined, cellId);
  assert.deepEqual(provenance.tags(cell, folder), {
    "mlflow.source.name": join(folder, "cars.ipynb"),
    "mlflow.source.type": "NOTEBOOK",
    "mlflow.user": userInfo().username,
    "runlab.host": hostname(),
    "runlab.cell.execution_count": "7",
    "runlab.cell.id": cellId,
  });
  const { tags, environment } = await provenance.begin(cell, tmpdir()).finish(); // after `%cd`: the repository is still the notebook's
  assert.deepEqual(
    { ...tags, "runlab.version": undefined },
    {
      "mlflow.source.git.commit": git("rev-parse", "HEAD"),
      "mlflow.source.git.branch": "main",
      "mlflow.source.git.repoURL": "https://example.org/cars.git",
      "runlab.git.dirty": "false",
      "runlab.node": process.versions.node,
      "runlab.typescript": "6.0.3",
      "runlab.version": undefined,
    },
  );
  assert.deepEqual(Object.keys(environment), ["node", "typescript", "runlab", "platform", "arch", "packages"]);
});

test("a notebook that nobody names has its folder as source", () => {
  const { "mlflow.source.name": name } = new Provenance().tags(new TestCell(1), "/home/ada/somewhere");
  assert.equal(name, process.env.JPY_SESSION_NAME ?? "/home/ada/somewhere");
});
