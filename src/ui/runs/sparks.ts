import type { CurveJson, CurvesJson } from "../../server/page/page-json.js";
import { post } from "../server/ask.js";

/** Points of a small curve. */
const limit = 32;
/** ms that a wish for curves waits for others. */
const delay = 60;
/** A longer history is not read for a picture of 48 pixels. */
export const longestHistory = 50_000;

interface Spark {
  total: number;
  values: number[];
}

/** The small curves of the table, read when their rows are seen, and only what is new in them later. */
export class Sparks {
  readonly #known = new Map<string, Spark>();
  readonly #wanted = new Map<string, { run: string; metric: string; total: number }>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #changed: () => void;

  /** @param changed - told when curves have come */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** The values along a curve; undefined until they have come. @param total - points that the history has now */
  of(run: string, metric: string, total: number): readonly number[] | undefined {
    const key = `${run}/${metric}`;
    const known = this.#known.get(key);
    if ((known === undefined || known.total < total) && total <= longestHistory) {
      this.#wanted.set(key, { run, metric, total: known?.total ?? 0 });
      this.#timer ??= setTimeout(() => void this.#ask(), delay);
    }
    return known?.values;
  }

  async #ask(): Promise<void> {
    const wanted = [...this.#wanted.values()];
    this.#wanted.clear();
    // Each metric with the runs that lack it: a product of both would ask for what is known.
    const byMetric = new Map<string, typeof wanted>();
    for (const one of wanted) byMetric.set(one.metric, [...(byMetric.get(one.metric) ?? []), one]);
    const asked = [...byMetric].map(([metric, ones]) =>
      post<CurvesJson>("runlab", "curves", {
        runIds: ones.map(({ run }) => run),
        metrics: [metric],
        limit,
        known: ones.filter(({ total }) => total > 0),
      }).catch(() => ({ curves: [] })),
    );
    for (const { curves } of await Promise.all(asked)) for (const curve of curves) this.#keep(curve);
    this.#timer = undefined;
    this.#changed();
  }

  #keep({ run, metric, total, from, values }: CurveJson): void {
    const key = `${run}/${metric}`;
    const before = from === 0 ? [] : (this.#known.get(key)?.values ?? []);
    const all = [...before, ...values.map(Number)];
    const thinned = all.length > 4 * limit ? all.filter((_, at) => at % 2 === 0) : all;
    this.#known.set(key, { total, values: thinned });
  }
}
