"""The notebooks run from top to bottom, through the clients that people use, and say what they promise."""
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT

WINE_HEADER = (
    "fixed acidity;volatile acidity;citric acid;residual sugar;chlorides;free sulfur dioxide;"
    "total sulfur dioxide;density;pH;sulphates;alcohol;quality"
)


@pytest.fixture
def folder(request):
    """A copy of notebooks/ from which the project's node_modules are found, as from the original."""
    copy = ROOT / "build" / "test" / "notebooks" / request.node.name
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(ROOT / "notebooks", copy, ignore=shutil.ignore_patterns("runlab", "*.csv", ".*"))
    yield copy
    shutil.rmtree(copy)


def run(notebook: Path, store: Path, monkeypatch, **env) -> subprocess.CompletedProcess:
    monkeypatch.setenv("RUNLAB_TRACKING_URI", str(store))
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    script = ROOT / "python" / "run_notebook.py"
    return subprocess.run([sys.executable, script, notebook], capture_output=True, text=True, timeout=300)


def texts(path: Path) -> list[str]:
    """The plain text of every output."""
    found = []
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {}).get("text/plain", "")
            found.append(output.get("text", "") + ("".join(data) if isinstance(data, list) else data))
    return found


def wine_rows(count: int) -> str:
    """Made-up wines in the shape of the real data; the quality follows alcohol and acidity."""
    lines = [WINE_HEADER]
    for i in range(count):
        alcohol, acidity = 9 + (i * 7 % 40) / 10, 0.2 + (i * 13 % 60) / 100
        row = [7 + i % 5 / 2, acidity, i % 9 / 10, 2 + i % 7 / 3, 0.05 + i % 11 / 200, 10 + i % 30, 30 + i % 50]
        row += [0.995 + i % 6 / 1000, 3.2 + i % 8 / 20, 0.5 + i % 10 / 30, alcohol, round(3 + alcohol / 4 - acidity)]
        lines.append(";".join(str(value) for value in row))
    return "\n".join(lines)


def test_cars_runs_and_ranks_the_models(folder, tmp_path, monkeypatch):
    done = run(folder / "cars.ipynb", tmp_path / "runlab", monkeypatch)
    assert done.returncode == 0, done.stderr
    assert (folder / "cars.html").stat().st_size > 100_000
    said = texts(folder / "cars.ipynb")
    assert any("Random Forest n_estimators=100: off by 2.21 mpg on average" in text for text in said)
    table = next(text for text in said if text.startswith("Runs of cars"))
    names = [line.split("  ")[0] for line in table.splitlines()[3:10]]
    assert names[0] == "Random Forest n_estimators=100" and names[2] == "Linear Regression"
    assert len(list((tmp_path / "runlab" / "1").glob("*/run.json"))) == 7
    assert (folder / "cars.csv").read_text().count("\n") >= 8
    # The best model, by its alias: it predicts, and refuses what its signature does not take.
    assert any("models:/CarMileage@champion (function)" in text for text in said)
    assert any("row 0, column 'weight': text \"heavy\" where double is required" in text for text in said)
    assert len(list((tmp_path / "runlab" / "1").glob("*/artifacts/elasticnet_alpha_0.2_l1_0.3/MLmodel"))) == 1


def test_sweep_runs_its_trials_prunes_some_and_names_the_best(folder, tmp_path, monkeypatch):
    done = run(folder / "sweep.ipynb", tmp_path / "runlab", monkeypatch)
    assert done.returncode == 0, done.stderr
    said = texts(folder / "sweep.ipynb")
    assert any("9 trials: 9 finished." in text for text in said)
    assert any(re.search(r"20 trials: 10 finished, 10 pruned\.", text) for text in said)
    assert any("Best rmse (min): 4.0375, run alpha=0.05 l1_ratio=0.9" in text for text in said)
    assert any("share that each param alone explains" in text for text in said)
    assert len(list((tmp_path / "runlab" / "1").glob("*/run.json"))) == 31


def test_the_stored_notebooks_have_outputs_and_no_error():
    for name in ("cars.ipynb", "sweep.ipynb", "wine.ipynb"):
        cells = [c for c in nbformat.read(ROOT / "notebooks" / name, as_version=4).cells if c.cell_type == "code"]
        assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1)), name
        outputs = [output for cell in cells for output in cell.outputs]
        assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"], name
        charts = [o for o in outputs if "application/vnd.vegalite.v5+json" in o.get("data", {})]
        assert charts and all("image/svg+xml" in chart.data for chart in charts), name


def test_wine_reads_the_file_that_is_named(folder, tmp_path, monkeypatch):
    csv = tmp_path / "wine.csv"
    csv.write_text(wine_rows(200))
    done = run(folder / "wine.ipynb", tmp_path / "runlab", monkeypatch, WINE_CSV=str(csv))
    assert done.returncode == 0, done.stderr
    assert any("150 wines to learn from, 50 to test on, 11 features" in text for text in texts(folder / "wine.ipynb"))


def test_wine_says_what_to_do_without_the_file(folder, tmp_path, monkeypatch):
    done = run(folder / "wine.ipynb", tmp_path / "runlab", monkeypatch, WINE_CSV=str(tmp_path / "none.csv"))
    assert done.returncode == 1
    assert "Cannot read the wine data from" in done.stderr and "set WINE_CSV" in done.stderr


def test_wine_marks_its_parameters():
    first = json.loads((ROOT / "notebooks" / "wine.ipynb").read_text())["cells"][0]
    assert first["metadata"]["tags"] == ["parameters"]
    assert "".join(first["source"]) == 'const csv: string = process.env.WINE_CSV ?? "winequality-red.csv"'
