import { existsSync } from "node:fs";
import type { Experiment, LifecycleStage } from "../../tracking/types.js";
import { defaultExperiment } from "../experiment-table.js";
import type { Disk } from "./disk.js";
import { copyOf, damaged, isReadable, JsonDocument } from "./document.js";
import { fileStamp } from "./file-stamp.js";
import { FolderLock, type LockContext } from "./folder-lock.js";
import type { HeldDisk } from "./held-disk.js";
import type { StoreLayout } from "./layout.js";

interface ExperimentsDocument {
  experiments: ExperimentDocument[];
  /** The highest number ever given. */
  last_experiment_id?: number;
}

interface ExperimentDocument {
  experiment_id: string;
  name: string;
  lifecycle_stage: LifecycleStage;
  creation_time: number;
  last_update_time: number;
  tags: Record<string, string>;
  /** Only when it was chosen; else it is the experiment's folder, wherever the store is. */
  artifact_location?: string;
}

/** `experiments.json`: shared by every process on the store, so it is changed under a lock after reading it again. */
export class ExperimentsFile {
  readonly #layout: StoreLayout;
  readonly #disk: Pick<Disk, "makeFolder">;
  readonly #lock: FolderLock;
  readonly #document: JsonDocument<ExperimentsDocument>;
  #cached: { stamp: string; experiments: Experiment[] } = { stamp: "", experiments: [] };
  /** This process has seen or made the store. */
  #wasThere = false;

  constructor(layout: StoreLayout, context: LockContext) {
    this.#layout = layout;
    this.#disk = context.disk;
    this.#lock = new FolderLock(layout.lock, context);
    this.#document = new JsonDocument<ExperimentsDocument>(
      layout.experiments,
      { experiments: [] },
      { copy: copyOf(layout.experiments) },
    );
  }

  get exists(): boolean {
    return existsSync(this.#layout.experiments);
  }

  /** Do not change them. A store that is not made yet has the default experiment. */
  read(): readonly Experiment[] {
    const stamp = fileStamp(this.#layout.experiments);
    if (stamp === undefined) return [defaultExperiment(this.#layout.experiment("0"), Date.now())];
    if (stamp !== this.#cached.stamp) this.#cached = { stamp, experiments: this.#load() };
    return this.#cached.experiments;
  }

  /** Makes the store when it is not there yet, or not any more; several processes may do so at once. */
  async create(): Promise<void> {
    if (this.exists) {
      this.#wasThere = true;
      return;
    }
    if (this.#wasThere) {
      process.emitWarning(
        `The store '${this.#layout.root}' was removed; a new one is made in its place.`,
        "RunlabWarning",
      );
    }
    this.#wasThere = true;
    this.#disk.makeFolder(this.#layout.root);
    await this.#lock.hold((disk) => {
      if (this.exists) return;
      disk.overwrite(`${this.#layout.root}/.gitignore`, ".changes\n.index\n.*.copy\n.lock*\n..lock*\n*.tmp\n");
      this.#store(disk, [defaultExperiment(this.#layout.experiment("0"), Date.now())]);
    });
  }

  /** Changes the list in place, and writes it unless `change` throws. */
  async change<T>(change: (experiments: Experiment[], lastId: number) => T): Promise<T> {
    await this.create();
    return this.#lock.hold((disk) => {
      const experiments = this.#load();
      const lastId = Math.max(this.#document.read().last_experiment_id ?? 0, ...idsOf(experiments));
      const result = change(experiments, lastId);
      this.#store(disk, experiments, lastId);
      return result;
    });
  }

  /**
   * Puts something else in the place of a document that is missing or cannot be read; does nothing when another process has
   * done so by now.
   * @param replacement - the text of a document, or the experiments that one is to list
   */
  async mend(replacement: (disk: HeldDisk) => string | readonly Experiment[]): Promise<void> {
    await this.#lock.hold((disk) => {
      if (this.exists && isReadable(() => this.#load())) return;
      const mended = replacement(disk);
      if (typeof mended === "string") disk.replace(this.#layout.experiments, mended);
      else this.#store(disk, mended);
    });
  }

  #load(): Experiment[] {
    const { experiments } = this.#document.read();
    if (!Array.isArray(experiments)) throw damaged(this.#layout.experiments, "its experiments are no list");
    return experiments.map((entry) => {
      if (
        typeof entry?.experiment_id !== "string" ||
        !/^\d+$/.test(entry.experiment_id) ||
        typeof entry.name !== "string"
      ) {
        throw damaged(this.#layout.experiments, "an experiment in it has no experiment_id or name");
      }
      return {
        experimentId: entry.experiment_id,
        name: entry.name,
        artifactLocation: entry.artifact_location ?? this.#layout.experiment(entry.experiment_id),
        lifecycleStage: entry.lifecycle_stage,
        creationTime: entry.creation_time,
        lastUpdateTime: entry.last_update_time,
        tags: entry.tags ?? {},
      };
    });
  }

  #store(disk: HeldDisk, experiments: readonly Experiment[], lastId = 0): void {
    const document = {
      last_experiment_id: Math.max(lastId, ...idsOf(experiments)),
      experiments: experiments.map(({ experimentId, name, artifactLocation, lifecycleStage, ...rest }) => ({
        experiment_id: experimentId,
        name,
        lifecycle_stage: lifecycleStage,
        creation_time: rest.creationTime,
        last_update_time: rest.lastUpdateTime,
        tags: rest.tags,
        ...(artifactLocation === this.#layout.experiment(experimentId) ? {} : { artifact_location: artifactLocation }),
      })),
    };
    this.#document.write(document, disk);
  }
}

function idsOf(experiments: readonly Experiment[]): number[] {
  return experiments.map(({ experimentId }) => Number(experimentId));
}
