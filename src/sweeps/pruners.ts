import type { MetricGoal } from "../metric-goal.js";

/** Decides from what trials report whether one of them is worth going on with. */
export interface Pruner {
  readonly name: string;
  /** @returns whether the trial should stop */
  report(trial: number, step: number, value: number): boolean;
  /** A trial has come to its own end: later ones are compared with it. */
  finished(trial: number): void;
}

/** Trials that must have finished before one is stopped, as in Optuna's median pruner. */
const trialsBeforePruning = 5;

/** How a sweep prunes, by the word after `prune=`. */
export const pruners = { median: (goal: MetricGoal): Pruner => new MedianPruner(goal) } as const;

/**
 * Stops a trial whose best value so far is worse than the median of what earlier, finished trials had at the same step. The first
 * report of a trial is never its last, and NaN counts as worse than any number.
 * @see Optuna's MedianPruner, after Golovin et al., "Google Vizier", KDD 2017 (median stopping rule)
 */
class MedianPruner implements Pruner {
  readonly name = "median";
  readonly #goal: MetricGoal;
  /** By trial: values by step. */
  readonly #running = new Map<number, Map<number, number>>();
  readonly #best = new Map<number, number>();
  readonly #finished: Array<Map<number, number>> = [];

  constructor(goal: MetricGoal) {
    this.#goal = goal;
  }

  report(trial: number, step: number, value: number): boolean {
    const values = this.#running.get(trial) ?? new Map<number, number>();
    this.#running.set(trial, values.set(step, value));
    const known = this.#best.get(trial);
    const best = known === undefined || Number.isNaN(known) || this.#isBetter(value, known) ? value : known;
    this.#best.set(trial, best);
    if (values.size < 2 || this.#finished.length < trialsBeforePruning) return false;
    const others = this.#finished.flatMap((earlier) => earlier.get(step) ?? []).filter((other) => !Number.isNaN(other));
    if (others.length < trialsBeforePruning) return false;
    return Number.isNaN(best) || this.#isBetter(median(others), best);
  }

  finished(trial: number): void {
    const values = this.#running.get(trial);
    if (values !== undefined) this.#finished.push(values);
    this.#running.delete(trial);
    this.#best.delete(trial);
  }

  #isBetter(value: number, other: number): boolean {
    return this.#goal === "min" ? value < other : value > other;
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2;
}
