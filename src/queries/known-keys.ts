import { isNotFound, TrackingError } from "../errors.js";
import { keysByUse } from "../render/runs-table.js";
import { suggest } from "../suggest.js";
import { runFields } from "../tracking/filter/fields.js";
import { parseOrderBy } from "../tracking/filter/parse.js";
import { printField, writtenKey } from "../tracking/filter/print.js";
import type { Run } from "../tracking/types.js";
import { experimentsMeant } from "./find-experiment.js";
import { findRun } from "./find-run.js";
import { bothFilters, metricField, type QuerySource, type RunScope, searchPages } from "./run-search.js";

/** Runs that are looked through for the names and keys that there are. */
const looked = 1000;

/** Names of each kind that an error lists. */
const listed = 8;

/**
 * Tells the metrics among words from the runs, which are all the others.
 * @param experiments - names or ids; empty: the current one, and a run may be anywhere
 * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST for a word that is neither, with the nearest of either
 */
export async function metricsAndRuns(
  source: QuerySource,
  words: readonly string[],
  experiments: readonly string[],
): Promise<{ metrics: string[]; runs: string[] }> {
  const metrics: string[] = [];
  const runs: string[] = [];
  if (words.length === 0) return { metrics, runs };
  const ids = (await experimentsMeant(source, experiments)).map(({ experimentId }) => experimentId);
  const scope: RunScope = { experimentIds: ids };
  for (const word of words) {
    if (await some(source, scope, metricField(word))) metrics.push(word);
    else if (await isRun(source, word, experiments.length === 0 ? undefined : ids)) runs.push(word);
    else throw await neither(source, scope, word);
  }
  return { metrics, runs };
}

/** What an order sorts by that no run of the scope has, a sentence each: the store takes it for a value that is missing everywhere. */
export async function unknownInOrder(
  source: QuerySource,
  scope: RunScope,
  runs: readonly Run[],
  order: readonly string[] = [],
): Promise<string[]> {
  const notes: string[] = [];
  for (const clause of runs.length === 0 ? [] : order) {
    const { field } = parseOrderBy(clause, runFields);
    const { entity, key } = field;
    if (entity !== "metric" && entity !== "param" && entity !== "tag") continue;
    const keyed: Array<Record<string, unknown>> = runs.map(({ data }) => data[`${entity}s`]);
    if (keyed.some((values) => Object.hasOwn(values, key))) continue;
    if (await some(source, scope, printField(field))) continue;
    const near = suggest(key, keysByUse(keyed));
    const meant = near === undefined ? "" : ` Did you mean ${entity}s.${writtenKey(near)}?`;
    notes.push(`None of these runs has a ${entity} '${key}' to sort by.${meant}`);
  }
  return notes;
}

/** Whether a run of the scope has the field. */
async function some(source: QuerySource, scope: RunScope, field: string): Promise<boolean> {
  const filterString = bothFilters(scope.filterString, `${field} IS NOT NULL`);
  return (await searchPages(source, { ...scope, filterString }, 1)).runs.length > 0;
}

async function isRun(source: QuerySource, word: string, experimentIds: string[] | undefined): Promise<boolean> {
  try {
    const hints = { listRuns: () => "", restoreRun: () => "" };
    await findRun(source, word, { hints, experimentIds, viewType: "ALL", several: "newest" });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

async function neither(source: QuerySource, scope: RunScope, word: string): Promise<TrackingError> {
  const { runs } = await searchPages(source, scope, looked);
  const metrics = keysByUse(runs.map(({ data }) => data.metrics));
  const names = [...new Set(runs.map(({ info }) => info.runName))];
  const near = suggest(word, [...metrics, ...names]);
  const hint =
    near === undefined
      ? `${someOf("Metrics", metrics)} ${someOf("Runs", names)}`
      : `Did you mean the ${metrics.includes(near) ? "metric" : "run"} '${near}'?`;
  return new TrackingError(
    "RESOURCE_DOES_NOT_EXIST",
    `There is no metric '${word}', and no run with that name or id.`,
    {
      hint,
    },
  );
}

function someOf(kind: string, names: readonly string[]): string {
  const shown = names.slice(0, listed).map((name) => `'${name}'`);
  if (shown.length === 0) return `${kind}: none.`;
  return `${kind}: ${shown.join(", ")}${names.length > listed ? ", …" : ""}.`;
}
