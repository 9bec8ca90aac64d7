import { findExperiment } from "../../queries/find-experiment.js";
import { listRuns } from "../../queries/list-runs.js";
import { tableBundle } from "../../render/table.js";
import type { TrackingSession } from "../../tracking/session.js";
import type { Experiment } from "../../tracking/types.js";
import { defineMagic } from "../define-magic.js";
import { callText, objectText } from "../language/script.js";
import { restoreExperiment } from "../runtime/say.js";

/** Most runs shown unless `limit` says otherwise: a table to look at, not a report. */
const defaultLimit = 50;

/** `%runs cars where="metrics.rmse < 3" order="metrics.rmse ASC" limit=10`, `%runs group=lr`, `%runs page=2`. */
export const runs = defineMagic({
  name: "runs",
  kind: "line",
  summary: "Show the runs of an experiment as a table, newest first",
  input: "args",
  args: [
    {
      name: "experiment",
      type: "string",
      doc: "Name or id; default: the active experiment",
      positional: true,
      complete: "experiment",
    },
    {
      name: "where",
      type: "string",
      doc: `A filter: "metrics.rmse < 3 and params.solver = 'cd'"`,
      complete: "run_filter",
    },
    {
      name: "order",
      type: "list",
      doc: `Sort by: "metrics.rmse ASC", or a list of these`,
      complete: "run_order",
    },
    {
      name: "limit",
      type: "number",
      doc: `The maximum number of runs, or of those on a page; default: ${defaultLimit}`,
    },
    { name: "page", type: "number", doc: "Which page of them; default: 1" },
    {
      name: "columns",
      type: "list",
      doc: "Metrics, params, tags or facts (started, user, …) to show, in this order; default: all",
      complete: "run_column",
    },
    {
      name: "group",
      type: "list",
      doc: "A param, a tag, or a list of these: one row per value, with the mean of each metric",
      complete: "param",
    },
    { name: "all", type: "boolean", doc: "Runs of all experiments" },
    { name: "deleted", type: "boolean", doc: "Show deleted runs instead of active ones" },
  ],
  lowering: "await",
  returns: "Run[]",
  draws: true,
  examples: [
    "%runs",
    '%runs cars where="metrics.rmse < 3" order="metrics.rmse ASC" limit=10',
    "%runs columns=[rmse, lr, started] page=2",
    "%runs group=lr",
    "const rs = %runs all",
  ],
  script({ arg, literal, assigned }) {
    // A search gives pages by their tokens, one after the other.
    if (arg("page") !== undefined) return undefined;
    const experiment = arg("experiment");
    const options = objectText({
      experimentNames: experiment && `[${experiment}]`,
      searchAllExperiments: literal("all") === true && experiment === undefined ? "true" : undefined,
      filterString: arg("where"),
      orderBy: arg("order")?.replace(/^(?=[^[])(.*)$/s, "[$1]"),
      maxResults: arg("limit") ?? String(defaultLimit),
      viewType: literal("deleted") === true ? '"DELETED_ONLY"' : undefined,
    });
    return assigned ? { calls: [callText("searchRuns", options)] } : undefined;
  },
  async run(
    { experiment: word, where, order, limit = defaultLimit, page = 1, columns, group, all, deleted },
    { session, output, assigned },
  ) {
    const experiment = await shownExperiment(session, word, all);
    const listed = await listRuns(session, {
      experiment,
      where,
      order,
      limit,
      page,
      viewType: deleted ? "DELETED_ONLY" : "ACTIVE_ONLY",
    });
    const { runs: found } = listed;
    if (assigned) return found;
    const gone = experiment?.lifecycleStage === "deleted" ? [deletedNote(experiment)] : [];
    const notes = [...gone, ...(found.length === 0 ? await noRuns(session, experiment) : [])];
    const shown = { notes, ...(columns.length > 0 ? { columns } : {}) };
    if (group.length > 0) {
      output.display(tableBundle(await listed.groups(group, shown)));
      return found;
    }
    const to = (page - 1) * limit + found.length;
    const more = `There are more than ${to} runs: page=${page + 1} shows the next ones, limit= more at once.`;
    output.display(tableBundle(await listed.table({ ...shown, more, curves: true })));
    return found;
  },
});

function deletedNote(experiment: Experiment): string {
  return `Experiment '${experiment.name}' is deleted. ${restoreExperiment(experiment)}`;
}

/** Undefined: all of them. */
async function shownExperiment(
  session: TrackingSession,
  word: string | undefined,
  all: boolean,
): Promise<Experiment | undefined> {
  if (word !== undefined) return findExperiment(session, word);
  return all ? undefined : session.currentExperiment();
}

/** An empty table says where else to look. */
async function noRuns(session: TrackingSession, shown: Experiment | undefined): Promise<string[]> {
  const all = await session.searchExperiments({ maxResults: 20 });
  const others = all.filter(({ experimentId }) => experimentId !== shown?.experimentId).map(({ name }) => name);
  const named = `${others.join(", ")}${all.nextPageToken === undefined ? "" : ", …"}`;
  return ["No runs.", ...(others.length === 0 ? [] : [`Other experiments: ${named}.`])];
}
