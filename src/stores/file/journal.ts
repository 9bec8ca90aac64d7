import { existsSync, readFileSync } from "node:fs";
import type { RunChange } from "../run-change.js";
import { type ChangeDocument, fromChangeDocument, toChangeDocument } from "./change-codec.js";
import { diskError } from "./disk-error.js";
import type { ProcessIdentity } from "./owner.js";

/** A process that writes to a run. One that `owns` it takes it along when it dies. */
export interface Owner extends ProcessIdentity {
  owns: boolean;
}

/** What a journal says, one JSON object a line, in the order in which the lines were appended. */
export type JournalEntry =
  | { kind: "owner"; owner: Owner }
  /** The run has points of this metric, whose file name does not tell its key. */
  | { kind: "metric"; key: string }
  | { kind: "change"; change: RunChange };

export function journalLine(entry: JournalEntry): string {
  switch (entry.kind) {
    case "owner":
      return `${JSON.stringify({ owner: entry.owner })}\n`;
    case "metric":
      return `${JSON.stringify({ metric: entry.key })}\n`;
    case "change":
      return `${JSON.stringify({ change: toChangeDocument(entry.change) })}\n`;
  }
}

/**
 * The whole lines of a journal from byte `from` on; undefined when there is no such file. Torn lines are left out: they were
 * never acknowledged.
 */
export function readJournal(path: string, from = 0): { entries: JournalEntry[]; end: number } | undefined {
  // Most runs have none; asking is much cheaper than failing.
  if (!existsSync(path)) return undefined;
  let bytes: Buffer;
  try {
    bytes = readFileSync(path).subarray(from);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw diskError("read", path, cause);
  }
  const length = bytes.lastIndexOf(0x0a) + 1;
  const entries = bytes.toString("utf8", 0, length).split("\n").flatMap(parseLine);
  return { entries, end: from + length };
}

function parseLine(line: string): JournalEntry[] {
  if (line === "") return [];
  try {
    const { owner, metric, change } = JSON.parse(line) as { owner?: Owner; metric?: string; change?: ChangeDocument };
    if (owner !== undefined) return [{ kind: "owner", owner }];
    if (metric !== undefined) return [{ kind: "metric", key: metric }];
    return change === undefined ? [] : [{ kind: "change", change: fromChangeDocument(change) }];
  } catch {
    return [];
  }
}
