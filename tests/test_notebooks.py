"""The notebooks run, and what they show is what is stored.

``make notebooks`` (this module with ``POLICYGRAPH_REWRITE_NOTEBOOKS=1``) runs them and stores their outputs anew; read the difference
like prose.
"""

from __future__ import annotations

import os
import re
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

HOME = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(HOME.glob("*.ipynb"))
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
OUTCOMES = re.compile(r"\b(?:not met|met|contested|unknown|no requirement|presumption of (?:denial|approval)|not known|\d+ chains)\b")


def stored(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def executed(path: Path) -> Any:
    """Run a notebook from nothing, in its own directory, and leave out what differs from run to run or from machine to machine."""
    notebook = stored(path)
    NotebookClient(notebook, timeout=600, kernel_name="python3", record_timing=False, resources={"metadata": {"path": HOME}}).execute()
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
    return notebook


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(cell: Any) -> list[str]:
    """Return what a cell shows as text; tables without their markup, findings without the note in the fold."""
    texts = []
    for output in cell.outputs:
        data = output.get("data", {})
        if "text/html" in data:
            texts.append(unescape(re.sub(r"<style.*?</style>|<details>.*?</details>|<[^>]+>", " ", data["text/html"], flags=re.DOTALL)))
        elif output.output_type == "stream":
            texts.append(output.text)
        else:
            texts.append(", ".join(sorted(data)) if "image/png" in data else data.get("text/plain", ""))
    return texts


def outcomes(cell: Any) -> list[str]:
    """Return the outcomes a cell shows, in order."""
    return OUTCOMES.findall(" ".join(shown(cell)))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_shows_what_is_stored(path: Path) -> None:
    now = executed(path)
    if os.environ.get("POLICYGRAPH_REWRITE_NOTEBOOKS"):
        nbformat.write(now, path)
    before = stored(path)
    told = {cell.id: outcomes(cell) for cell in code_cells(now)}
    assert told == {cell.id: outcomes(cell) for cell in code_cells(before)}, "run 'make notebooks' and read the difference"
    assert any(told.values())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_stored_notebook_is_clean(path: Path) -> None:
    notebook, text = stored(path), path.read_text(encoding="utf-8")
    assert dict(notebook.metadata) == METADATA
    assert [cell.execution_count for cell in code_cells(notebook)] == list(range(1, len(code_cells(notebook)) + 1))
    assert all(cell.outputs or "=" in cell.source for cell in code_cells(notebook))
    assert not [cell.id for cell in notebook.cells if cell.metadata]
    assert not [cell.id for cell in code_cells(notebook) for output in cell.outputs if output.output_type == "error"]
    assert not [cell.id for cell in code_cells(notebook) for output in cell.outputs if output.get("name") == "stderr"]
    assert not re.search(r'(?<![\w.:/])/(?:home|root|tmp|work|Users|usr)/', text)
    assert "<script" not in text


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS
