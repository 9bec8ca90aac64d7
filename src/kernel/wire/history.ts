import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { errorCode } from "../../errors.js";
import { makeFolder } from "../../make-folder.js";
import { jupyterDataFolder } from "../../user-folders.js";
import { globMatcher } from "./glob.js";
import type { Log } from "./log.js";
import type { Content } from "./message.js";

/** [session, line, input], or [session, line, [input, output]] when outputs are asked for. */
type HistoryTuple = [number, number, string | [string, string | null]];

interface Entry {
  session: number;
  line: number;
  source: string;
}

/** Sessions kept on disk; older files are deleted when a new session begins. */
const sessionsKept = 1000;

/**
 * The cells that were run, in this session and before. One file a session under Jupyter's data folder, one JSON line
 * a cell: the session's number is the file that only one kernel could create, so two kernels never mix.
 * Outputs are not kept; a request for them gets `null`, as from IPython with its default `db_log_output=False`.
 */
export class History {
  readonly #folder: string | undefined;
  readonly #log: Log;
  readonly #own: Entry[] = [];
  #session: { number: number; descriptor?: number } | undefined;

  /** @param folder - undefined: the history is that of this session only */
  constructor(folder: string | undefined, log: Log) {
    this.#folder = folder;
    this.#log = log;
  }

  /** Remembers a cell; a disk that refuses is logged once and the session goes on in memory. */
  add(line: number, source: string): void {
    this.#session ??= this.#begin();
    const session = this.#session;
    this.#own.push({ session: session.number, line, source });
    if (session.descriptor === undefined) return;
    try {
      writeSync(session.descriptor, `${JSON.stringify([line, source])}\n`);
    } catch (error) {
      session.descriptor = undefined;
      this.#log.error(error);
    }
  }

  /** The answer to a history_request. @see Jupyter messaging, "History" */
  async request(content: Content): Promise<HistoryTuple[]> {
    const output = content.output === true;
    const found = await this.#find(content);
    return found.map(({ session, line, source }) => [session, line, output ? [source, null] : source]);
  }

  close(): void {
    const descriptor = this.#session?.descriptor;
    if (descriptor !== undefined) closeSync(descriptor);
  }

  async #find(content: Content): Promise<Entry[]> {
    const count = typeof content.n === "number" && content.n >= 0 ? content.n : undefined;
    switch (content.hist_access_type) {
      case "range":
        return this.#range(content);
      case "search":
        return this.#search(
          globMatcher(typeof content.pattern === "string" ? content.pattern : "*"),
          content.unique === true,
          count,
        );
      default:
        return this.#tail(count ?? 10);
    }
  }

  /**
   * The latest `count` cells that match, oldest first; with `unique`, the latest of equal ones. Goes from the newest
   * session back, no further than it takes, and lets other requests in between two sessions.
   */
  async #search(
    matches: (text: string) => boolean,
    unique: boolean,
    count = Number.POSITIVE_INFINITY,
  ): Promise<Entry[]> {
    const hits: Entry[] = [];
    const seen = new Set<string>();
    const take = (entries: readonly Entry[]): void => {
      for (let at = entries.length - 1; at >= 0 && hits.length < count; at -= 1) {
        const entry = entries[at];
        if (!entry || seen.has(entry.source) || !matches(entry.source)) continue;
        if (unique) seen.add(entry.source);
        hits.push(entry);
      }
    };
    const earlier = this.#sessions();
    take(this.#own);
    for (let session = earlier.pop(); session !== undefined && hits.length < count; session = earlier.pop()) {
      await new Promise((resolve) => setImmediate(resolve));
      take(this.#read(session));
    }
    return hits.reverse();
  }

  #tail(count: number): Entry[] {
    if (count === 0) return [];
    const tail = this.#own.slice(-count);
    for (const session of this.#sessions().reverse()) {
      if (tail.length >= count) break;
      tail.unshift(...this.#read(session).slice(-(count - tail.length)));
    }
    return tail;
  }

  #range(content: Content): Entry[] {
    const wanted = typeof content.session === "number" ? content.session : 0;
    const start = typeof content.start === "number" ? content.start : 1;
    const stop = typeof content.stop === "number" ? content.stop : Number.POSITIVE_INFINITY;
    const current = this.#session?.number;
    const relative = current ?? Math.max(0, ...this.#sessions()) + 1;
    const number = wanted > 0 ? wanted : relative + wanted;
    const entries = wanted === 0 || number === current ? this.#own : this.#read(number);
    return entries.filter(({ line }) => line >= start && line < stop);
  }

  /** Numbers of the earlier sessions, ascending. */
  #sessions(): number[] {
    if (this.#folder === undefined) return [];
    let names: string[];
    try {
      names = readdirSync(this.#folder);
    } catch {
      return [];
    }
    const numbers = names.flatMap((name) => (/^\d+\.jsonl$/.test(name) ? [Number.parseInt(name, 10)] : []));
    return numbers.filter((number) => number !== this.#session?.number).sort((a, b) => a - b);
  }

  #read(session: number): Entry[] {
    let text: string;
    try {
      text = readFileSync(sessionFile(this.#folder ?? "", session), "utf8");
    } catch {
      return [];
    }
    return text.split("\n").flatMap((row) => {
      const entry = parseRow(row);
      return entry ? [{ session, line: entry[0], source: entry[1] }] : [];
    });
  }

  #begin(): { number: number; descriptor?: number } {
    const folder = this.#folder;
    const earlier = this.#sessions();
    let number = (earlier.at(-1) ?? 0) + 1;
    if (folder === undefined) return { number };
    try {
      makeFolder(folder, { mode: 0o700 });
      for (const old of earlier.slice(0, Math.max(0, earlier.length - sessionsKept))) rmSync(sessionFile(folder, old));
      for (; ; number += 1) {
        try {
          return { number, descriptor: openSync(sessionFile(folder, number), "ax", 0o600) };
        } catch (error) {
          if (errorCode(error) !== "EEXIST") throw error;
        }
      }
    } catch (error) {
      this.#log.error(error);
      return { number };
    }
  }
}

function sessionFile(folder: string, session: number): string {
  return join(folder, `${session}.jsonl`);
}

/** Below Jupyter's data folder of this user; undefined for an account without a home folder. */
export function historyFolder(env: NodeJS.ProcessEnv): string | undefined {
  const data = jupyterDataFolder(env);
  return data && join(data, "runlab", "history");
}

/** A whole row of ours; a torn last line is no row. */
function parseRow(row: string): [number, string] | undefined {
  if (row === "") return undefined;
  try {
    const value: unknown = JSON.parse(row);
    if (!Array.isArray(value)) return undefined;
    const [line, source] = value as unknown[];
    return typeof line === "number" && typeof source === "string" ? [line, source] : undefined;
  } catch {
    return undefined;
  }
}
