import { statSync } from "node:fs";

/** How a file looks: another one, or a changed one, gives another stamp. Undefined when there is none. */
export function fileStamp(path: string): string | undefined {
  const file = statSync(path, { throwIfNoEntry: false });
  return file === undefined ? undefined : `${file.ino} ${file.size} ${file.mtimeMs}`;
}
