import { RunlabError, takeStray } from "../errors.js";

/** Thrown by a log call of a trial that should stop: it ends the trial's body, and no one is told of an error, wherever it is thrown. */
export class TrialPruned extends RunlabError {
  override readonly name = "TrialPruned";

  readonly #end: (error: TrialPruned) => void;

  /** @param end - ends the trial when the log call stands in a timer or an event, and so outside of its body */
  constructor(metric: string, step: number, end: (error: TrialPruned) => void) {
    super(
      "INVALID_STATE",
      `This trial is pruned at step ${step}: its best ${metric} so far is worse than the median.`,
      {
        hint: "Its body ends here; the sweep goes on with the next trial.",
      },
    );
    this.#end = end;
  }

  override [takeStray](): boolean {
    this.#end(this);
    return true;
  }
}
