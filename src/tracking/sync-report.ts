import { TrackingError } from "../errors.js";
import { throwFirst } from "./active-run.js";
import type { SyncResult } from "./outbox.js";

/** What a `sync` has done, for a person. */
export function syncLines(uri: string, { sent, waiting, elsewhere }: SyncResult): string[] {
  const changes = sent.reduce((sum, run) => sum + run.changes, 0);
  const lines = [
    changes === 0
      ? `Nothing was sent to ${uri}.`
      : `Sent ${counted(changes, "change")} of ${counted(sent.length, "run")} to ${uri}: ${sent.map(({ runId }) => runId.slice(0, 8)).join(", ")}`,
  ];
  if (waiting.changes === 0) lines.push("Nothing is waiting.");
  if (elsewhere.alive > 0)
    lines.push(`${counted(elsewhere.alive, "run")} of other processes that are running send their own.`);
  if (elsewhere.unknown > 0) {
    lines.push(
      `${counted(elsewhere.unknown, "run")} of processes on other hosts may be waiting in ${waiting.folder}; send them with force once these processes have ended.`,
    );
  }
  return lines;
}

/**
 * @throws why changes were refused
 * @throws {TrackingError} TEMPORARILY_UNAVAILABLE when some still wait
 */
export function checkSynced(uri: string, { failures, waiting }: SyncResult): void {
  throwFirst(failures);
  if (waiting.changes === 0) return;
  const reason = waiting.reason === undefined ? "" : `: ${waiting.reason}`;
  throw new TrackingError(
    "TEMPORARILY_UNAVAILABLE",
    `${counted(waiting.changes, "change")} for ${uri} still wait in ${waiting.folder}${reason}`,
    { hint: "Nothing is lost. Sync again when the server answers." },
  );
}

function counted(count: number, word: string): string {
  return `${count.toLocaleString("en-US")} ${word}${count === 1 ? "" : "s"}`;
}
