import type { StoreNews } from "../../tracking/store.js";
import { ChangeLog } from "./change-log.js";
import type { Disk } from "./disk.js";
import { fileStamp } from "./file-stamp.js";
import type { StoreLayout } from "./layout.js";

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
