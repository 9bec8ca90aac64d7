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
        ("alpha=[0.1, 0.2] trials=6", r"%%sweep has no option 'trials'[\s\S]*Write max=6"),
        ("alpha=[0.1, 0.2] n_jobs=2", r"%%sweep has no option 'n_jobs'[\s\S]*Write parallel=2"),
        ("alpha={0.2}", r"'number' is not assignable to type 'readonly unknown\[\] \| \$Range'|alpha"),
        ("alpha=[]", r"The list of alpha is empty"),
        ("max=[1, 2]", r'max takes one value, not a list[\s\S]*"max"=\[…\]'),
        ("lr=uniform(0,1)", r"A range needs braces[\s\S]*lr=\{uniform\(low, high\)\}"),
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


def test_a_metric_that_no_trial_logs_is_answered_with_those_there_are(tmp_path):
    sweep, = execute(tmp_path, "%%sweep n=[1, 2] metric=rmse live=rmse\n%log_metric m {n}")
    texts = [output.data["text/plain"] for output in sweep if output.output_type == "display_data"]
    assert "No finished trial has a value of rmse. They have: m." in texts[-1]
    assert "live=rmse drew nothing: no 'rmse' was logged." in texts[-1]


class Kernel:
    """A kernel of one test; what a cell prints and displays is kept as text."""

    def __init__(self, folder):
        self.folder = folder
        self.manager, self.client = start_new_kernel(kernel_name="runlab", cwd=str(folder))

    def run(self, code, on_text=lambda text: None) -> tuple[dict, str]:
        message = self.client.execute(code)
        texts = []
        while True:
            got = self.client.get_iopub_msg(timeout=60)
            if got["parent_header"].get("msg_id") != message:
                continue
            if got["msg_type"] == "stream":
                texts.append(got["content"]["text"])
                on_text("".join(texts))
            if got["msg_type"] == "display_data":
                texts.append(got["content"]["data"]["text/plain"])
            if got["msg_type"] == "status" and got["content"]["execution_state"] == "idle":
                return self.reply_to(message), "\n".join(texts)

    def reply_to(self, message) -> dict:
        # A kernel that starts slowly is asked for its info several times, and answers all of them.
        while True:
            got = self.client.get_shell_msg(timeout=60)
            if got["parent_header"].get("msg_id") == message:
                return got["content"]

    def restart(self):
        self.close()
        self.manager, self.client = start_new_kernel(kernel_name="runlab", cwd=str(self.folder))

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel_of_test(tmp_path):
    kernel = Kernel(tmp_path)
    yield kernel
    kernel.close()


STATUSES = (
    'import { searchRuns } from "runlab"\n'
    "console.log((await searchRuns()).map((run) => (run.data.params.n ?? 'parent') + run.info.status).sort().join(' '))"
)


def test_an_interrupt_ends_the_sweep_keeps_finished_trials_and_resume_runs_the_others(kernel_of_test):
    body = "console.log('begin', n)\nif (n === 3 && !(globalThis as any).free) while (true) {}\n%log_metric m {n}"

    def interrupt(text):
        if "begin 3" in text:
            time.sleep(0.3)
            kernel_of_test.manager.interrupt_kernel()

    reply, _ = kernel_of_test.run(f"%%sweep experiment=resumed n=[1, 2, 3, 4]\n{body}", interrupt)
    assert reply["status"] == "error"
    kernel_of_test.run("(globalThis as any).free = true")
    reply, shown = kernel_of_test.run(f"%%sweep experiment=resumed n=[1, 2, 3, 4] resume\n{body}")
    assert reply["status"] == "ok"
    assert re.findall(r"begin (\d)", shown) == ["3", "4"]
    assert "4 trials: 2 done earlier, 2 finished." in shown
    _, shown = kernel_of_test.run(STATUSES)
    assert shown.strip() == "1FINISHED 2FINISHED 3FINISHED 3KILLED 4FINISHED parentFINISHED"


def test_an_interrupt_ends_all_parallel_trials_and_a_new_kernel_resumes_the_sweep(kernel_of_test):
    header = "%%sweep experiment=restarted n=[1, 2, 3, 4, 5, 6] parallel=3"
    interrupted = []

    def interrupt(text):
        if text.count("begin") == 5 and not interrupted:
            interrupted.append(True)
            kernel_of_test.manager.interrupt_kernel()

    waiting = "console.log('begin', n)\nif (n > 2) await new Promise(() => {})\n%log_metric m {n}"
    reply, shown = kernel_of_test.run(f"{header}\n{waiting}", interrupt)
    assert (reply["status"], reply["ename"]) == ("error", "KernelInterrupt")
    assert "6 trials: 2 finished, 3 killed, 1 not started." in shown
    kernel_of_test.restart()
    reply, shown = kernel_of_test.run(f"{header} resume\nconsole.log('begin', n)\n%log_metric m {{n}}")
    assert reply["status"] == "ok"
    assert sorted(re.findall(r"begin (\d)", shown)) == ["3", "4", "5", "6"]
    assert "6 trials: 2 done earlier, 4 finished." in shown
    assert "Best m" in shown and "Comparing 6 runs" in shown
    _, shown = kernel_of_test.run("%experiment restarted\n" + STATUSES)
    statuses = shown.strip().splitlines()[-1].split()
    assert statuses == sorted(
        [f"{n}FINISHED" for n in range(1, 7)] + ["3KILLED", "4KILLED", "5KILLED", "parentFINISHED"]
    )


def test_trials_do_not_see_the_names_of_each_other_and_a_later_cell_sees_none(tmp_path):
    _, sweep, after = execute(
        tmp_path,
        "const kept = 1",
        "%%sweep experiment=scope n=[1, 2]\n"
        "const seen = (globalThis as any).own\nconst own = n\nlet kept = n * 10\nclass Model { n = n }\n"
        "console.log(String(seen), own, kept, new Model().n)",
        "const all = globalThis as any\nconsole.log(kept, typeof all.own, typeof all.Model, typeof all.n)",
    )
    assert [line for line in printed(sweep).splitlines() if "undefined" in line] == ["undefined 1 10 1", "undefined 2 20 2"]
    assert printed(after).strip() == "1 undefined undefined undefined"


# A body of which some trials of the sweep are pruned, in timers: its promise would never come.
TICKING = (
    "let epoch = 0\n"
    "await new Promise<void>((done) => {\n"
    "  const tick = () => {\n"
    "    if (epoch === 5) return done()\n"
    "    %log_metric loss {n + 1 / (epoch + 1)} step={epoch++}\n"
    "    setTimeout(tick, 5)\n"
    "  }\n"
    "  tick()\n"
    "})"
)


def test_a_trial_is_pruned_in_a_timer_that_its_body_waits_for(tmp_path):
    sweep, = execute(tmp_path, f"%%sweep experiment=ticking n=[1, 2, 3, 4, 5, 100, 6] metric=loss prune=median\n{TICKING}")
    assert "Uncaught" not in printed(sweep) and "TrialPruned" not in printed(sweep)
    assert any("7 trials: 5 finished, 2 pruned." in output.data["text/plain"] for output in sweep if output.output_type == "display_data")


def test_what_a_late_timer_of_a_pruned_trial_throws_and_logs_is_said_and_kept_as_that_trials(tmp_path):
    sweep, after = execute(
        tmp_path,
        "%%sweep experiment=late n=[1, 2, 3, 4, 5, 100, 6] metric=loss prune=median\n"
        "if (n === 100) {\n"
        "  setTimeout(() => { throw new Error('late throw') }, 30)\n"
        "  setTimeout(() => {\n    console.log('before')\n    %log_metric loss {0} step=7\n    console.log('beyond')\n  }, 40)\n"
        "  setTimeout(() => {\n    %log_metric other {1}\n  }, 50)\n"
        "}\n"
        "if (n === 6) await new Promise((go) => setTimeout(go, 200))\n"
        "for (let epoch = 0; epoch < 10; epoch++) {\n  %log_metric loss {n + 1 / (epoch + 1)} step={epoch}\n}",
        'import { searchRuns } from "runlab"\n'
        "for (const run of await searchRuns({ orderBy: ['run_name'] })) if (run.data.params.n) console.log(run.data.params.n, run.info.status, run.data.metrics.loss, run.data.metrics.other)",
    )
    assert printed(sweep).count("Uncaught") == 1
    assert "Uncaught in trial n=100: Error: late throw" in printed(sweep)
    assert "before" in printed(sweep) and "beyond\n" not in printed(sweep).replace("'beyond'", "")
    assert sorted(printed(after).splitlines()) == [
        "1 FINISHED 1.1 undefined",
        "100 KILLED 0 1",
        "2 FINISHED 2.1 undefined",
        "3 FINISHED 3.1 undefined",
        "4 FINISHED 4.1 undefined",
        "5 FINISHED 5.1 undefined",
        "6 KILLED 6.5 undefined",
    ]


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
