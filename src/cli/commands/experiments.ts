import { findExperiment } from "../../queries/find-experiment.js";
import { listRuns } from "../../queries/list-runs.js";
import { type Table, tableText } from "../../render/table.js";
import type { TrackingSession } from "../../tracking/session.js";
import type { Experiment, Page } from "../../tracking/types.js";
import { type CliArgument, type CliCommand, type CliInput, countOption, words } from "../command.js";
import { storeOptions, withStore } from "../store-session.js";

const oneExperiment: CliArgument = { name: "experiment", doc: "name or id", required: true };
const someExperiments: CliArgument = { name: "experiments", doc: "names or ids", required: true, variadic: true };

const list: CliCommand = {
  name: "list",
  summary: "List experiments, newest first",
  options: [
    { flags: "--limit <count>", doc: "the maximum number of experiments to list", count: true, default: 1000 },
    { flags: "--deleted", doc: "list deleted experiments instead of active ones" },
    ...storeOptions,
  ],
  run: (input) =>
    withStore(input, async (session) => {
      const deleted = input.options.deleted === true;
      const viewType = deleted ? "DELETED_ONLY" : "ACTIVE_ONLY";
      const found = await session.searchExperiments({ viewType, maxResults: countOption(input, "limit") });
      if (input.options.json) input.io.print(JSON.stringify(found, null, 2));
      else input.io.print(tableText(experimentsTable(deleted ? "Deleted experiments" : "Experiments", found)));
    }),
};

function experimentsTable(caption: string, found: Page<Experiment>): Table {
  return {
    caption,
    columns: [
      { label: "name", rowHeader: true },
      { label: "id", type: "code" },
      { label: "created", type: "time" },
      { label: "last change", type: "time" },
    ],
    rows: found.map(({ name, experimentId, creationTime, lastUpdateTime }) => [
      name,
      experimentId,
      creationTime,
      lastUpdateTime,
    ]),
    notes:
      found.nextPageToken === undefined
        ? []
        : [`There are more experiments: raise --limit (${found.length}) to see them.`],
  };
}

const show: CliCommand = {
  name: "show",
  summary: "Show an experiment, its tags and its newest runs",
  arguments: [oneExperiment],
  options: storeOptions,
  run: (input) =>
    withStore(input, async (session) => {
      const [word = ""] = words(input, "experiment");
      const experiment = await findExperiment(session, word);
      if (input.options.json) input.io.print(JSON.stringify(experiment, null, 2));
      else await print(session, experiment, input);
    }),
};

/** Runs shown below an experiment; `runs list` has them all. */
const shownRuns = 10;

async function print(session: TrackingSession, experiment: Experiment, input: CliInput): Promise<void> {
  const { name, experimentId, artifactLocation, lifecycleStage, tags } = experiment;
  input.io.print(`Experiment '${name}' (${experimentId}), ${lifecycleStage}; artifacts in ${artifactLocation}`);
  for (const [key, value] of Object.entries(tags)) input.io.print(`  ${key}: ${value}`);
  const viewType = lifecycleStage === "deleted" ? "ALL" : "ACTIVE_ONLY";
  const listed = await listRuns(session, { experiment, limit: shownRuns, viewType });
  const more = `\`runlab runs list ${experimentId}\` lists more.`;
  input.io.print(`\n${tableText(await listed.table({ caption: "Newest runs", more }))}`);
}

const rename: CliCommand = {
  name: "rename",
  summary: "Rename an experiment; this also works for the one with id 0",
  arguments: [oneExperiment, { name: "name", doc: "the new name", required: true }],
  options: storeOptions,
  run: (input) => {
    const [name = ""] = words(input, "name");
    return change(input, words(input, "experiment"), `is now '${name}'`, (session, id) =>
      session.renameExperiment(id, name),
    );
  },
};

const remove: CliCommand = {
  name: "delete",
  summary: "Delete experiments with their runs; they can be restored",
  arguments: [someExperiments],
  options: storeOptions,
  run: (input) =>
    change(input, words(input, "experiments"), "is deleted", (session, id) => session.deleteExperiment(id)),
};

const restore: CliCommand = {
  name: "restore",
  summary: "Restore deleted experiments",
  arguments: [someExperiments],
  options: storeOptions,
  run: (input) => change(input, words(input, "experiments"), "is back", (session, id) => session.restoreExperiment(id)),
};

/** Finds every experiment before the first is changed, so that a name that is wrong changes nothing. */
function change(
  input: CliInput,
  names: readonly string[],
  outcome: string,
  apply: (session: TrackingSession, experimentId: string) => Promise<void>,
): Promise<void> {
  return withStore(input, async (session) => {
    const found = new Map<string, Experiment>();
    for (const name of names) {
      const experiment = await findExperiment(session, name);
      found.set(experiment.experimentId, experiment);
    }
    for (const id of found.keys()) await apply(session, id);
    if (input.options.json) {
      const after = await Promise.all([...found.keys()].map((id) => session.getExperiment(id)));
      input.io.print(JSON.stringify(after, null, 2));
      return;
    }
    for (const [id, { name }] of found) input.io.print(`Experiment '${name}' (${id}) ${outcome}.`);
  });
}

/** `runlab experiments list|show|rename|delete|restore`. */
export const experiments: CliCommand = {
  name: "experiments",
  summary: "List, show, rename, delete and restore experiments",
  subcommands: [list, show, rename, remove, restore],
};
