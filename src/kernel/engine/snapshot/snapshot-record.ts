import { createHash } from "node:crypto";
import { lstatSync, readFileSync, renameSync, type Stats, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What was made, beside the snapshot itself: Node would take a damaged one (a copy cut short, a block that a crash lost) for
 * whole and fail in the middle of things. It guards against damage, not against people: who can write to the folder
 * can write a record too, and that is what owner and mode are looked at for.
 */
export interface SnapshotRecord {
  /** Name of the snapshot in the same folder; it holds the digest, so that two that are made at once do not mix. */
  file: string;
  sha256: string;
  /** Of the file when its digest was taken; while it has the same ones, nothing has been written to it since. */
  size: number;
  mtimeMs: number;
  ctimeMs: number;
}

/** Lower-case hex of a file's content. */
export function sha256Of(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** Writes the record of a snapshot whose digest is known, whole or not at all. */
export function writeRecord(path: string, snapshot: { folder: string; file: string; sha256: string }): void {
  const { folder, file, sha256 } = snapshot;
  const { size, mtimeMs, ctimeMs } = lstatSync(join(folder, file));
  const record: SnapshotRecord = { file, sha256, size, mtimeMs, ctimeMs };
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  renameSync(unfinished, path);
}

/** Undefined when there is none, or none that can be read. */
export function readRecord(path: string): SnapshotRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(path, "utf8")) as Partial<SnapshotRecord> | null;
    const { file, sha256, size, mtimeMs, ctimeMs } = record ?? {};
    if (typeof file !== "string" || !/^engine-[\w.-]+\.blob$/.test(file) || typeof sha256 !== "string")
      return undefined;
    if (typeof size !== "number" || typeof mtimeMs !== "number" || typeof ctimeMs !== "number") return undefined;
    return { file, sha256, size, mtimeMs, ctimeMs };
  } catch {
    return undefined;
  }
}

/**
 * Why the snapshot of a record is not to be used. Takes a look at the file's size and times; only where those have
 * changed, as in a copy, the file is read, once.
 * @param path - of the record
 */
export function whyUnusable(path: string, folder: string, record: SnapshotRecord): string | undefined {
  const file = join(folder, record.file);
  const foreign = whyForeign(file, "file");
  if (foreign !== undefined) return `${file} ${foreign}`;
  const { size, mtimeMs, ctimeMs } = lstatSync(file);
  if (size === record.size && mtimeMs === record.mtimeMs && ctimeMs === record.ctimeMs) return undefined;
  if (size !== record.size || sha256Of(file) !== record.sha256) return `${file} is damaged`;
  try {
    writeRecord(path, { folder, file: record.file, sha256: record.sha256 });
  } catch {
    // A folder of root's, or a disk without room: the next start reads the file again.
  }
  return undefined;
}

/**
 * Why a file or folder may be somebody else's work: code that is run from it runs with this user's rights. Somebody who
 * has this user's rights, or root's, is trusted: there is nothing left to guard from them.
 * @returns undefined when it is this user's or root's, nobody else can write to it, and it is no link
 */
export function whyForeign(path: string, kind: "file" | "folder"): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return "is not there";
  if (found.isSymbolicLink()) return "is a link";
  if (kind === "folder" ? !found.isDirectory() : !found.isFile()) return `is no ${kind}`;
  if (!isOurs(found) && found.uid !== 0) return "belongs to another user";
  // Windows has no such bits; a user's profile is closed to others there.
  return process.geteuid !== undefined && (found.mode & 0o022) !== 0 ? "can be written to by other users" : undefined;
}

export function isOurs({ uid }: Stats): boolean {
  return process.geteuid === undefined || uid === process.geteuid();
}
