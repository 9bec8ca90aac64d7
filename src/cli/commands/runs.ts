import type { MetricGoal } from "../../metric-goal.js";
import { diffRuns } from "../../queries/diff-runs.js";
import { findExperiment } from "../../queries/find-experiment.js";
import { findRun, type QueryHints } from "../../queries/find-run.js";
import { leaderboard, leaderboardLimit } from "../../queries/leaderboard.js";
import { listRuns } from "../../queries/list-runs.js";
import { runDiffBundle, runDifferences } from "../../render/run-diff.js";
import { tableText } from "../../render/table.js";
import { runInfoCard } from "../../reports/run-info.js";
import type { TrackingSession } from "../../tracking/session.js";
import type { Run, ViewType } from "../../tracking/types.js";
import { type CliArgument, type CliCommand, type CliInput, countOption, textOption, words } from "../command.js";
import { storeOptions, withStore } from "../store-session.js";

/** The ways out that queries have, as commands. */
const commandHints: QueryHints = {
  listRuns: (view) => `\`runlab runs list${view === "deleted" ? " --deleted" : ""}\` lists them.`,
  restoreRun: (run) => `Restore it with \`runlab runs restore ${shellWord(run)}\`.`,
};

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
    { flags: "--page <number>", doc: "which page of them", count: true, default: 1 },
    { flags: "--columns <names>", doc: 'what to show, in this order, e.g. "rmse,lr,started"; default: all' },
    { flags: "--group <keys>", doc: "params or tags: one row per value, with the mean of each metric" },
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
    page: countOption(input, "page"),
    viewType: input.options.deleted === true ? "DELETED_ONLY" : "ACTIVE_ONLY",
  });
  if (input.options.json) {
    input.io.print(JSON.stringify(listed.runs, null, 2));
    return;
  }
  const columns = listOption(input, "columns");
  const group = listOption(input, "group");
  if (group !== undefined) return input.io.print(tableText(await listed.groups(group, { columns })));
  const next = (countOption(input, "page") ?? 1) + 1;
  const more = `There are more runs: --page ${next} shows the next ones, --limit more at once.`;
  input.io.print(tableText(await listed.table({ more, columns, curves: true })));
}

/** Names with commas between them. */
function listOption(input: CliInput, name: string): string[] | undefined {
  const names = textOption(input, name)
    ?.split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  return names?.length ? names : undefined;
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
      else input.io.print(String((await runInfoCard(session, run)).data["text/plain"]));
    }),
};

const diff: CliCommand = {
  name: "diff",
  summary: "Show what differs between two runs: params, metrics, tags, environment, and the code line by line",
  arguments: [
    { ...oneRun, name: "run1" },
    { ...oneRun, name: "run2" },
  ],
  options: storeOptions,
  run: (input) =>
    withStore(input, async (session) => {
      const options = { several: "newest", viewType: "ALL", hints: commandHints, say: input.io.note } as const;
      const before = await findRun(session, words(input, "run1")[0] ?? "", options);
      const after = await findRun(session, words(input, "run2")[0] ?? "", options);
      const found = await diffRuns(session, before, after);
      const asked = input.options.json ? JSON.stringify(await runDifferences(found), null, 2) : undefined;
      input.io.print(asked ?? String((await runDiffBundle(found)).data["text/plain"]));
    }),
};

const top: CliCommand = {
  name: "leaderboard",
  summary: "Rank the runs of all experiments by the last value of a metric",
  arguments: [{ name: "metric", doc: "default: the one that most runs have" }],
  options: [
    { flags: "--goal <goal>", doc: "default: guessed from the metric's name", choices: ["min", "max"] },
    { flags: "--experiment <names>", doc: "names or ids; default: all" },
    { flags: "--where <filter>", doc: "a filter on the runs" },
    { flags: "--limit <count>", doc: "the maximum number of runs, best first", count: true, default: leaderboardLimit },
    ...storeOptions,
  ],
  run: (input) =>
    withStore(input, async (session) => {
      const found = await leaderboard(session, {
        metric: words(input, "metric")[0],
        goal: textOption(input, "goal") as MetricGoal | undefined,
        experiments: listOption(input, "experiment"),
        where: textOption(input, "where"),
        limit: countOption(input, "limit"),
      });
      if (input.options.json) input.io.print(JSON.stringify(found.runs, null, 2));
      else input.io.print(tableText(await found.table("There are more runs: raise --limit to see them.")));
    }),
};

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

/** `runlab runs list|show|diff|leaderboard|rename|delete|restore`. */
export const runs: CliCommand = {
  name: "runs",
  summary: "List, show, compare, rank, rename, delete and restore runs",
  subcommands: [list, show, diff, top, rename, remove, restore],
};

/** A word as POSIX shells take it: in single quotes when it is not one plain word. */
function shellWord(word: string): string {
  return /^[\w./:-]+$/.test(word) && !word.startsWith("-") ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
