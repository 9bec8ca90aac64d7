import fs from "node:fs";
import { dirname } from "node:path";

export interface MakeFolderOptions {
  /** Permissions of each new folder, less the umask; default 0o777. */
  mode?: number;
  /** Called with the folder above each new one. */
  made?(parent: string): void;
  /** Stands in for `node:fs`. */
  calls?: Pick<typeof fs, "mkdirSync" | "statSync">;
}

/**
 * Makes a folder and those above it where they are missing; one that is there is fine. Node 20's own `recursive` never returns where a file system
 * answers ENOENT to every new folder, as /proc does, and nothing can interrupt it.
 * @returns whether it is new
 * @throws the error of the file system
 */
export function makeFolder(path: string, options: MakeFolderOptions = {}): boolean {
  const { mode = 0o777, made, calls = fs } = options;
  const isFolder = () => calls.statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (isFolder()) return false;
  const parent = dirname(path);
  const make = () => calls.mkdirSync(path, { mode });
  try {
    try {
      make();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || parent === path) throw error;
      makeFolder(parent, options);
      make();
    }
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!isFolder()) throw error;
    made?.(parent);
    return false;
  }
  made?.(parent);
  return true;
}
