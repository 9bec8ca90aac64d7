import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { cars } from "./cars.js";
import { fails } from "./fails.js";
import { TestNotebook } from "./notebook.js";

function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "runlab-export-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

const namesIn = (path: string) =>
  (JSON.parse(readFileSync(path, "utf8")) as { runs: Array<{ runName: string }> }).runs.map(({ runName }) => runName);

test("%export writes the runs named, by name or the beginning of an id, and says how many runs, bytes and where", async (t) => {
  const notebook = await cars(t);
  const to = join(newFolder(t), "two.json");
  const [linear] = await notebook.session.searchRuns({ filterString: "run_name = 'linear'" });
  const runs = ["forest", linear?.info.runId.slice(0, 10) ?? ""];
  await notebook.cell(($) => $("export", { experiment: "cars", runs, to }));
  assert.deepEqual(namesIn(to), ["linear", "forest"]);
  assert.match(notebook.streams, /^Wrote 2 runs, [\d,]+ bytes, to .*two\.json\n$/);
});

test("%export finds runs as the other magics do, and hints at the nearest name", async (t) => {
  const notebook = await cars(t);
  const to = join(newFolder(t), "x.json");
  await fails(notebook.magic("export", { experiment: "cars", runs: ["forrest"], to }), /'forrest'/, /'forest'/);
  await fails(notebook.magic("export", { experiment: "crs", to }), /'crs'/, /'cars'/);
  const where = "metrics.rmse > 3.2";
  await fails(
    notebook.magic("export", { runs: ["forest"], where, to }),
    /'forest' in .* 'cars' .* metrics\.rmse/,
    /linear/,
  );
});

test("%import_runs says how many runs came, to where, and how many were there", async (t) => {
  const notebook = await cars(t);
  const to = join(newFolder(t), "cars.json");
  await notebook.cell(($) => $("export", { to }));
  const other = new TestNotebook(t);
  await other.cell(($) => $("import_runs", { from: to, experiment: "autos" }));
  assert.equal(other.streams, `Added 3 runs to experiment 'autos' from ${to}\n`);
  await other.cell(($) => $("import_runs", { from: to, experiment: "autos" }));
  assert.match(other.streams, /0 runs .*; 3 already existed\n$/);
});
