"""What bench/server.ts asks of MLflow's Python client.

python server_client.py log <address> <run id> <calls>: log_metric calls in a second.
python server_client.py fill <database> <runs>: puts that many runs straight into MLflow's schema, since logging them would take an hour.
"""

import os
import sqlite3
import sys
import time
import uuid

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"


def log(address: str, run_id: str, calls: int) -> None:
    import mlflow

    client = mlflow.MlflowClient(tracking_uri=address)
    client.log_metric(run_id, "warm", 1.0)
    start = time.perf_counter()
    for step in range(calls):
        client.log_metric(run_id, "loss", step / 7, step=step)
    print(calls / (time.perf_counter() - start))


def fill(database: str, runs: int) -> None:
    now = int(time.time() * 1000)
    ids = [uuid.uuid4().hex for _ in range(runs)]
    with sqlite3.connect(database) as connection:
        connection.executemany(
            "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,"
            " end_time, source_version, lifecycle_stage, artifact_uri, experiment_id)"
            " VALUES (?, ?, 'LOCAL', '', '', 'bench', 'FINISHED', ?, ?, '', 'active', '', 0)",
            [(run, f"run-{index}", now + index, now + index) for index, run in enumerate(ids)],
        )
        connection.executemany(
            "INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES ('rmse', ?, ?, 0, 0, ?)",
            [(index % 1000 / 7, now, run) for index, run in enumerate(ids)],
        )
        connection.executemany(
            "INSERT INTO params (key, value, run_uuid) VALUES ('alpha', ?, ?)",
            [(str(index % 10), run) for index, run in enumerate(ids)],
        )
        # As its client does: the page of 3.17 shows an error in place of runs that have no tag.
        connection.executemany(
            "INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)",
            [
                (key, value, run)
                for index, run in enumerate(ids)
                for key, value in (("mlflow.runName", f"run-{index}"), ("mlflow.user", "bench"))
            ],
        )


if __name__ == "__main__":
    what, first, *rest = sys.argv[1:]
    if what == "log":
        log(first, rest[0], int(rest[1]))
    else:
        fill(first, int(rest[0]))
