import { TrackingError } from "../../errors.js";
import { metricGoal } from "../../metric-goal.js";
import { runCard } from "../../render/run-card.js";
import type { Run } from "../../tracking/types.js";
import type { Magic } from "../magic.js";
import { optionalText, requiredText } from "../read-args.js";
import { findExperiment } from "./find-experiment.js";

/** `%best rmse min`: the run with the best last value of a metric. */
export const best: Magic = {
  name: "best",
  kind: "line",
  summary: "Find the run with the best last value of a metric",
  input: "args",
  args: [
    { name: "metric", type: "string", doc: "The metric's name", positional: true, required: true, complete: "metric" },
    {
      name: "goal",
      type: "string",
      tsType: '"min" | "max"',
      doc: "Which way is better; guessed from the metric's name when left out (loss: min, accuracy: max)",
      positional: true,
      complete: ["min", "max"],
    },
    { name: "experiment", type: "string", doc: "Name or id; the active one when left out", complete: "experiment" },
    { name: "where", type: "string", doc: "A filter on the runs" },
  ],
  lowering: "await",
  returns: "Run",
  draws: true,
  examples: ["%best rmse", "const b = %best accuracy max experiment=cars"],
  async run(args, { session, output, assigned }) {
    const metric = requiredText("best", args, "metric");
    const goal = optionalText(args, "goal") ?? metricGoal(metric);
    const word = optionalText(args, "experiment");
    const experiment = word === undefined ? await session.currentExperiment() : await findExperiment(session, word);
    const where = optionalText(args, "where");
    // `field > -infinity` cannot be written in a filter; runs without the metric, or with NaN, come last in any order.
    const page = await session.searchRuns({
      experimentIds: [experiment.experimentId],
      filterString: where,
      orderBy: [`metrics.\`${metric}\` ${goal === "min" ? "ASC" : "DESC"}`],
      maxResults: 1,
    });
    const run = page.find(({ data }) => hasNumber(data.metrics, metric));
    if (run === undefined)
      throw await nothingBest(metric, experiment.name, where, () =>
        session.searchRuns({ experimentIds: [experiment.experimentId] }),
      );
    if (!assigned) {
      const notes = [`Best ${metric} (${goal}) of ${experiment.name}.`];
      output.display(runCard(run, { experimentName: experiment.name, notes }));
    }
    return run;
  },
};

function hasNumber(metrics: Readonly<Record<string, number>>, key: string): boolean {
  return Object.hasOwn(metrics, key) && !Number.isNaN(metrics[key]);
}

async function nothingBest(
  metric: string,
  experiment: string,
  where: string | undefined,
  readAll: () => Promise<Run[]>,
): Promise<TrackingError> {
  const keys = new Set((await readAll()).flatMap(({ data }) => Object.keys(data.metrics)));
  const filtered = where === undefined ? "" : ` that match ${where}`;
  return new TrackingError(
    "RESOURCE_DOES_NOT_EXIST",
    `No run of experiment '${experiment}'${filtered} has a value of metric '${metric}'.`,
    { hint: keys.size === 0 ? "None has logged a metric yet." : `There are: ${[...keys].slice(0, 10).join(", ")}.` },
  );
}
