import { homedir } from "node:os";

/** `~` and `~/data` as shells take them; any other path as it is. */
export function homePath(path: string): string {
  return path.replace(/^~(?=$|[\\/])/, () => homedir());
}
