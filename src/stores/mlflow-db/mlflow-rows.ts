import { own, setOwn } from "../../own.js";
import { keyValuesToJson } from "../../tracking/mlflow-json.js";
import { loggedModelFromJson } from "../../tracking/mlflow-model-json.js";
import type { LoggedModel, ModelMetric } from "../../tracking/registry.js";
import {
  type DatasetInput,
  type Experiment,
  type LifecycleStage,
  type MetricPoint,
  type MetricSummary,
  type Run,
  runStatuses,
} from "../../tracking/types.js";
import { countPaths, latestOf } from "../registry/logged-models.js";
import type { SqlDatabase } from "../sql/database.js";
import { type RawBuilder, sql } from "../sql/kysely.js";

/** A row as it is there: an older MLflow has fewer columns. */
export type Row = Readonly<Record<string, unknown>>;

/** Runs of one statement: databases limit its parameters. */
const runsAtOnce = 500;

/** MLflow's workspaces, since 3.11, have experiments and models of their own; this is where everything is without them. */
const workspace = "default";

/** MLflow's numbers of the states of a logged model, from 1 on. */
const modelStatuses = ["PENDING", "READY", "FAILED"] as const;

/**
 * What a database with MLflow's own schema holds, read anew each time.
 * @see mlflow/store/tracking/dbmodels/models.py, 3.17; older ones, which lack some tables and columns, are read too
 */
export class MlflowRows {
  readonly #database: SqlDatabase;
  readonly #tables: ReadonlySet<string>;

  constructor(database: SqlDatabase, tables: readonly string[]) {
    this.#database = database;
    this.#tables = new Set(tables);
  }

  /** All of a table, or what a condition holds for; empty where the database has no such table. */
  async rows(table: string, where: RawBuilder<unknown> = sql`1 = 1`): Promise<Row[]> {
    if (!this.#tables.has(table)) return [];
    return (await sql<Row>`select * from ${sql.table(table)} where ${where}`.execute(this.#database.db)).rows;
  }

  /** Those of the workspace that is read. */
  async ownRows(table: string): Promise<Row[]> {
    return (await this.rows(table)).filter((row) => (own(row, "workspace") ?? workspace) === workspace);
  }

  async experiments(): Promise<Experiment[]> {
    const tags = byKey(await this.rows("experiment_tags"), "experiment_id");
    return (await this.ownRows("experiments"))
      .map((row): Experiment => {
        const experimentId = text(row, "experiment_id");
        return {
          experimentId,
          name: text(row, "name"),
          artifactLocation: text(row, "artifact_location"),
          lifecycleStage: stage(row),
          creationTime: number(row, "creation_time"),
          lastUpdateTime: number(row, "last_update_time"),
          tags: texts(tags.get(experimentId)),
        };
      })
      .sort((a, b) => Number(a.experimentId) - Number(b.experimentId));
  }

  /** Without what was logged into them. */
  async runsOf(experimentIds: readonly string[]): Promise<Run[]> {
    const numbers = experimentIds.filter((id) => /^\d{1,15}$/.test(id)).map(Number);
    if (numbers.length === 0) return [];
    return (await this.rows("runs", sql`experiment_id in (${sql.join(numbers)})`)).map(bareRun);
  }

  /** Without what was logged into it. */
  async run(runId: string): Promise<Run | undefined> {
    const [row] = await this.rows("runs", sql`run_uuid = ${runId}`);
    return row === undefined ? undefined : bareRun(row);
  }

  /** Adds what was logged into runs, in place. */
  async fill(runs: readonly Run[]): Promise<void> {
    for (let from = 0; from < runs.length; from += runsAtOnce) await this.#fill(runs.slice(from, from + runsAtOnce));
  }

  async #fill(runs: readonly Run[]): Promise<void> {
    const ids = sql.join(runs.map(({ info }) => info.runId));
    const ofRuns = sql`run_uuid in (${ids})`;
    const params = byKey(await this.rows("params", ofRuns), "run_uuid");
    const tags = byKey(await this.rows("tags", ofRuns), "run_uuid");
    const summaries = await this.#summaries(ofRuns);
    const inputs = await this.#inputs(ids);
    const outputs = byKey(
      await this.rows("inputs", sql`source_type = 'RUN_OUTPUT' and source_id in (${ids})`),
      "source_id",
    );
    for (const run of runs) {
      const { runId, runName } = run.info;
      run.data.params = texts(params.get(runId));
      run.data.tags = texts(tags.get(runId));
      run.info.runName = runName || (own(run.data.tags, "mlflow.runName") ?? runId);
      setOwn(run.data.tags, "mlflow.runName", run.info.runName);
      run.metricSummaries = summaries.get(runId) ?? {};
      for (const [key, { last }] of Object.entries(run.metricSummaries)) setOwn(run.data.metrics, key, last.value);
      run.inputs.datasetInputs = inputs.get(runId) ?? [];
      run.outputs.modelOutputs = (outputs.get(runId) ?? []).map((row) => ({
        modelId: text(row, "destination_id"),
        step: number(row, "step"),
      }));
    }
  }

  /** In the order that MLflow gives them in. */
  async points(runId: string, key: string): Promise<MetricPoint[]> {
    const order = sql`run_uuid = ${runId} and ${sql.ref("key")} = ${key} order by ${sql.ref("timestamp")}, step, value`;
    return (await this.rows("metrics", order)).map(point);
  }

  /** Models that runs have logged, oldest first, each with the location of its files. */
  async models(): Promise<Array<{ model: LoggedModel; location: string }>> {
    const [tags, params, metrics] = await Promise.all(
      ["logged_model_tags", "logged_model_params", "logged_model_metrics"].map(async (table) =>
        byKey(await this.rows(table), "model_id"),
      ),
    );
    const found = (await this.rows("logged_models"))
      .filter((row) => stage(row) === "active")
      .map((row) => {
        const id = text(row, "model_id");
        const model = loggedModelFromJson({
          info: {
            model_id: id,
            experiment_id: text(row, "experiment_id"),
            name: text(row, "name"),
            source_run_id: text(row, "source_run_id"),
            creation_timestamp_ms: number(row, "creation_timestamp_ms"),
            last_updated_timestamp_ms: number(row, "last_updated_timestamp_ms"),
            // Told by a number in this table.
            status: "LOGGED_MODEL_READY",
            model_type: text(row, "model_type"),
            tags: keyValuesToJson(texts(tags?.get(id), "tag_key", "tag_value")),
          },
          data: { params: keyValuesToJson(texts(params?.get(id), "param_key", "param_value")) },
        });
        model.status = modelStatuses[number(row, "status") - 1] ?? "READY";
        const measured = metrics?.get(id);
        if (measured !== undefined) model.metrics = latestOf(measured.map(modelMetric));
        return { model, location: text(row, "artifact_location") };
      });
    found.sort((a, b) => a.model.creationTimestamp - b.model.creationTimestamp);
    countPaths(found.map(({ model }) => model));
    return found;
  }

  /** By run, then by key. */
  async #summaries(ofRuns: RawBuilder<unknown>): Promise<Map<string, Record<string, MetricSummary>>> {
    const part = sql`partition by run_uuid, ${sql.ref("key")}`;
    const time = sql`${sql.ref("timestamp")}, step`;
    const { rows } = await sql<Row>`select * from (
      select run_uuid, ${sql.ref("key")}, value, is_nan, step, ${sql.ref("timestamp")}, count(*) over (${part}) as points,
        row_number() over (${part} order by is_nan, value, ${time}) as lowest,
        row_number() over (${part} order by is_nan, value desc, ${time}) as highest
      from metrics where ${ofRuns}) as ranked where lowest = 1 or highest = 1`.execute(this.#database.db);
    const found = new Map<string, Record<string, MetricSummary>>();
    for (const row of await this.rows("latest_metrics", ofRuns)) {
      const runId = text(row, "run_uuid");
      const key = text(row, "key");
      const summaries = found.get(runId) ?? {};
      setOwn(summaries, key, { last: { key, ...point(row) }, count: 1 });
      found.set(runId, summaries);
    }
    for (const row of rows) {
      const key = text(row, "key");
      const summary = own(found.get(text(row, "run_uuid")) ?? {}, key);
      if (summary === undefined) continue;
      summary.count = number(row, "points");
      const value = { key, ...point(row) };
      if (Number.isNaN(value.value)) continue;
      if (number(row, "lowest") === 1) summary.min = value;
      if (number(row, "highest") === 1) summary.max = value;
    }
    return found;
  }

  /** By run. */
  async #inputs(ids: RawBuilder<unknown>): Promise<Map<string, DatasetInput[]>> {
    const links = await this.rows("inputs", sql`source_type = 'DATASET' and destination_id in (${ids})`);
    const found = new Map<string, DatasetInput[]>();
    if (links.length === 0) return found;
    const of = (column: string, name: string) =>
      sql`${sql.ref(column)} in (select ${sql.ref(name)} from inputs where source_type = 'DATASET' and destination_id in (${ids}))`;
    const datasets = byKey(await this.rows("datasets", of("dataset_uuid", "source_id")), "dataset_uuid");
    const tags = byKey(await this.rows("input_tags", of("input_uuid", "input_uuid")), "input_uuid");
    for (const link of links) {
      const [row] = datasets.get(text(link, "source_id")) ?? [];
      if (row === undefined) continue;
      const [schema, profile] = [text(row, "dataset_schema"), text(row, "dataset_profile")];
      const input: DatasetInput = {
        dataset: {
          name: text(row, "name"),
          digest: text(row, "digest"),
          sourceType: text(row, "dataset_source_type"),
          source: text(row, "dataset_source"),
          ...(schema !== "" && { schema }),
          ...(profile !== "" && { profile }),
        },
        tags: texts(tags.get(text(link, "input_uuid")), "name"),
      };
      const runId = text(link, "destination_id");
      found.set(runId, [...(found.get(runId) ?? []), input]);
    }
    return found;
  }
}

function bareRun(row: Row): Run {
  const [endTime, deletedTime] = [own(row, "end_time"), own(row, "deleted_time")];
  const status = text(row, "status");
  return {
    info: {
      runId: text(row, "run_uuid"),
      runName: text(row, "name"),
      experimentId: text(row, "experiment_id"),
      status: runStatuses.find((known) => known === status) ?? "RUNNING",
      startTime: number(row, "start_time"),
      ...(typeof endTime === "number" && { endTime }),
      lifecycleStage: stage(row),
      ...(typeof deletedTime === "number" && { deletedTime }),
      artifactUri: text(row, "artifact_uri"),
      userId: text(row, "user_id"),
    },
    data: { params: {}, metrics: {}, tags: {} },
    inputs: { datasetInputs: [] },
    outputs: { modelOutputs: [] },
    metricSummaries: {},
  };
}

function point(row: Row): MetricPoint {
  const value = own(row, "is_nan") ? Number.NaN : number(row, "value");
  return { step: number(row, "step"), value, timestamp: number(row, "timestamp") };
}

function modelMetric(row: Row): ModelMetric {
  const [datasetName, datasetDigest] = [text(row, "dataset_name"), text(row, "dataset_digest")];
  return {
    key: text(row, "metric_name"),
    value: number(row, "metric_value"),
    timestamp: number(row, "metric_timestamp_ms"),
    step: number(row, "metric_step"),
    runId: text(row, "run_id"),
    ...(datasetName !== "" && { datasetName }),
    ...(datasetDigest !== "" && { datasetDigest }),
  };
}

export function byKey(rows: readonly Row[], column: string): Map<string, Row[]> {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const key = text(row, column);
    const others = found.get(key);
    if (others === undefined) found.set(key, [row]);
    else others.push(row);
  }
  return found;
}

/** Pairs as a record. */
export function texts(rows: readonly Row[] = [], key = "key", value = "value"): Record<string, string> {
  const found: Record<string, string> = {};
  for (const row of rows) setOwn(found, text(row, key), text(row, value));
  return found;
}

/** "" for null, and for a column that is not there. */
export function text(row: Row, column: string): string {
  const value = own(row, column);
  return value === undefined || value === null ? "" : String(value);
}

export function number(row: Row, column: string): number {
  return Number(own(row, column) ?? 0);
}

function stage(row: Row): LifecycleStage {
  return text(row, "lifecycle_stage") === "deleted" ? "deleted" : "active";
}
