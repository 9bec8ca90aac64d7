import { lstatSync, type Stats } from "node:fs";

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
