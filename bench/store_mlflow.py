"""What bench/store.ts measures, done by MLflow on SQLite: python store_mlflow.py <folder> <runs>.

Run by bench/store.ts when RUNLAB_BENCH_PYTHON names a Python that has MLflow. The runs that are searched are put straight
into MLflow's schema, since logging ten thousand of them would take minutes.
"""

import os
import sqlite3
import sys
import time
import uuid

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
import mlflow
from mlflow.entities import Metric

folder, runs = sys.argv[1], int(sys.argv[2])
os.makedirs(folder)
database = os.path.join(folder, "mlflow.db")
client = mlflow.MlflowClient(tracking_uri=f"sqlite:///{database}")


def report(what: str, value: str) -> None:
    print(f"{'MLflow ' + mlflow.__version__ + ': ' + what:<58} {value:>14}", flush=True)


def timed(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def log_points(count: int) -> None:
    run_id = client.create_run("0").info.run_id
    for step in range(count):
        client.log_metric(run_id, "loss", step / 7, step=step)


def log_runs(count: int) -> None:
    for index in range(count):
        run_id = client.create_run("0", run_name=f"run-{index}").info.run_id
        for number in range(10):
            client.log_param(run_id, f"param{number}", index % (number + 2))
        for number in range(10):
            client.log_metric(run_id, f"metric{number}", float(index * number))
        client.set_terminated(run_id)


def fill(count: int) -> str:
    experiment_id = client.create_experiment("many")
    now = int(time.time() * 1000)
    ids = [uuid.uuid4().hex for _ in range(count)]
    with sqlite3.connect(database) as connection:
        connection.executemany(
            "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,"
            " end_time, source_version, lifecycle_stage, artifact_uri, experiment_id)"
            " VALUES (?, ?, 'LOCAL', '', '', 'bench', 'FINISHED', ?, ?, '', 'active', '', ?)",
            [(run, f"run-{index}", now + index, now + index, experiment_id) for index, run in enumerate(ids)],
        )
        connection.executemany(
            "INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)",
            [(f"param{n}", str(index % (n + 2)), run) for index, run in enumerate(ids) for n in range(10)],
        )
        for table in ("latest_metrics", "metrics"):
            connection.executemany(
                f"INSERT INTO {table} (key, value, timestamp, step, is_nan, run_uuid) VALUES (?, ?, ?, 0, 0, ?)",
                [(f"metric{n}", (index * n) % 7 / 7, now, run) for index, run in enumerate(ids) for n in range(10)],
            )
    return experiment_id


def history(count: int) -> str:
    run_id = client.create_run("0").info.run_id
    for start in range(0, count, 1000):
        client.log_batch(run_id, metrics=[Metric("series", step / 7, 0, step) for step in range(start, start + 1000)])
    return run_id


timed(lambda: client.create_run("0"))
report("log_metric, one by one", f"{300 / timed(lambda: log_points(300)):,.0f}/s")
report("runs with 10 params and 10 metrics", f"{20 / timed(lambda: log_runs(20)):,.1f}/s")
many = fill(runs)
query = {
    "experiment_ids": [many],
    "filter_string": "metrics.metric3 > 0.2 AND params.param4 = '3'",
    "order_by": ["metrics.metric3 DESC"],
    "max_results": 100,
}
for moment in ("first", "second"):
    report(f"search of {runs} runs, {moment}", f"{timed(lambda: client.search_runs(**query)) * 1000:,.0f} ms")
points = history(100_000)
report("history of 100,000 points", f"{timed(lambda: client.get_metric_history(points, 'series')) * 1000:,.0f} ms")
