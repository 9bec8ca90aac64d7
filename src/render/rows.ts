/**
 * What this room draws, as plain data. Tracking's records fit these shapes as they are; nothing is imported from there,
 * so that a web page can use the same drawings.
 */

/** One run, as tracking's `Run` has it. Times are ms since the epoch. */
export interface RunRow {
  info: {
    runId: string;
    runName: string;
    status: string;
    startTime: number;
    endTime?: number;
    experimentId?: string;
    lifecycleStage?: string;
    userId?: string;
  };
  data: { params: Record<string, string>; metrics: Record<string, number>; tags: Record<string, string> };
  /** Per metric key; without it only the latest values in `data.metrics` are shown. */
  metricSummaries?: Record<string, MetricSummaryRow>;
}

export interface MetricSummaryRow {
  last: PointRow;
  /** Of finite values only. */
  min?: PointRow;
  max?: PointRow;
  count: number;
}

export interface PointRow {
  step: number;
  value: number;
  timestamp: number;
}

/** The history of one metric in one run. */
export interface MetricSeries {
  runId: string;
  runName: string;
  /** Sorted by step, ascending. NaN and infinities are drawn as gaps. */
  points: readonly PointRow[];
}

/** One column, tensor or param of a model signature. */
export interface SignatureRow {
  /** Undefined for an unnamed column. */
  name: string | undefined;
  type: string;
  required: boolean;
  /** e.g. "(-1, 28, 28)". */
  shape?: string;
  /** Lowest and highest value seen, as text. */
  range?: string;
  /** A value seen, as text. */
  example?: string;
}

export interface SignatureRows {
  inputs: readonly SignatureRow[];
  outputs: readonly SignatureRow[];
  params: readonly SignatureRow[];
}

/** One difference between two signatures. */
export interface SignatureChangeRow {
  part: "inputs" | "outputs" | "params";
  name: string;
  change: string;
  before: string;
  after: string;
  /** True when callers of the old signature fail against the new one. */
  breaking: boolean;
}

/**
 * A label per run that no other run has: its name, with the start of its id where names repeat.
 * Charts tell runs apart by label, so two runs of one name must not melt into one line.
 */
export function runLabels(runs: ReadonlyArray<{ runId: string; runName: string }>): string[] {
  const count = new Map<string, number>();
  for (const { runName } of runs) count.set(runName, (count.get(runName) ?? 0) + 1);
  const labels = runs.map(({ runId, runName }) => {
    const name = runName === "" ? runId.slice(0, 8) : runName;
    return (count.get(runName) ?? 0) > 1 ? `${name} (${runId.slice(0, 6)})` : name;
  });
  return new Set(labels).size === labels.length ? labels : runs.map(({ runId, runName }) => `${runName} (${runId})`);
}
