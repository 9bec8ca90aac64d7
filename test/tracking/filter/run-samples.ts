import { addMetric } from "../../../src/stores/metric-summary.js";
import { newRun } from "../../../src/stores/new-run.js";
import { runFields } from "../../../src/tracking/filter/fields.js";
import { searchRunsIn } from "../../../src/tracking/filter/search.js";
import { toSearch } from "../../../src/tracking/query.js";
import type { Run } from "../../../src/tracking/types.js";

const day = new Date(2026, 10, 1).getTime();

/** A run of experiment "0" by ann, started at `day` unless said otherwise. */
export function run(name: string, fill: (run: Run) => void, startTime = day): Run {
  const made = newRun({ experimentId: "0", runName: name, userId: "ann", startTime, tags: {} }, (id) => `/x/${id}`);
  fill(made);
  return made;
}

/** Logs values at steps 0, 1, … */
export const metric = (made: Run, key: string, ...values: number[]) => {
  for (const [step, value] of values.entries()) addMetric(made, { key, value, step, timestamp: 1 });
};

export const runs: Run[] = [
  run("a", (made) => {
    metric(made, "rmse", 0.9, 0.5, 0.7);
    made.data.params = { lr: "0.1", model: "elastic", empty: "" };
    made.data.tags = { family: "linear", "mlflow.parentRunId": "p" };
    made.info.endTime = day + 90_000;
    made.info.status = "FINISHED";
  }),
  run(
    "b",
    (made) => {
      metric(made, "rmse", 0.3, 0.4);
      metric(made, "acc", 0.7, 0.8);
      metric(made, "odd;key", 1);
      made.data.params = { lr: "0.01", model: "Elastic Net" };
      made.info.endTime = day + 10_000_000;
      made.info.status = "FAILED";
    },
    day + 3_600_000,
  ),
  run(
    "c",
    (made) => {
      metric(made, "rmse", Number.NaN);
      made.data.params = { lr: "1e-3" };
      made.inputs.datasetInputs = [
        {
          dataset: { name: "cars", digest: "1", sourceType: "local", source: "{}" },
          tags: { "mlflow.data.context": "training" },
        },
      ];
    },
    day + 86_400_000,
  ),
  run("d", (made) => {
    made.data.params = { lr: "high" };
  }),
];

/** The names of the runs that a filter finds, in order. */
export const names = (filterString: string, orderBy = ["run_name"]) =>
  searchRunsIn(runs, toSearch("searchRuns", { experimentIds: ["0"], filterString, orderBy }, runFields))
    .map((found) => found.info.runName)
    .join("");
