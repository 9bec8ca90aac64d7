import { relative } from "node:path";
import { RunlabError } from "../../../errors.js";
import { noRun } from "../../run-change.js";
import { sumOf } from "../checksum.js";
import { type Disk, endsTorn, type ReadingDisk } from "../disk.js";
import { isAltered, wasWritten } from "../document.js";
import { type FoldContext, foldRun } from "../fold-run.js";
import { FolderLock } from "../folder-lock.js";
import type { HeldDisk } from "../held-disk.js";
import { salvageJournal } from "../journal.js";
import type { RunLayout, StoreLayout } from "../layout.js";
import { readPoints } from "../metric-lines.js";
import { isGone } from "../owner-states.js";
import { fromDocument, type RunState, toDocument } from "../run-codec.js";
import { type LoadedRun, lastChange, loadRun, recount, runDocument, sumUp } from "../run-files.js";
import { lastIndexed } from "../run-index.js";
import { setAside } from "../set-aside.js";
import { type StoreFix, type StoreProblem, whatIsWrong } from "./problem.js";
import { isIndexed, placeIn, repairRun } from "./repair-run.js";

/** What is wrong with one run's files. */
export function checkRun(store: StoreLayout, layout: RunLayout, context: FoldContext): StoreProblem[] {
  const { disk } = context;
  const path = relative(store.root, layout.document);
  const lines = [layout.folding, layout.journal].flatMap((journal) =>
    (salvageJournal(journal, disk)?.problems ?? []).map((what) => ({ path: relative(store.root, journal), what })),
  );
  if (lines.length > 0) {
    const fix = repair();
    return [...lines.map((line): StoreProblem => ({ status: "problem", ...line, fix })), ...documentProblem(fix)];
  }
  let loaded: LoadedRun;
  try {
    loaded = loadRun(layout, disk);
  } catch (error) {
    return problemOf(error, repair);
  }
  return [...leftBehind(loaded, layout, path, context), ...changedDocument(), ...untidyMetrics()];

  /** Of the document alone: what its journals say is known to be damaged. */
  function documentProblem(fix: StoreFix): StoreProblem[] {
    try {
      const document = runDocument(layout, disk).read();
      if (document === undefined) throw noRun(layout.runId);
      fromDocument(document, layout);
      return [];
    } catch (error) {
      return problemOf(error, () => fix);
    }
  }

  function repair(): StoreFix {
    return { what: repairText(store, layout, disk), work: () => repairRun(store, layout, context) };
  }

  function problemOf(error: unknown, fix: () => StoreFix): StoreProblem[] {
    if (!(error instanceof RunlabError)) throw error;
    const missing = error.code === "RESOURCE_DOES_NOT_EXIST";
    if (missing && !hasContent(layout, disk)) {
      return [{ status: "warning", path, what: "it is missing: the process died before it had created the run" }];
    }
    const what = missing ? "it is missing, but its run's other files exist" : whatIsWrong(error);
    if (isCopy(store, layout, disk)) {
      const hint =
        "It is a copy of a run that is also in the right place. Remove this folder, or move it out of the store.";
      return [{ status: "problem", path, what, hint }];
    }
    const fixable = missing || error.code === "DATA_LOSS";
    return [{ status: "problem", path, what, ...(fixable ? { fix: fix() } : { hint: error.hint }) }];
  }

  function untidyMetrics(): StoreProblem[] {
    const problems = metricFiles(layout, disk).flatMap((file) => wrongLines(file, relative(store.root, file), disk));
    if (loaded.open) return [...problems, ...changedFiles()];
    problems.push(...metricFiles(layout, disk).flatMap((file) => tornEnd(file, relative(store.root, file), disk)));
    if (sameMetrics(summedUp(loaded, layout, disk), loaded)) return [...problems, ...changedFiles()];
    // Summed up when it is done: a torn line may have been marked by then.
    const work = () => rewrite((held) => summedUp(loadRun(layout, held), layout, held));
    const what = "its metric summaries do not match its metric files";
    return [...problems, { status: "problem", path, what, fix: { what: "recompute the summaries", work } }];
  }

  /** Files with the right summaries that are not what was logged. */
  function changedFiles(): StoreProblem[] {
    return [...loaded.sums].flatMap(([key, sum]): StoreProblem[] => {
      const file = layout.metric(key);
      const found = sumOf(file, sum.bytes, disk);
      if (found.crc === sum.crc && found.bytes === sum.bytes) return [];
      const what = "its checksum (crc32) is wrong: its points are not those that were logged";
      const where = relative(store.root, file);
      if (loaded.open) {
        const hint = "Another process is writing to the run. End it, then run doctor again.";
        return [{ status: "problem", path: where, what, hint }];
      }
      const fix = {
        what: "accept it as it is; metric files have no copy, so restore it from a backup first if you have one",
        work: () => rewrite((held) => summedUp(loadRun(layout, held), layout, held)),
      };
      return [{ status: "problem", path: where, what, fix }];
    });
  }

  function changedDocument(): StoreProblem[] {
    if (!isAltered(layout.document, disk)) return [];
    const what = "its checksum (crc32) is wrong: it was changed after it was written";
    if (loaded.open) {
      const work = async () => void (await foldRun(layout, context, false));
      return [{ status: "problem", path, what, fix: { what: "rewrite it with the changes from its journal", work } }];
    }
    const written = writtenBefore(store, layout, disk) !== undefined;
    const fix = {
      what: written
        ? "restore it from the index and keep the changed one next to it"
        : "accept it as it is; there is no record of what was changed, so restore it from a backup first if you have one",
      work: () =>
        rewrite((held) => {
          if (!isAltered(layout.document, held)) return undefined;
          const before = writtenBefore(store, layout, held);
          if (before === undefined) return loadRun(layout, held);
          setAside(layout.document, held);
          return before;
        }),
    };
    return [{ status: "problem", path, what, fix }];
  }

  /** Puts what `state` gives into the document, unless somebody writes to the run by now, who does it at its end. */
  function rewrite(state: (held: HeldDisk) => RunState | undefined): Promise<void> {
    return new FolderLock(layout.lock, context).hold((held) => {
      if (held.exists(layout.journal) || held.exists(layout.folding)) return;
      const found = state(held);
      if (found === undefined) return;
      sumUp(found, layout, held);
      runDocument(layout, held).write(toDocument(found), held);
    });
  }
}

/** What a changed document said, when the index has just that. */
function writtenBefore(store: StoreLayout, layout: RunLayout, disk: ReadingDisk): RunState | undefined {
  const known = lastIndexed(store.index(layout.experimentId), layout, disk);
  return known !== undefined && wasWritten(layout.document, disk, toDocument(known)) ? known : undefined;
}

function repairText(store: StoreLayout, layout: RunLayout, disk: ReadingDisk): string {
  const sources = isIndexed(store, layout, disk) ? ", the index and its metric files" : " and its metric files";
  return `rebuild the run's document from what can be read of it${sources} and keep the damaged one next to it`;
}

/** From its metric files alone: a digit in them may have changed, and their length not. */
function summedUp({ run, bytes }: RunState, layout: RunLayout, disk: ReadingDisk): RunState {
  const unread = new Map([...bytes.keys()].map((key) => [key, -1]));
  const state = { run: structuredClone(run), bytes: unread, sums: new Map() };
  recount(state, layout, disk);
  return state;
}

/** Whether the summaries are alike; checksums are looked at by themselves. */
function sameMetrics(a: RunState, b: RunState): boolean {
  const [first, second] = [a, b].map((state) => toDocument({ ...state, sums: new Map() }).metrics);
  return JSON.stringify(first) === JSON.stringify(second);
}

/** Whether the run that a document speaks of has another folder, where it belongs. */
function isCopy(store: StoreLayout, layout: RunLayout, disk: ReadingDisk): boolean {
  const place = placeIn(layout.document, disk);
  if (place === undefined || (place.runId === layout.runId && place.experimentId === layout.experimentId)) return false;
  return disk.exists(store.run(place.experimentId, place.runId).document);
}

/** A journal that nobody writes to any more. */
function leftBehind(loaded: LoadedRun, layout: RunLayout, path: string, context: FoldContext): StoreProblem[] {
  const { open, owners, run } = loaded;
  const lastWrite = () => lastChange(loaded, layout, context.disk);
  if (!open || owners.length === 0 || !owners.every((owner) => isGone(context.owners.of(owner, lastWrite)))) return [];
  const what =
    run.info.status === "RUNNING" ? "the process that ran it has died" : "changes in its journal are not in it yet";
  const fix = {
    what: "record how the run ended",
    work: async () => void (await foldRun(layout, context, false)),
  };
  return [{ status: "warning", path, what, fix }];
}

/** Lines that are not points. Which numbers they were is for a person to say. */
function wrongLines(file: string, path: string, disk: ReadingDisk): StoreProblem[] {
  const { problem } = readPoints(file, disk);
  if (problem === undefined) return [];
  const hint = "Correct the line (its format is: timestamp value step) or remove it, then run doctor again.";
  return [{ status: "problem", path, what: whatIsWrong(problem), hint }];
}

function tornEnd(file: string, path: string, disk: Disk): StoreProblem[] {
  const size = disk.look(file)?.size ?? 0;
  if (size === 0 || disk.read(file, size - 1)?.[0] === 0x0a) return [];
  const work = () => {
    const { fd, size } = disk.open(file);
    try {
      if (endsTorn(fd, size)) disk.append(fd, " !\n", file);
    } finally {
      disk.close(fd);
    }
  };
  const what = "its last line is incomplete; it was never acknowledged and is ignored";
  return [{ status: "warning", path, what, fix: { what: "mark the line as incomplete", work } }];
}

/** Whether a run without a document has had one: a run is given to nobody before it has. */
function hasContent(layout: RunLayout, disk: ReadingDisk): boolean {
  const entries = salvageJournal(layout.journal, disk)?.entries ?? [];
  const files = [layout.metrics, layout.artifacts, layout.folding];
  return entries.some(({ kind }) => kind !== "owner") || files.some((path) => disk.exists(path));
}

function metricFiles(layout: RunLayout, disk: ReadingDisk): string[] {
  return disk.list(layout.metrics).map((name) => `${layout.metrics}/${name}`);
}
