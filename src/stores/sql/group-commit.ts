import type { Db } from "./database.js";
import { sql } from "./kysely.js";

/** Changes of one transaction: other processes wait meanwhile, some ms. */
const groupLimit = 200;

interface Change {
  work(db: Db): Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/**
 * Changes of a database that takes one transaction at a time: those that have come while another was under way share the next, with
 * its one wait for the disk and for other processes. Each is stored or fails by itself.
 */
export class GroupCommit {
  readonly #db: Db;
  readonly #waiting: Change[] = [];
  #isBusy = false;

  constructor(db: Db) {
    this.#db = db;
  }

  add<T>(work: (db: Db) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve: resolve as Change["resolve"], reject });
      if (!this.#isBusy) this.#begin();
    });
  }

  #begin(): void {
    this.#isBusy = true;
    // The calls that have arrived already come in first.
    setImmediate(async () => {
      await this.#commit(this.#waiting.splice(0, groupLimit));
      if (this.#waiting.length > 0) this.#begin();
      else this.#isBusy = false;
    });
  }

  async #commit(group: readonly Change[]): Promise<void> {
    const answers: Array<() => void> = [];
    try {
      await this.#db.transaction().execute(async (db) => {
        for (const change of group) answers.push(await attempt(db, change, group.length === 1));
      });
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    for (const answer of answers) answer();
  }
}

/** @returns what its caller is to hear once the transaction is committed */
async function attempt(db: Db, { work, resolve, reject }: Change, isAlone: boolean): Promise<() => void> {
  if (isAlone) {
    const value = await work(db);
    return () => resolve(value);
  }
  await sql`savepoint change`.execute(db);
  try {
    const value = await work(db);
    await sql`release change`.execute(db);
    return () => resolve(value);
  } catch (error) {
    // A full disk ends the whole transaction: then this throws, and nothing of the group is stored.
    await sql`rollback to change`.execute(db);
    await sql`release change`.execute(db);
    return () => reject(error);
  }
}
