"""Situations with a published conclusion, each a scenario file with its source: the answers agree with what was published.

None is adjusted to pass. Where one disagrees, the law is read again, and the note of the file says what came of it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import policygraph as pg
from policygraph import desk

HERE = Path(__file__).parent
FOLDER = HERE / "scenarios"
SCENARIOS = sorted(FOLDER.rglob("*.yaml"))
README = (HERE.parent / "README.md").read_text(encoding="utf-8")


@cache
def kg() -> desk.KnowledgeGraph:
    return pg.load()


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.relative_to(FOLDER).with_suffix("").as_posix())
def test_the_answers_agree_with_what_was_published(path: Path) -> None:
    answers = kg().ask(path)
    assert answers.scenario.id == path.stem
    assert [str(row) for row in answers.expected if not row.agrees] == []


@pytest.mark.parametrize("name", ["accelerator-made-at-smic", "phone-with-caught-chip"])
def test_the_scenarios_of_the_readme_are_among_them(name: str) -> None:
    text = (FOLDER / "examples" / f"{name}.yaml").read_text(encoding="utf-8")
    assert f"```yaml\n# {name}.yaml\n{text}```" in README
