"""Content, which enters the Datalog reader as a fact: parts that count, added up.

Comes in: a content condition, rows or entities. Goes out: verdicts. Which parts there are is read off the bill of the case or the edges
of the view; whether a part counts is put to the engine first, each part as a case of its own with the act and the destination; what the
parts come to is added up here, in fractions. Nothing of ``content`` and ``contents`` is asked, so agreement checks them too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from policygraph.bill import Amount, Line
from policygraph.case import Case
from policygraph.law import conditions as law
from policygraph.truth import Truth, Verdict
from policygraph.view import FrozenView
from tests.datalog.graded import NO, UNKNOWN, Graded
from tests.datalog.items import Scope
from tests.datalog.rows import Rows

if TYPE_CHECKING:
    from tests.datalog.conditions import Conditions

__all__ = ["Ask", "Contents", "Known", "Sides"]

Sides = tuple[tuple[int, int], tuple[int, int]]
"""How much speaks for and against, in either run."""
Ask = Callable[[Sequence[Case], Callable[["Conditions"], list[Graded]]], list[list[Sides]]]
"""Put verdicts to cases by another run of the engine: for each verdict what it comes to in each case."""

_UNTOLD: Final[Amount] = (Fraction(0), None)
_THERE: Final[Sides] = ((4, 0), (4, 0))
_DEEPEST: Final = 16
Question = tuple[Line, str, str]
"""Whether a part counts, with the place and the act of the case."""
Known = tuple[str, str, Question]
"""The sort of content, and the question."""


@dataclass(frozen=True)
class _Part:
    """A part as far as it is told: all its units together."""

    line: Line
    worth: Amount
    present: Sides
    is_product: bool | None
    told_whole: int
    parts: tuple[_Part, ...]

    def walk(self) -> Iterator[_Part]:
        for part in self.parts:
            yield part
            yield from part.walk()


@dataclass(frozen=True)
class _Sum:
    """What counts: at least, at most (None for no bound), whether anything surely or possibly does, and what surely does not."""

    least: Fraction
    most: Fraction | None
    surely: bool
    possibly: bool
    rest: Fraction


_NOTHING: Final = _Sum(Fraction(0), Fraction(0), False, False, Fraction(0))


class Contents:
    """Content of the items of some rows, and of entities.

    Parameters
    ----------
    ask
        What puts verdicts to cases.
    known
        What parts were asked about before, and what came of it.
    """

    def __init__(self, view: FrozenView, rows: Rows, ask: Ask, known: dict[Known, Sides]) -> None:
        self.view = view
        self.rows = rows
        self.ask = ask
        self._counts = known
        self._settled: dict[object, Verdict] = {}

    def of_rows(self, asked: law.Content, things: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Verdict]:
        """Return what the content of things comes to, each with the row whose case it is asked in."""
        ids = self.view.graph.node_ids
        column = self.rows.column("act", "to", "value", "quantity", "currency", "bill", "item")
        cells = {(row, item): (int(column.cells[row]), item) for row, item in things}
        wholes = {
            (cell, item): self._whole(ids[item] if item >= 0 else "", column.cases[cell]) for cell, item in dict.fromkeys(cells.values())
        }
        self._put(asked, ((whole, column.cases[cell].to, column.cases[cell].act) for (cell, _), whole in wholes.items()))
        found = {
            (cell, item): self._verdict(asked, whole, column.cases[cell].to, column.cases[cell].act)
            for (cell, item), whole in wholes.items()
        }
        return {thing: found[cell] for thing, cell in cells.items()}

    def of_entities(self, asked: law.Content, nodes: Iterable[int]) -> dict[int, Verdict]:
        """Return what the content of entities comes to, each by itself."""
        wholes = {node: self._on_record(self.view.graph.node_ids[node], None) for node in nodes}
        self._put(asked, ((whole, "", "") for whole in wholes.values()))
        return {node: self._verdict(asked, whole, "", "") for node, whole in wholes.items()}

    # ---- parts

    def _whole(self, item: str, case: Case) -> _Part:
        if case.bill is not None and case.item in self._families(item):
            one = Fraction(1), Fraction(1)
            parts = tuple(self._of_line(line, one) for line in case.bill.lines)
            return _Part(Line(name="whole"), case.bill.value, _THERE, False, 4, parts)
        return self._on_record(item, case)

    def _families(self, item: str) -> set[str]:
        found, ahead = {item}, [item]
        while ahead:
            one = ahead.pop()
            above = {ids[self.view.edges.object[row]] for ids in [self.view.graph.node_ids] for row in self._stand(one, "variantOf")}
            ahead += above - found
            found |= above
        return found

    def _stand(self, subject: str, relation: str) -> list[int]:
        return [row for row in self.view.find(subject, relation) if self.view.edges.all_for[row]] if subject else []

    def _of_line(self, line: Line, units: Amount) -> _Part:
        inner = _product(units, line.quantity)
        present: Sides = _THERE if inner[0] > 0 else ((0, 4), (0, 4)) if inner[1] == 0 else ((0, 0), (0, 0))
        whole = 0 if line.parts_unknown else 2 if line.parts is None else 4
        worth = line.total if line.total is not None else _product(line.quantity, line.value)
        parts = tuple(self._of_line(part, inner) for part in line.parts or ())
        return _Part(line, _product(units, worth), present, line.discrete, whole, parts)

    def _on_record(self, item: str, case: Case | None) -> _Part:
        worth = _UNTOLD
        if case is not None and case.value is not None and case.item in self._families(item):
            one = Fraction(str(case.value)) / Fraction(str(case.quantity or 1))
            worth = one, one
        return _Part(Line(name="whole"), worth, _THERE, False, self._told_whole(item), tuple(self._recorded(item, (item,), case)))

    def _recorded(self, item: str, above: tuple[str, ...], case: Case | None) -> Iterator[_Part]:
        edges, graph = self.view.edges, self.view.graph
        for row in self._stand(item, "incorporates"):
            part = graph.node_ids[edges.object[row]]
            if part in above or len(above) > _DEEPEST:
                continue
            worth = _UNTOLD
            for claim in edges.rows(row).tolist():
                told = graph.table.qualifiers.get(claim, {})
                if "amount" in told and case is not None and told.get("currency", "") == case.currency:
                    worth = Fraction(told["amount"]), Fraction(told["amount"])
            present = (
                (int(edges.all_for[row]), int(edges.all_against[row])), (int(edges.clear_for[row]), int(edges.clear_against[row]))
            )  # fmt: skip
            inside = tuple(self._recorded(part, (*above, part), case))
            yield _Part(Line(item=part), worth, present, None, self._told_whole(part), inside)

    def _told_whole(self, item: str) -> int:
        graph = self.view.graph
        if item not in graph.index:
            return 0
        return int(self.view.complete_from(graph.relation_index["incorporates"])[graph.index[item]])

    # ---- whether parts count

    def _put(self, asked: law.Content, wholes: Iterable[tuple[_Part, str, str]]) -> None:
        """Ask the engine whether parts count, all at once."""
        wanted = dict.fromkeys((part.line, to, act) for whole, to, act in wholes for part in whole.walk())
        key = asked.of.model_dump_json(), asked.needs + ("?" if asked.controlled else "")
        questions = [one for one in wanted if (*key, one) not in self._counts]
        if not questions:
            return
        kinds = list(dict.fromkeys(map(_kind, questions)))
        by_itself = [_alone(line, to, act) for line, to, act in questions]
        # whether a part is controlled is asked without its origin, which is told of the part and not of where the case begins
        cases = [*(_alone(line, to, act, line.origin) for line, to, act in questions), *by_itself]

        def verdicts(reader: Conditions) -> list[Graded]:
            needed = reader.rule(asked.needs, Scope("x", False)) if asked.needs else UNKNOWN
            return [*(self._is(reader, asked.of, *kind) for kind in kinds), needed]

        *tested, needed = self.ask(cases, verdicts)
        for number, question in enumerate(questions):
            here = tested[kinds.index(_kind(question))][number]
            if asked.needs or asked.controlled:
                here = _both(here, needed[number + len(questions)])
            self._counts[*key, question] = here

    def _is(self, reader: Conditions, target: law.Target, origin: bool, eccn: bool, stranger: bool) -> Graded:
        """Return whether the item of a row is what a part must be, as far as the case tells its origin and its entries."""
        if target.role:
            raise NotImplementedError("content that is what the case names in a role")
        algebra, here = reader.algebra, Scope("x", False)
        parts = []
        by_case: dict[str, object] = {}
        if target.origin and (origin or stranger):
            parts.append(reader.placed("from", target.origin) if origin else UNKNOWN)
            by_case["origin"] = ()
        if target.eccn and (eccn or stranger):
            parts.append(reader.among_entries(target.eccn) if eccn else UNKNOWN)
            by_case["eccn"] = ()
        if target.either:
            parts.append(algebra.any(*(self._is(reader, one, origin, eccn, stranger) for one in target.either)))
        if target.except_ is not None:
            parts.append(algebra.not_(self._is(reader, target.except_, origin, eccn, stranger)))
        if target.is_ and not stranger:
            named, above = (
                algebra.sure(reader.world.named(target.is_)),
                reader.paths.led("pg:variantOf+", reader.target(law.Target(is_=target.is_), here)),
            )
            variant = algebra.where(above.known, above, NO)
            parts.append(reader.of_items("item", here, algebra.where(named.known, named, variant)))
            by_case["is_"] = ()
        rest = target.model_copy(update={"either": (), "except_": None, **by_case})
        if rest.model_copy(update={"note": "", "confidence": "", "edition": None}) != law.Target():
            parts.append(
                self._of_stranger(reader, rest) if stranger else reader.of_items("item", here, reader.target(rest, Scope("*", True)))
            )
        return algebra.all(*parts)

    @staticmethod
    def _of_stranger(reader: Conditions, target: law.Target) -> Graded:
        if target.is_:
            return NO
        only_rule = target.rule and target.model_copy(update={"rule": ""}) == law.Target()
        return reader.rule(target.rule, Scope("x", False)) if only_rule else UNKNOWN

    # ---- sums

    def _verdict(self, asked: law.Content, whole: _Part, to: str, act: str) -> Verdict:
        sort = asked.of.model_dump_json(), asked.needs + ("?" if asked.controlled else "")
        counts = tuple(self._counts[*sort, (part.line, to, act)] for part in whole.walk())
        key = asked.over, asked.at_least, asked.stop_at, whole, counts
        if key not in self._settled:
            by_part = {id(part): counted for part, counted in zip(whole.walk(), counts, strict=True)}
            runs = []
            for run in (0, 1):
                for_ = against = 0
                for grade in (1, 2, 3, 4):
                    passes, fails = _Summing(by_part, grade, run, asked.stop_at == "discrete").settled(whole, asked)
                    for_, against = (grade if passes else for_), (grade if fails else against)
                runs.append((for_, against))
            (for_, against), (clear_for, clear_against) = runs
            if for_ and for_ >= against:
                self._settled[key] = Verdict(Truth(for_, 0), Truth(0 if against or clear_against else clear_for, 0))
            else:
                self._settled[key] = Verdict(Truth(0, against), Truth(0, clear_against))
        return self._settled[key]


@dataclass(frozen=True)
class _Summing:
    """Adding up by the evidence of a grade and stronger, in one run."""

    counts: Mapping[int, Sides]
    grade: int
    run: int
    stops: bool

    def so(self, sides: Sides) -> bool | None:
        for_, against = sides[self.run]
        return True if for_ >= self.grade else False if against >= self.grade else None

    def settled(self, whole: _Part, asked: law.Content) -> tuple[bool, bool]:
        """Tell whether a threshold is surely passed, and whether it is surely not."""
        inside = self.added(whole)
        if not asked.over and not asked.at_least:
            return inside.surely, not inside.possibly
        limit = Fraction(str(asked.over if asked.at_least is None else asked.at_least)) / 100
        least = max(whole.worth[0], sum((part.worth[0] for part in whole.parts if self.so(part.present)), Fraction(0)))
        most, worth = self.bounded(inside, whole.worth[1]), whole.worth[1]

        def exceeds(part: Fraction, of: Fraction) -> bool:
            return part > limit * of if asked.at_least is None else part >= limit * of

        passes = worth is not None and exceeds(inside.least, worth)
        fails = not exceeds(Fraction(1), Fraction(1))
        if most is not None:
            fails = fails or not exceeds(most, max(least, most + inside.rest))
        return passes, fails

    @staticmethod
    def bounded(inside: _Sum, worth: Fraction | None) -> Fraction | None:
        """Return the most that counts where the whole is worth no more."""
        if worth is None:
            return inside.most
        room = max(inside.least, worth - inside.rest)
        return room if inside.most is None else max(inside.least, min(inside.most, room))

    def added(self, whole: _Part) -> _Sum:
        """Add up what counts among the parts."""
        each = [self.of(part) for part in whole.parts]
        closed = whole.told_whole >= self.grade
        bounds = [one.most for one in each if one.most is not None]
        return _Sum(
            sum((one.least for one in each), Fraction(0)),
            sum(bounds, Fraction(0)) if closed and len(bounds) == len(each) else None,
            any(one.surely for one in each), not closed or any(one.possibly for one in each), sum((one.rest for one in each), Fraction(0)),
        )  # fmt: skip

    def of(self, part: _Part) -> _Sum:
        """Return what counts of a part."""
        present, counts = self.so(part.present), self.so(self.counts[id(part)])
        if present is False:
            return _NOTHING
        least = max(part.worth[0], sum((inner.worth[0] for inner in part.parts if self.so(inner.present)), Fraction(0)))
        most = part.worth[1]
        if counts:
            found = _Sum(least, most, True, True, Fraction(0))
        elif counts is None:
            inside = self.inside(part, least)
            found = _Sum(inside.least, most, inside.surely, True, Fraction(0))
        else:
            found = self.inside(part, least)
        return found if present else _Sum(Fraction(0), found.most, False, found.possibly, Fraction(0))

    def inside(self, part: _Part, least: Fraction) -> _Sum:
        """Return what counts inside a part that does not count itself."""
        if self.stops and part.is_product:
            return _Sum(Fraction(0), Fraction(0), False, False, least)
        inside = self.added(part)
        most = self.bounded(inside, part.worth[1])
        rest = inside.rest if most is None else max(least - most, inside.rest)
        if self.stops and part.is_product is None:
            return _Sum(Fraction(0), most, False, inside.possibly, rest)
        return _Sum(inside.least, most, inside.surely, inside.possibly, rest)


def _product(one: Amount, other: Amount) -> Amount:
    if one[1] == 0 or other[1] == 0:
        return Fraction(0), Fraction(0)
    return one[0] * other[0], None if one[1] is None or other[1] is None else one[1] * other[1]


def _both(one: Sides, other: Sides) -> Sides:
    first, second = ((min(a[0], b[0]), max(a[1], b[1])) for a, b in zip(one, other, strict=True))
    return first, second


def _alone(line: Line, to: str, act: str, origin: str = "") -> Case:
    return Case(**{"item": line.item, "eccn": line.eccn, "to": to, "act": act, "from": origin})


def _kind(question: Question) -> tuple[bool, bool, bool]:
    line = question[0]
    return bool(line.origin), line.eccn is not None, not line.item
