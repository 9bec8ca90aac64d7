/** Requests that a store gets at a time: enough to keep it busy, few enough not to flood it. */
const usualLimit = 8;

/**
 * Does the same work for each of many items, a few at a time, in their order.
 * @param limit - most items that are being worked on at any moment
 * @throws the first error of `work`; what is being worked on then goes on, and its own errors are ignored
 */
export async function eachLimit<T>(
  items: Iterable<T>,
  work: (item: T, index: number) => Promise<void>,
  limit = usualLimit,
): Promise<void> {
  const left = [...items].entries();
  const worker = async () => {
    for (const [index, item] of left) await work(item, index);
  };
  await Promise.all(Array.from({ length: limit }, worker));
}
