"""What people type out of habit from IPython, as a client of the real kernel gets it."""
import nbformat
import pytest
from nbclient import NotebookClient


def execute(tmp_path, *cells: str, name: str = "runlab") -> list:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    resources = {"metadata": {"path": str(tmp_path)}}
    # A program's output comes in as many messages as the machine's load makes of it.
    options = {"allow_errors": True, "coalesce_streams": True}
    NotebookClient(notebook, timeout=60, kernel_name=name, resources=resources, **options).execute()
    return [cell.outputs for cell in notebook.cells]


def text(outputs: list) -> str:
    """What a cell printed, or the text of its value or of its error."""
    [output] = outputs
    if output.output_type == "stream":
        return output.text
    return output.evalue if output.output_type == "error" else output.data["text/plain"]


@pytest.mark.parametrize("name", ["runlab", "runlab-tslab"])
def test_a_line_that_begins_with_an_exclamation_mark(tmp_path, name):
    shell, _, negated, in_function, unknown = execute(
        tmp_path,
        "!echo hello | tr a-z A-Z",
        "let done = false; const say = () => { console.log('said'); return 1 }",
        "!done && say()",
        "function f(echo: boolean) {\n  !echo && say()\n}\nf(false)",
        "!echo again",
        name=name,
    )
    assert text(shell) == "HELLO\n"
    assert [output.output_type for output in negated] == ["stream", "execute_result"]
    assert text(in_function) == "said\n"
    assert text(unknown) == "again\n"


def test_values_and_texts_of_earlier_cells(tmp_path):
    _, _, _, latest, third, source, listed = execute(
        tmp_path,
        "%%run first\n40 + 1",
        "let a = 1",
        "[a, 2]",
        "_",
        "Out[3]",
        "In[2] + ';' + Object.keys(Out)",
        "%history -n -l 2",
    )
    assert text(latest) == "[ 1, 2 ]"
    assert text(third) == "[ 1, 2 ]"
    assert text(source) == "'let a = 1;1,3,4,5'"
    assert text(listed) == "   6: In[2] + ';' + Object.keys(Out)\n   7: %history -n -l 2\n"


@pytest.mark.parametrize("own", ["const _ = 'mine'", "_ = 'mine'; null", "import * as _ from 'node:path'"])
def test_a_name_of_the_users_own_wins(tmp_path, own):
    _, before, _, after = execute(tmp_path, own, "String((_ as any).sep ?? _)", "5", "String((_ as any).sep ?? _)")
    assert text(before) == text(after) in ["'mine'", "'/'"]


def test_help_on_a_name(tmp_path):
    _, function, value, missing, magic = execute(
        tmp_path,
        "/** Adds two numbers. */\nfunction add(a: number, b: number) { return a + b }\nconst rows = [{ a: 1 }]",
        "add?",
        "?rows",
        "nothing?",
        "compare?",
    )
    assert text(function).startswith("function add(a: number, b: number): number\n\nAdds two numbers.")
    assert text(value).endswith("Array: [ { a: 1 } ]")
    assert text(missing) == "Object `nothing` not found."
    assert text(magic).startswith("%compare: ")


def test_lines_of_a_command_are_the_value_of_two_exclamation_marks(tmp_path):
    lines, latest, negated = execute(tmp_path, "!!printf 'a\\nb\\n'", "_.length", "let rows = [1]\n!!rows.length")
    assert text(lines) == "[ 'a', 'b' ]"
    assert text(latest) == "2"
    assert text(negated) == "true"


def test_a_cell_that_another_program_runs(tmp_path):
    python, shell, failed, missing = execute(
        tmp_path,
        "%%script python3 -u\nimport sys\nprint(sys.argv, 6 * 7)",
        "%%script env NAME=a/b sh -s -- --dashed 'two words'\necho $NAME $1 $2",
        "%%script sh -e\nfalse",
        "%%script\n1",
    )
    assert text(python) == "['-'] 42\n" or text(python) == "[''] 42\n"
    assert text(shell) == "a/b --dashed two words\n"
    assert "%%script sh -e returned non-zero exit status 1" in text(failed)
    assert "%script needs command" in text(missing)


def test_capture_leaves_out_what_its_flags_say(tmp_path):
    outputs, kept, both = execute(
        tmp_path,
        "%%capture --no-stdout out\nconsole.log('shown'); console.error('kept'); display({'text/plain': 'drawn'})",
        "[out.stdout, out.stderr, out.outputs.length]",
        "%%capture --no-stderr --no-display\nconsole.log('kept'); console.error('shown'); display({'text/plain': 'drawn'})",
    )
    assert [output.text for output in outputs] == ["shown\n"]
    assert text(kept) == "[ '', 'kept\\n', 1 ]"
    assert [output.output_type for output in both] == ["stream", "display_data"]
