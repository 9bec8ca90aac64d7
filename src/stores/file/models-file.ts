import { TrackingError } from "../../errors.js";
import { flawText } from "../../schema.js";
import type { RegistryHolder } from "../registry/document-registry.js";
import { emptyRegistry, type RegistryTable } from "../registry/registry-table.js";
import type { Report } from "./damage-report.js";
import { fileStamp, type ReadingDisk } from "./disk.js";
import { altered, checkWritable, copyOf, damaged, JsonDocument } from "./document.js";
import type { ExperimentsFile } from "./experiments-file.js";
import { FolderLock, type LockContext } from "./folder-lock.js";
import type { HeldDisk } from "./held-disk.js";
import type { StoreLayout } from "./layout.js";
import {
  completeModels,
  fromModelsDocument,
  type ModelsDocument,
  modelsSchema,
  settleVersions,
  toModelsDocument,
  wholeModelsSchema,
} from "./models-codec.js";
import { setAside } from "./set-aside.js";

interface ReadModels {
  /** As complete as the copy makes it. */
  table: RegistryTable;
  /** What is wrong in the document. While there is anything it is not changed, except by `repair`. */
  problems: TrackingError[];
  /** Whether anything at all is known of what the document has held. */
  known: boolean;
}

/** `models.json`: shared by every process on the store, so it is changed under a lock after reading it again. */
export class ModelsFile implements RegistryHolder {
  readonly #path: string;
  readonly #disk: ReadingDisk;
  readonly #experiments: ExperimentsFile;
  readonly #lock: FolderLock;
  readonly #report: Report;
  readonly #document: JsonDocument<ModelsDocument>;
  readonly #copy: JsonDocument<ModelsDocument>;
  #cached: ReadModels & { stamp: string } = { stamp: "", table: emptyRegistry(), problems: [], known: true };

  /** @param report - is told what is damaged when the registry is read */
  constructor(layout: StoreLayout, context: LockContext, experiments: ExperimentsFile, report: Report) {
    this.#path = layout.models;
    this.#disk = context.disk;
    this.#experiments = experiments;
    this.#lock = new FolderLock(`${layout.lock}-models`, context);
    this.#report = report;
    const copy = copyOf(this.#path);
    this.#document = new JsonDocument(this.#path, context.disk, modelsSchema, { copy });
    this.#copy = new JsonDocument(copy, context.disk, modelsSchema);
  }

  /** Where the document is damaged, the rest of it is completed from its copy. */
  read(): RegistryTable {
    const stamp = fileStamp(this.#path, this.#disk);
    if (stamp === undefined) return emptyRegistry();
    if (stamp !== this.#cached.stamp) this.#cached = { stamp, ...this.#load() };
    for (const problem of this.#cached.problems) this.#report(problem);
    return this.#cached.table;
  }

  /** Everything that is wrong in the document. @throws {TrackingError} INVALID_STATE when a newer runlab has written it */
  problems(): readonly TrackingError[] {
    return this.#load().problems;
  }

  get damage(): TrackingError | undefined {
    return this.#cached.problems[0];
  }

  /** Whether {@link repair} would keep anything of a damaged document. */
  get repairable(): boolean {
    return this.#load().known;
  }

  /** @throws {TrackingError} DATA_LOSS when the document is damaged: writing it would lose what cannot be read */
  async change<T>(change: (table: RegistryTable) => T): Promise<T> {
    await this.#experiments.create();
    return this.#lock.hold((disk) => {
      const { table, problems } = this.#load();
      const [problem] = problems;
      if (problem !== undefined) throw problem;
      const result = change(table);
      this.#store(disk, table);
      return result;
    });
  }

  /** Puts what {@link read} makes of a damaged document in its place, and keeps the damaged one beside it. */
  async repair(): Promise<void> {
    await this.#lock.hold((disk) => {
      const { table, problems } = this.#load();
      // Another process may have repaired it by now.
      if (problems.length === 0) return;
      setAside(this.#path, disk);
      this.#store(disk, table);
    });
  }

  #load(): ReadModels {
    const told = this.#tell(this.#document);
    if (told.problems.length === 0) return told;
    const copy = this.#disk.exists(this.#copy.path) ? this.#tell(this.#copy) : { table: emptyRegistry(), known: false };
    completeModels(told.table, copy.table);
    settleVersions(told.table);
    return { ...told, known: told.known || copy.known };
  }

  #tell(document: JsonDocument<ModelsDocument>): ReadModels {
    try {
      const found = document.read();
      if (found === undefined) return { table: emptyRegistry(), problems: [], known: true };
      const { table, flaws } = fromModelsDocument(found);
      if (document.isAltered) this.#report(altered(document.path));
      settleVersions(table);
      return { table, problems: flaws.map((flaw) => damaged(document.path, flawText(flaw))), known: true };
    } catch (error) {
      if (!(error instanceof TrackingError) || error.code !== "DATA_LOSS") throw error;
      return { table: emptyRegistry(), problems: [error], known: false };
    }
  }

  #store(disk: HeldDisk, table: RegistryTable): void {
    const document = toModelsDocument(table);
    checkWritable(this.#path, wholeModelsSchema, document as never);
    this.#document.write(document, disk);
  }
}
