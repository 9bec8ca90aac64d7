import { randomUUID } from "node:crypto";
import type { NewRun } from "../tracking/store.js";
import type { Run } from "../tracking/types.js";

/** A run as it is when it starts. */
export function newRun(wanted: NewRun, artifactUri: (runId: string) => string): Run {
  const runId = wanted.runId ?? randomUUID().replaceAll("-", "");
  return {
    info: {
      runId,
      runName: wanted.runName,
      experimentId: wanted.experimentId,
      status: "RUNNING",
      startTime: wanted.startTime,
      lifecycleStage: "active",
      artifactUri: artifactUri(runId),
      userId: wanted.userId,
    },
    data: { params: {}, metrics: {}, tags: { ...wanted.tags } },
    inputs: { datasetInputs: [] },
    outputs: { modelOutputs: [] },
    metricSummaries: {},
  };
}
