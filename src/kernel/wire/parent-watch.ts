/** How often the parent is looked for, ms. ipykernel looks once a second as well. */
const interval = 1000;

/**
 * Calls `orphaned` when the process that started the kernel is gone: a front end that was killed cannot ask for a
 * shutdown. A kernel that was started by process 1 (in a container) has no such sign and is left alone.
 */
export function watchParent(orphaned: () => void): () => void {
  const parent = process.ppid;
  if (parent === 1) return () => undefined;
  const timer = setInterval(() => {
    if (process.ppid !== parent) orphaned();
  }, interval);
  timer.unref();
  return () => clearInterval(timer);
}
