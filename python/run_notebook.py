#!/usr/bin/env python3
"""Executes a notebook in place through nbclient and writes its HTML beside it: run_notebook.py NOTEBOOK [KERNEL].

The progress goes to stdout, a line per code cell. A cell that fails ends the work with its traceback; what was
executed until then is kept in the notebook.
"""
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

# Seconds a single cell may take: far above what the notebooks here need, so that a hang is noticed.
CELL_TIMEOUT = 120


def plain(text: str) -> str:
    """Without ANSI colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def main(path: Path, kernel: str) -> int:
    notebook = nbformat.read(path, as_version=4)
    codes = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]

    def announce(cell, cell_index: int) -> None:
        number = codes.index(cell) + 1 if cell in codes else "?"
        first_line = next(iter(cell.source.strip().splitlines()), "")
        print(f"cell {number} of {len(codes)}: {first_line}", flush=True)

    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name=kernel,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_execute=announce,
    )
    try:
        client.execute()
    except CellExecutionError as error:
        print(plain(str(error)), file=sys.stderr)
        return 1
    finally:
        nbformat.write(notebook, path)
    html, _ = HTMLExporter().from_notebook_node(notebook, resources={"metadata": {"name": path.stem}})
    path.with_suffix(".html").write_text(html, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "runlab"))
