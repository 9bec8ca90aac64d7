import type { TrackingClient } from "../../tracking/client.js";
import type { MetricPoint } from "../../tracking/types.js";

/** Points of a history that are kept, and how many of them are wanted. */
export interface Thinning {
  /** Steps, both included; undefined: without an end. */
  start: number | undefined;
  end: number | undefined;
  /** At least 1. */
  most: number;
}

/** Numbers of a point: step, timestamp, value. */
const width = 3;

/**
 * At most `most` points of a metric at even distances, by step, time and value, the first and the last among them; of one alone the
 * last. A long history is held as numbers: 24 bytes a point.
 * @see MLflow 3.17, _sample_metric_history_single_run
 */
export async function thinnedHistory(
  client: TrackingClient,
  runId: string,
  key: string,
  { start = -Infinity, end = Infinity, most }: Thinning,
): Promise<MetricPoint[]> {
  const history = new History();
  let pageToken: string | undefined;
  do {
    const page = await client.getMetricHistoryPage(runId, key, pageToken === undefined ? {} : { pageToken });
    for (const point of page) if (point.step >= start && point.step <= end) history.add(point);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  const order = history.order();
  return sampledIndices(history.length, most).map((index) => history.at(order?.[index] ?? index));
}

/** Indices among `count` in order: the first of each of `most` parts of even size, and the last of all. */
export function sampledIndices(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, at) => at);
  if (most === 1) return [count - 1];
  const size = Math.floor(count / most);
  const larger = count % most;
  const indices = Array.from({ length: most }, (_, part) => part * size + Math.min(part, larger));
  indices[most - 1] = count - 1;
  return indices;
}

class History {
  #numbers = new Float64Array(width * 1024);
  length = 0;
  /** Points come nearly always in their order. */
  #sorted = true;

  add({ step, timestamp, value }: MetricPoint): void {
    const from = width * this.length;
    if (from === this.#numbers.length) {
      const larger = new Float64Array(2 * from);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[from] = step;
    this.#numbers[from + 1] = timestamp;
    this.#numbers[from + 2] = value;
    this.length++;
    if (this.#sorted && this.length > 1) this.#sorted = this.#compare(this.length - 2, this.length - 1) <= 0;
  }

  at(index: number): MetricPoint {
    const [step = 0, timestamp = 0, value = 0] = this.#numbers.subarray(width * index, width * (index + 1));
    return { step, value, timestamp };
  }

  /** The indices of the points in their order; undefined where they are in order already. */
  order(): Uint32Array | undefined {
    if (this.#sorted) return undefined;
    return Uint32Array.from({ length: this.length }, (_, at) => at).sort((a, b) => this.#compare(a, b));
  }

  #compare(a: number, b: number): number {
    for (let part = 0; part < width; part++) {
      const left = this.#numbers[width * a + part] ?? 0;
      const right = this.#numbers[width * b + part] ?? 0;
      if (left < right) return -1;
      if (left > right) return 1;
    }
    return 0;
  }
}
