import type { Pruner } from "./pruners.js";
import type { TrialParams } from "./samplers.js";

/** One combination of a sweep. */
export interface Trial {
  /** From 0, in the order in which the sampler gave it. */
  number: number;
  params: TrialParams;
}

/** How a trial ended. A pruned one was stopped because others did better. */
export type TrialEnd = "finished" | "failed" | "pruned" | "killed";

/** Hands out trials to whoever runs them. Here they are of this process; a queue that several processes share has the same four verbs. */
export interface TrialQueue {
  enqueue(trials: readonly Trial[]): Promise<void>;
  /** The next trial that nobody has taken; undefined when there is none. */
  take(): Promise<Trial | undefined>;
  /**
   * Says how a trial does, from inside of a loop that cannot wait.
   * @returns whether it should stop, by what the queue knows at that moment
   */
  report(trial: Trial, step: number, value: number): boolean;
  end(trial: Trial, how: TrialEnd): Promise<void>;
}

/** Trials of this process, in the order in which they came. */
export class InProcessQueue implements TrialQueue {
  readonly #waiting: Trial[] = [];
  readonly #pruner: Pruner | undefined;

  constructor(pruner?: Pruner) {
    this.#pruner = pruner;
  }

  async enqueue(trials: readonly Trial[]): Promise<void> {
    this.#waiting.push(...trials);
  }

  async take(): Promise<Trial | undefined> {
    return this.#waiting.shift();
  }

  report({ number }: Trial, step: number, value: number): boolean {
    return this.#pruner?.report(number, step, value) ?? false;
  }

  async end({ number }: Trial, how: TrialEnd): Promise<void> {
    if (how === "finished") this.#pruner?.finished(number);
  }
}
