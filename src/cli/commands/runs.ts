import { findExperiment } from "../../queries/find-experiment.js";
import { findRun } from "../../queries/find-run.js";
import { listRuns } from "../../queries/list-runs.js";
import { runTables } from "../../queries/run-tables.js";
import { runCard } from "../../render/run-card.js";
import { tableText } from "../../render/table.js";
import type { TrackingSession } from "../../tracking/session.js";
import type { Run, ViewType } from "../../tracking/types.js";
import { type CliArgument, type CliCommand, type CliInput, countOption, textOption, words } from "../command.js";
import { commandHints } from "../command-hints.js";
import { storeOptions, withStore } from "../store-session.js";

/** Most runs listed unless `--limit` says otherwise. */
const defaultLimit = 50;

const oneRun: CliArgument = { name: "run", doc: "name, id or id prefix", required: true };
const someRuns: CliArgument = { ...oneRun, name: "runs", doc: "names, ids or id prefixes", variadic: true };

const list: CliCommand = {
  name: "list",
  summary: "List runs, newest first",
  arguments: [{ name: "experiment", doc: "name or id; default: all experiments" }],
  options: [
    { flags: "--where <filter>", doc: "e.g. \"metrics.rmse < 3 and params.model = 'linear'\"" },
    { flags: "--order <key>", doc: 'e.g. "metrics.rmse ASC"' },
    { flags: "--limit <count>", doc: "the maximum number of runs to list", count: true, default: defaultLimit },
    { flags: "--deleted", doc: "list deleted runs instead of active ones" },
    ...storeOptions,
  ],
  run: (input) => withStore(input, (session) => printRuns(session, input)),
};

async function printRuns(session: TrackingSession, input: CliInput): Promise<void> {
  const [word] = words(input, "experiment");
  const experiment = word === undefined ? undefined : await findExperiment(session, word);
  const order = textOption(input, "order");
  const listed = await listRuns(session, {
    experiment,
    where: textOption(input, "where"),
    order: order === undefined ? undefined : [order],
    limit: countOption(input, "limit"),
    viewType: input.options.deleted === true ? "DELETED_ONLY" : "ACTIVE_ONLY",
  });
  if (input.options.json) {
    input.io.print(JSON.stringify(listed.runs, null, 2));
    return;
  }
  const more = `There are more runs: raise --limit (${listed.runs.length}) to see them.`;
  input.io.print(tableText(await listed.table({ more })));
}

const show: CliCommand = {
  name: "show",
  summary: "Show everything that is recorded of a run",
  arguments: [oneRun],
  options: storeOptions,
  run: (input) =>
    withStore(input, async (session) => {
      const [word = ""] = words(input, "run");
      const run = await findRun(session, word, {
        several: "newest",
        viewType: "ALL",
        hints: commandHints,
        say: input.io.note,
      });
      if (input.options.json) input.io.print(JSON.stringify(run, null, 2));
      else await print(session, run, input);
    }),
};

async function print(session: TrackingSession, run: Run, input: CliInput): Promise<void> {
  const [experiment, tables] = await Promise.all([
    session.getExperiment(run.info.experimentId),
    runTables(session, run),
  ]);
  input.io.print(String(runCard(run, { experimentName: experiment.name, maxMetrics: 0 }).data["text/plain"]));
  for (const table of tables) input.io.print(`\n${tableText(table)}`);
}

const rename: CliCommand = {
  name: "rename",
  summary: "Rename a run",
  arguments: [oneRun, { name: "name", doc: "the new name", required: true }],
  options: storeOptions,
  run: (input) =>
    withStore(input, async (session) => {
      const [name = ""] = words(input, "name");
      await change(session, input, words(input, "run"), "ACTIVE_ONLY", `is now '${name}'`, (id) =>
        session.client.renameRun(id, name),
      );
    }),
};

const remove: CliCommand = {
  name: "delete",
  summary: "Delete runs; they can be restored",
  arguments: [someRuns],
  options: storeOptions,
  run: (input) =>
    withStore(input, (session) =>
      change(session, input, words(input, "runs"), "ACTIVE_ONLY", "is deleted", (id) => session.deleteRun(id)),
    ),
};

const restore: CliCommand = {
  name: "restore",
  summary: "Restore deleted runs",
  arguments: [someRuns],
  options: storeOptions,
  run: (input) =>
    withStore(input, (session) =>
      change(session, input, words(input, "runs"), "DELETED_ONLY", "is back", (id) => session.restoreRun(id)),
    ),
};

/** Finds every run before the first is changed, so that a name that is wrong changes nothing. */
async function change(
  session: TrackingSession,
  input: CliInput,
  names: readonly string[],
  viewType: ViewType,
  outcome: string,
  apply: (runId: string) => Promise<void>,
): Promise<void> {
  const found = new Map<string, Run>();
  for (const name of names) {
    const run = await findRun(session, name, { several: "error", viewType, hints: commandHints });
    found.set(run.info.runId, run);
  }
  for (const runId of found.keys()) await apply(runId);
  if (input.options.json) {
    const after = await Promise.all([...found.keys()].map((runId) => session.getRun(runId)));
    input.io.print(JSON.stringify(after, null, 2));
    return;
  }
  for (const [runId, { info }] of found) input.io.print(`Run '${info.runName}' (${runId}) ${outcome}.`);
}

/** `runlab runs list|show|rename|delete|restore`. */
export const runs: CliCommand = {
  name: "runs",
  summary: "List, show, rename, delete and restore runs",
  subcommands: [list, show, rename, remove, restore],
};
