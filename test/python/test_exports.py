"""What `runlab export` writes, read by the tools that people read it with."""
import json
import math
from html.parser import HTMLParser

import pytest
from conftest import node

pd = pytest.importorskip("pandas")

RUNS = {
    "format": "runlab-export",
    "version": 1,
    "runs": [
        {
            "runId": "a" * 32,
            "runName": 'first "a", b',
            "status": "FINISHED",
            "startTime": 1_700_000_000_000,
            "endTime": 1_700_000_009_000,
            "params": {"alpha": "0.5", "formula": "=1+1", "lines": "a\nb", "umlaut": "ü🚗"},
            "tags": {"family": "linear"},
            "metrics": {
                "rmse": [{"step": 0, "value": 2.5, "timestamp": 1_700_000_000_001}, {"step": 1, "value": 0.30000000000000004, "timestamp": 1_700_000_000_002}],
                "odd": [{"step": 0, "value": "NaN", "timestamp": 1_700_000_000_001}],
            },
        },
        {"runId": "b" * 32, "runName": "second", "status": "FAILED", "startTime": 1_700_000_100_000, "endTime": 1_700_000_100_500, "params": {"alpha": "0.2"}},
    ],
}


@pytest.fixture(scope="module")
def export(tmp_path_factory, main):
    """Exports the runs in a format; gives the path."""
    folder = tmp_path_factory.mktemp("exports")
    (folder / "in.json").write_text(json.dumps(RUNS), encoding="utf-8")
    store = ["--tracking-uri", str(folder / "runlab")]
    node(main, "import", str(folder / "in.json"), "--experiment", "cars", *store)

    def run(name: str):
        if not (folder / name).exists():
            node(main, "export", "cars", "--to", str(folder / name), *store)
        return folder / name

    return run


@pytest.mark.parametrize("name", ["runs.csv", "runs.parquet"])
def test_pandas_reads_the_tables(export, name):
    path = export(name)
    table = pd.read_csv(path) if name.endswith(".csv") else pd.read_parquet(path)
    assert len(table) == 2
    by_id = table.set_index("run_id")
    first, second = by_id.loc["a" * 32], by_id.loc["b" * 32]
    assert first["metrics.rmse"] == 0.30000000000000004
    assert math.isnan(first["metrics.odd"]) and pd.isna(second["metrics.rmse"])
    assert first["params.lines"] == "a\nb" and first["params.umlaut"] == "ü🚗"
    assert str(first["params.formula"]).lstrip("'") == "=1+1"
    assert pd.Timestamp(first["start_time"]).timestamp() == 1_700_000_000
    assert json.loads(first["history.rmse"]) == [[0, 2.5, 1_700_000_000_001], [1, 0.30000000000000004, 1_700_000_000_002]]
    assert list(by_id["status"].sort_index()) == ["FINISHED", "FAILED"]


@pytest.mark.parametrize("compression", ["snappy", "gzip", "brotli", "zstd", "lz4", None])
def test_parquet_that_pandas_writes_is_read_back_however_it_is_compressed(export, tmp_path, main, compression):
    path = tmp_path / "runs.parquet"
    pd.read_parquet(export("runs.parquet")).to_parquet(path, compression=compression)
    store = ["--tracking-uri", str(tmp_path / "runlab")]
    node(main, "import", str(path), "--experiment", "back", *store)
    node(main, "export", "back", "--to", str(tmp_path / "back.json"), *store)
    runs = json.loads((tmp_path / "back.json").read_text(encoding="utf-8"))["runs"]
    first = next(run for run in runs if run["runId"] == "a" * 32)
    assert first["params"]["lines"] == "a\nb" and [point["value"] for point in first["metrics"]["rmse"]] == [2.5, 0.30000000000000004]


def test_the_json_is_json_that_python_reads(export):
    def refuse(word):
        raise AssertionError(f"{word} is not JSON")

    read = json.loads(export("runs.json").read_text(encoding="utf-8"), parse_constant=refuse)
    first = next(run for run in read["runs"] if run["runId"] == "a" * 32)
    assert first["runName"] == 'first "a", b' and first["params"]["lines"] == "a\nb"
    assert [point["value"] for point in first["metrics"]["rmse"]] == [2.5, 0.30000000000000004]


def test_the_zip_opens_and_its_sums_are_right(export):
    import zipfile

    with zipfile.ZipFile(export("runs.zip")) as archive:
        assert archive.testzip() is None
        assert {run["runId"] for run in json.loads(archive.read("runs.json"))["runs"]} == {"a" * 32, "b" * 32}


class Tags(HTMLParser):
    """Which tags are open, and all of the text."""

    VOID = {"meta", "br", "img", "hr", "input", "link", "col", "wbr"}

    def __init__(self):
        super().__init__()
        self.open, self.text = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> closes {self.open}"

    def handle_data(self, data):
        self.text.append(data)


def test_the_html_is_balanced_and_has_the_table(export):
    parser = Tags()
    parser.feed(export("runs.html").read_text(encoding="utf-8"))
    parser.close()
    assert parser.open == []
    assert 'first "a", b' in "".join(parser.text)
