/** What a store has taken, and its server does not have yet. A change is a log call, or another change of a run. */
export interface Outbox {
  /** What waits on this machine to be sent, and why; 0 changes when the server has everything. */
  readonly waiting: Waiting;
  /**
   * Waits until the server has what was taken so far, of one run or of all; not while the server is away.
   * @returns why changes were refused, or cannot be sent; what was refused is told once
   */
  settle(runId?: string): Promise<unknown[]>;
  /**
   * Sends everything now, also what processes that have ended have left behind.
   * @param force - also what processes on other hosts have left, which cannot be asked whether they live: they must have ended
   */
  sync(options?: { force?: boolean }): Promise<SyncResult>;
  /** How many changes wait that processes have left behind that have ended. */
  leftBehind(): number;
  /** The id that the server has given to a run that was started while it was away; any other id as it is. */
  runIdOf(runId: string): string;
}

export interface Waiting {
  changes: number;
  /** The folder in which they wait. */
  folder: string;
  /** Why they wait; undefined when they are on their way. */
  reason?: string;
}

export interface SyncResult {
  /** Changes that have been sent, by run; a run that was started while the server was away has the id that it has got. */
  sent: Array<{ runId: string; changes: number }>;
  /** Why changes were refused, or cannot be sent. */
  failures: unknown[];
  waiting: Waiting;
  /** Runs whose changes other processes send: those that live, and those on other hosts. */
  elsewhere: { alive: number; unknown: number };
}
