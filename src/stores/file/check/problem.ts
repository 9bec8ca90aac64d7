import type { Disk } from "../disk.js";

/** Something in a store that is not as it should be. */
export interface StoreProblem {
  /** `problem`: data cannot be seen; `warning`: it can, and something is untidy. */
  status: "warning" | "problem";
  /** Relative to the store. */
  path: string;
  what: string;
  /** The way out for a person, where mending cannot help. */
  hint?: string;
  /** What mending does, and does it. Nothing that cannot be read is deleted. */
  mend?: { what: string; work(): void | Promise<void> };
}

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
