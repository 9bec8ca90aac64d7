import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { diskError } from "./disk-error.js";
import { filesIn, Sighting, touch, touchedAt, tryRemove, tryRemoveFolder } from "./lock-files.js";
import { lifeOf, type ProcessIdentity, processNamed } from "./owner.js";

/** A waiting process touches its ticket this often, ms. */
const touchMs = 200;

/**
 * A place in the queue for a lock: a file in a folder, sorted by when it was drawn. Places are a matter of fairness only: the
 * ticket of somebody who does not come for its turn is removed, and shown again when they do.
 */
export class Ticket {
  readonly #path: string;
  readonly #queue: string;
  readonly #limitMs: number;
  readonly #self: ProcessIdentity;
  readonly #died: (owner: string) => void;
  readonly #first = new Sighting();
  #touchedAt = 0;

  /**
   * @param queue - the folder, made when the first draws
   * @param owner - the name of the process and its turn, as the lock writes it
   * @param limitMs - how long the first ticket may go untouched
   * @param self - the process that asks
   * @param died - told when the owner of the first ticket is found dead
   */
  constructor(queue: string, owner: string, limitMs: number, self: ProcessIdentity, died: (owner: string) => void) {
    this.#self = self;
    this.#died = died;
    this.#queue = queue;
    this.#limitMs = limitMs;
    // The monotonic clock is one for all processes of a host.
    this.#path = join(queue, `${process.hrtime.bigint().toString().padStart(20, "0")}+${owner}`);
  }

  /** Shows that it is waited for. @returns how many are ahead */
  ahead(): number {
    this.#show();
    const tickets = filesIn(this.#queue).sort();
    const [first] = tickets;
    const place = tickets.indexOf(basename(this.#path));
    if (first === undefined || place === 0) return 0;
    const path = join(this.#queue, first);
    const name = first.slice(first.indexOf("+") + 1);
    const owner = processNamed(name);
    const dead = owner !== undefined && lifeOf(owner, this.#self) === "dead";
    const untouchedMs = this.#first.sameFor(`${first} ${touchedAt(path)}`);
    if (dead) this.#died(name);
    if (dead || untouchedMs > this.#limitMs) tryRemove(path);
    return place < 0 ? tickets.length : place;
  }

  giveBack(): void {
    tryRemove(this.#path);
    tryRemoveFolder(this.#queue);
  }

  #show(): void {
    const now = performance.now();
    if (this.#touchedAt > 0 && now - this.#touchedAt < touchMs) return;
    this.#touchedAt = now;
    try {
      while (!touch(this.#path)) this.#draw();
    } catch (cause) {
      throw diskError("wait for", dirname(this.#queue), cause);
    }
  }

  #draw(): void {
    try {
      mkdirSync(this.#queue);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
    }
    try {
      writeFileSync(this.#path, "");
    } catch (cause) {
      // The last of those before has taken the folder away; `touch` does not find the ticket then.
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    }
  }
}
