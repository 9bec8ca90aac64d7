/**
 * What a promise resolves with, when it does so in time. A result that is there already, and only waits for the event
 * loop to be free, comes in time.
 * @param patience - ms from now
 * @returns undefined when it does not come in time
 */
export function within<T>(promise: Promise<T>, patience: number): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), patience);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
