"""What changed between two days, or by a draft: which answers, and whether the law or the facts changed them.

Comes in: two views, the rules of each, a table of cases. Goes out: a :class:`Comparison`. Every case is screened by law and facts of
the first day and of the second, and where they differ by each with the other's. What the law alone changes is put down to the law, what
the facts alone change to the facts, and what neither changes alone to both.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import product
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from policygraph.errors import BadQuestion
from policygraph.law.rulebook import Rulebook
from policygraph.law.screen import screen
from policygraph.law.table import CaseTable
from policygraph.law.verdicts import OUTCOMES, Codes
from policygraph.view import FrozenView

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Comparison", "compare", "grid"]

_ITEMS: Final = ("Chip", "Memory", "System", "Equipment", "DesignSoftware")
_ABOUT: Final = ("item", "to", "end_user")
_MOST_SHOWN: Final = 20
_ALIKE: Final = np.unique(OUTCOMES.astype(str), return_inverse=True)[1].astype(np.uint8)
"""A number for the outcome of each code."""
_MOST_PLACES: Final = 12


@dataclass(frozen=True, eq=False)
class Comparison:
    """Which answers differ.

    Attributes
    ----------
    question, first, second
        What was compared: two days, or the law without and with a draft.
    cases
        How many cases were screened.
    changed
        One row for each case and rule of which the outcome differs: the inputs of the case, the rule, before, after, and by what.
    """

    question: str
    first: str
    second: str
    cases: int
    changed: pd.DataFrame = field(repr=False)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return for each rule how many answers went from what to what."""
        found: dict[str, dict[str, int]] = {}
        for row in self._rows():
            moves = found.setdefault(row["rule"], {})
            key = f"{row['before']} to {row['after']}"
            moves[key] = moves.get(key, 0) + 1
        return found

    def to_json(self, limit: int | None = None) -> dict[str, Any]:
        """Return it as plain data, with at most *limit* rows."""
        return {
            "question": self.question, "first": self.first, "second": self.second, "cases": self.cases, "count": len(self.changed),
            "by": {str(by): int(many) for by, many in self.changed["by"].value_counts().items()}, "counts": self.counts(),
            "changed": self._rows(limit),
        }  # fmt: skip

    def _rows(self, most: int | None = None) -> list[dict[str, str]]:
        """Return the rows as plain data."""
        rows = self.changed if most is None else self.changed.head(most)
        return [{str(key): str(value) for key, value in row.items()} for row in rows.to_dict(orient="records")]

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield self.question
        by = ", ".join(f"{many:,} by {what}" for what, many in self.changed["by"].value_counts().items())
        cases, changed = f"{self.cases:,} case{'' if self.cases == 1 else 's'}", len(self.changed)
        yield f"{cases}; {changed:,} answer{' differs' if changed == 1 else 's differ'}{f': {by}' if by else ''}."
        for rule, moves in self.counts().items():
            yield f"  {rule}: " + ", ".join(f"{move} {many:,}" for move, many in moves.items())
        groups: dict[tuple[tuple[str, str], ...], list[str]] = {}
        for told in self._rows():
            places = groups.setdefault(tuple((key, value) for key, value in told.items() if key != "to"), [])
            places += [told["to"]] if told.get("to") and told["to"] not in places else []
        for group, places in list(groups.items())[:_MOST_SHOWN]:
            told = dict(group)
            about = [f"{key} {value}" for key, value in told.items() if key not in ("rule", "before", "after", "by") and value]
            about += [f"to {', '.join(places[:_MOST_PLACES])}"] if places else []
            about += [f"and {len(places) - _MOST_PLACES} more places"] if len(places) > _MOST_PLACES else []
            yield f"    {', '.join(about)}: {told['rule']}: {told['before']} -> {told['after']} ({told['by']})"
        if len(groups) > _MOST_SHOWN:
            yield f"    and {len(groups) - _MOST_SHOWN:,} more; --json tells all"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.question)}</p>" + self.changed.head(100).to_html(index=False)


def compare(
    first: FrozenView, second: FrozenView, books: tuple[Rulebook, Rulebook], cases: CaseTable, rules: Sequence[str] | None = None,
    *, names: tuple[str, str] = ("", ""), assume: Mapping[str, str] | None = None,
) -> Comparison:  # fmt: skip
    """Tell which answers differ between two days, or between two bodies of law.

    Parameters
    ----------
    first, second
        What stands on each day; the same view twice to compare bodies of law.
    books
        The rules before and after.
    cases
        The cases to ask; :func:`grid` gives items by destinations and parties.
    rules
        Ids of the rules to compare; None for those of either book that require a licence, prohibit, oblige,
        make subject or classify.
    names
        What the two sides are called; their days where left out.
    assume
        Statuses to assume, by rule.

    Raises
    ------
    BadQuestion
        If both sides are the same.
    """
    if first.as_of == second.as_of and books[0] is books[1]:
        raise BadQuestion(f"both sides are {first.as_of}; give two days, or a draft")
    asked = [tuple(rules) if rules is not None else _telling(book) for book in books]
    sides = [(first, books[0], first.as_of, asked[0]), (second, books[1], second.as_of, asked[1])]

    def answers(law: int, facts: int, of: CaseTable, among: Container[str] | None = None) -> dict[str, Codes]:
        _, book, on, wanted = sides[law]
        kept = [rule for rule in wanted if rule in book.rules and (among is None or rule in among)]
        found = screen(sides[facts][0], book, of, kept, assume, on=on)
        return dict(zip(found.rules, found.codes, strict=True))

    runs = {(side, side): answers(side, side, cases) for side in (0, 1)}
    if first.as_of != second.as_of:
        # whether law or facts made a difference is asked only of what differs
        differing = _differing(runs[0, 0], runs[1, 1], len(cases))
        rows = np.unique(np.concatenate([np.zeros(0, np.intp), *differing.values()]))
        for law, facts in ((0, 1), (1, 0)) if len(rows) else ():
            crossed = answers(law, facts, cases.taken(rows), differing)
            runs[law, facts] = {rule: _spread(codes, rows, runs[law, law][rule]) for rule, codes in crossed.items()}
    told = names if any(names) else (str(first.as_of), str(second.as_of))
    return Comparison(
        f"Which answers differ between {told[0]} and {told[1]}?", told[0], told[1], len(cases), _changes(cases, runs)
    )


def _telling(book: Rulebook) -> tuple[str, ...]:
    effects = ("licence-required", "prohibited", "subject-to-ear", "classified", "obliges", "forbids-compliance")
    return tuple(rule.id for rule in book.of_effect(*effects))


def _differing(before: Mapping[str, Codes], after: Mapping[str, Codes], size: int) -> dict[str, npt.NDArray[np.intp]]:
    """Return for each rule of which some outcome differs the rows where it does."""
    nothing = np.full(size, _code("not met"), np.uint8)
    rows = {
        rule: np.flatnonzero(_ALIKE[before.get(rule, nothing)] != _ALIKE[after.get(rule, nothing)])
        for rule in dict.fromkeys((*before, *after))
    }  # fmt: skip
    return {rule: found for rule, found in rows.items() if len(found)}


def _spread(codes: Codes, rows: npt.NDArray[np.intp], rest: Codes) -> Codes:
    """Return codes of some rows in their places among the rest."""
    found = rest.copy()
    found[rows] = codes
    return found


def _changes(cases: CaseTable, runs: Mapping[tuple[int, int], Mapping[str, Codes]]) -> pd.DataFrame:
    import pandas as pd

    before, after = runs[0, 0], runs[1, 1]
    parts = []
    nothing = np.full(len(cases), _code("not met"), np.uint8)
    for rule, rows in _differing(before, after, len(cases)).items():
        old, new = before.get(rule, nothing), after.get(rule, nothing)
        by = np.full(len(rows), "law", dtype=object)
        if (1, 0) in runs:
            by_law = OUTCOMES[runs[1, 0].get(rule, nothing)[rows]] == OUTCOMES[new[rows]]
            by_facts = OUTCOMES[runs[0, 1].get(rule, nothing)[rows]] == OUTCOMES[new[rows]]
            by = np.where(by_law & ~by_facts, "law", np.where(by_facts & ~by_law, "facts", "both"))
        columns = {name: _cells(column, rows) for name, column in cases.columns.items() if name in _ABOUT or len(column.values) > 1}
        parts.append(
            pd.DataFrame({**columns, "rule": rule, "before": OUTCOMES[old[rows]], "after": OUTCOMES[new[rows]], "by": by})
        )
    empty = pd.DataFrame(columns=[*(name for name in cases.columns if name in _ABOUT), "rule", "before", "after", "by"])
    return pd.concat(parts, ignore_index=True) if parts else empty


def _cells(column: Any, rows: Any) -> Any:
    return np.array(column.values, dtype=object)[column.codes[rows]]


def _code(outcome: str) -> int:
    return int(np.flatnonzero(outcome == OUTCOMES)[0])


def grid(view: FrozenView, items: Sequence[str] | None = None, parties: Sequence[str] | None = None) -> CaseTable:
    """Return exports from the United States of items to every country, and to parties where they have their seat.

    Parameters
    ----------
    items
        Ids; None for all chips, memory, systems, tools and design software that the data have.
    parties
        Ids of end users; None for every firm whose seat is known.
    """
    import pandas as pd

    graph = view.graph
    classes = dict(zip(graph.node_ids, graph.node_class, strict=True))
    things = list(items) if items is not None else [id_ for id_, of in classes.items() if graph.ontology.is_a(of, "Item") and of in _ITEMS]
    countries = [id_ for id_, of in classes.items() if of == "Country"]
    seats = _seats(view)
    ends = [party for party in (parties if parties is not None else seats) if party in seats]
    rows = [(item, country, "") for item, country in product(things, countries)]
    rows += [(item, seats[party], party) for item, party in product(things, ends)]
    frame = pd.DataFrame(rows, columns=["item", "to", "end_user"])
    return CaseTable.of(frame.assign(**{"from": "US", "act": "export", "knowledge": "yes"}), "the grid of items, destinations and parties")


def _seats(view: FrozenView) -> dict[str, str]:
    graph = view.graph
    relation = graph.relation_index["headquarteredIn"]
    rows = view.edges_of(relation)
    edges = view.edges
    found = {}
    for row in range(rows.start, rows.stop):
        if edges.all_for[row]:
            found[graph.node_ids[edges.subject[row]]] = graph.node_ids[edges.object[row]]
    return found
