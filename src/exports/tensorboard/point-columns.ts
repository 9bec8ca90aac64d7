import type { MetricPoint } from "../../tracking/types.js";
import type { ImportedPoints } from "../export-format.js";

/** Points at first, then twice as many as often as needed. */
const firstRoom = 1024;

/**
 * The points of one scalar as three columns of numbers: three million points as objects take four times the memory, and the garbage
 * collector looks at each of them again and again.
 */
export class PointColumns implements ImportedPoints {
  #length = 0;
  #steps: Float64Array = new Float64Array(firstRoom);
  #values: Float64Array = new Float64Array(firstRoom);
  #timestamps: Float64Array = new Float64Array(firstRoom);

  get length(): number {
    return this.#length;
  }

  push(step: number, value: number, timestamp: number): void {
    if (this.#length === this.#steps.length) {
      this.#steps = grown(this.#steps);
      this.#values = grown(this.#values);
      this.#timestamps = grown(this.#timestamps);
    }
    this.#steps[this.#length] = step;
    this.#values[this.#length] = value;
    this.#timestamps[this.#length] = timestamp;
    this.#length++;
  }

  slice(from = 0, to = this.#length): MetricPoint[] {
    const points: MetricPoint[] = [];
    for (let at = from; at < Math.min(to, this.#length); at++) {
      points.push({
        step: this.#steps[at] as number,
        value: this.#values[at] as number,
        timestamp: this.#timestamps[at] as number,
      });
    }
    return points;
  }
}

function grown(column: Float64Array): Float64Array {
  const larger = new Float64Array(2 * column.length);
  larger.set(column);
  return larger;
}
