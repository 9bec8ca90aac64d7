import type { LifecycleStage, RunStatus } from "../../tracking/types.js";
import type { Generated } from "./kysely.js";

/** The tables, see `migrations.ts`. Times are ms since the epoch; JSON is text. */
export interface Tables {
  runlab_schema: { version: number; name: string; applied_at: number };
  counters: { name: string; value: number };
  experiments: {
    experiment_id: string;
    name: string;
    /** See `artifact-location.ts`. */
    artifact_location: string;
    lifecycle_stage: LifecycleStage;
    creation_time: number;
    last_update_time: number;
    /** Pairs, as JSON. */
    tags: string;
  };
  runs: {
    id: Generated<number>;
    run_id: string;
    run_name: string;
    experiment_id: string;
    status: RunStatus;
    start_time: number;
    end_time: number | null;
    lifecycle_stage: LifecycleStage;
    deleted_time: number | null;
    /** See `artifact-location.ts`. */
    artifact_uri: string;
    user_id: string;
    /** The process that the run belongs to, as JSON. */
    owner: string | null;
    /** JSON. */
    outputs: string;
  };
  /** Since schema 4: the last heartbeat of each process that runs belong to, by the database's clock. */
  owners: { owner: string; seen: number };
  params: TextRow;
  tags: TextRow;
  /** One row for each metric of a run. */
  metrics: {
    id: Generated<number>;
    run: number;
    key: string;
    /** The latest value; null is NaN. */
    value: number | null;
    /** Of finite values; null where there is none. */
    min_value: number | null;
    max_value: number | null;
    /** All of the summary, exactly: `metric-row.ts`. */
    summary: string;
  };
  points: {
    metric: number;
    /** 0, 1, …, in the order they were logged. */
    seq: number;
    step: number;
    timestamp: number;
    value: number | null;
    /** The value where a database's number would not be the same: `NaN`, `-0`. */
    odd: string | null;
  };
  inputs: {
    run: number;
    position: number;
    name: string;
    digest: string;
    context: string | null;
    /** JSON. */
    data: string;
  };
  logged_models: {
    id: Generated<number>;
    model_id: string;
    experiment_id: string;
    source_run_id: string;
    artifact_path: string;
    /** JSON. */
    data: string;
  };
  registered_models: { name: string; data: string };
  model_versions: { name: string; version: number; data: string };
}

/** A param or tag. `rank` says how it sorts: 0 by `number`, 1 as a text, 2 is NaN. */
export interface TextRow {
  run: number;
  key: string;
  value: string;
  number: number | null;
  rank: number;
}
