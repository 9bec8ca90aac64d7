import { countRunsIn, searchRunRowsIn } from "../../tracking/filter/search.js";
import type { RunCount, RunSearch } from "../../tracking/store.js";
import type { Page, Run } from "../../tracking/types.js";
import { ArtifactFolder } from "../artifacts/artifact-folder.js";
import { cloneRun, copyPage } from "../copies.js";
import { checkActive, noRun } from "../run-change.js";
import { ChangeLog } from "./change-log.js";
import { type Report, warn } from "./damage-report.js";
import { foldRun } from "./fold-run.js";
import { FlawedLine, IndexedRun, readCatalogRun } from "./indexed-run.js";
import { isRunId, type RunLayout, type StoreLayout } from "./layout.js";
import { OpenRuns } from "./open-runs.js";
import { RunCatalog } from "./run-catalog.js";
import { killIfOrphan, loadRun } from "./run-files.js";
import { RunIndex } from "./run-index.js";
import type { WriterContext } from "./writer-context.js";

/** The runs of a store, wherever they are: being written by this process, known from before, or in files only. */
export class StoredRuns {
  /** Those that this process writes to. */
  readonly open: OpenRuns;
  readonly #layout: StoreLayout;
  readonly #context: WriterContext;
  readonly #report: Report;
  readonly #changes: ChangeLog;
  readonly #index: RunIndex;
  readonly #catalog: RunCatalog;
  /** Runs whose process has died, by id, that are to be put to rest. */
  readonly #orphans = new Map<string, RunLayout>();
  /** What {@link buryOrphans} is at. */
  #burying: Promise<void> = Promise.resolve();
  #hasRemoved = false;

  constructor(layout: StoreLayout, context: WriterContext, report: Report) {
    this.#layout = layout;
    this.#context = context;
    this.#report = report;
    this.#changes = new ChangeLog(layout.changes, context.disk);
    this.#index = new RunIndex(layout, context.disk, context.pool);
    this.#catalog = new RunCatalog(layout, context.disk, this.#changes, this.#index, {
      owners: context.owners,
      isWriting: (runId) => this.open.has(runId),
      writing: (runId) => this.open.read(runId),
      orphan: (experimentId, runId) => this.#orphans.set(runId, layout.run(experimentId, runId)),
      damaged: report,
    });
    this.open = new OpenRuns({
      layout,
      context,
      index: this.#index,
      changes: this.#changes,
      experimentOf: (runId) => this.#experimentOf(runId),
      warn,
    });
  }

  /** The run as it stands now; not to be changed. @throws {TrackingError} RESOURCE_DOES_NOT_EXIST, DATA_LOSS */
  find(runId: string): Run {
    const writing = this.open.read(runId);
    if (writing !== undefined) return writing;
    const layout = this.locate(runId);
    const { disk, owners } = this.#context;
    const loaded = loadRun(layout, disk);
    killIfOrphan(loaded, layout, disk, owners, "shown");
    for (const problem of loaded.problems ?? []) this.#report(problem);
    return loaded.run;
  }

  /** A page of the readable runs of some experiments; copies. */
  search(search: RunSearch): Page<Run> {
    return this.#look(search.experimentIds, (runs) =>
      copyPage(searchRunRowsIn(runs, search, readCatalogRun), (run) =>
        cloneRun(run instanceof IndexedRun ? run.whole() : run),
      ),
    );
  }

  /** Of each of these experiments that has runs which are not deleted. */
  counts(experimentIds: readonly string[]): Map<string, RunCount> {
    return this.#look(experimentIds, countRunsIn);
  }

  /** What `look` makes of the readable runs of some experiments; from their documents, where the index is not what it says. */
  #look<T>(experimentIds: readonly string[], look: (runs: ReadonlyArray<Run | IndexedRun>) => T): T {
    const runs = () => [...new Set(experimentIds)].flatMap((id) => this.#catalog.runs(id));
    try {
      return look(runs());
    } catch (error) {
      if (!(error instanceof FlawedLine)) throw error;
      this.#catalog.distrustIndex();
      return look(runs());
    }
  }

  /** How many readable runs an experiment has, deleted ones too. */
  count(experimentId: string): number {
    return this.#catalog.runs(experimentId).length;
  }

  /** Why one of the experiment's runs cannot be read; undefined when all can be. */
  unreadable(experimentId: string): Error | undefined {
    return this.#catalog.unreadable(experimentId);
  }

  /** Where the files of a run are. @throws {TrackingError} RESOURCE_DOES_NOT_EXIST */
  locate(runId: string): RunLayout {
    return this.#layout.run(this.#experimentOf(runId), runId);
  }

  /** Takes a run out of sight, in one step: one that is half removed is never seen. @returns the folder that is left to remove */
  async takeOut(runId: string): Promise<string> {
    await this.open.rest(runId);
    this.#hasRemoved = true;
    const experimentId = this.#experimentOf(runId);
    const doomed = this.#layout.doomed(experimentId, runId);
    this.#context.disk.rename(this.#layout.run(experimentId, runId).folder, doomed);
    this.#index.forget(experimentId, runId);
    return doomed;
  }

  /** The files of a run. @throws {TrackingError} RESOURCE_DOES_NOT_EXIST */
  artifacts(runId: string): ArtifactFolder {
    const checkOpen = () => checkActive(this.find(runId));
    return new ArtifactFolder(this.locate(runId).artifacts, runId, this.#context.disk, { checkOpen, warn });
  }

  /**
   * Writes down which runs were killed, once this process has written to the store anyway. A process that only reads shows them as
   * killed and leaves their documents alone: the store may belong to somebody else.
   */
  async buryOrphans(): Promise<void> {
    if (this.open.haveWritten || this.#hasRemoved) {
      const orphans = [...this.#orphans.values()];
      this.#orphans.clear();
      this.#burying = this.#burying.then(() => this.#bury(orphans));
    }
    await this.#burying;
  }

  async #bury(orphans: readonly RunLayout[]): Promise<void> {
    for (const layout of orphans) {
      await foldRun(layout, this.#context, false).catch(() => undefined);
    }
  }

  /**
   * What is read afterwards, or meanwhile, writes nothing.
   * @throws {TrackingError} when points that the disk has refused cannot be written
   */
  async close(): Promise<void> {
    await this.buryOrphans();
    try {
      await this.open.close();
      this.#hasRemoved = false;
    } finally {
      this.#changes.close();
      this.#index.close();
    }
  }

  #experimentOf(runId: string): string {
    const writing = this.open.read(runId)?.info.experimentId;
    if (writing === undefined) this.open.checkNotRemoved(runId);
    const experimentId = writing ?? (isRunId(runId) ? this.#catalog.experimentOf(runId) : undefined);
    if (experimentId === undefined) throw noRun(runId);
    return experimentId;
  }
}
