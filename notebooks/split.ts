export interface SplitOptions {
  /** Share of the rows that go to the test set; default 0.25. */
  testShare?: number;
  /** A 32-bit integer; the same seed gives the same split. */
  seed: number;
}

/** Shuffles the rows and cuts them into a training and a test set. */
export function trainTestSplit<Row>(rows: readonly Row[], options: SplitOptions): { train: Row[]; test: Row[] } {
  const { testShare = 0.25, seed } = options;
  const shuffled = shuffle(rows, seed);
  const testSize = Math.round(rows.length * testShare);
  return { train: shuffled.slice(testSize), test: shuffled.slice(0, testSize) };
}

/** Fisher and Yates' shuffle of a copy. */
function shuffle<Row>(rows: readonly Row[], seed: number): Row[] {
  const result = [...rows];
  const random = mulberry32(seed);
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j] as Row, result[i] as Row];
  }
  return result;
}

/** Uniform numbers in [0, 1) from a 32-bit state. @see Tommy Ettinger's mulberry32 (public domain) */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
