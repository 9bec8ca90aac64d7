import type { LockContext } from "./folder-lock.js";
import type { HandlePool } from "./handle-pool.js";
import type { UnwrittenCount } from "./unwritten-points.js";

/** What everything that writes in a store shares. */
export interface WriterContext extends LockContext {
  readonly pool: HandlePool;
  readonly unwritten: UnwrittenCount;
}
