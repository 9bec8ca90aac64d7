"""The cells of docs/data.md run from top to bottom in the real kernel, and show what the page says."""
import re
import shutil

import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient

PAGE = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
CELLS = re.findall(r"^```ts\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def executed():
    """In a folder from which the project's node_modules are found."""
    folder = ROOT / "build" / "test" / "data-page"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=120, kernel_name="runlab", allow_errors=True, resources=resources).execute()
    yield {cell.source: cell.outputs for cell in notebook.cells}
    shutil.rmtree(folder)


def outputs_of(executed: dict, word: str) -> list:
    [found] = [outputs for source, outputs in executed.items() if word in source]
    return found


def test_no_cell_of_the_page_fails(executed):
    assert len(executed) == len(CELLS) == 8
    for source, outputs in executed.items():
        for output in outputs:
            assert output.output_type != "error", f"{source}\n{output.evalue}"
            assert output.get("name") != "stderr", f"{source}\n{output.text}"


@pytest.mark.parametrize("word", ["parse<Car>", "parquetReadObjects", "rollup"])
def test_rows_are_shown_as_a_table(executed, word):
    [table] = outputs_of(executed, word)
    assert "<table" in table.data["text/html"]


def test_the_groups_are_sorted_by_what_was_asked(executed):
    [table] = outputs_of(executed, "rollup")
    text = table.data["text/plain"]
    assert text.index("Japan") < text.index("Europe") < text.index("USA")


def test_both_libraries_draw(executed):
    [vega] = outputs_of(executed, "vega-lite/v5.json")
    assert {"application/vnd.vegalite.v5+json", "image/svg+xml"} <= set(vega.data)
    [plot] = outputs_of(executed, "Plot.plot")
    assert plot.data["image/svg+xml"].count("<circle") == 9


def test_the_run_keeps_the_table_and_the_chart(executed):
    shown = outputs_of(executed, "%%run")
    text = "".join(output.get("text", "") + str(output.get("data", {}).get("text/plain", "")) for output in shown)
    assert "FINISHED" in text and "cars-by-weight" in text


def test_a_chart_on_the_last_line_is_shown_once(executed):
    assert [output.output_type for output in outputs_of(executed, "vega-lite/v5.json")] == ["display_data"]
