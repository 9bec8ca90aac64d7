"""`%ui` in a notebook: the page of the store beside it, as a client of the real kernel gets it."""
import http.client
import re
import socket
import time

from test_model_cells import shown
from test_tracking_cells import execute


def answers(port: int) -> bool:
    """Whether something listens there."""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    except OSError:
        return False


def test_a_page_is_embedded_shows_the_notebooks_runs_and_ends_with_the_kernel(tmp_path):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        outputs, _ = execute(
            tmp_path,
            "%experiment paged",
            "%%run name=first\n%log_metric loss 0.5",
            f"%ui port={port}",
            "%ui",
            "const page = %ui\nawait (await fetch(`${page[0]?.url}/api/2.0/mlflow/experiments/get-by-name?experiment_name=paged`)).text()",
        )
    note, page = outputs[2]
    taken = int(re.search(rf"Port {port} is in use; using (\d+) instead", note.text).group(1))
    assert f'<iframe src="http://127.0.0.1:{taken}/"' in page.data["text/html"]
    assert f"http://127.0.0.1:{taken}/" in page.data["text/plain"]
    [again] = outputs[3]
    assert again.data == page.data
    assert '"name":"paged"' in shown(outputs[4]).replace(" ", "")
    deadline = time.time() + 20
    while answers(taken):
        assert time.time() < deadline, "the page outlives its kernel"
        time.sleep(0.1)
