import type { MetricSeries, RunRow } from "../../src/render/rows.js";

/** Runs and curves for tests, the same on every call. */
export function run(
  runName: string,
  params: Record<string, string | number>,
  metrics: Record<string, number>,
  info: Partial<RunRow["info"]> = {},
): RunRow {
  const texts = Object.fromEntries(Object.entries(params).map(([key, value]) => [key, String(value)]));
  return {
    info: {
      runId: idOf(runName),
      runName,
      status: "FINISHED",
      startTime: 1_764_000_000_000,
      endTime: 1_764_000_003_400,
      experimentId: "0",
      ...info,
    },
    data: { params: texts, metrics, tags: {} },
  };
}

/** 32 hex digits that differ by name. */
export function idOf(name: string): string {
  let hash = 7;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 0xffffffff;
  return hash.toString(16).padStart(8, "0").repeat(4);
}

export function series(runName: string, values: readonly number[], startStep = 0): MetricSeries {
  const points = values.map((value, at) => ({ step: startStep + at, value, timestamp: 1_764_000_000_000 + at * 500 }));
  return { runId: idOf(runName), runName, points };
}

export const grid: readonly RunRow[] = [0.2, 0.5, 0.8].flatMap((alpha) =>
  [0.3, 0.7].map((l1) =>
    run(`a=${alpha} l1=${l1}`, { alpha, l1_ratio: l1, seed: 42 }, { rmse: 3 + alpha * l1, r2: 0.8 - alpha / 10 }),
  ),
);

export const forests: readonly RunRow[] = [10, 50, 100, 200].map((trees) =>
  run(`forest ${trees}`, { n_trees: trees }, { rmse: 3 - Math.log(trees) / 10 }),
);

export const classifiers: readonly RunRow[] = ["logreg", "svm", "forest"].map((kind, at) =>
  run(kind, { kind }, { accuracy: 0.8 + at * 0.05, recall: 0.7 + at * 0.07, f1: 0.75 + at * 0.06 }),
);

/** Names that break what is not escaped. */
export const hostile = `<img src=x onerror="alert(1)"> & 'q' </script> \u{1F697} ${"n".repeat(300)}`;
