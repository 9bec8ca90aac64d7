import { performance } from "node:perf_hooks";
import type { StoreNews } from "../../tracking/store.js";
import { type Disk, fileStamp } from "./disk.js";
import { isExperimentId, isRunId, type StoreLayout } from "./layout.js";

/** At this size the log starts anew; readers then look at everything once. */
const longestLog = 4 * 1024 * 1024;

interface RunPlace {
  experimentId: string;
  runId: string;
}

/**
 * Says to the other processes which runs were opened for writing, so that they need not look at every file. A run is announced
 * when its journal is there; a reader of the line looks at the run until the journal is gone.
 */
export class ChangeLog {
  readonly #path: string;
  readonly #disk: Disk;
  #writing = { fd: -1, inode: 0 };
  #reading = { inode: -1, offset: 0 };

  constructor(path: string, disk: Disk) {
    this.#path = path;
    this.#disk = disk;
  }

  announce(experimentId: string, runId: string): void {
    const line = `${experimentId}/${runId}\n`;
    for (;;) {
      if (this.#writing.fd < 0) this.#open();
      this.#disk.append(this.#writing.fd, line, this.#path);
      const now = this.#disk.look(this.#path);
      if (now?.ino === this.#writing.inode) {
        if (now.size > longestLog) this.#disk.remove(this.#path);
        return;
      }
      this.close();
    }
  }

  /**
   * The runs that were announced since the last call; undefined when everything may have changed: the log is another one, or
   * something in it cannot be read.
   */
  news(): RunPlace[] | undefined {
    const found = this.#disk.look(this.#path);
    // A writer replaces anything else by a file.
    const now = found?.isFile() ? found : undefined;
    const { inode, offset } = this.#reading;
    if (now?.ino === inode && now.size === offset) return [];
    if (now === undefined || now.ino !== inode || now.size < offset || now.size - offset > 2 * longestLog) {
      this.#reading = { inode: now?.ino ?? 0, offset: now?.size ?? 0 };
      return inode === this.#reading.inode && now === undefined ? [] : undefined;
    }
    const bytes = this.#disk.read(this.#path, offset) ?? Buffer.alloc(0);
    const whole = bytes.lastIndexOf(0x0a) + 1;
    this.#reading.offset = offset + whole;
    const places = bytes.toString("latin1", 0, whole).split("\n").slice(0, -1).map(placeOf);
    return places.every((place) => place !== undefined) ? places : undefined;
  }

  close(): void {
    if (this.#writing.fd >= 0) this.#disk.close(this.#writing.fd);
    this.#writing = { fd: -1, inode: 0 };
  }

  #open(): void {
    // Derived, so nothing is lost with it: a link, or a pipe, that came with a store of somebody else.
    if (this.#disk.look(this.#path)?.isFile() === false) this.#disk.remove(this.#path);
    const { fd, inode } = this.#disk.open(this.#path);
    this.#writing = { fd, inode };
  }
}

/** Undefined for a line that names no run: what it says leads to a file's name. */
function placeOf(line: string): RunPlace | undefined {
  const [experimentId = "", runId = "", ...rest] = line.split("/");
  return rest.length === 0 && isExperimentId(experimentId) && isRunId(runId) ? { experimentId, runId } : undefined;
}

/** How long a change may wait before other processes are told, ms. */
const quietMs = 200;

/** Tells other processes which runs go on changing: at most once per run and `quietMs`, so that logging stays quick. */
export class ChangeAnnouncer {
  readonly #log: ChangeLog;
  readonly #isOpen: (runId: string) => boolean;
  /** Experiment of each run with changes that nobody has been told of. */
  readonly #waiting = new Map<string, string>();
  #since = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param isOpen - a run that has come to rest is not announced: who knows it looks whether its journal is gone */
  constructor(log: ChangeLog, isOpen: (runId: string) => boolean) {
    this.#log = log;
    this.#isOpen = isOpen;
  }

  /** A loop that logs without a pause gives no timer a chance, so the time is looked at here too; a caller that knows it passes it in. */
  note(runId: string, experimentId: string, now = performance.now()): void {
    if (this.#waiting.size === 0) {
      this.#since = now;
      this.#waiting.set(runId, experimentId);
      this.#timer ??= setTimeout(() => this.flush(), quietMs).unref();
      return;
    }
    if (!this.#waiting.has(runId)) this.#waiting.set(runId, experimentId);
    if (now - this.#since > quietMs) this.flush();
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const [runId, experimentId] of waiting) {
      if (!this.#isOpen(runId)) continue;
      try {
        this.#log.announce(experimentId, runId);
      } catch {
        // The change itself is written; readers of the run see it.
      }
    }
  }
}

/** How often the log of changes is looked at, ms. */
const lookMs = 250;

/**
 * Tells what other processes, and this one, change in a store. Three files are looked at, and the journal of each run that is open;
 * never the files of the others.
 * @returns ends it
 */
export function watchStore(layout: StoreLayout, disk: Disk, listener: (news: StoreNews) => void): () => void {
  const log = new ChangeLog(layout.changes, disk);
  const shared = { experiments: fileStamp(layout.experiments, disk), models: fileStamp(layout.models, disk) };
  /** Journal of each run that somebody writes to. */
  const open = new Map<string, string>();
  log.news();
  const timer = setInterval(look, lookMs);
  return () => clearInterval(timer);

  function look(): void {
    const announced = log.news();
    const runIds = new Set<string>();
    for (const { experimentId, runId } of announced ?? []) {
      runIds.add(runId);
      open.set(runId, layout.run(experimentId, runId).journal);
    }
    for (const [runId, journal] of open) {
      if (fileStamp(journal, disk) !== undefined) continue;
      // It has come to rest, which nobody says in the log.
      open.delete(runId);
      runIds.add(runId);
    }
    const experiments = changed("experiments");
    const models = changed("models");
    if (announced !== undefined && runIds.size === 0 && !experiments && !models) return;
    listener({ ...(announced === undefined ? {} : { runIds: [...runIds] }), experiments, models });
  }

  function changed(document: "experiments" | "models"): boolean {
    const before = shared[document];
    shared[document] = fileStamp(layout[document], disk);
    return before !== shared[document];
  }
}
