import type { Disk } from "./disk.js";

/**
 * Sets a document aside under the next free name beside it, so that another can take its place.
 * @returns the name, undefined when there is no such document
 */
export function setAside(path: string, disk: Pick<Disk, "link" | "exists">): string | undefined {
  for (let number = 1; number < 1000; number++) {
    const name = `${path}.damaged-${number}`;
    if (disk.link(path, name)) return name;
    if (!disk.exists(path)) return undefined;
  }
  throw new Error(`There are too many damaged copies of '${path}'.`);
}
