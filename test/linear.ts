import assert from "node:assert/strict";

/** The larger size is this many times the smaller; quadratic work would take 256 times as long. */
const growth = 16;
/** Collecting garbage makes linear work take up to four times as long as it should. */
const mostGrowth = 100;
/** Shorter times than this one are noise, ms. */
const measurable = 4;
const attempts = 6;

/**
 * Asserts that `work` takes linear time in the size it is given. Times at two sizes are compared with each other, the
 * shortest of several each: a busy machine lengthens some of them, never all.
 * @param work - does something with an input of `size`; a promise is awaited
 * @param from - the smallest size to begin with; it grows until the work takes long enough to be measured
 */
export async function assertLinear(work: (size: number) => unknown, from = 500): Promise<void> {
  let size = from;
  let small = await shortest(work, size);
  // Quadratic work is caught all the same: from here to the next size it takes 256 times as long.
  for (; small < measurable && size < 2_000_000; size *= 4, small = await shortest(work, size));
  for (let attempt = 1; ; attempt += 1) {
    const large = await shortest(work, size * growth);
    const ratio = large / Math.max(small, measurable);
    if (ratio <= mostGrowth) return;
    assert.ok(
      attempt < attempts,
      `size ${size} takes ${small.toFixed(1)} ms, ${growth} times the size takes ${ratio.toFixed(1)} times as long`,
    );
    small = Math.max(small, await shortest(work, size));
  }
}

async function shortest(work: (size: number) => unknown, size: number): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 2; round += 1) {
    const start = process.cpuUsage();
    await work(size);
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
    // What is slow is measured well enough at once.
    if (best > 200) break;
  }
  return best;
}
