import type { FoldContext } from "./fold-run.js";
import type { HandlePool } from "./handle-pool.js";
import type { Heartbeat } from "./heartbeat.js";
import type { UnwrittenCount } from "./unwritten-points.js";

/** What everything that writes in a store shares. */
export interface WriterContext extends FoldContext {
  readonly pool: HandlePool;
  readonly unwritten: UnwrittenCount;
  readonly heartbeat: Heartbeat;
}
