import { TrackingError } from "../../errors.js";
import { flawText } from "../../schema.js";
import type { Experiment } from "../../tracking/types.js";
import { defaultExperiment, findExperiment } from "../experiment-table.js";
import type { Report } from "./damage-report.js";
import { type Disk, fileStamp, type ReadingDisk } from "./disk.js";
import { altered, checkWritable, copyOf, damaged, JsonDocument } from "./document.js";
import {
  addExperiments,
  type ExperimentsDocument,
  experimentsSchema,
  fromExperimentsDocument,
  toExperimentsDocument,
  wholeExperimentsSchema,
} from "./experiments-codec.js";
import { FolderLock, type LockContext } from "./folder-lock.js";
import type { HeldDisk } from "./held-disk.js";
import { isExperimentId, isRunId, type StoreLayout } from "./layout.js";
import { setAside } from "./set-aside.js";

interface ReadExperiments {
  /** With a stand-in for each that cannot be read, so that its runs are found. */
  list: Experiment[];
  /** The highest number ever given. */
  lastId: number;
  /** What is wrong in the document. While there is anything it is not changed, except by `repair`. */
  problems: TrackingError[];
}

/** `experiments.json`: shared by every process on the store, so it is changed under a lock after reading it again. */
export class ExperimentsFile {
  readonly #layout: StoreLayout;
  readonly #disk: Disk;
  readonly #lock: FolderLock;
  readonly #report: Report;
  readonly #document: JsonDocument<ExperimentsDocument>;
  readonly #copy: JsonDocument<ExperimentsDocument>;
  #cached: ReadExperiments & { stamp: string } = { stamp: "", list: [], lastId: 0, problems: [] };
  /** This process has seen or made the store. */
  #wasThere = false;

  /** @param report - is told what is damaged when the experiments are read */
  constructor(layout: StoreLayout, context: LockContext, report: Report) {
    this.#layout = layout;
    this.#disk = context.disk;
    this.#lock = new FolderLock(layout.lock, context);
    this.#report = report;
    const copy = copyOf(layout.experiments);
    this.#document = new JsonDocument(layout.experiments, context.disk, experimentsSchema, { copy });
    this.#copy = new JsonDocument(copy, context.disk, experimentsSchema);
  }

  get exists(): boolean {
    return this.#disk.exists(this.#layout.experiments);
  }

  /**
   * Do not change them. A store that is not made yet has the default experiment. Where the document is damaged, the rest of it
   * is completed from its copy and from the folders of runs.
   */
  read(): readonly Experiment[] {
    const stamp = fileStamp(this.#layout.experiments, this.#disk);
    if (stamp === undefined) return [this.#default()];
    if (stamp !== this.#cached.stamp) this.#cached = { stamp, ...this.#load() };
    for (const problem of this.#cached.problems) this.#report(problem);
    return this.#cached.list;
  }

  /** Do not change it. @throws {TrackingError} RESOURCE_DOES_NOT_EXIST; DATA_LOSS when it may be what cannot be read */
  find(experimentId: string): Experiment {
    const list = this.read();
    try {
      return findExperiment(list, experimentId);
    } catch (error) {
      throw this.#cached.problems[0] ?? error;
    }
  }

  /** Everything that is wrong in the document. @throws {TrackingError} INVALID_STATE when a newer runlab has written it */
  problems(): readonly TrackingError[] {
    return this.#load().problems;
  }

  /** Makes the store when it is not there yet, or not any more; several processes may do so at once. */
  async create(): Promise<void> {
    if (this.exists) {
      this.#wasThere = true;
      return;
    }
    if (this.#wasThere) {
      process.emitWarning(
        `The store '${this.#layout.root}' was removed; a new one is created in its place.`,
        "RunlabWarning",
      );
    }
    this.#wasThere = true;
    this.#disk.makeFolder(this.#layout.root);
    await this.#lock.hold((disk) => {
      if (this.exists) return;
      disk.overwrite(`${this.#layout.root}/.gitignore`, ".changes\n.index\n.*.copy\n.lock*\n..lock*\n*.tmp\n");
      this.#store(disk, [this.#default()]);
    });
  }

  /**
   * Changes the list in place, and writes it unless `change` throws.
   * @throws {TrackingError} DATA_LOSS when the document is damaged: writing it would lose what cannot be read
   */
  async change<T>(change: (experiments: Experiment[], lastId: number) => T): Promise<T> {
    await this.create();
    return this.#lock.hold((disk) => {
      const { list, lastId, problems } = this.#load();
      const [problem] = problems;
      if (problem !== undefined) throw problem;
      // A merge may bring runs without their experiment: no other one is to get their folder.
      const folders = disk.list(this.#layout.root).filter(isExperimentId);
      const highest = Math.max(lastId, ...folders.map(Number));
      const result = change(list, highest);
      this.#store(disk, list, highest);
      return result;
    });
  }

  /** Puts what {@link read} makes of a document that is damaged or missing in its place, and keeps the damaged one beside it. */
  async repair(): Promise<void> {
    await this.#lock.hold((disk) => {
      const { list, lastId, problems } = this.exists ? this.#load() : this.#complete([], 0);
      // Another process may have repaired it by now.
      if (this.exists && problems.length === 0) return;
      setAside(this.#layout.experiments, disk);
      this.#store(disk, list, lastId);
    });
  }

  #load(): ReadExperiments {
    const told = this.#tell(this.#document);
    return told.incomplete ? { ...this.#complete(told.list, told.lastId), problems: told.problems } : told;
  }

  /** Adds what the copy has besides, and an experiment for each folder that has none yet. */
  #complete(list: Experiment[], lastId: number): ReadExperiments {
    const copy = this.#tell(this.#copy);
    addExperiments(list, copy.list);
    const ids = ["0", ...experimentFolders(this.#layout, this.#disk)];
    addExperiments(
      list,
      ids.map((id) => unnamed(this.#layout, id)),
    );
    return { list, lastId: Math.max(lastId, copy.lastId), problems: [] };
  }

  #tell(document: JsonDocument<ExperimentsDocument>): ReadExperiments & { incomplete: boolean } {
    try {
      const found = document.read() ?? { experiments: [] };
      const told = fromExperimentsDocument(found, (id) => this.#layout.experiment(id));
      if (document.isAltered) this.#report(altered(document.path));
      const problems = told.flaws.map((flaw) => damaged(document.path, flawText(flaw)));
      return { list: told.experiments, lastId: told.lastId, problems, incomplete: told.incomplete };
    } catch (error) {
      if (!(error instanceof TrackingError) || error.code !== "DATA_LOSS") throw error;
      return { list: [], lastId: 0, problems: [error], incomplete: true };
    }
  }

  #store(disk: HeldDisk, experiments: readonly Experiment[], lastId = 0): void {
    const document = toExperimentsDocument(experiments, lastId, (id) => this.#layout.experiment(id));
    checkWritable(this.#layout.experiments, wholeExperimentsSchema, document);
    this.#document.write(document, disk);
  }

  #default(): Experiment {
    return defaultExperiment(this.#layout.experiment("0"), Date.now());
  }
}

/** Experiments that have runs, by the names of their folders, in the order of their numbers. */
export function experimentFolders(layout: StoreLayout, disk: ReadingDisk): string[] {
  return disk
    .list(layout.root)
    .filter((name) => isExperimentId(name) && hasRuns(layout.experiment(name), disk))
    .sort((a, b) => Number(a) - Number(b));
}

function hasRuns(folder: string, disk: ReadingDisk): boolean {
  if (!disk.look(folder)?.isDirectory()) return false;
  try {
    return disk.list(folder).some(isRunId);
  } catch (error) {
    // A folder that cannot be read may have some.
    if (error instanceof TrackingError) return true;
    throw error;
  }
}

/** What is left of an experiment of which only the folder is known. */
export function unnamed(layout: StoreLayout, id: string): Experiment {
  const plain = defaultExperiment(layout.experiment(id), Date.now());
  return id === "0" ? plain : { ...plain, experimentId: id, name: `experiment ${id}` };
}
