import { RunlabError } from "../errors.js";

/** Thrown by a log call of a trial that should stop: it ends the trial's body, and no one is told of an error. */
export class TrialPruned extends RunlabError {
  override readonly name = "TrialPruned";

  constructor(metric: string, step: number) {
    super(
      "INVALID_STATE",
      `This trial is pruned at step ${step}: its best ${metric} so far is worse than the median.`,
      {
        hint: "Its body ends here; the sweep goes on with the next trial.",
      },
    );
  }
}
