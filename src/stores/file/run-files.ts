import type { Run } from "../../tracking/types.js";
import { addMetric } from "../metric-summary.js";
import { applyChange, noRun } from "../run-change.js";
import { sumOf } from "./checksum.js";
import type { ReadingDisk } from "./disk.js";
import { altered, JsonDocument } from "./document.js";
import { type JournalEntry, type Owner, readJournal } from "./journal.js";
import { metricKeyOf, type RunLayout } from "./layout.js";
import { readPoints } from "./metric-lines.js";
import { sameProcess } from "./owner.js";
import type { OwnerStates } from "./owner-states.js";
import { fromDocument, type RunDocument, type RunState, runSchema } from "./run-codec.js";

/** A run as its files tell it. */
export interface LoadedRun extends RunState {
  /** Who writes to it, the dead too; empty when everything is in the document. */
  owners: Owner[];
  /** There is a journal: the files change without notice. */
  open: boolean;
  /** How much of the journal has been read, bytes. */
  end: number;
}

/**
 * Reads a run: its document, what its journals add, and the points that the summaries do not cover yet.
 * The journals are read first: one that is put into the document meanwhile is then in both, which does no harm.
 * @throws {TrackingError} RESOURCE_DOES_NOT_EXIST, DATA_LOSS
 */
export function loadRun(layout: RunLayout, disk: ReadingDisk): LoadedRun {
  const journal = readJournal(layout.journal, disk);
  const folding = readJournal(layout.folding, disk);
  const file = runDocument(layout, disk);
  const document = file.read();
  if (document === undefined) throw noRun(layout.runId);
  const loaded: LoadedRun = { ...fromDocument(document, layout), owners: [], open: false, end: journal?.end ?? 0 };
  if (file.isAltered) loaded.problems = [altered(layout.document)];
  if (journal === undefined && folding === undefined) return loaded;
  return replay(loaded, [...(folding?.entries ?? []), ...(journal?.entries ?? [])], layout, disk);
}

export function runDocument(layout: RunLayout, disk: ReadingDisk): JsonDocument<RunDocument> {
  return new JsonDocument(layout.document, disk, runSchema);
}

/** Applies journal entries, then catches up with the metric files. */
export function replay(
  loaded: LoadedRun,
  entries: readonly JournalEntry[],
  layout: RunLayout,
  disk: ReadingDisk,
): LoadedRun {
  for (const entry of entries) applyEntry(loaded, entry);
  findMetrics(loaded, layout, disk);
  catchUp(loaded, layout, disk);
  return { ...loaded, open: true };
}

export function applyEntry(loaded: LoadedRun, entry: JournalEntry): void {
  if (entry.kind === "change") applyChange(loaded.run, entry.change);
  else if (entry.kind === "metric") loaded.bytes.set(entry.key, loaded.bytes.get(entry.key) ?? 0);
  else if (!loaded.owners.some((owner) => sameProcess(owner, entry.owner) && owner.owns === entry.owner.owns)) {
    loaded.owners.push(entry.owner);
  }
}

/** Looks which metrics there are by the names of their files; the journal has those whose name says too little. */
function findMetrics({ bytes }: RunState, layout: RunLayout, disk: ReadingDisk): void {
  for (const name of disk.list(layout.metrics)) {
    const key = metricKeyOf(name);
    if (key !== undefined && !bytes.has(key)) bytes.set(key, 0);
  }
}

/** Adds the points that were appended since. */
function catchUp(state: RunState, layout: RunLayout, disk: ReadingDisk): void {
  const { run, bytes } = state;
  const grown = [...bytes].flatMap(([key, covered]) => {
    const { size = 0, birthtimeMs = 0 } = disk.look(layout.metric(key)) ?? {};
    return size === covered ? [] : [{ key, covered, size, birthtimeMs }];
  });
  // A folder lists its files by name, a run its metrics as they came.
  for (const { key, covered, size } of grown.sort((a, b) => a.birthtimeMs - b.birthtimeMs)) {
    const from = size < covered ? 0 : covered;
    if (from === 0) forget(run, key);
    if (from === 0 && covered > 0) state.sums.delete(key);
    const { points, end, problem } = readPoints(layout.metric(key), disk, from);
    if (problem !== undefined) state.problems = [...(state.problems ?? []), problem];
    for (const point of points) addMetric(run, { key, ...point });
    bytes.set(key, end);
  }
}

/** Sums a metric up from its file anew. */
export function recount(state: RunState, layout: RunLayout, disk: ReadingDisk): void {
  findMetrics(state, layout, disk);
  for (const [key, covered] of state.bytes) {
    if (covered === disk.look(layout.metric(key))?.size) continue;
    state.bytes.set(key, 0);
    state.sums.delete(key);
    forget(state.run, key);
  }
  catchUp(state, layout, disk);
}

/** Completes the checksums of the metric files, as far as this process does not know them from what it has written. */
export function sumUp({ bytes, sums }: RunState, layout: RunLayout, disk: ReadingDisk): void {
  for (const [key, covered] of bytes) {
    const known = sums.get(key);
    if (known?.bytes === covered) continue;
    const from = known !== undefined && known.bytes < covered ? known : undefined;
    sums.set(key, sumOf(layout.metric(key), covered, disk, from));
  }
}

/**
 * A RUNNING run whose owners have all died was killed. When nothing is heard of those who cannot be asked it is `shown` so, until
 * their next sign of life; it is not `written` down before long.
 * @returns whether it was killed, and may be written down as such
 */
export function killIfOrphan(
  { run, owners, bytes }: LoadedRun,
  layout: RunLayout,
  disk: ReadingDisk,
  states: OwnerStates,
  purpose: "shown" | "written",
): boolean {
  const owning = owners.filter((owner) => owner.owns);
  const last = owning.at(-1);
  if (run.info.status !== "RUNNING" || last === undefined) return false;
  const lastWrite = () => lastChange({ bytes }, layout, disk);
  const found = new Set(owning.map((owner) => states.of(owner, lastWrite)));
  const silent = found.has("silent");
  if (found.has("alive") || (silent && purpose === "written")) return false;
  const process = `pid ${last.pid} on ${last.host}`;
  const reason =
    silent || found.has("lost")
      ? `${silence} the process that ran it (${process}).`
      : `The process that ran it (${process}) ended without ending the run.`;
  const endTime = Math.max(run.info.startTime, Math.round(lastWrite()));
  applyChange(run, { status: "KILLED", endTime, tags: { "runlab.end_reason": reason } });
  return !silent;
}

/** Begins the reason why a run was killed of which nobody knows it for sure. */
const silence = "There is no sign of life from";

/** Whether a run was written down as killed because its owner was silent: it goes on when the owner is heard again. */
export function wasGivenUp({ info, data }: Run): boolean {
  return info.status === "KILLED" && (data.tags["runlab.end_reason"]?.startsWith(silence) ?? false);
}

/** When somebody last wrote to a run, by the clock of its file system, ms. */
export function lastChange({ bytes }: Pick<RunState, "bytes">, layout: RunLayout, disk: ReadingDisk): number {
  const files = [layout.journal, layout.folding, ...[...bytes.keys()].map((key) => layout.metric(key))];
  return Math.max(...files.map((file) => disk.look(file)?.mtimeMs ?? 0));
}

function forget(run: RunState["run"], key: string): void {
  delete run.metricSummaries[key];
  delete run.data.metrics[key];
}
