"""What every Python test here may ask for: the built project, and the kernel `runlab` registered where Jupyter finds it."""
import atexit
import itertools
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Another build than dist/ can be named, e.g. one under build/.
DIST = Path(os.environ.get("RUNLAB_DIST", ROOT / "dist"))


def node(*args: str, **options) -> subprocess.CompletedProcess:
    """Runs a built file with Node; a failure shows what it wrote."""
    done = subprocess.run([shutil.which("node") or "node", *args], capture_output=True, text=True, **options)
    assert done.returncode == 0, f"node {' '.join(args)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done


def _claimed_share() -> int:
    """As in test/free-port.ts: the first of a hundred ports that no other process has, also not the test files beside this one."""
    claims = Path(tempfile.gettempdir()) / "runlab-test-ports"
    claims.mkdir(exist_ok=True)
    for at in range(227):
        first = 10_000 + (os.getpid() + at) % 227 * 100
        claim = claims / str(first)
        try:
            with claim.open("x") as file:
                file.write(str(os.getpid()))
        except FileExistsError:
            continue
        atexit.register(claim.unlink, missing_ok=True)
        return first
    raise RuntimeError(f"Every port is claimed in {claims}.")


_first = _claimed_share()
_ports = itertools.cycle(range(_first, _first + 100))


def free_port() -> int:
    """A port of the loopback that nothing listens on, and that no other process gets while a server takes its time to start."""
    for port in _ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


@pytest.fixture(scope="session")
def dist() -> Path:
    assert (DIST / "bundle" / "main.js").exists(), f"{DIST} is not built: npm run build"
    return DIST


@pytest.fixture(scope="session")
def main(dist) -> str:
    """The command `runlab`, as it is installed."""
    return str(dist / "bundle" / "main.js")


@pytest.fixture(scope="session", autouse=True)
def kernel(tmp_path_factory, main) -> str:
    """Registers the kernel, with either engine, in a prefix of its own, with no store, history or settings of the person's in reach."""
    prefix = tmp_path_factory.mktemp("jupyter")
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    node(main, "install", "--prefix", str(prefix))
    node(main, "install", "--prefix", str(prefix), "--name", "runlab-tslab", "--engine", "tslab")
    os.environ["JUPYTER_PATH"] = str(prefix / "share" / "jupyter")
    os.environ["JUPYTER_DATA_DIR"] = str(tmp_path_factory.mktemp("data"))
    os.environ["JUPYTER_CONFIG_DIR"] = str(tmp_path_factory.mktemp("config"))
    os.environ["RUNLAB_TRACKING_URI"] = str(tmp_path_factory.mktemp("store") / "runlab")
    os.environ["RUNLAB_SPOOL"] = str(tmp_path_factory.mktemp("spool"))
    os.environ.pop("MLFLOW_TRACKING_URI", None)
    return "runlab"
