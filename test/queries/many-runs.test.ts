import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { exportRuns } from "../../src/exports/export-runs.js";
import { bestRun } from "../../src/queries/best-run.js";
import { chooseRuns } from "../../src/queries/choose-runs.js";
import { findAllRuns, findRun, type QueryHints } from "../../src/queries/find-run.js";
import { listRuns } from "../../src/queries/list-runs.js";
import { tableText } from "../../src/render/table.js";
import type { TrackingSession } from "../../src/tracking/session.js";
import type { Run } from "../../src/tracking/types.js";
import { runCli } from "../cli/run-cli.js";
import { TestNotebook } from "../magics/tracking/notebook.js";
import { addRun, sessionOn, storeKinds } from "./many-runs.js";

const hints: QueryHints = { listRuns: (view) => `list ${view}`, restoreRun: (run) => `restore ${run}` };

const names = (runs: readonly Run[]) => runs.map(({ info }) => info.runName);

/** Two runs with `auc`, and 1,050 newer ones without: more than one page of a search. */
async function behindMany(session: TrackingSession): Promise<{ experimentId: string; first: string; second: string }> {
  const { experimentId } = await session.setExperiment("many");
  const first = await addRun(session, experimentId, { runName: "first", startTime: 1, metrics: { auc: 0.7 } });
  const second = await addRun(session, experimentId, { runName: "second", startTime: 2, metrics: { auc: [0.9, 0.8] } });
  for (let at = 0; at < 1050; at++) {
    await session.client.createRun(experimentId, { runName: "newer", startTime: 1000 + at });
  }
  return { experimentId, first, second };
}

for (const kind of storeKinds) {
  test(`two runs with a metric behind 1,050 newer ones are chosen, drawn and the best of all (${kind} store)`, async (t) => {
    const { session } = sessionOn(t, kind);
    await behindMany(session);
    const chosen = await chooseRuns(session, { names: [], metrics: ["auc"] }, { hints });
    assert.deepEqual([names(chosen.runs), chosen.total, chosen.uncounted], [["second", "first"], 2, false]);
    assert.equal((await bestRun(session, "auc")).info.runName, "second");
    const where = "metrics.auc > 0";
    assert.deepEqual(names((await listRuns(session, { experiment: undefined, where })).runs), ["second", "first"]);
  });

  test(`a run behind 1,050 newer ones is found by its name, its id and the beginning of it (${kind} store)`, async (t) => {
    const { session, uri } = sessionOn(t, kind);
    const { first } = await behindMany(session);
    const folder = mkdtempSync(join(tmpdir(), "runlab-found-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const experiment = await session.currentExperiment();
    for (const [at, word] of ["first", first, first.slice(0, 12)].entries()) {
      for (const several of ["newest", "error"] as const) {
        assert.equal((await findRun(session, word, { several, hints })).info.runId, first, word);
      }
      assert.deepEqual(names(await findAllRuns(session, [word], { experiment })), ["first"]);
      const { path } = await exportRuns(session, { runs: [word], to: join(folder, `${at}.json`) });
      const { runs } = JSON.parse(readFileSync(path, "utf8")) as { runs: Array<{ runId: string }> };
      assert.deepEqual(
        runs.map(({ runId }) => runId),
        [first],
      );
      if (kind === "memory") continue;
      const shown = await runCli(["runs", "show", word, "--json", "--tracking-uri", uri]);
      assert.equal((JSON.parse(shown.out) as Run).info.runId, first, shown.err);
    }
    await assert.rejects(findRun(session, "newer", { several: "error", hints }), {
      code: "RESOURCE_CONFLICT",
      message: /^More than 1,000 runs/,
    });
    assert.equal((await findAllRuns(session, ["newer"], { experiment })).length, 1050);
  });
}

/** 95 runs; the oldest has the best rmse, and each after it a worse one. */
async function ninetyFive(t: TestContext): Promise<TestNotebook> {
  const notebook = new TestNotebook(t);
  const { experimentId } = await notebook.session.setExperiment("cars");
  for (let at = 0; at < 95; at++) {
    const metrics = { rmse: at + 1, r2: (at + 1) / 100 };
    await addRun(notebook.session, experimentId, { runName: `r${at}`, startTime: at + 1, metrics });
  }
  return notebook;
}

/** Lines of a table whose metric has a star. */
const starred = (text: string) => text.split("\n").filter((line) => line.includes("*"));

test("of 95 runs %compare and %plot show the best 30 by the metric, and say so", async (t) => {
  const notebook = await ninetyFive(t);
  const compared = (await notebook.cell(($) => $("compare", { metric: ["rmse", "r2"] }))) as Run[];
  assert.deepEqual(
    names(compared),
    Array.from({ length: 30 }, (_, at) => `r${at}`),
  );
  assert.match(notebook.text, /best 30 of 95 runs by rmse \(min\)/);
  const table = String(notebook.shown[0]?.data["text/plain"]);
  assert.match(table, /^r0 +1(\.0+)? \*/m);
  assert.equal(starred(table).length, 1, "the best r2 is in a run that is left out");

  const series = (await notebook.cell(($) => $("plot", { metric: "rmse" }))) as unknown[];
  assert.equal(series.length, 30);
  assert.match(notebook.text, /best 30 of 95 runs by rmse \(min\)/);

  await notebook.cell(($) => $("compare", { metric: ["rmse"], limit: 95 }));
  assert.doesNotMatch(notebook.text, /of 95 runs by/);
});

test("without a metric the best by the one that most runs have are compared, which is said, and no star is on the best of these alone", async (t) => {
  const notebook = await ninetyFive(t);
  await notebook.cell(($) => $("compare"));
  assert.match(notebook.text, /best 30 of 95 runs by rmse \(min\)\./);
  const table = String(notebook.shown[0]?.data["text/plain"]);
  assert.equal(starred(table).length, 1);
  assert.match(starred(table)[0] ?? "", /^r0 +1(\.0+)? \*/);
});

test("a list that is cut says so, and the star is on the best of all, or on none", async (t) => {
  const notebook = await ninetyFive(t);
  await notebook.cell(($) => $("runs", { limit: 10 }));
  assert.match(notebook.text, /more than 10/);
  assert.match(starred(notebook.text).join("\n"), /^r94 .*0\.95 \*[^*]*$/);
  await notebook.cell(($) => $("runs", { limit: 10, where: "metrics.rmse > 85" }));
  assert.equal(starred(notebook.text).length, 2, "all that match are shown");
  await notebook.cell(($) => $("runs", { limit: 9, where: "metrics.rmse > 86" }));
  assert.match(starred(notebook.text).join("\n"), /r86 .*87(\.0+)? \*/, "the best of those that match");
});

test("%runs and `runlab runs list` show the same table, and both say when there is more", async (t) => {
  const { session, uri } = sessionOn(t, "file");
  const { experimentId } = await session.setExperiment("cars");
  for (let at = 0; at < 12; at++) {
    await addRun(session, experimentId, { runName: `r${at}`, startTime: at + 1, metrics: { rmse: at } });
  }
  const experiment = await session.currentExperiment();
  const listed = await listRuns(session, { experiment, limit: 5 });
  const rows = (text: string) => text.split("\n").filter((line) => /^r\d/.test(line));
  const cut = await runCli(["runs", "list", "cars", "--limit", "5", "--tracking-uri", uri]);
  assert.deepEqual(rows(cut.out), rows(tableText(await listed.table({ more: "" }))), cut.err);
  assert.match(cut.out, /--limit/);
  assert.equal(starred(cut.out).length, 0);
  const shown = await runCli(["experiments", "show", "cars", "--tracking-uri", uri]);
  assert.equal(rows(shown.out).length, 10);
  assert.equal(starred(shown.out).length, 0);
  assert.match(shown.out, /`runlab runs list/);
});

test("a limit that is no whole number from 1 on is refused by each that takes one", async (t) => {
  const notebook = await ninetyFive(t);
  for (const limit of [0, -1, 1.5, Number.NaN]) {
    for (const name of ["runs", "compare", "plot"]) {
      await assert.rejects(
        Promise.resolve(notebook.magic(name, { metric: name === "plot" ? "rmse" : ["rmse"], limit })),
        { code: "INVALID_PARAMETER_VALUE" },
        `%${name} limit=${limit}`,
      );
    }
  }
});

test("a filter is read as the user wrote it, not as it stands inside ours", async (t) => {
  const notebook = await ninetyFive(t);
  const ask = (where: string) =>
    Promise.resolve(notebook.magic("compare", { metric: ["rmse"], where }, undefined, true));
  await assert.rejects(ask("metrics.rmse < 3) OR (metrics.rmse > 1"), { code: "INVALID_PARAMETER_VALUE" });
  await assert.rejects(ask("metrics.rmse < 3 AND"), { message: /column 21/ });
  assert.deepEqual(names((await ask("metrics.rmse = 1 OR metrics.rmse = 2")) as Run[]), ["r0", "r1"]);
  assert.equal(((await ask("  ")) as Run[]).length, 30);
});
