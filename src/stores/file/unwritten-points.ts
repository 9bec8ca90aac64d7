import { TrackingError } from "../../errors.js";
import type { Metric } from "../../tracking/types.js";

/** Most points that all runs of a store keep in memory together: some 10 MB. */
const unwrittenLimit = 100_000;

/** How many points wait in memory, over all runs of a store. */
export interface UnwrittenCount {
  points: number;
}

/**
 * Points of one run that the disk refused. They are kept in the order they were logged and written before the next point,
 * so that a disk that was full for an hour costs no hour of a training.
 */
export class UnwrittenPoints {
  readonly #total: UnwrittenCount;
  readonly #limit: number;
  #points: Metric[] = [];

  constructor(total: UnwrittenCount, limit = unwrittenLimit) {
    this.#total = total;
    this.#limit = limit;
  }

  get size(): number {
    return this.#points.length;
  }

  /** Takes all of them out: what cannot be written again comes back through {@link keep}. */
  take(): Metric[] {
    const points = this.#points;
    this.#points = [];
    this.#total.points -= points.length;
    return points;
  }

  /**
   * Keeps points while there is room, the earliest first.
   * @param cause - what the disk said
   * @returns the error for the log call: it says what became of the points
   */
  keep(points: readonly Metric[], cause: TrackingError): TrackingError {
    const kept = points.slice(0, Math.max(0, this.#limit - this.#total.points));
    for (const point of kept) this.#points.push(point);
    this.#total.points += kept.length;
    const lost = points.length - kept.length;
    const waiting = `${this.#total.points.toLocaleString("en")} ${this.#total.points === 1 ? "point" : "points"}`;
    return lost === 0
      ? new TrackingError(cause.code, `${cause.message} ${waiting} kept in memory and not written yet.`, {
          hint: "Do not log them again: they will be written as soon as the disk accepts them, if this process is still running.",
          cause,
        })
      : new TrackingError(
          cause.code,
          `${cause.message} ${waiting} kept in memory, which is the limit; ${lost.toLocaleString("en")} lost.`,
          { hint: "Free some space, then log the lost points again.", cause },
        );
  }
}
