import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { relative } from "node:path";
import { RunlabError } from "../../../errors.js";
import type { Disk } from "../disk.js";
import { isReadable } from "../document.js";
import { type FoldContext, foldRun } from "../fold-run.js";
import { FolderLock } from "../folder-lock.js";
import { readJournal } from "../journal.js";
import type { RunLayout, StoreLayout } from "../layout.js";
import { isGone } from "../owner-states.js";
import { fromDocument, type RunState, toDocument } from "../run-codec.js";
import { type LoadedRun, lastChange, loadRun, recount, replay, runDocument } from "../run-files.js";
import { lastDocument } from "../run-index.js";
import { endsTorn } from "../torn-line.js";
import { type StoreProblem, setAside } from "./problem.js";

export interface RunPlace {
  store: StoreLayout;
  experimentId: string;
  runId: string;
}

/** What is wrong with one run's files. */
export function checkRun(place: RunPlace, context: FoldContext): StoreProblem[] {
  const layout = place.store.run(place.experimentId, place.runId);
  const path = relative(place.store.root, layout.document);
  let loaded: LoadedRun;
  try {
    loaded = loadRun(layout);
  } catch (error) {
    if (!(error instanceof RunlabError)) throw error;
    const missing = error.code === "RESOURCE_DOES_NOT_EXIST";
    if (missing && !hasContent(layout)) {
      return [{ status: "warning", path, what: "it is missing: its process died before the run came to be" }];
    }
    const what = missing ? "it is missing, with its run's files beside it" : error.message;
    const mend = missing || error.code === "DATA_LOSS" ? mendDocument(place, layout, context) : undefined;
    return [{ status: "problem", path, what, ...(mend ? { mend } : { hint: error.hint }) }];
  }
  return [...misplaced(loaded, place, path), ...leftBehind(loaded, layout, path, context), ...untidyMetrics()];

  function untidyMetrics(): StoreProblem[] {
    if (loaded.open) return [];
    const problems = metricFiles(layout).flatMap((file) =>
      tornEnd(file, relative(place.store.root, file), context.disk),
    );
    if (sameMetrics(summedUp(loaded, layout), loaded)) return problems;
    // Summed up when it is done: a torn line may have been marked by then.
    const work = () =>
      new FolderLock(layout.lock, context).hold((held) => {
        const state = summedUp(loadRun(layout), layout);
        // Whoever writes to it by now sums it up at its end.
        if (existsSync(layout.journal) || existsSync(layout.folding)) return;
        runDocument(layout).write(toDocument(state), held);
      });
    const what = "its summaries are not those of its metric files";
    return [...problems, { status: "problem", path, what, mend: { what: "sum its metrics up anew", work } }];
  }
}

function summedUp({ run, bytes }: RunState, layout: RunLayout): RunState {
  const state = { run: structuredClone(run), bytes: new Map(bytes) };
  recount(state, layout);
  return state;
}

function sameMetrics(a: RunState, b: RunState): boolean {
  return JSON.stringify(toDocument(a).metrics) === JSON.stringify(toDocument(b).metrics);
}

function misplaced({ run }: LoadedRun, { experimentId, runId }: RunPlace, path: string): StoreProblem[] {
  const { info } = run;
  if (info.runId === runId && info.experimentId === experimentId) return [];
  const what = `it says that it is run ${info.runId} of experiment ${info.experimentId}, and stands in another's folder`;
  return [{ status: "problem", path, what, hint: "Move its folder to where it belongs." }];
}

/** A journal that nobody writes to any more. */
function leftBehind(loaded: LoadedRun, layout: RunLayout, path: string, context: FoldContext): StoreProblem[] {
  const { open, owners, run } = loaded;
  const lastWrite = () => lastChange(loaded, layout);
  if (!open || owners.length === 0 || !owners.every((owner) => isGone(context.owners.of(owner, lastWrite)))) return [];
  const what =
    run.info.status === "RUNNING" ? "the process that ran it has died" : "changes beside it are not in it yet";
  const mend = {
    what: "write down what became of it",
    work: async () => void (await foldRun(layout, context, false)),
  };
  return [{ status: "warning", path, what, mend }];
}

function tornEnd(file: string, path: string, disk: Disk): StoreProblem[] {
  const fd = openSync(file, "r");
  try {
    const { size } = fstatSync(fd);
    const last = Buffer.alloc(1);
    if (size === 0 || (readSync(fd, last, 0, 1, size - 1) === 1 && last[0] === 0x0a)) return [];
  } finally {
    closeSync(fd);
  }
  const work = () => {
    const handle = disk.open(file);
    try {
      if (endsTorn(handle)) disk.append(handle, " !\n", file);
    } finally {
      disk.close(handle);
    }
  };
  const what = "its last line is torn; it was never acknowledged and is not read";
  return [{ status: "warning", path, what, mend: { what: "mark the line as none", work } }];
}

/** Whether a run without a document has had one: a run is given to nobody before it has. */
function hasContent(layout: RunLayout): boolean {
  const entries = readJournal(layout.journal)?.entries ?? [];
  const files = [layout.metrics, layout.artifacts, layout.folding];
  return entries.some(({ kind }) => kind !== "owner") || files.some(existsSync);
}

/** From the index, else from the files that are left. */
function mendDocument(place: RunPlace, layout: RunLayout, context: FoldContext): NonNullable<StoreProblem["mend"]> {
  const indexed = lastDocument(place.store.index(place.experimentId), place.runId);
  const state = (): LoadedRun => {
    const known =
      indexed === undefined ? rebuilt(place, layout) : fromDocument(indexed, layout.document, layout.artifacts);
    const journals = [layout.folding, layout.journal].flatMap((path) => readJournal(path)?.entries ?? []);
    return replay({ ...known, owners: [], open: true, end: 0 }, journals, layout);
  };
  return {
    what:
      indexed === undefined
        ? "make it anew from its metric files and its journal; name, params and tags that only it had are lost"
        : "make it anew from the index and its metric files",
    work: () =>
      new FolderLock(layout.lock, context).hold((held) => {
        // Another process may have mended it.
        if (isReadable(() => loadRun(layout))) return;
        const mended = state();
        recount(mended, layout);
        setAside(layout.document, held);
        runDocument(layout).write(toDocument(mended), held);
      }),
  };
}

function rebuilt({ experimentId, runId }: RunPlace, layout: RunLayout): RunState {
  const times = metricFiles(layout).map((file) => statSync(file));
  const folder = statSync(layout.folder);
  const startTime = Math.round(Math.min(folder.birthtimeMs || folder.mtimeMs, ...times.map((file) => file.mtimeMs)));
  return {
    run: {
      info: {
        runId,
        runName: runId,
        experimentId,
        status: "KILLED",
        startTime,
        endTime: Math.round(Math.max(startTime, ...times.map((file) => file.mtimeMs))),
        lifecycleStage: "active",
        artifactUri: layout.artifacts,
        userId: "",
      },
      data: {
        params: {},
        metrics: {},
        tags: {
          "mlflow.runName": runId,
          "runlab.end_reason": "Its document was lost and made anew from its metric files.",
        },
      },
      inputs: { datasetInputs: [] },
      outputs: { modelOutputs: [] },
      metricSummaries: {},
    },
    bytes: new Map(),
  };
}

function metricFiles(layout: RunLayout): string[] {
  return existsSync(layout.metrics) ? readdirSync(layout.metrics).map((name) => `${layout.metrics}/${name}`) : [];
}
