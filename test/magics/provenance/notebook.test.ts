import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { notebookPath } from "../../../src/magics/provenance/notebook.js";

test("the notebook's path comes from Jupyter Server's session name", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "runlab-nb-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "cars.ipynb"), "{}");
  assert.equal(notebookPath(folder, undefined, "/home/ada/notes/cars.ipynb"), "/home/ada/notes/cars.ipynb");
  assert.equal(notebookPath(folder, undefined, "work/cars.ipynb"), join(folder, "cars.ipynb"));
  assert.equal(notebookPath(folder, undefined, "work/gone.ipynb"), "work/gone.ipynb");
});

test("the notebook's path comes from VS Code's cell id", () => {
  const id = "vscode-notebook-cell:/home/me/my%20cars.ipynb#W0sZmlsZQ%3D%3D";
  assert.equal(notebookPath("/", id, ""), "/home/me/my cars.ipynb");
  const remote = "vscode-notebook-cell://ssh-remote%2Bbox/srv/cars.ipynb#X1";
  assert.equal(notebookPath("/", remote, "/other.ipynb"), "/srv/cars.ipynb");
});

test("a console, and a client that tells nothing, have no notebook", () => {
  assert.equal(notebookPath("/", "2f1c-44", ""), undefined);
  assert.equal(notebookPath("/", undefined, "/home/me/Console 1"), undefined);
});
