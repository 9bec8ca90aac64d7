import { RunlabError } from "../../errors.js";
import type { Run } from "../../tracking/types.js";
import type { ChangeLog } from "./change-log.js";
import type { ReadingDisk } from "./disk.js";
import { damaged, isReadable } from "./document.js";
import type { IndexedRun } from "./indexed-run.js";
import { isExperimentId, isRunId, type StoreLayout } from "./layout.js";
import type { OwnerStates } from "./owner-states.js";
import { type RunDocument, type RunState, toDocument } from "./run-codec.js";
import { killIfOrphan, type LoadedRun, loadRun } from "./run-files.js";
import { isSettled, type RunIndex, stampOf } from "./run-index.js";

interface Entry {
  /** Undefined: not read yet, or its document is damaged. */
  run: Run | IndexedRun | undefined;
  /** Read it again before it is shown: it is new, or somebody writes to it. */
  stale: boolean;
}

interface Folder {
  /** Of the folder, when its names were read. */
  mtimeMs: number;
  /** Links of the folder then: most file systems count its subfolders so. */
  links: number;
  /** Runs that were announced since. */
  announced: number;
  entries: Map<string, Entry>;
}

export interface CatalogHost {
  readonly owners: OwnerStates;
  isWriting(runId: string): boolean;
  /** The run as this process is writing it. @throws {TrackingError} DATA_LOSS */
  writing(runId: string): Run | undefined;
  /** Its owner has died: its document should say so. */
  orphan(experimentId: string, runId: string): void;
  /** Something cannot be read; what can be is shown. */
  damaged(problem: Error): void;
}

/**
 * The runs of a store in memory. It is derived from the files: a folder's names are read again when it changed, a run when
 * it was announced as changing. A run at rest is read once.
 */
export class RunCatalog {
  readonly #layout: StoreLayout;
  readonly #disk: ReadingDisk;
  readonly #changes: ChangeLog;
  readonly #index: RunIndex;
  readonly #host: CatalogHost;
  readonly #folders = new Map<string, Folder>();

  constructor(layout: StoreLayout, disk: ReadingDisk, changes: ChangeLog, index: RunIndex, host: CatalogHost) {
    this.#layout = layout;
    this.#disk = disk;
    this.#changes = changes;
    this.#index = index;
    this.#host = host;
  }

  /** Every readable run of an experiment, deleted ones too. Do not change them. */
  runs(experimentId: string): Array<Run | IndexedRun> {
    this.#hearNews();
    // The index is for a first look; later only runs that change are read.
    const indexed = this.#folders.has(experimentId) ? undefined : this.#index.load(experimentId);
    let folder: Folder;
    try {
      folder = this.#folder(experimentId);
    } catch (error) {
      // The runs of the other experiments can be read all the same.
      if (!(error instanceof RunlabError)) throw error;
      this.#host.damaged(error);
      return [];
    }
    const runs: Array<Run | IndexedRun> = [];
    const unknown: Array<{ document: RunDocument; stamp: string }> = [];
    const now = Date.now();
    for (const [runId, entry] of folder.entries) {
      if (entry.stale) {
        const known = this.#host.isWriting(runId) ? undefined : indexed?.find(experimentId, runId, this.#layout);
        if (known !== undefined) {
          entry.run = known;
          entry.stale = false;
        } else {
          const stamp = indexed && stampOf(this.#layout.run(experimentId, runId), this.#disk);
          const state = this.#read(experimentId, runId, entry);
          // What was changed behind our back is not a copy of what was written.
          if (state?.problems === undefined && state !== undefined && stamp !== undefined && isSettled(stamp, now)) {
            unknown.push({ document: toDocument(state), stamp });
          }
        }
      }
      if (entry.run !== undefined) runs.push(entry.run);
    }
    this.#index.note(experimentId, unknown);
    return runs;
  }

  /** A line of an index turned out to be flawed: all runs are read from their documents. */
  distrustIndex(): void {
    this.#index.distrust();
    this.#folders.clear();
  }

  /** Why one of the experiment's runs cannot be read; undefined when all can be, or have never come to be. */
  unreadable(experimentId: string): RunlabError | undefined {
    for (const runId of this.#disk.list(this.#layout.experiment(experimentId)).filter(isRunId)) {
      const layout = this.#layout.run(experimentId, runId);
      try {
        loadRun(layout, this.#disk);
      } catch (error) {
        if (!(error instanceof RunlabError)) throw error;
        if (error.code !== "RESOURCE_DOES_NOT_EXIST") return error;
        const lost = this.#disk.exists(layout.metrics) || this.#disk.exists(layout.artifacts);
        if (lost) return damaged(layout.document, "it is missing, but its run's other files exist");
      }
    }
    return undefined;
  }

  /** The experiment of a run; undefined when no experiment has it. */
  experimentOf(runId: string): string | undefined {
    for (const [experimentId, folder] of this.#folders) {
      if (folder.entries.get(runId)?.run !== undefined) return experimentId;
    }
    const layouts = this.#experimentFolders().map((experimentId) => this.#layout.run(experimentId, runId));
    const found = layouts.filter(({ document }) => this.#isThere(document));
    // A copy in another experiment's folder does not hide the run.
    const whole = found.length > 1 ? found.find((layout) => isReadable(() => loadRun(layout, this.#disk))) : undefined;
    return (whole ?? found[0])?.experimentId;
  }

  #experimentFolders(): string[] {
    return this.#disk.list(this.#layout.root).filter(isExperimentId);
  }

  /** Not by way of an experiment's folder that is a link: that is reported. */
  #isThere(document: string): boolean {
    try {
      return this.#disk.exists(document);
    } catch (error) {
      if (!(error instanceof RunlabError)) throw error;
      this.#host.damaged(error);
      return false;
    }
  }

  #hearNews(): void {
    const news = this.#changes.news();
    if (news === undefined) {
      for (const folder of this.#folders.values()) {
        Object.assign(folder, { mtimeMs: Number.NaN, announced: 0 });
        for (const entry of folder.entries.values()) entry.stale = true;
      }
      return;
    }
    for (const { experimentId, runId } of news) {
      const folder = this.#folders.get(experimentId);
      const entry = folder?.entries.get(runId);
      if (entry !== undefined) entry.stale = true;
      else if (folder !== undefined) {
        folder.entries.set(runId, { run: undefined, stale: true });
        folder.announced++;
      }
    }
  }

  #folder(experimentId: string): Folder {
    const known = this.#folders.get(experimentId) ?? newFolder();
    const path = this.#layout.experiment(experimentId);
    const { mtimeMs, nlink } = this.#disk.look(path) ?? { mtimeMs: -1, nlink: 0 };
    if (mtimeMs === known.mtimeMs) return known;
    // All that is new was announced: a hundred thousand names need not be read again for one more run.
    const explained = known.announced > 0 && nlink === known.links + known.announced;
    const present = explained ? undefined : new Set(this.#disk.list(path).filter(isRunId));
    this.#folders.set(experimentId, known);
    Object.assign(known, { mtimeMs, links: nlink, announced: 0 });
    if (present === undefined) return known;
    for (const runId of known.entries.keys()) {
      if (!present.has(runId)) known.entries.delete(runId);
    }
    for (const runId of present) {
      if (!known.entries.has(runId)) known.entries.set(runId, { run: undefined, stale: true });
    }
    return known;
  }

  /** @returns what was read when the run is at rest */
  #read(experimentId: string, runId: string, entry: Entry): RunState | undefined {
    const layout = this.#layout.run(experimentId, runId);
    let loaded: LoadedRun;
    let orphan: boolean;
    try {
      const own = this.#host.writing(runId);
      if (own !== undefined) {
        entry.run = own;
        return undefined;
      }
      loaded = loadRun(layout, this.#disk);
      orphan = loaded.open && killIfOrphan(loaded, layout, this.#disk, this.#host.owners, "shown");
    } catch (error) {
      if (!(error instanceof RunlabError)) throw error;
      entry.run = undefined;
      // A folder without a document: its run is being made this moment, or never came to be.
      if (error.code !== "RESOURCE_DOES_NOT_EXIST") this.#host.damaged(error);
      return undefined;
    }
    for (const problem of loaded.problems ?? []) this.#host.damaged(problem);
    if (orphan) this.#host.orphan(experimentId, runId);
    entry.run = loaded.run;
    entry.stale = loaded.open;
    return loaded.open ? undefined : loaded;
  }
}

function newFolder(): Folder {
  return { mtimeMs: Number.NaN, links: 0, announced: 0, entries: new Map() };
}
