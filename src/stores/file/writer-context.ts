import type { Disk } from "./disk.js";
import type { HandlePool } from "./handle-pool.js";
import type { ProcessIdentity } from "./owner.js";
import type { UnwrittenCount } from "./unwritten-points.js";

/** What everything that writes in a store shares. */
export interface WriterContext {
  readonly disk: Disk;
  readonly self: ProcessIdentity;
  readonly pool: HandlePool;
  readonly unwritten: UnwrittenCount;
}
