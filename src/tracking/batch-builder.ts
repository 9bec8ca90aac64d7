import type { RunBatch } from "./store.js";
import type { Metric, Param } from "./types.js";

/** What MLflow's log-batch takes in one request (MAX_METRICS_PER_BATCH and its neighbours). */
const limits = { metrics: 1000, params: 100, tags: 100, entities: 1000 };

/** Adds batches to one another as long as they fit into one request. */
export class BatchBuilder {
  readonly #metrics: Metric[] = [];
  readonly #params: Param[] = [];
  readonly #values = new Map<string, string>();
  readonly #tags = new Map<string, string>();

  /** @returns false, with nothing added, when there is no room, or when a param has another value already; true of the first part of {@link partsOf} */
  add({ metrics = [], params = [], tags = {} }: RunBatch): boolean {
    // Which of two values is wrong the store decides, and the call that logged it hears of it: they go in two requests.
    if (params.some(({ key, value }) => (this.#values.get(key) ?? value) !== value)) return false;
    const added = params.filter(({ key }) => !this.#values.has(key));
    const tagEntries = Object.entries(tags);
    const counts = {
      metrics: this.#metrics.length + metrics.length,
      params: this.#params.length + added.length,
      tags: this.#tags.size + tagEntries.filter(([key]) => !this.#tags.has(key)).length,
    };
    if (counts.metrics > limits.metrics || counts.params > limits.params || counts.tags > limits.tags) return false;
    if (counts.metrics + counts.params + counts.tags > limits.entities) return false;
    for (const metric of metrics) this.#metrics.push(metric);
    for (const param of added) {
      this.#params.push(param);
      this.#values.set(param.key, param.value);
    }
    for (const [key, value] of tagEntries) this.#tags.set(key, value);
    return true;
  }

  get batch(): RunBatch {
    return {
      ...(this.#metrics.length > 0 && { metrics: this.#metrics }),
      ...(this.#params.length > 0 && { params: this.#params }),
      ...(this.#tags.size > 0 && { tags: Object.fromEntries(this.#tags) }),
    };
  }
}

/** A batch as parts that fit into one request each: itself, or its params, then its tags, then its metrics. None for an empty one. */
export function partsOf(batch: RunBatch): RunBatch[] {
  const { metrics = [], params = [], tags = {} } = batch;
  const tagEntries = Object.entries(tags);
  if (metrics.length + params.length + tagEntries.length === 0) return [];
  if (new BatchBuilder().add(batch)) return [batch];
  return [
    ...slices(params, limits.params).map((part) => ({ params: part })),
    ...slices(tagEntries, limits.tags).map((part) => ({ tags: Object.fromEntries(part) })),
    ...slices(metrics, limits.metrics).map((part) => ({ metrics: part })),
  ];
}

function slices<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));
}
