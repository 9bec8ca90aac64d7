import { metricGoal } from "../../metric-goal.js";
import { bestRun } from "../../queries/best-run.js";
import { experimentMeant } from "../../queries/find-experiment.js";
import { runCard } from "../../render/run-card.js";
import { defineMagic } from "../define-magic.js";
import { callText, objectText } from "../language/script.js";

/** `%best rmse min`: the run with the best last value of a metric. */
export const best = defineMagic({
  name: "best",
  kind: "line",
  summary: "Find the run with the best last value of a metric",
  input: "args",
  args: [
    { name: "metric", type: "string", doc: "The metric's name", positional: true, required: true, complete: "metric" },
    {
      name: "goal",
      type: "string",
      doc: "Whether lower or higher is better; default: guessed from the metric's name (loss: min, accuracy: max)",
      positional: true,
      complete: ["min", "max"],
    },
    { name: "experiment", type: "string", doc: "Name or id; default: the active experiment", complete: "experiment" },
    { name: "where", type: "string", doc: "A filter on the runs", complete: "run_filter" },
  ],
  lowering: "await",
  returns: "Run",
  draws: true,
  examples: ["%best rmse", "const b = %best accuracy max experiment=cars"],
  script({ arg, assigned }) {
    const options = { goal: arg("goal"), experimentName: arg("experiment"), filterString: arg("where") };
    return assigned ? { calls: [callText("bestRun", arg("metric"), objectText(options))] } : undefined;
  },
  async run({ metric, goal = metricGoal(metric), experiment: word, where }, { session, output, assigned }) {
    const experiment = await experimentMeant(session, word);
    const run = await bestRun(session, metric, { goal, experimentName: experiment.name, filterString: where });
    if (!assigned) {
      const notes = [`Best ${metric} (${goal}) of ${experiment.name}.`];
      output.display(runCard(run, { experimentName: experiment.name, notes }));
    }
    return run;
  },
});
