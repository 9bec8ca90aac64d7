"""Papermill, nbconvert, nbclient and jupyter console, with nothing told to them but the kernel's name."""
import datetime
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT, node


@pytest.fixture(scope="module")
def environment(tmp_path_factory, main) -> dict:
    """`runlab install --prefix`, as seen by a process of its own: papermill loads our package by its entry point."""
    prefix = tmp_path_factory.mktemp("papermill")
    node(main, "install", "--prefix", str(prefix), "--python", sys.executable, "--no-fast-start")
    site = prefix / "lib" / "python{}.{}".format(*sys.version_info) / "site-packages"
    path = os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path, "JUPYTER_PATH": str(prefix / "share" / "jupyter")}


@pytest.fixture
def notebooks(tmp_path) -> Path:
    """The project's notebooks, copied, with wines made up by a fixed rule in the place of the download."""
    for file in (ROOT / "notebooks").iterdir():
        if file.suffix in (".ts", ".ipynb"):
            shutil.copy(file, tmp_path)
    columns = [
        "fixed acidity", "volatile acidity", "citric acid", "residual sugar", "chlorides", "free sulfur dioxide",
        "total sulfur dioxide", "density", "pH", "sulphates", "alcohol", "quality",
    ]
    lines = [";".join(f'"{name}"' for name in columns)]
    for row in range(200):
        measures = [((row * 7919 + column * 104729) % 997) / 100 for column in range(11)]
        lines.append(";".join(map(str, [*measures, 3 + round(measures[10] / 2) % 6])))
    (tmp_path / "made up.csv").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def run(environment: dict, *words: str, **options) -> subprocess.CompletedProcess:
    done = subprocess.run(
        [sys.executable, "-m", *words], env=environment, capture_output=True, text=True, timeout=180, **options
    )
    assert done.returncode == 0, f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done


def written(environment: dict, parameters: dict, tmp_path: Path, *cells: str) -> nbformat.NotebookNode:
    """The notebook that papermill made of `cells` with parameters."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.cells[0].metadata.tags = ["parameters"]
    notebook.metadata.kernelspec = {"name": "runlab", "language": "typescript", "display_name": "TypeScript"}
    nbformat.write(notebook, tmp_path / "in.ipynb")
    # JSON is YAML but for characters beyond 16 bits, which must stand as they are, and U+2028, which must not.
    text = json.dumps(parameters, ensure_ascii=False).replace("\u2028", "\\u2028")
    (tmp_path / "parameters.yaml").write_text(text, encoding="utf-8")
    words = ["in.ipynb", "out.ipynb", "-f", "parameters.yaml", "--no-progress-bar"]
    run(environment, "papermill", *words, cwd=tmp_path)
    return nbformat.read(tmp_path / "out.ipynb", as_version=4)


def test_papermill_runs_wine_with_a_parameter(environment, notebooks):
    store = notebooks / "runlab"
    environment = {**environment, "RUNLAB_TRACKING_URI": str(store)}
    words = ["wine.ipynb", "out.ipynb", "-p", "csv", "made up.csv", "--no-progress-bar"]
    run(environment, "papermill", *words, cwd=notebooks)
    out = nbformat.read(notebooks / "out.ipynb", as_version=4)
    injected = [cell for cell in out.cells if "injected-parameters" in cell.metadata.get("tags", [])]
    assert [cell.source.splitlines()[1] for cell in injected] == ['const csv: string = "made up.csv";']
    names = [json.loads(path.read_text())["info"] for path in store.glob("*/*/run.json")]
    assert len(names) >= 7


def test_values_of_every_kind_reach_the_notebook_as_they_are(environment, tmp_path):
    parameters = {
        "text": 'a "quoted" \\ line\nbreak, é 🍷 \u2028 ${x} `tick` %run',
        "whole": 7,
        "big": 2**60,
        "part": -0.25,
        "yes": True,
        "nothing": None,
        "list": [1, [2.5, "x"], {"deep": [None, False]}],
        "record": {"learning rate": 0.1, "__proto__": "own", "empty": {}},
    }
    check = (
        "JSON.stringify({ text, whole, big: String(big), part, yes, nothing, list, record, own: Object.keys(record) })"
    )
    out = written(environment, parameters, tmp_path, "const whole = 1", f"console.log({check})")
    printed = json.loads(out.cells[-1].outputs[0].text)
    assert printed.pop("own") == ["learning rate", "__proto__", "empty"]
    assert printed == {**parameters, "big": str(2**60)}


def test_what_compiles_with_the_defaults_compiles_with_the_parameters(environment, tmp_path):
    defaults = (
        'let model: string = "forest"\nconst solver = "cd"\nconst seed = 1; // of the split\nconst quick = false\n'
        'const only: "a" | "b" = "a"\nconst columns = ["x"]\nconst home = process.env.HOME ?? "nowhere"\nlet limit = 5'
    )
    uses = (
        'const fit = (s: "cd" | "sgd", o: "a" | "b") => `${s} ${o}`\n'
        'if (solver === "cd" || model === "forest" || seed === 1 || home === "x" || only === "a") throw new Error("default")\n'
        'model = `${model}!`\nlimit++\n'
        "console.log(fit(solver, only), model, seed, quick === true, columns.concat(home), limit)"
    )
    parameters = {
        "model": "linear", "solver": "sgd", "seed": 7, "quick": True, "only": "b", "columns": ["y"], "home": "there", "limit": 8,
        "extra": "z",
    }
    out = written(environment, parameters, tmp_path, defaults, uses, "extra")
    assert out.cells[2].outputs[0].text == "sgd b linear! 7 true [ 'y', 'there' ] 9\n"
    assert out.cells[1].source.splitlines()[1:4] == [
        'let model: string = "linear";', 'const solver: "cd" | "sgd" = "sgd";', "const seed: number = 7;",
    ]


def test_every_form_of_declaration_is_a_parameter_and_keeps_its_let(environment, tmp_path):
    defaults = (
        "let a = 1; let b = 2\nlet c = 1, d = 'x'\nconst { e, f: { g } } = { e: 5, f: { g: 'deep' } }\n"
        "const [h, , i = 3] = [1, 2]\nconst wide: Record<\n  string,\n  number\n> = {\n  x: 1,\n}\nconst big = 10n\nvar old = 1"
    )
    uses = "a++; b++; c++; d += '!'; old++\nconsole.log(a, b, c, d, e === 5, g, h === 1, i, wide.y, big === 10n, old)"
    parameters = {
        "a": 10, "b": 20, "c": 30, "d": "z", "e": 6, "g": "top", "h": 7, "i": 8, "wide": {"y": 9}, "big": 11, "old": 2,
    }
    out = written(environment, parameters, tmp_path, defaults, uses)
    assert out.cells[-1].outputs[0].text == "11 21 31 z! false top false 8 9 false 3\n"
    lines = out.cells[1].source.splitlines()
    for line in ["let a = 10;", "let d = \"z\";", "const big: bigint = 11n;", "let old = 2;"]:
        assert line in lines, out.cells[1].source


def test_imports_are_looked_up_beside_the_notebook_first_then_where_papermill_was_started(environment, tmp_path):
    folder = tmp_path / "nb"
    (folder / "node_modules" / "own").mkdir(parents=True)
    (folder / "node_modules" / "own" / "index.js").write_text("exports.own = 'package'")
    (folder / "both.ts").write_text("export const both: string = 'beside'")
    (folder / "plain.mjs").write_text("export const plain = 'plain'")
    (tmp_path / "both.ts").write_text("export const both: string = 'started'")
    (tmp_path / "here.ts").write_text("export const here: string = 'started'")
    cells = [
        'import { both } from "./both.ts"\nimport { here } from "./here.ts"\nimport { plain } from "./plain.mjs"',
        'const own = (await import("own" as string)).own\nconst name = "./both"\nconst again = (await import(name)).both',
        'import { readFileSync } from "node:fs"\nconsole.log(both, here, plain, own, again, readFileSync("here.ts", "utf8").length > 0)',
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata.kernelspec = {"name": "runlab", "language": "typescript", "display_name": "TypeScript"}
    nbformat.write(notebook, folder / "in.ipynb")
    run(environment, "papermill", "nb/in.ipynb", "out.ipynb", "--no-progress-bar", cwd=tmp_path)
    out = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert out.cells[-1].outputs[0].text == "beside started plain package beside true\n"


def test_the_parameters_of_a_notebook_are_listed(environment, tmp_path):
    cell = 'const csv: string = "http://x/y.csv" // where the wines are\nlet alpha = 0.5;\nconsole.log("no parameter")'
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    notebook.cells[0].metadata.tags = ["parameters"]
    notebook.metadata.kernelspec = {"name": "runlab", "language": "typescript", "display_name": "TypeScript"}
    nbformat.write(notebook, tmp_path / "in.ipynb")
    done = run(environment, "papermill", "--help-notebook", "in.ipynb", cwd=tmp_path)
    lines = [" ".join(line.split()) for line in (done.stdout + done.stderr).splitlines()]
    assert 'csv: string (default "http://x/y.csv") where the wines are' in " ".join(lines)
    assert "alpha: Unknown type (default 0.5)" in lines


def test_a_name_that_no_constant_can_have_is_refused(environment, tmp_path):
    with pytest.raises(AssertionError, match="The parameter 'learning-rate' cannot be a constant .*: rename it"):
        written(environment, {"learning-rate": 0.1}, tmp_path, "1")
    with pytest.raises(AssertionError, match="The parameter 'class' cannot be a constant"):
        written(environment, {"class": "red"}, tmp_path, "1")
    with pytest.raises(AssertionError, match="read as True, which is no text: quote it in the YAML"):
        run(environment, "papermill", "in.ipynb", "out.ipynb", "-y", "{on: 1}", cwd=tmp_path)


def test_dates_not_numbers_and_tuples_are_written_as_typescript(environment):
    """What only Python callers of papermill can pass; in a process that sees the installed package."""
    program = (
        "import datetime; from papermill.translators import papermill_translators as known\n"
        "find = known.find_translator('runlab', 'typescript')\n"
        "values = [float('nan'), float('-inf'), (1, 2), datetime.date(2026, 11, 24), b'x']\n"
        "print([find.translate(value) for value in values])"
    )
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    date = datetime.date(2026, 11, 24).isoformat()
    assert done.stdout.strip() == str(["NaN", "-Infinity", "[1, 2]", f'new Date("{date}")', '"b\'x\'"'])


def test_nbconvert_executes_and_shows_charts_as_pictures(environment, tmp_path):
    cell = "%%run name=curve\nfor (let step = 0; step < 3; step++) {\n  %log_metric loss {1 / (step + 1)} step={step}\n}"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in (cell, "%plot loss")])
    notebook.metadata.kernelspec = {"name": "runlab", "language": "typescript", "display_name": "TypeScript"}
    nbformat.write(notebook, tmp_path / "in.ipynb")
    run(environment, "jupyter", "nbconvert", "--to", "html", "--execute", "in.ipynb", cwd=tmp_path)
    html = (tmp_path / "in.html").read_text(encoding="utf-8")
    assert "data:image/svg+xml;base64" in html and "FINISHED" in html


def test_jupyter_console_runs_cells(environment, tmp_path):
    lines = "const x: number = 6 * 7\nx + 0\n%lsmagic\nexit\n"
    words = ["jupyter", "console", "--kernel", "runlab", "--simple-prompt"]
    done = run(environment, *words, cwd=tmp_path, input=lines)
    assert "42" in done.stdout and "%log_metric" in done.stdout
