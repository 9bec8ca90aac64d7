"""Signatures and models in a notebook, as a client of the real kernel gets them."""
import re

import pytest
from nbclient.exceptions import CellExecutionError
from test_tracking_cells import execute


def shown(outputs) -> str:
    """What a client without HTML shows."""
    return "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs)


def test_a_signature_comes_from_the_types_of_a_function(tmp_path):
    outputs, _ = execute(
        tmp_path,
        'interface Car { weight: number; hp?: number; origin: "USA" | "Japan"; when: Date | null; tags: string[] }\n'
        'async function predict(cars: Car[]): Promise<{ mpg: number; band: "low" | "high" }[]> {\n'
        '  return cars.map(() => ({ mpg: 1, band: "low" }))\n}',
        "%signature {predict}",
        'import { signatureOf } from "runlab"\nconsole.log(String(signatureOf<typeof predict>()))',
    )
    rows = [line.split() for line in shown(outputs[1]).splitlines()[3:]]
    assert rows == [
        ["input", "weight", "double", "yes"],
        ["input", "hp", "double", "no"],
        ["input", "origin", "string", "yes"],
        ["input", "when", "datetime", "no"],
        ["input", "tags", "Array(string)", "yes"],
        ["output", "mpg", "double", "yes"],
        ["output", "band", "string", "yes"],
    ]
    assert "'hp': double (optional), 'origin': string (required)" in shown(outputs[2])


def test_all_that_a_signature_cannot_say_of_a_type_is_said_at_once(tmp_path):
    with pytest.raises(CellExecutionError) as caught:
        execute(
            tmp_path,
            "interface Tree { left?: Tree; v: number }\n"
            "function odd(rows: { a: number | string; f: () => void; t: [number, string]; tree: Tree }[]) { return [1] }\n"
            "%signature {odd}",
        )
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(caught.value))
    for part in (
        "rows.a is string | number",
        "rows.f is a function",
        "rows.t is [number, string]",
        "rows.tree.left is Tree, which contains itself",
    ):
        assert part in text, text


def test_a_model_of_cells_loads_in_another_kernel_that_knows_none_of_them(tmp_path):
    outputs, _ = execute(
        tmp_path,
        "const factor = 3\nconst shift = (x: number) => x + 0.5",
        "class Scaler { constructor(readonly by: number) {} of(x: number) { return x * this.by } }\n"
        "class Model {\n  constructor(readonly scaler: Scaler) {}\n"
        "  predict(rows: { x: number }[]) { return rows.map(({ x }) => shift(this.scaler.of(x)) * factor) }\n}",
        "%%run name=modelled\n%log_model {new Model(new Scaler(2))} model_0.5 example={[{ x: 1 }]} register=CellModel",
    )
    said = shown(outputs[2])
    assert re.search(r"Logged model model_0\.5 \(function, .*registered as CellModel version 1", said)
    assert "model model_0.5 (function), CellModel version 1" in said
    other, _ = execute(
        tmp_path,
        "const model = %load_model models:/CellModel/latest\n%predict {model} {[{ x: 1 }, { x: 2 }]}",
        "%run_info modelled",
    )
    assert "[ 7.5, 13.5 ]" in shown(other[0])
    assert re.search(r"^model_0\.5 +function +0 +CellModel version 1 +m-[0-9a-f]{32}$", shown(other[1]), re.M)
