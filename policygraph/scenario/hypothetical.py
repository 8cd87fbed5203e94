"""The values: a scenario, what is asked of it, and where a conclusion on it is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from policygraph.case import Case
from policygraph.graph import ClaimGraph
from policygraph.law import Rulebook
from policygraph.overlay import Additions
from policygraph.parties import Party

__all__ = ["QUESTIONS", "Ask", "Scenario", "Source"]

QUESTIONS: Final = ("determine", "touches", "classify", "affiliates", "content", "conflicts")
"""What may be asked beside the id of a rule."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a conclusion is published, what it says in our own words, and how it was read."""

    title: str = ""
    publisher: str = ""
    url: str = ""
    published: str = ""
    at: str = ""
    says: str = ""
    read: str = ""
    via: str = ""
    note: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.publisher, self.title, self.published) if part)


@dataclass(frozen=True, slots=True)
class Ask:
    """One question: the word for it or the id of a rule, the country it is about if it names one, and the line it stands on.

    >>> str(Ask("touches", "US"))
    'touches US'
    """

    what: str
    of: str = ""
    line: int = 1

    def __str__(self) -> str:
        return f"{self.what} {self.of}".strip()


@dataclass(frozen=True)
class Scenario:
    """A hypothetical and what is asked of it.

    Attributes
    ----------
    id, title, note, file
        What it is called, what a reader should know, and where it was read.
    source
        Where a conclusion on it is published, if one is.
    base
        ``shipped``, or ``none`` for the law alone.
    as_of, known_by
        The two clocks of its view.
    graph
        The base and the hypothetical together.
    additions
        The hypothetical by itself.
    case, assume, ask
        What is asked.
    expect
        For each question, what the published conclusion says, by dotted paths into the JSON of the answer.

    Examples
    --------
    >>> import tempfile
    >>> import policygraph as pg
    >>> kg = pg.load()
    >>> text = "{scenario: a, title: A chip, as_of: 2025-05-13, case: {item: h20}, ask: {touches: US}, expect: {outcome: met}}"
    >>> with tempfile.TemporaryDirectory() as place:
    ...     _ = (Path(place) / "a.yaml").write_text(text)
    ...     scenario = Scenario.read(Path(place) / "a.yaml", kg.graph, kg.rules)
    >>> str(scenario.ask[0]), scenario.case.item, scenario.expect
    ('touches US', 'h20', ({'outcome': 'met'},))
    """

    id: str
    title: str
    file: str
    source: Source | None
    base: str
    as_of: date
    known_by: date | None
    note: str
    graph: ClaimGraph = field(repr=False)
    additions: Additions = field(repr=False)
    case: Case
    assume: Mapping[str, str]
    ask: tuple[Ask, ...]
    expect: tuple[Mapping[str, Any], ...]

    @classmethod
    def read(cls, path: Path, graph: ClaimGraph, book: Rulebook, called: str = "the shipped data") -> Scenario:
        """Read a scenario file.

        Parameters
        ----------
        path
            The file.
        graph
            The data it lies over.
        book
            The rules it may ask about.
        called
            What errors call those data.

        Raises
        ------
        BadData
            With every fault, if there is any.
        """
        from policygraph.scenario.reading import read

        return read(path, graph, book, called)

    @property
    def party(self) -> Party | None:
        """The party that a question about one party is about: the end user, or else the only party of the case."""
        end_users = self.case.party("end-user") or ()
        everybody = {party for _, party in self.case.everybody}
        candidates = end_users if len(end_users) == 1 else tuple(everybody)
        return candidates[0] if len(candidates) == 1 else None
