"""Reading data directories: what is read, and one file of ``tests/bad`` for each thing that is refused.

Every file in ``tests/bad/{entities,sources,tables,dataset}`` holds one fault. It is added to the small sound data set in
``tests/bad/good``, and what is then said must be what stands in the ``.expected`` file beside it. ``python -m tests.test_datasets``
writes those files anew; read the difference like prose.
"""

from __future__ import annotations

import json
import random
import shutil
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policygraph import datasets
from policygraph.claims import Stance
from policygraph.datasets import files
from policygraph.dates import FIRST, LAST, Interval
from policygraph.errors import BadData
from policygraph.ontology import Ontology, shipped

BAD = Path(__file__).parent / "bad"
GOOD = BAD / "good"
FOLDERS = ("dataset", "entities", "sources", "tables")
CASES = sorted(path for folder in FOLDERS for path in (BAD / folder).iterdir() if path.suffix != ".expected")


def laid_out(case: Path, into: Path) -> Path:
    """Copy the sound data set and add the file of a case."""
    directory = into / "data"
    shutil.copytree(GOOD, directory)
    place = directory / "dataset.yaml" if case.parent.name == "dataset" else directory / case.parent.name / case.name
    shutil.copyfile(case, place)
    return directory


def told(directory: Path) -> str:
    """Say what a data directory is refused for, with places inside the directory."""
    with pytest.raises(BadData) as refused:
        datasets.read(directory)
    return str(refused.value).replace(f"{directory.as_posix()}/", "") + "\n"


def expected(case: Path) -> Path:
    return case.with_name(case.name + ".expected")


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_each_fault_is_told_in_one_sentence(case: Path, tmp_path: Path) -> None:
    assert told(laid_out(case, tmp_path)) == expected(case).read_text(encoding="utf-8")


def test_every_expected_file_has_its_case() -> None:
    assert {path for folder in FOLDERS for path in (BAD / folder).glob("*.expected")} == {expected(case) for case in CASES}


def write() -> None:
    """Write what is said of each case beside it."""
    for case in CASES:
        with tempfile.TemporaryDirectory() as into:
            expected(case).write_text(told(laid_out(case, Path(into))), encoding="utf-8")


if __name__ == "__main__":
    write()
