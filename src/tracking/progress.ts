import { checkOptions } from "./value-type.js";

/** How far a piece of work is: what a progress display shows. */
export interface ProgressState {
  /** Which display: states of one piece of work have the same. */
  id: number;
  /** What the work is, for a person. */
  label?: string;
  /** Items done. */
  done: number;
  /** Those of them that were done before this work began: they say nothing of its pace. */
  before?: number;
  /** Items in all; undefined when that is not known. */
  total?: number;
  /** Since the start, ms. */
  elapsed: number;
  /** What `done` and `total` count, where it is not items. */
  unit?: "bytes";
  /** No more comes: done, stopped early or failed. */
  ended: boolean;
}

/** Shows a state, replacing the one before; what it throws is ignored. */
export type ShowProgress = (state: ProgressState) => void;

export interface ProgressOptions {
  /** What the work is, shown before the count. */
  label?: string;
  /** How many items there are, where the iterable does not say; a whole number of 0 or more. */
  total?: number;
}

/** Of work that runlab does itself. */
export interface WorkOptions extends ProgressOptions {
  /** Work that takes less time than this shows nothing, ms; default 0. */
  after?: number;
  unit?: "bytes";
  /** Items that an earlier piece of work has done. */
  before?: number;
}

/** Begins to show how far a piece of work is. */
export type StartProgress = (options: WorkOptions) => Pick<Progress, "advance" | "end">;

/** Work that runlab does beside what was asked for shows nothing when it is shorter, ms. */
export const quietFor = 500;

/** Least time between two states shown, ms: four a second are smooth. */
const interval = 250;

/** Counts items of work and shows the count at once, then at most four times a second, and once more at the end. */
export class Progress {
  readonly #show: ShowProgress;
  readonly #started = performance.now();
  readonly #parts: Pick<ProgressState, "id" | "label" | "total" | "unit" | "before">;
  readonly #quiet: number;
  #shownAt: number;
  #shown = false;
  #done: number;
  #ended = false;

  constructor(id: number, show: ShowProgress, { label, total, unit, before, after = 0 }: WorkOptions = {}) {
    this.#show = show;
    this.#done = before ?? 0;
    this.#parts = {
      id,
      ...(label !== undefined && { label }),
      ...(total !== undefined && { total }),
      ...(unit && { unit }),
      ...(before !== undefined && { before }),
    };
    this.#quiet = after;
    this.#shownAt = this.#started + after - interval;
    if (after === 0) this.#tell(this.#started);
  }

  /** More items are done; fewer when some must be done again. Cheap enough for every turn of a loop. */
  advance(items = 1): void {
    this.#done += items;
    const now = performance.now();
    if (now - this.#shownAt >= interval) this.#tell(now);
  }

  /** Shows how far it came; a second time does nothing. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#quiet === 0 || this.#shown) this.#tell(performance.now());
  }

  #tell(now: number): void {
    this.#shownAt = now;
    this.#shown = true;
    const state = { ...this.#parts, done: this.#done, elapsed: now - this.#started, ended: this.#ended };
    try {
      this.#show(state);
    } catch {
      // The work must not fail for its display.
    }
  }
}

/** @throws {TrackingError} INVALID_PARAMETER_VALUE for options of the wrong type */
export function checkProgressOptions(options: ProgressOptions): void {
  checkOptions("progress", options, '{ label: "fit", total: 100 }');
}
