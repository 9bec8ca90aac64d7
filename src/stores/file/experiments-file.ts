import { existsSync } from "node:fs";
import type { Experiment, LifecycleStage } from "../../tracking/types.js";
import { defaultExperiment } from "../experiment-table.js";
import type { Disk } from "./disk.js";
import { copyOf, damaged, JsonDocument } from "./document.js";
import { fileStamp } from "./file-stamp.js";
import { FolderLock } from "./folder-lock.js";
import type { StoreLayout } from "./layout.js";
import type { ProcessIdentity } from "./owner.js";

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
  readonly #disk: Disk;
  readonly #lock: FolderLock;
  readonly #document: JsonDocument<ExperimentsDocument>;
  #cached: { stamp: string; experiments: Experiment[] } = { stamp: "", experiments: [] };

  constructor(layout: StoreLayout, disk: Disk, self: ProcessIdentity) {
    this.#layout = layout;
    this.#disk = disk;
    this.#lock = new FolderLock(layout.lock, self);
    this.#document = new JsonDocument<ExperimentsDocument>(
      layout.experiments,
      disk,
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

  /** Makes the store when it is not there yet; several processes may do so at once. */
  async create(): Promise<void> {
    if (this.exists) return;
    this.#disk.makeFolder(this.#layout.root);
    await this.#lock.hold(() => {
      if (this.exists) return;
      this.#disk.replace(`${this.#layout.root}/.gitignore`, ".changes\n.index\n.*.copy\n.lock*\n..lock*\n*.tmp\n");
      this.#store([defaultExperiment(this.#layout.experiment("0"), Date.now())]);
    });
  }

  /** Changes the list in place, and writes it unless `change` throws. */
  async change<T>(change: (experiments: Experiment[], lastId: number) => T): Promise<T> {
    await this.create();
    return this.#lock.hold(() => {
      const experiments = this.#load();
      const lastId = Math.max(this.#document.read().last_experiment_id ?? 0, ...idsOf(experiments));
      const result = change(experiments, lastId);
      this.#store(experiments, lastId);
      return result;
    });
  }

  /** Puts other experiments in the place of those there are, also when the document cannot be read. */
  async mend(experiments: readonly Experiment[]): Promise<void> {
    await this.#lock.hold(() => this.#store(experiments));
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

  #store(experiments: readonly Experiment[], lastId = 0): void {
    this.#document.write({
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
    });
  }
}

function idsOf(experiments: readonly Experiment[]): number[] {
  return experiments.map(({ experimentId }) => Number(experimentId));
}
