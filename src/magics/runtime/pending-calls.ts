/**
 * Calls of one cell that nothing awaits (`%log_metric` in a loop). Counted, not collected: a cell may make millions.
 */
export class PendingCalls {
  private count = 0;
  private readonly failures: unknown[] = [];
  private failed = 0;
  private settled = false;
  private waiting: Array<() => void> = [];

  /**
   * Takes what a magic returned. Failures are kept for `settle`; those that come later are rejections nobody handles,
   * which the kernel shows under the cell they belong to.
   */
  add(result: unknown): void {
    if (!(result instanceof Promise)) return;
    if (this.settled) return;
    this.count++;
    result.then(this.succeed, this.fail);
  }

  /** Resolves when nothing is pending. @throws the failure, or an AggregateError of the first ten and their number */
  async settle(): Promise<void> {
    while (this.count > 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.settled = true;
    const failures = this.failures.splice(0);
    if (failures.length === 0) return;
    if (failures.length === 1 && this.failed === 1) throw failures[0];
    const first = failures[0];
    throw new AggregateError(
      failures,
      `${this.failed} calls of this cell failed; the first: ${first instanceof Error ? first.message : String(first)}`,
    );
  }

  private readonly succeed = (): void => {
    this.count--;
    if (this.count === 0) for (const resolve of this.waiting.splice(0)) resolve();
  };

  private readonly fail = (error: unknown): void => {
    this.failed++;
    if (this.failures.length < 10) this.failures.push(error);
    this.succeed();
  };
}
