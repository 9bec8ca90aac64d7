"""What `%%sweep` does in a cell, as a client of the real kernel gets it."""
import re
import time

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

VEGA_LITE = "application/vnd.vegalite.v5+json"


def execute(tmp_path, *cells: str, kernel="runlab") -> list:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(notebook, timeout=60, kernel_name=kernel, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    return [cell.outputs for cell in notebook.cells]


def printed(outputs) -> str:
    return "".join(output.text for output in outputs if output.output_type == "stream")


@pytest.mark.parametrize("engine", ["runlab", "runlab-tslab"])
def test_a_sweep_runs_each_combination_and_ends_in_table_charts_and_the_best_run(tmp_path, engine):
    sweep, after = execute(
        tmp_path,
        "%%sweep experiment=grid-" + engine + " name=grid alpha=[0.2, 0.8] l1_ratio=[0.3, 0.7] solver=[a, b]\n"
        "const twice: number = alpha * 2\n"
        'const which: "a" | "b" = solver\n'
        "%log_metric rmse {twice + l1_ratio}\n",
        'import { searchRuns } from "runlab"\n'
        "const names = (await searchRuns()).map((run) => run.info.runName).sort()\n"
        "console.log(names.length, names[0], typeof (globalThis as any).twice)",
        kernel=engine,
    )
    shown = [output.data for output in sweep if output.output_type == "display_data"]
    texts = [data["text/plain"] for data in shown]
    assert texts[0].startswith("sweep: 8/8, ")
    assert "Comparing 8 runs" in texts[1]
    assert [VEGA_LITE in data and "image/svg+xml" in data for data in shown] == [False, False, True, True, False]
    assert re.search(r"rmse: share that each param alone explains\n +alpha +\d+% ↑", texts[3])
    assert "grid  FINISHED" in texts[4] and "8 trials: 8 finished." in texts[4]
    assert re.search(r"Best rmse \(min\): 0\.7, run alpha=0\.2 l1_ratio=0\.3 solver=[ab] \(", texts[4])
    assert printed(after).strip() == "9 alpha=0.2 l1_ratio=0.3 solver=a undefined"


def test_ranges_are_known_in_the_header_alone_and_are_typed_as_numbers(tmp_path):
    _, sweep, after = execute(
        tmp_path,
        "const choices = ['relu', 'tanh'] as const; const alpha = 5",
        "%%sweep experiment=ranges lr={logUniform(1e-4, 1)} layers={int(1, 4)} activation={choices} alpha={[alpha, 2 * alpha]} max=6 metric=loss\n"
        "const n: number = lr + layers + alpha\n"
        'const a: "relu" | "tanh" = activation\n'
        "%log_metric loss {n}",
        'import { searchRuns } from "runlab"\n'
        "const params = (await searchRuns({ filterString: \"tags.`runlab.trial` IS NOT NULL\" })).map((run) => run.data.params)\n"
        "console.log(alpha, params.length, params.every((p) => [1, 2, 3, 4].includes(Number(p.layers)) && Number(p.lr) < 1), params.map((p) => p.alpha).every((a) => a === '5' || a === '10'))",
    )
    assert printed(after).strip() == "5 6 true true"


@pytest.mark.parametrize(
    ("header", "error"),
    [
        ("alpha=0.2", r"alpha needs a list of choices or a range; got the one value '0\.2'"),
        ("alpha={0.2}", r"'number' is not assignable to type 'readonly unknown\[\] \| \$Range'|alpha"),
        ("alpha=[]", r"The list of alpha is empty"),
        ("max=[1, 2]", r"max takes one value, not a list"),
        ("", r"needs at least one param"),
        ("alpha={uniform(1, 0)}", r"uniform\(1, 0\) must be two finite numbers"),
        ("alpha={uniform(0, 1)} mode=grid", r"cannot try every value of the range of 'alpha'"),
        ("alpha=[1, 2] prune=median", r"prune=median compares trials by a metric"),
        ("alpha=[1, 2] mode=gird", r"Did you mean grid"),
        ('"l1-ratio"=[1, 2]', r"'l1-ratio' cannot be the name of a variable"),
    ],
)
def test_a_wrong_header_runs_nothing_and_says_what_to_write(tmp_path, header, error):
    with pytest.raises(CellExecutionError) as caught:
        execute(tmp_path, f"%%sweep {header}\nconsole.log('ran')")
    assert re.search(error, str(caught.value)), str(caught.value)
    assert "ran\n" not in str(caught.value)


def test_a_param_may_have_the_name_of_an_option_in_quotes(tmp_path):
    sweep, = execute(tmp_path, '%%sweep experiment=quoted "max"=[1, 2] metric=m\nconst one: number = max\n%log_metric m {one}')
    assert any("2 trials: 2 finished." in output.data["text/plain"] for output in sweep if output.output_type == "display_data")


def test_one_trial_fails_alone_and_parallel_trials_keep_their_params_apart(tmp_path):
    sweep, after = execute(
        tmp_path,
        "%%sweep experiment=apart n=[1, 2, 3, 4] parallel=4\n"
        "await new Promise((go) => setTimeout(go, 50 - 10 * n))\n"
        "if (n === 3) throw new Error('three')\n"
        "%log_metric m {n * 10}",
        'import { searchRuns } from "runlab"\n'
        "for (const run of await searchRuns({ orderBy: ['run_name'] })) if (run.data.params.n) console.log(run.info.runName, run.info.status, run.data.metrics.m)",
    )
    assert printed(after).splitlines() == ["n=1 FINISHED 10", "n=2 FINISHED 20", "n=3 FAILED undefined", "n=4 FINISHED 40"]
    assert "Trial n=3 failed: Error: three" in printed(sweep)
    assert any("4 trials: 3 finished, 1 failed." in output.data["text/plain"] for output in sweep if output.output_type == "display_data")


def test_an_interrupt_ends_the_sweep_keeps_finished_trials_and_resume_runs_the_others(tmp_path):
    manager, client = start_new_kernel(kernel_name="runlab", cwd=str(tmp_path))
    try:
        texts = []

        def run(code, on_text=lambda text: None):
            message = client.execute(code)
            while True:
                got = client.get_iopub_msg(timeout=60)
                if got["parent_header"].get("msg_id") != message:
                    continue
                if got["msg_type"] == "stream":
                    texts.append(got["content"]["text"])
                    on_text(got["content"]["text"])
                if got["msg_type"] == "display_data":
                    texts.append(got["content"]["data"]["text/plain"])
                if got["msg_type"] == "status" and got["content"]["execution_state"] == "idle":
                    return client.get_shell_msg(timeout=60)["content"]

        body = "console.log('begin', n)\nif (n === 3 && !(globalThis as any).free) while (true) {}\n%log_metric m {n}"

        def interrupt(text):
            if "begin 3" in text:
                time.sleep(0.3)
                manager.interrupt_kernel()

        reply = run(f"%%sweep experiment=resumed n=[1, 2, 3, 4]\n{body}", interrupt)
        assert reply["status"] == "error"
        run("(globalThis as any).free = true")
        texts.clear()
        reply = run(f"%%sweep experiment=resumed n=[1, 2, 3, 4] resume\n{body}")
        assert reply["status"] == "ok"
        shown = "\n".join(texts)
        assert re.findall(r"begin (\d)", shown) == ["3", "4"]
        assert "4 trials: 2 done earlier, 2 finished." in shown
        texts.clear()
        run(
            'import { searchRuns } from "runlab"\n'
            "console.log((await searchRuns({ orderBy: ['run_name'] })).map((run) => (run.data.params.n ?? 'parent') + run.info.status).sort().join(' '))"
        )
        assert "".join(texts).strip() == "1FINISHED 2FINISHED 3FINISHED 3KILLED 4FINISHED parentFINISHED"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_pruning_ends_a_trial_as_killed_with_a_tag_and_says_so(tmp_path):
    sweep, after = execute(
        tmp_path,
        "%%sweep experiment=pruned n=[1, 2, 3, 4, 5, 100, 101] metric=loss prune=median live=loss\n"
        "for (let epoch = 0; epoch < 10; epoch++) {\n  %log_metric loss {n + 1 / (epoch + 1)} step={epoch}\n}",
        'import { searchRuns } from "runlab"\n'
        "for (const run of await searchRuns({ filterString: \"tags.`runlab.pruned` = 'true'\" })) console.log(run.data.params.n, run.info.status, run.data.tags['runlab.end_reason'])",
    )
    assert sorted(printed(after).splitlines()) == ["100 KILLED pruned at step 1", "101 KILLED pruned at step 1"]
    texts = [output.data["text/plain"] for output in sweep if output.output_type == "display_data"]
    assert any("7 trials: 5 finished, 2 pruned." in text for text in texts)
    assert any(text.startswith("loss, 7 runs") for text in texts)
