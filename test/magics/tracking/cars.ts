import type { TestContext } from "node:test";
import type { Run } from "../../../src/tracking/types.js";
import { TestNotebook } from "./notebook.js";

/** Three runs of experiment cars, best rmse in `forest`; all but `linear` have a loss curve. */
export async function cars(t: TestContext): Promise<TestNotebook> {
  const notebook = new TestNotebook(t);
  await notebook.cell(($) => $("experiment", { name: "cars" }));
  const runs = { linear: [3.5], elastic: [3.2, 3], forest: [2.9, 2.5] };
  for (const [name, [loss, rmse]] of Object.entries(runs)) {
    await notebook.cell(
      ($) => {
        $("log_params", { extra: { model: name, seed: 1 } });
        $("log_metric", { key: "rmse", value: rmse ?? loss });
        if (rmse === undefined) return;
        for (let step = 0; step < 3; step++) $("log_metric", { key: "loss", value: (loss ?? 0) - step / 10, step });
      },
      { name },
    );
  }
  return notebook;
}

/** The names of what a magic gave, which must be runs. */
export function names(runs: unknown): string[] {
  return (runs as Run[]).map(({ info }) => info.runName);
}
