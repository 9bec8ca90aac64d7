import { existsSync, readdirSync, statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { RunlabError } from "../../errors.js";
import { addMetric } from "../metric-summary.js";
import { applyChange, noRun } from "../run-change.js";
import type { Disk } from "./disk.js";
import { damaged, JsonDocument } from "./document.js";
import { FolderLock } from "./folder-lock.js";
import { type JournalEntry, journalLine, type Owner, readJournal } from "./journal.js";
import { metricKeyOf, type RunLayout } from "./layout.js";
import { readPoints } from "./metric-lines.js";
import { isDead, type ProcessIdentity } from "./owner.js";
import { fromDocument, type RunDocument, type RunState, toDocument } from "./run-codec.js";

/** A lone owner that folds its run is given this time before another process does it, ms. */
const foldingMs = 100;

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
export function loadRun(layout: RunLayout, disk: Disk): LoadedRun {
  const journal = readJournal(layout.journal);
  const folding = readJournal(layout.folding);
  const document = runDocument(layout, disk).read();
  if (document.info === undefined) throw noRun(layout.folder.slice(layout.folder.lastIndexOf("/") + 1));
  const loaded: LoadedRun = {
    ...decode(document, layout),
    owners: [],
    open: false,
    end: journal?.end ?? 0,
  };
  if (journal === undefined && folding === undefined) return loaded;
  return replay(loaded, [...(folding?.entries ?? []), ...(journal?.entries ?? [])], layout);
}

function decode(document: RunDocument, layout: RunLayout): RunState {
  try {
    return fromDocument(document, layout.document, layout.artifacts);
  } catch (cause) {
    if (cause instanceof RunlabError) throw cause;
    throw damaged(layout.document, `something in it is of the wrong type (${(cause as Error).message})`, cause);
  }
}

export function runDocument(layout: RunLayout, disk: Disk): JsonDocument<RunDocument> {
  // An absent document reads as an empty object.
  return new JsonDocument<RunDocument>(layout.document, disk, {} as RunDocument);
}

/** Applies journal entries, then catches up with the metric files. */
export function replay(loaded: LoadedRun, entries: readonly JournalEntry[], layout: RunLayout): LoadedRun {
  for (const entry of entries) applyEntry(loaded, entry);
  findMetrics(loaded, layout);
  catchUp(loaded, layout);
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
function findMetrics({ bytes }: RunState, layout: RunLayout): void {
  if (!existsSync(layout.metrics)) return;
  for (const name of readdirSync(layout.metrics)) {
    const key = metricKeyOf(name);
    if (key !== undefined && !bytes.has(key)) bytes.set(key, 0);
  }
}

/** Adds the points that were appended since. */
function catchUp({ run, bytes }: RunState, layout: RunLayout): void {
  for (const [key, covered] of bytes) {
    const size = statSync(layout.metric(key), { throwIfNoEntry: false })?.size ?? 0;
    if (size === covered) continue;
    const from = size < covered ? 0 : covered;
    if (from === 0) forget(run, key);
    const { points, end } = readPoints(layout.metric(key), from);
    for (const point of points) addMetric(run, { key, ...point });
    bytes.set(key, end);
  }
}

/** Sums a metric up from its file anew. */
export function recount(state: RunState, layout: RunLayout): void {
  findMetrics(state, layout);
  for (const [key, covered] of state.bytes) {
    if (covered !== statSync(layout.metric(key), { throwIfNoEntry: false })?.size) state.bytes.set(key, 0);
  }
  catchUp(state, layout);
}

/** A RUNNING run whose owners have all died was killed. @returns whether it was */
export function killIfOrphan({ run, owners, bytes }: LoadedRun, layout: RunLayout): boolean {
  const owning = owners.filter((owner) => owner.owns);
  const [first] = owning;
  if (run.info.status !== "RUNNING" || first === undefined || !owning.every(isDead)) return false;
  const files = [layout.journal, layout.folding, ...[...bytes.keys()].map((key) => layout.metric(key))];
  const times = files.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  const reason = `The process that ran it (pid ${first.pid} on ${first.host}) ended without ending the run.`;
  const endTime = Math.max(run.info.startTime, Math.round(Math.max(...times)));
  return applyChange(run, { status: "KILLED", endTime, tags: { "runlab.end_reason": reason } });
}

/**
 * Puts the journals of a run into its document, under the run's lock, for runs that several processes write to and for
 * those whose process has died. Owners that live keep a journal.
 * @param leaving - this process writes to it no more
 */
export async function foldRun(
  layout: RunLayout,
  disk: Disk,
  self: ProcessIdentity,
  leaving: boolean,
): Promise<LoadedRun> {
  const lock = new FolderLock(layout.lock, self);
  for (let waitMs = 1; ; waitMs *= 2) {
    const folded = await lock.hold((confirm) => {
      if (waitMs < foldingMs && otherFolds(layout, self)) return undefined;
      return fold(layout, disk, self, leaving, confirm);
    });
    if (folded !== undefined) return folded;
    await delay(waitMs);
  }
}

function fold(layout: RunLayout, disk: Disk, self: ProcessIdentity, leaving: boolean, confirm: () => void): LoadedRun {
  if (readJournal(layout.folding) === undefined) moveJournal(layout, disk);
  const loaded = loadRun(layout, disk);
  if (!loaded.open) return loaded;
  recount(loaded, layout);
  const killed = killIfOrphan(loaded, layout);
  const staying = loaded.owners.filter((owner) => !isDead(owner) && !(leaving && sameProcess(owner, self)));
  // Millions of points take seconds to sum up.
  confirm();
  if (staying.length > 0 && !killed) keepOwners(layout, disk, staying);
  runDocument(layout, disk).write(toDocument(loaded));
  disk.remove(layout.folding);
  // Lines that came between: they are in the document by now, and read again with the journal that holds them.
  if (staying.length === 0 && moveJournal(layout, disk)) {
    runDocument(layout, disk).write(toDocument(loadRun(layout, disk)));
    disk.remove(layout.folding);
  }
  return { ...loaded, open: staying.length > 0 };
}

export function sameProcess(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.pid === b.pid && a.id === b.id && a.start === b.start && a.host === b.host;
}

function keepOwners(layout: RunLayout, disk: Disk, owners: readonly Owner[]): void {
  const fd = disk.open(layout.journal);
  try {
    disk.append(fd, owners.map((owner) => journalLine({ kind: "owner", owner })).join(""), layout.journal);
  } finally {
    disk.close(fd);
  }
}

function moveJournal(layout: RunLayout, disk: Disk): boolean {
  if (!disk.link(layout.journal, layout.folding)) return false;
  disk.remove(layout.journal);
  return true;
}

/** Whether a lone owner is at it, which folds without the lock (`RunWriter.fold`). */
function otherFolds(layout: RunLayout, self: ProcessIdentity): boolean {
  const entries = readJournal(layout.folding)?.entries ?? [];
  const owners = entries.flatMap((entry) => (entry.kind === "owner" ? [entry.owner] : []));
  const [owner] = owners;
  if (owner === undefined || !owners.every((other) => sameProcess(other, owner))) return false;
  return !sameProcess(owner, self) && !isDead(owner);
}

function forget(run: RunState["run"], key: string): void {
  delete run.metricSummaries[key];
  delete run.data.metrics[key];
}
