import { fstatSync, readSync, type Stats } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Disk, ReadingDisk } from "./disk.js";
import { FolderLock, type LockContext } from "./folder-lock.js";
import type { HeldDisk } from "./held-disk.js";
import { journalLine, type Owner, readJournal } from "./journal.js";
import { isOffer, type RunLayout } from "./layout.js";
import { nameOfProcess, type ProcessIdentity, sameProcess } from "./owner.js";
import { isGone, type OwnerStates } from "./owner-states.js";
import { type RunDocument, toDocument } from "./run-codec.js";
import { killIfOrphan, type LoadedRun, lastChange, loadRun, recount, runDocument, sumUp } from "./run-files.js";

/** What folding takes. */
export interface FoldContext extends LockContext {
  readonly owners: OwnerStates;
}

/** A lone owner that folds its run is given this time before another process does it, ms. */
const foldingMs = 100;

/**
 * Puts the journals of a run into its document, under the run's lock, for runs that several processes write to and for
 * those whose process has died. Owners that live keep a journal.
 * @param leaving - this process writes to it no more
 */
export async function foldRun(layout: RunLayout, context: FoldContext, leaving: boolean): Promise<LoadedRun> {
  const lock = new FolderLock(layout.lock, context);
  for (let waitMs = 1; ; waitMs = Math.min(2 * waitMs, 2 * foldingMs)) {
    const folded = await lock.hold((held) => {
      if (waitMs < foldingMs && otherFolds(layout, held, context)) return undefined;
      return fold(layout, held, context, leaving);
    });
    if (folded !== undefined) return folded;
    await delay(waitMs);
  }
}

/**
 * As {@link foldRun}, without the lock, which costs more than all the rest: for the one process that writes to the run. The
 * document goes through a file that was there before the journal was moved. Another process that takes this one for stopped, and
 * folds the run itself, removes that file first: then nothing is written here, whenever this process goes on.
 * @param known - the journal as this process knows it
 * @param document - what the run's document is to say
 * @returns false when other processes are at it: {@link foldRun} is needed
 */
export function foldAlone(
  layout: RunLayout,
  disk: Disk,
  self: ProcessIdentity,
  known: { inode: number; end: number },
  document: () => RunDocument,
): boolean {
  const offer = layout.offer(nameOfProcess(self));
  disk.overwrite(offer, "");
  let committed = false;
  try {
    const moved = moveJournal(layout, disk);
    if (moved?.ino !== known.inode || moved.size !== known.end) return false;
    const replace = (path: string, content: string | Uint8Array) => {
      committed = disk.commit(offer, path, content);
    };
    runDocument(layout, disk).write(document(), { replace, overwrite: disk.overwrite });
  } finally {
    if (!committed) disk.remove(offer);
  }
  if (!committed) return false;
  if (inodeOf(layout.folding, disk) === known.inode) disk.remove(layout.folding);
  return true;
}

/** @returns undefined when other processes have changed the files meanwhile: to be done again */
function fold(
  layout: RunLayout,
  disk: HeldDisk,
  { self, owners }: FoldContext,
  leaving: boolean,
): LoadedRun | undefined {
  if (!disk.exists(layout.folding)) moveJournal(layout, disk);
  const folding = inodeOf(layout.folding, disk);
  // Once there is a journal to fold, nobody can begin to fold alone, and who has begun cannot write any more.
  for (const name of disk.list(layout.folder).filter(isOffer)) disk.remove(join(layout.folder, name));
  const loaded = loadRun(layout, disk);
  if (!loaded.open) return loaded;
  recount(loaded, layout, disk);
  const killed = killIfOrphan(loaded, layout, disk, owners, "written");
  const staying = loaded.owners.filter((owner) => {
    if (leaving && sameProcess(owner, self)) return false;
    return !isGone(owners.of(owner, () => lastChange(loaded, layout, disk)));
  });
  // Millions of points take seconds to sum up; a lone owner that was quicker has written newer things.
  if (folding === undefined || inodeOf(layout.folding, disk) !== folding) return undefined;
  if (staying.length > 0 && !killed) keepOwners(layout, disk, staying);
  sumUp(loaded, layout, disk);
  runDocument(layout, disk).write(toDocument(loaded), disk);
  if (inodeOf(layout.folding, disk) === folding) disk.remove(layout.folding);
  // Lines that came between, of a process that this one did not know of.
  if (staying.length === 0 && disk.exists(layout.journal)) return undefined;
  return { ...loaded, open: staying.length > 0 };
}

function keepOwners(layout: RunLayout, disk: HeldDisk, owners: readonly Owner[]): void {
  const { fd } = disk.open(layout.journal);
  try {
    disk.append(
      fd,
      owners.map((owner) => journalLine({ kind: "owner", owner }, layout.journal)).join(""),
      layout.journal,
    );
  } finally {
    disk.close(fd);
  }
}

/** Gives the journal its other name. @returns how the file looks; undefined when there is none, or others have begun to fold */
function moveJournal(
  layout: RunLayout,
  disk: Pick<Disk, "link" | "remove" | "open" | "append" | "close" | "openToRead">,
): Stats | undefined {
  if (!disk.link(layout.journal, layout.folding)) return undefined;
  const fd = disk.openToRead(layout.folding);
  if (fd === undefined) return undefined;
  try {
    disk.remove(layout.journal);
    const moved = fstatSync(fd);
    if (moved.nlink > 0) return moved;
    // While this process was stopped between two calls, another has folded the journal and others went on with it: its last
    // name is gone now, so its lines are written again. Lines that are in the document by now do no harm.
    const journal = disk.open(layout.journal);
    try {
      const lines = Buffer.alloc(moved.size);
      readSync(fd, lines, 0, lines.length, 0);
      disk.append(journal.fd, lines.toString("utf8"), layout.journal);
    } finally {
      disk.close(journal.fd);
    }
    return undefined;
  } finally {
    disk.close(fd);
  }
}

/** Whether a lone owner is at it, see {@link foldAlone}. */
function otherFolds(layout: RunLayout, disk: ReadingDisk, { self, owners: states }: FoldContext): boolean {
  const entries = readJournal(layout.folding, disk)?.entries ?? [];
  const owners = entries.flatMap((entry) => (entry.kind === "owner" ? [entry.owner] : []));
  const [owner] = owners;
  if (owner === undefined || !owners.every((other) => sameProcess(other, owner))) return false;
  const began = () => disk.look(layout.folding)?.mtimeMs ?? 0;
  return !sameProcess(owner, self) && states.of(owner, began) === "alive";
}

/** Opened rather than asked for by its name: a network file system then asks its server, see `touchedAt`. */
function inodeOf(path: string, disk: ReadingDisk): number | undefined {
  const fd = disk.openToRead(path);
  if (fd === undefined) return undefined;
  try {
    return fstatSync(fd).ino;
  } finally {
    disk.close(fd);
  }
}
