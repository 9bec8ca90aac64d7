"""`runlab server` on a database: an unmodified MLflow client logs, registers and reads, and the database has it afterwards."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import pytest

pytest.importorskip("mlflow")

from conftest import free_port  # noqa: E402
from test_tracking_server import MODELS, RUNS, run  # noqa: E402

POSTGRESQL = os.environ.get("RUNLAB_POSTGRESQL")


@contextlib.contextmanager
def sqlite(folder: pathlib.Path):
    yield f"sqlite:///{folder / 'lab.db'}"


@contextlib.contextmanager
def postgresql(_: pathlib.Path):
    """A PostgreSQL server of its own, on loopback."""
    if POSTGRESQL is None:
        pytest.skip("needs PostgreSQL: apt-get install postgresql, or RUNLAB_POSTGRESQL=/folder/of/initdb")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="runlab-postgres-"))
    # It refuses to run as root.
    user = {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}
    if user:
        shutil.chown(folder, **user)
    programs, data = pathlib.Path(POSTGRESQL), str(folder / "data")
    quiet = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **user}
    subprocess.run([programs / "initdb", "-D", data, "-U", "runlab", "--auth=trust", "--no-sync"], check=True, **quiet)
    port = free_port()
    settings = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    server = subprocess.Popen([programs / "postgres", "-D", data, *options], **quiet)
    try:
        ready = [programs / "pg_isready", "-h", "127.0.0.1", "-p", str(port)]
        for _ in range(600):
            if subprocess.run(ready, **quiet).returncode == 0:
                break
            assert server.poll() is None, "PostgreSQL has not started"
            time.sleep(0.1)
        create = [programs / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "runlab", "runs"]
        subprocess.run(create, check=True, **quiet)
        yield f"postgresql://runlab@127.0.0.1:{port}/runs"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(60)
        shutil.rmtree(folder)


@pytest.mark.parametrize("database", [sqlite, postgresql], ids=["SQLite", "PostgreSQL"])
def test_an_unmodified_python_client_uses_a_server_on_a_database(database, tmp_path, main):
    with database(tmp_path) as uri:
        env = {**os.environ, "RUNLAB_ARTIFACTS": str(tmp_path / "files")}
        server = subprocess.Popen(
            ["node", main, "server", "--backend-store-uri", uri, "--port", "0", "--json", "--access-log", "none"],
            stdout=subprocess.PIPE,
            text=True,
            env=env,
            cwd=tmp_path,
        )
        try:
            url = json.loads(server.stdout.readline())["url"]
            for code in (RUNS, MODELS):
                run(code, {**env, "MLFLOW_TRACKING_URI": url}, tmp_path)
        finally:
            server.terminate()
            assert server.wait(20) == 0
        listed = subprocess.run(
            ["node", main, "runs", "list", "cars", "--json", "--tracking-uri", uri],
            env=env,
            capture_output=True,
            text=True,
        )
        assert listed.returncode == 0, listed.stderr
        assert "elastic 0.1" in listed.stdout and "elastic 0.2" in listed.stdout
