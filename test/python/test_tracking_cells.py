"""What tracking shows in a cell, as a client of the real kernel gets it."""
import json
import re

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

VEGA_LITE = "application/vnd.vegalite.v5+json"


def execute(tmp_path, *cells: str) -> tuple:
    """The cells' outputs, and how many messages of each type came."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(notebook, timeout=60, kernel_name="runlab", resources={"metadata": {"path": str(tmp_path)}})
    counts, take = {}, client.process_message

    def counted(message, cell, cell_index):
        counts[message["msg_type"]] = counts.get(message["msg_type"], 0) + 1
        return take(message, cell, cell_index)

    client.process_message = counted
    client.execute()
    return [cell.outputs for cell in notebook.cells], counts


def test_a_loop_without_a_pause_draws_live_and_ends_in_one_full_chart(tmp_path):
    cell = (
        "%%run name=live live=loss\nconst end = Date.now() + 1000\n"
        "for (let e = 0; Date.now() < end; e++) {\n  %log_metric loss {1 / (e + 1)} step={e}\n}"
    )
    [outputs], counts = execute(tmp_path, cell)
    chart, card = (output for output in outputs if output.output_type == "display_data")
    assert "image/svg+xml" in chart.data and VEGA_LITE in chart.data
    assert "live  FINISHED" in card.data["text/plain"]
    # Four a second and the last one; at least one came while the loop went on.
    assert 2 <= counts["update_display_data"] <= 7


def test_runs_and_signatures_as_a_last_value_are_tables(tmp_path):
    outputs, _ = execute(
        tmp_path,
        'import { inferSignature, searchRuns } from "runlab"\nconst runs = await searchRuns()\nruns',
        "%%run name=table\n%log_param a 1",
        "(await searchRuns({ filterString: \"run_name = 'table'\" }))[0]",
        "inferSignature([{ a: 1.5 }])",
    )
    shown = [output.data for cell in outputs for output in cell if output.output_type == "execute_result"]
    assert all("text/html" in data for data in shown[-2:])
    assert shown[-2]["text/plain"].startswith("✓ table  FINISHED")
    assert shown[-1]["text/plain"].startswith("Signature\n")


@pytest.mark.parametrize(
    "failing",
    [
        "%log_param a 2",
        "%log_artifact nowhere.txt",
        "%log_text text ../outside.txt",
        "%log_metric ../x 1",
        "%log_param b {Promise.resolve(1)}",
        "%log_params {new Map([['lr', 0.1]])}",
        "%log_params {{ optimizer: { lr: Promise.resolve(1) } }}",
    ],
)
def test_a_log_call_that_fails_unawaited_shows_the_cells_own_line_and_no_file_of_the_package(tmp_path, failing):
    with pytest.raises(CellExecutionError) as caught:
        execute(tmp_path, f"%%run name=failing\n%log_param a 1\nfor (const one of [1]) {{\n  {failing}\n}}\nconst after = 1")
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(caught.value))
    assert re.search(rf"^> 4 \|   {re.escape(failing)}$", text, re.M), text
    assert re.search(r"^    at Cell \[1\]:4:\d+$", text, re.M), text
    assert ".js:" not in text, text


def test_names_that_break_things_are_shown_as_they_are_everywhere(tmp_path):
    names = ["a/b", "..", "<script>alert(1)</script>", "\U0001f697 ü", "n" * 300]
    literal = json.dumps(names)
    cells = [f"const names = {literal}", "%experiment {names[2] + '/../' + names[3]}"]
    for at in range(len(names)):
        name = f"{{names[{at}]}}"
        cells.append(f"%%run name={name} tag.odd={name}\n%log_metric m/x {at} step=1\n%log_param p {name}")
    looks = [
        "%runs",
        "%compare",
        "%compare {names[0]} {names[1]} {names[4]} metric=m/x",
        "%plot m/x",
        "%run_info {names[2]}",
        '%export to="\U0001f697 <b>.json"',
    ]
    outputs, _ = execute(tmp_path, *cells, *looks)
    shown = [output.data for cell in outputs for output in cell if output.output_type == "display_data"]
    assert len(shown) >= len(names) + len(looks)
    for data in shown:
        markup = str(data.get("text/html", "")) + str(data.get("image/svg+xml", ""))
        # The only script is the one by which tables sort.
        assert markup.count("<script") == markup.count("</div><script>(function(me){")
    cards = [cell[-1].data["text/plain"] for cell in outputs[2 : 2 + len(names)]]
    assert [card.split("  ")[0] for card in cards] == [f"✓ {name}" for name in names]
    exported = json.loads((tmp_path / "\U0001f697 <b>.json").read_text())
    assert sorted(run["runName"] for run in exported["runs"]) == sorted(names)


def reply_to(client, request: str) -> dict:
    """The reply to a request: a client that had to ask a slow kernel twice for its info has the second answer before it."""
    while True:
        message = client.get_shell_msg(timeout=60)
        if message["parent_header"].get("msg_id") == request:
            return message["content"]


SLOW_CLEANUP = "try { while (true) {} } finally { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400) }"


@pytest.mark.parametrize(
    "body",
    ["await new Promise(() => {})", "while (true) {}", SLOW_CLEANUP],
    ids=["waiting", "looping", "cleaning up for longer than a kernel waits for an answer"],
)
def test_an_interrupt_ends_the_cells_run_as_killed_with_what_it_logged(tmp_path, body):
    manager, client = start_new_kernel(kernel_name="runlab", cwd=str(tmp_path))
    try:
        request = client.execute(f"%%run name=endless\n%log_metric a 1\nconsole.log('begun')\n{body}")
        texts = []
        while True:
            message = client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            if message["msg_type"] == "stream" and "begun" in content["text"]:
                manager.interrupt_kernel()
            assert "by force" not in content.get("text", "")
            if message["msg_type"] == "display_data":
                texts.append(content["data"]["text/plain"])
            if content.get("execution_state") == "idle":
                break
        assert texts[-1].startswith("■ endless  KILLED") and "\n  a 1\n" in texts[-1]
        assert reply_to(client, request)["ename"] == "KernelInterrupt"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_progress_is_one_display_that_is_updated_in_its_place(tmp_path):
    cell = (
        'import { progress } from "runlab"\n'
        "for (const n of progress([1, 2, 3, 4, 5, 6], { label: 'fit' })) await new Promise((go) => setTimeout(go, 100))"
    )
    [outputs], counts = execute(tmp_path, cell)
    [shown] = [output for output in outputs if output.output_type == "display_data"]
    assert re.match(r"fit: 6/6, [\d.]+ m?s, [\d.]+/s", shown.data["text/plain"])
    assert "linear-gradient" in shown.data["text/html"]
    assert counts["update_display_data"] >= 1
