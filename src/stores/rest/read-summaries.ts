import { isNotFound } from "../../errors.js";
import { own, setOwn } from "../../own.js";
import { eachLimit } from "../../tracking/each-limit.js";
import type { Filter, Search } from "../../tracking/filter/filter-tree.js";
import { hasEnded, type MetricPoint, type MetricSummary, type Run } from "../../tracking/types.js";
import { showLatest, summaryOf } from "../metric-summary.js";

/** The metrics whose least or greatest value a search asks for, which MLflow's server does not tell. */
export function summarised({ filter, orderBy = [] }: Search): Set<string> {
  const fields = [...fieldsOf(filter), ...orderBy.map(({ field }) => field)];
  return new Set(
    fields.flatMap(({ aggregate, key }) => (aggregate === undefined || aggregate === "last" ? [] : [key])),
  );
}

/** Summaries that are kept of runs that have ended; a page that is open asks for its run every two seconds. */
const mostKept = 10_000;

/** Completes the summaries of runs from the histories of their metrics. */
export class SummaryReader {
  readonly #read: (runId: string, key: string) => Promise<MetricPoint[]>;
  /** Those that are complete, of runs that somebody still holds: they are not read again. */
  readonly #whole = new WeakSet<MetricSummary>();
  /** Those of runs that have ended, by run and metric. */
  readonly #kept = new Map<string, MetricSummary>();

  /** @param read - all points of a metric */
  constructor(read: (runId: string, key: string) => Promise<MetricPoint[]>) {
    this.#read = read;
  }

  /** Completes those of these metrics, in place. */
  async complete(runs: readonly Run[], keys: Iterable<string>): Promise<void> {
    const wanted = [...new Set(keys)].flatMap((key) =>
      runs.flatMap((run) => {
        const known = own(run.metricSummaries, key);
        return known === undefined || this.#whole.has(known) ? [] : [{ run, key, known }];
      }),
    );
    await eachLimit(wanted, async ({ run, key, known }) => {
      const summary = await this.#wholeSummary(run, key, known);
      // Removed in the meantime: what was known stays.
      if (summary === undefined) return;
      setOwn(run.metricSummaries, key, summary);
      showLatest(run, key);
      this.#whole.add(summary);
    });
  }

  async #wholeSummary({ info }: Run, key: string, { last }: MetricSummary): Promise<MetricSummary | undefined> {
    const name = `${info.runId}/${key}`;
    const kept = this.#kept.get(name);
    const isFinal = hasEnded(info.status);
    if (isFinal && kept !== undefined && isSamePoint(kept.last, last)) return { ...kept };
    const summary = summaryOf(key, await orNone(this.#read(info.runId, key)));
    if (!isFinal || summary === undefined) return summary;
    if (this.#kept.size >= mostKept) this.#kept.clear();
    this.#kept.set(name, { ...summary });
    return summary;
  }
}

function isSamePoint(a: MetricPoint, b: MetricPoint): boolean {
  return a.step === b.step && a.timestamp === b.timestamp && Object.is(a.value, b.value);
}

/** Of a run that has been removed. */
async function orNone(points: Promise<MetricPoint[]>): Promise<MetricPoint[]> {
  try {
    return await points;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

function fieldsOf(filter: Filter | undefined): Array<{ key: string; aggregate?: string }> {
  if (filter === undefined) return [];
  if ("parts" in filter) return filter.parts.flatMap(fieldsOf);
  return filter.kind === "not" ? fieldsOf(filter.part) : [filter.field];
}
