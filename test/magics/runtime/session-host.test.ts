import assert from "node:assert/strict";
import { test } from "node:test";
import { notebookHost } from "../../../src/magics/cell-extension.js";
import { openStore } from "../../../src/stores/open.js";
import { TrackingSession } from "../../../src/tracking/session.js";
import { TestCell, TestNotebook } from "../tracking/notebook.js";

test("a run that the API starts in a cell comes from the notebook, and what is said of it stands under the cell", async (t) => {
  const { output } = new TestNotebook(t);
  const said: string[] = [];
  const cell = new TestCell(3, "await logParam()", undefined, "vscode-notebook-cell:/home/ada/cars.ipynb#X");
  const session = new TrackingSession({ resolveUri: () => "memory:", openStore });
  t.after(() => session.close());
  session.configure(notebookHost({ ...output, stream: (name, text) => said.push(`${name} ${text}`) }, () => cell));
  await session.logParam("alpha", 1);
  const run = await session.lastActiveRun();
  assert.equal(run?.data.tags["mlflow.source.name"], "/home/ada/cars.ipynb");
  assert.equal(run?.data.tags["runlab.cell.execution_count"], "3");
  assert.ok(
    said.some((line) => line.startsWith(`stdout runlab: started run ${run?.info.runName}`)),
    said.join(),
  );
  assert.ok(
    said.some((line) => line.includes("active until the next %%run")),
    said.join(),
  );
});
