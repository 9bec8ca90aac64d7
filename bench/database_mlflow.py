"""What bench/database.ts measures of a search, done by MLflow: python database_mlflow.py <database URI> <runs>.

Its rows are those of bench/database.ts, put straight into MLflow's schema by the database itself: logging them would take hours.
"""

import os
import statistics
import sys
import time

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
import mlflow
import sqlalchemy

uri, runs = sys.argv[1], int(sys.argv[2])
client = mlflow.MlflowClient(tracking_uri=uri)
experiment = client.create_experiment("many")
numbers = f"WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {runs - 1})"
run_id = f"'{'f' * 24}' || substr(CAST(100000000 + i AS text), 2)"
now = int(time.time() * 1000)
with sqlalchemy.create_engine(uri).begin() as connection:
    connection.exec_driver_sql(
        f"{numbers} INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,"
        " end_time, source_version, lifecycle_stage, artifact_uri, experiment_id)"
        f" SELECT {run_id}, 'many-' || CAST(i AS text), 'LOCAL', '', '', 'bench', 'FINISHED', {now} + i, {now} + i, '', 'active', '',"
        f" {experiment} FROM n"
    )
    for key in range(10):
        connection.exec_driver_sql(
            f"{numbers} INSERT INTO params (key, value, run_uuid) SELECT 'param{key}', CAST(i - i / {key + 2} * {key + 2} AS text), {run_id} FROM n"
        )
        connection.exec_driver_sql(
            f"{numbers} INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid)"
            f" SELECT 'metric{key}', (i * {key} - i * {key} / 7 * 7) / 7.0, 1, 0, false, {run_id} FROM n"
        )
if uri.startswith("postgresql"):
    with sqlalchemy.create_engine(uri).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def search() -> float:
    start = time.perf_counter()
    found = client.search_runs(
        [experiment], "metrics.metric3 > 0.2", order_by=["metrics.metric3 DESC"], max_results=100
    )
    assert len(found) == min(100, runs // 2), len(found)
    return (time.perf_counter() - start) * 1000


first, *warm = [search() for _ in range(4)]
what = f"MLflow {mlflow.__version__}: one metric filter and order: first; warm, median of 3"
print(f"{what:<66} {first:,.1f} ms; {statistics.median(warm):,.1f} ms", flush=True)
