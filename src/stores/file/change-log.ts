import type { Disk } from "./disk.js";
import { isExperimentId, isRunId } from "./layout.js";

/** At this size the log starts anew; readers then look at everything once. */
const longestLog = 4 * 1024 * 1024;

export interface RunPlace {
  experimentId: string;
  runId: string;
}

/**
 * Says to the other processes which runs were opened for writing, so that they need not look at every file. A run is announced
 * when its journal is there; who reads the line looks at the run until the journal is gone.
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
    // Whoever writes puts a file in the place of anything else.
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
