"""`runlab convert`: the script of a notebook compiles with TypeScript's own compiler and logs what the notebook logs."""
import json
import os
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT, node
from nbclient import NotebookClient

TSCONFIG = {
    "compilerOptions": {
        "target": "ES2022", "lib": ["ES2023", "ESNext.Disposable"], "module": "NodeNext", "types": ["node"],
        "strict": True, "noUncheckedIndexedAccess": True, "skipLibCheck": True, "resolveJsonModule": True,
        "rewriteRelativeImportExtensions": True, "outDir": "out", "rootDir": ".",
    },
}


@pytest.fixture
def folder(tmp_path, dist) -> Path:
    """The notebooks in a project of their own, with the packages they import."""
    for file in (ROOT / "notebooks").iterdir():
        if file.suffix in (".ts", ".ipynb"):
            shutil.copy(file, tmp_path)
    modules = tmp_path / "node_modules"
    (modules / "runlab").mkdir(parents=True)
    for name in ("@types", "vega-datasets", "ml-random-forest"):
        (modules / name).symlink_to(ROOT / "node_modules" / name)
    (modules / "runlab" / "src").symlink_to(dist / "src")
    manifest = {"name": "runlab", "type": "module", "exports": "./src/index.js"}
    (modules / "runlab" / "package.json").write_text(json.dumps(manifest))
    (tmp_path / "package.json").write_text('{"type": "module"}')
    return tmp_path


def convert(main: str, notebook: Path, script: Path) -> str:
    node(main, "convert", str(notebook), "--to", "ts", "--output", str(script))
    return script.read_text(encoding="utf-8")


def run_script(folder: Path, script: Path, store: Path) -> str:
    (folder / "tsconfig.json").write_text(json.dumps({**TSCONFIG, "files": [script.name]}))
    node(str(ROOT / "node_modules" / "typescript" / "bin" / "tsc"), "-p", str(folder))
    env = {**os.environ, "RUNLAB_TRACKING_URI": str(store)}
    return node(str(folder / "out" / f"{script.stem}.js"), cwd=folder, env=env).stdout


def run_notebook(path: Path, store: Path, monkeypatch) -> None:
    monkeypatch.setenv("RUNLAB_TRACKING_URI", str(store))
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="runlab", resources={"metadata": {"path": str(path.parent)}}).execute()


def logged(store: Path) -> list:
    """What a run holds, but for its id, its times and where it came from."""
    found = []
    for path in store.glob("*/*/run.json"):
        run = json.loads(path.read_text())
        own = {key: value for key, value in run["tags"].items() if not key.startswith(("mlflow.", "runlab."))}
        files = {
            str(file.relative_to(path.parent / "artifacts")): file.read_text()
            for file in (path.parent / "artifacts").rglob("*.json")
            if "runlab" not in file.parts[len(path.parent.parts) :]
        }
        points = {
            str(file.relative_to(path.parent / "metrics")): [line.split()[1:] for line in file.read_text().splitlines()]
            for file in (path.parent / "metrics").rglob("*")
            if file.is_file()
        }
        info = run["info"]
        found.append([info["run_name"], info["status"], run["params"], points, run["inputs"], own, files])
    return sorted(found, key=lambda entry: entry[0])


def test_the_script_of_cars_compiles_and_logs_what_the_notebook_logs(folder, main, monkeypatch):
    script = folder / "cars-script.ts"
    text = convert(main, folder / "cars.ipynb", script)
    assert "%" not in "".join(line for line in text.splitlines() if not line.startswith("//"))
    out = run_script(folder, script, folder / "script-store")
    assert "100 trees grown" in out
    run_notebook(folder / "cars.ipynb", folder / "notebook-store", monkeypatch)
    from_script, from_notebook = logged(folder / "script-store"), logged(folder / "notebook-store")
    assert len(from_notebook) == 7
    assert from_script == from_notebook


def test_the_script_of_a_sweep_compiles_and_runs_the_trials_that_the_notebook_runs(folder, main, monkeypatch):
    cells = [
        "const choices = ['relu', 'tanh'] as const\nconst uniform = 3",
        "%%sweep experiment=grid name=grid alpha=[0.2, 0.8] solver=[a, b] activation={choices} parallel=2\n"
        "const which: \"a\" | \"b\" = solver\nconst twice: number = alpha * 2\n"
        "if (alpha === 0.8 && which === \"b\") throw new Error(`no ${activation}`)\n"
        "%log_metric m {twice}",
        "%%sweep experiment=ranges lr={logUniform(1e-4, 1)} layers={int(1, 3)} \"max\"=[1, 2] max=6 seed=3\n"
        "%log_metric loss {lr + layers + max}",
        "console.log('after', typeof choices)",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(notebook, folder / "sweeps.ipynb")
    script = folder / "sweeps.ts"
    text = convert(main, folder / "sweeps.ipynb", script)
    assert "// %%sweep in a notebook alone takes parallel." in text
    assert run_script(folder, script, folder / "script-store").strip() == "after object"
    run_notebook(folder / "sweeps.ipynb", folder / "notebook-store", monkeypatch)

    def trials(store):
        return sorted(json.dumps(run[1:4], sort_keys=True) for run in logged(store) if run[2])

    from_script, from_notebook = trials(folder / "script-store"), trials(folder / "notebook-store")
    assert len(from_notebook) == 8 + 6
    assert from_script == from_notebook


def test_names_that_cells_declare_again_are_kept_apart(folder, main):
    cells = [
        "import { basename } from \"node:path\"\nconst model = { name: \"a\" }\nlet total = 0\n",
        "%%run name=first\n%log_param model {model.name}\nconst seen = (model: string) => ({ model })\ntotal += 1",
        "%%run name={`second ${total}`} nested\n"
        "import { basename, join } from \"node:path\"\n"
        "const model = { name: basename(join(\"x\", \"b\")) }\nconst shown = { model, seen: seen(\"c\").model }\n"
        "%log_params {{ name: model.name, ...seen(\"d\") }} total\n%compare\nshown",
        "const { model: other, ...rest } = { model, total };\n[other.name, rest.total].join()",
        "const total = 5\nconst { seen } = { seen: 6 }\ntotal + seen",
        "%%html\n<b>only</b> in a notebook",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(notebook, folder / "again.ipynb")
    script = folder / "again.ts"
    text = convert(main, folder / "again.ipynb", script)
    assert "// %compare" in text and "// <b>only</b> in a notebook" in text
    out = run_script(folder, script, folder / "store")
    assert "{ model: { name: 'b' }, seen: 'c' }\nb,1\n11\n" in out
    assert logged(folder / "store")[1][0:3] == ["second 1", "FINISHED", {"name": "b", "model": "d", "total": "1"}]


def test_models_go_the_same_way_and_what_became_a_comment_is_said(folder, main):
    cells = [
        "const twice = (rows: Array<{ x: number }>) => rows.map(({ x }) => 2 * x)",
        "%%run name=twice\n%log_model {twice} twice example={[{ x: 1.5 }]} register=Twice",
        "%promote Twice 1 champion\nconst model = %load_model models:/Twice@champion\n"
        "const y = %predict {model} {[{ x: 4 }]}\nconsole.log(String(y))\n%models",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(notebook, folder / "models.ipynb")
    script = folder / "models.ts"
    done = node(main, "convert", str(folder / "models.ipynb"))
    assert done.stderr.strip().endswith(": %models")
    assert run_script(folder, script, folder / "store").endswith("8\n")


def test_what_a_script_cannot_do_is_named_with_its_cell_and_nothing_is_overwritten(folder, main):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in ("1", "const c = %plot loss")])
    nbformat.write(notebook, folder / "value.ipynb")
    done = subprocess.run(["node", main, "convert", str(folder / "value.ipynb")], capture_output=True, text=True)
    assert done.returncode == 8
    assert "Code cell 2: This line cannot be converted to a script: const c = %plot loss" in done.stderr
    done = subprocess.run(["node", main, "convert", str(folder / "cars.ipynb")], capture_output=True, text=True)
    assert done.returncode == 3 and "cars.ts already exists" in done.stderr
    assert "export function loadCars" in (folder / "cars.ts").read_text()
