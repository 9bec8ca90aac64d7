"""Notebooks written for tslab run unchanged: with the default engine, and with tslab's converter as the engine."""
import nbformat
import pytest
from nbclient import NotebookClient

CELLS = [
    # The display API, as tslab's own notebooks use it.
    'import * as tslab from "tslab"\n'
    'tslab.display.html("<b>bold</b>")\ntslab.display.markdown("# Title")\n'
    'tslab.display.svg("<svg xmlns=\'http://www.w3.org/2000/svg\'/>")\ntslab.display.text("plain")\n'
    'tslab.display.png(new Uint8Array([137, 80, 78, 71]))',
    # A display that is drawn again from a later cell.
    'const shown = tslab.newDisplay()\nshown.text("first")',
    'shown.text("second")',
    # A cell that is a file for other cells.
    "/** @module greeting */\nexport function greet(name: string): string {\n  return `Hello ${name}`\n}",
    'import { greet } from "./greeting"\ngreet("Ada")',
    # Names are declared again, values of promises are awaited at top level, the last value is shown.
    "const x = 1\nlet total = x + 1",
    'const x: string = "again"\ntotal = total + (await Promise.resolve(40))\nx + total',
    "class Counter {\n  constructor(public at = 0) {}\n  up() { return ++this.at }\n}\nconst counter = new Counter()\ncounter.up()",
    "counter.up()",
    'import { readFileSync } from "fs"\nimport * as path from "path"\n[typeof readFileSync, path.join("a", "b")]',
    'console.log("out"); console.error("err")',
]


@pytest.mark.parametrize("name", ["runlab", "runlab-tslab"])
def test_a_notebook_for_tslab_runs_unchanged(tmp_path, name):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    NotebookClient(notebook, timeout=60, kernel_name=name, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [cell.outputs for cell in notebook.cells]
    shown = [mime for output in outputs[0] for mime in output.data if mime != "text/plain"]
    assert shown == ["text/html", "text/markdown", "image/svg+xml", "image/png"]
    assert outputs[0][3].data["text/plain"] == "plain"
    assert [output.data["text/plain"] for output in outputs[1]] == ["second"]
    values = [output.data["text/plain"] for cell in outputs[4:] for output in cell if output.output_type == "execute_result"]
    assert values == ["'Hello Ada'", "'again42'", "1", "2", "[ 'function', 'a/b' ]"]
    assert {output.name: output.text for output in outputs[-1]} == {"stdout": "out\n", "stderr": "err\n"}


def test_the_error_of_a_cell_has_its_own_lines_with_either_engine(tmp_path):
    for name in ("runlab", "runlab-tslab"):
        cell = nbformat.v4.new_code_cell('const at = 1\nfunction fail(): never {\n  throw new RangeError("too far")\n}\nfail()')
        notebook = nbformat.v4.new_notebook(cells=[cell])
        client = NotebookClient(
            notebook, timeout=60, kernel_name=name, allow_errors=True, resources={"metadata": {"path": str(tmp_path)}}
        )
        client.execute()
        [error] = cell.outputs
        assert (error.ename, error.evalue) == ("RangeError", "too far")
        assert "Cell [1]:3:" in "\n".join(error.traceback), name
