import type { ReadingDisk } from "./disk.js";

/** How a file looks: another one, or a changed one, gives another stamp. Undefined when there is none. */
export function fileStamp(path: string, disk: ReadingDisk): string | undefined {
  const file = disk.look(path);
  return file === undefined ? undefined : `${file.ino} ${file.size} ${file.mtimeMs}`;
}
