import fs from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder and those above it; one that is there is fine. Node 20's own `recursive` never returns where a file system
 * answers ENOENT to every new folder, as /proc does, and nothing can interrupt it.
 * @param made - called with the folder above each new one
 * @throws the error of the file system
 */
export function makeFolder(
  path: string,
  calls: Pick<typeof fs, "mkdirSync" | "statSync"> = fs,
  made?: (parent: string) => void,
): void {
  const isFolder = () => calls.statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (isFolder()) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent, calls, made);
  try {
    calls.mkdirSync(path);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!isFolder()) throw error;
  }
  made?.(parent);
}
