"""What enters the Datalog reader as facts because it is arithmetic: whether a quantity compares, who is held by whom to what share.

Comes in: a view, and what a case tells of owners. Goes out: verdicts. Everything is worked out anew, in loops over integers, fractions
and floats, one question at a time; nothing of ``measures`` and ``ownership`` is asked, so agreement checks them too.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Final

from policygraph.dates import FIRST, LAST
from policygraph.law import conditions as law
from policygraph.parties import Owner, Party
from policygraph.truth import Truth, Verdict
from policygraph.view import FrozenView

__all__ = ["HALF", "WHOLE", "Holdings", "Measures", "holding_of", "told_of_listing"]

WHOLE: Final = 1_000_000
"""All of a company, in parts per million."""
HALF: Final = WHOLE // 2
_PRESUMED: Final = 2
_PLAIN_BITS: Final = 16

# ---- quantities


@dataclass(frozen=True)
class _Number:
    """One number that claims come to; None where it is undefined."""

    value: float | None
    variant: str
    for_: int
    against: int
    is_least: bool = False
    decides: bool = True

    def by(self, other: _Number, *, is_least: bool = False) -> _Number:
        quotient = self.value / other.value if self.value is not None and other.value else None
        return _Number(quotient, self.variant, min(self.for_, other.for_), max(self.against, other.against), is_least, self.decides)


class Measures:
    """Quantities of the items of a view."""

    def __init__(self, view: FrozenView) -> None:
        self.view = view
        self.members: dict[str, set[str]] = defaultdict(set)
        ids, edges = view.graph.node_ids, view.edges
        for row in view.find(None, "variantOf"):
            if edges.all_for[row]:
                self.members[ids[edges.object[row]]].add(ids[edges.subject[row]])
        self._known: dict[tuple[str, str], list[_Number]] = {}

    def compared(self, item: str, asked: law.Measure) -> Verdict:
        """Tell how a quantity of an item compares with a number."""
        numbers = self._numbers(item, asked.quantity)
        if not numbers and self.members.get(item):
            each = [self.compared(member, asked) for member in self.members[item]]
            runs = [[getattr(verdict, run) for verdict in each] for run in ("all_", "uncontested")]
            return Verdict(*(Truth(min(one.for_ for one in run), min(one.against for one in run)) for run in runs))
        is_above = asked.comparison in (">=", ">")
        at_limit = asked.comparison in (">=", "<")
        each_variant = [
            self._variant([number for number in numbers if number.variant == variant], asked.value, at_limit)
            for variant in dict.fromkeys(number.variant for number in numbers)
        ]
        sides = [
            (max((one[run][0] for one in each_variant), default=0), min((one[run][1] for one in each_variant), default=0)) for run in (0, 1)
        ]
        if numbers and not any(number.decides for number in numbers):
            sides = [(for_, 0) for for_, _ in sides]
        is_undefined = bool(numbers) and all(number.value is None for number in numbers)
        if not is_above and not is_undefined:
            sides = [(against, for_) for for_, against in sides]
        return Verdict(*(Truth(for_, against) for for_, against in sides))

    @staticmethod
    def _variant(numbers: Iterable[_Number], limit: float, at_limit: bool) -> tuple[tuple[int, int], tuple[int, int]]:
        """Weigh rival numbers: those above a limit speak for, the others against."""
        for_, refuted, opposed = 0, 0, 0
        for number in numbers:
            if number.value is not None and (number.value > limit or (at_limit and number.value == limit)):
                for_, opposed = max(for_, number.for_), max(opposed, number.against)
            else:
                is_capped = number.value is None or number.is_least
                refuted = max(refuted, min(number.for_, _PRESUMED) if is_capped else number.for_)
        if for_:
            refuted = max(refuted, opposed)
        if for_ and for_ >= refuted:
            return (for_, 0), (0 if refuted else for_, 0)
        return (0, refuted), (0, refuted)

    def _numbers(self, item: str, quantity: str) -> list[_Number]:
        key = (item, quantity)
        if key not in self._known:
            self._known[key] = list(self._worked_out(item, quantity))
        return self._known[key]

    def _worked_out(self, item: str, quantity: str) -> Iterator[_Number]:
        match quantity:
            case "total-processing-performance":
                yield from self._performance(item)
            case "performance-density":
                exact = self._said(item, "nonPlanarDieArea")
                for rate in self._performance(item):
                    for area in exact or self._said(item, "dieArea"):
                        if exact or (area.value or 0) > 0:
                            yield rate.by(area, is_least=not exact)
            case "memory-bandwidth-density":
                yield from self._quotients(item, "memoryBandwidth", "packageArea")
            case "wavelength-by-aperture":
                yield from self._quotients(item, "sourceWavelength", "numericalAperture")
            case _:
                yield from self._said(item, quantity)

    def _quotients(self, item: str, above: str, below: str) -> Iterator[_Number]:
        yield from (one.by(other) for one in self._said(item, above) for other in self._said(item, below) if (other.value or 0) > 0)

    def _performance(self, item: str) -> Iterator[_Number]:
        for name, relation in self.view.graph.ontology.relations.items():
            if (bits := relation.bit_length) is not None:
                for rate in self._said(item, name):
                    value = None if rate.value is None else rate.value * bits
                    yield _Number(value, name, rate.for_, rate.against, decides=bits <= _PLAIN_BITS)

    def _said(self, item: str, relation: str) -> list[_Number]:
        leaves = [leaf for leaf in self.view.values(item, relation) if not math.isnan(leaf.number)]
        return [_Number(leaf.number, relation, leaf.truth.for_, leaf.truth.against) for leaf in leaves]


# ---- holdings

Bounds = tuple[int, int]


def _bounds(least: str | None, most: str | None) -> Bounds:
    low, high = (Fraction(text) * 10_000 for text in (least or "0", most or "100"))
    return max(math.floor(low), 0), min(math.ceil(high), WHOLE)


def _stated(text: str) -> Bounds:
    """Return what a share that is written so may be: exact if whole, else whatever rounds to it."""
    share = Fraction(text)
    if share.denominator == 1:
        return int(share) * 10_000, int(share) * 10_000
    half = Fraction(1, 2 * 10 ** len(text.partition(".")[2]))
    return _bounds(str(share - half), str(share + half))


def _of_claim(told: Mapping[str, str]) -> Bounds | None:
    if not {"share", "shareMin", "shareMax"} & set(told):
        return None
    low, high = _bounds(told.get("shareMin"), told.get("shareMax"))
    if "share" in told:
        stated = _stated(told["share"])
        return max(low, stated[0]), min(high, stated[1])
    return low, high


@dataclass(frozen=True)
class Holding:
    """One holding: between whom, how surely in either run, and what claims of each grade, from the strongest on, come to together."""

    holder: str
    held: str
    for_: tuple[int, int]
    against: int
    told: tuple[tuple[int, Bounds], ...]
    disputed: int

    def share(self, grade: int, run: int) -> Bounds:
        """Return what the share may be by evidence of a grade and stronger."""
        if not self.for_[0]:
            return 0, 0 if self.against >= grade else WHOLE
        low, high = min(((least, bounds) for least, bounds in self.told if least >= grade), default=(0, (0, WHOLE)))[1]
        if run:
            low = min(low, self.disputed)
        return (low if self.for_[run] >= grade else 0), high


def holding_of(view: FrozenView, row: int) -> Holding:
    """Return an edge of owning as a holding."""
    edges, claims, ids = view.edges, view.graph.table, view.graph.node_ids
    tellings = []
    for claim in edges.rows(row).tolist():
        bounds = _of_claim(claims.qualifiers.get(claim, {}))
        if bounds is not None:
            begin, latest = int(claims.from_earliest[claim]), int(claims.from_latest[claim])
            surely = max(latest, begin) if begin > FIRST else latest if latest > FIRST else int(claims.recorded[claim])
            goes_on = min(int(claims.to_latest[claim]), int(claims.to_earliest[claim])) == LAST
            tellings.append((int(view.strength[claim]), bounds, begin, surely, goes_on))
    latest_ones = [
        one for one in tellings
        if not any(other[4] and other[2] > max(one[2], one[3]) and other[0] >= one[0] for other in tellings)
    ]  # fmt: skip
    most, disputed = int(edges.all_for[row]), WHOLE
    together: Bounds | None = None
    told: dict[int, Bounds] = {}
    for grade, (low, high), *_ in sorted(latest_ones, key=lambda one: (-one[0], -one[1][0], -one[1][1])):
        if together is None:
            together = low, high
        elif max(low, together[0]) <= min(high, together[1]):
            together = max(low, together[0]), min(high, together[1])
        elif high < together[0]:
            disputed = min(disputed, low)
        told[min(grade, most)] = together
    return Holding(
        ids[edges.subject[row]], ids[edges.object[row]], (most, int(edges.clear_for[row])), int(edges.all_against[row]),
        tuple(told.items()), disputed,
    )  # fmt: skip


class Holdings:
    """Who is held to a share by parties on lists.

    Parameters
    ----------
    asked
        The condition, with its lists, its share and whether shares are added.
    """

    def __init__(self, view: FrozenView, asked: law.Owned) -> None:
        self.view = view
        self.asked = asked
        self.threshold = round(asked.share * 10_000)

    @cached_property
    def _of(self) -> dict[str, list[Holding]]:
        found: dict[str, list[Holding]] = defaultdict(list)
        for row in self.view.find(None, "owns"):
            holding = holding_of(self.view, row)
            found[holding.held].append(holding)
        return found

    def held(self, party: Party) -> Verdict:
        """Tell whether a party is held so."""
        whole: set[str] = set()
        told = list(_told(party, whole))
        holdings = list(told)
        ahead, seen = [_key(party), *(holding.holder for holding in told)], set[str]()
        while ahead:
            company = ahead.pop()
            if company not in seen:
                seen.add(company)
                holdings += self._of.get(company, ())
                ahead += [holding.holder for holding in self._of.get(company, ())]
        listed = {key: self._listed(key) for key in (*seen, *(holding.held for holding in told))}
        complete = {key: 4 if key in whole else self._complete("owns", key, inverse=True) for key in listed}
        sides = []
        for run in (0, 1):
            caught = [(grade, *self._caught(_key(party), holdings, listed, complete, grade, run)) for grade in (1, 2, 3, 4)]
            for_ = max((grade for grade, surely, _ in caught if surely), default=0)
            against = max((grade for grade, _, possibly in caught if not possibly), default=0)
            sides.append((for_, against))
        (for_, against), (clear_for, clear_against) = sides
        if for_ and for_ >= against:
            return Verdict(Truth(for_, 0), Truth(0 if against or clear_against else clear_for, 0))
        return Verdict(Truth(0, against), Truth(0, clear_against))

    def _caught(
        self, company: str, holdings: Iterable[Holding], listed: Mapping[str, Verdict], complete: Mapping[str, int], grade: int, run: int
    ) -> tuple[bool, bool]:
        """Tell by the evidence of a grade and stronger whether a company is surely, and whether it is possibly held so."""
        shares = [(holding.holder, holding.held, *holding.share(grade, run)) for holding in holdings]
        sure: dict[str, int] = defaultdict(int)
        for _, held, low, _ in shares:
            sure[held] += low
        if run:  # of more than the whole, any holding may be the one that is overstated
            shares = [(holder, held, max(low - max(sure[held] - WHOLE, 0), 0), high) for holder, held, low, high in shares]
            sure = defaultdict(int)
            for _, held, low, _ in shares:
                sure[held] += low
        truths = {key: verdict.uncontested if run else verdict.all_ for key, verdict in listed.items()}
        surely = {key for key, truth in truths.items() if truth.for_ >= grade}
        possibly = {key for key, truth in truths.items() if truth.against < grade}

        def amounts(holders: set[str], key: str, side: int) -> list[int]:
            return [share[2 + side] for share in shares if share[1] == key and share[0] in holders]

        def is_held(key: str) -> bool:
            lows = amounts(surely, key, 0)
            return (sum(lows) if self.asked.aggregate else max(lows, default=0)) >= self.threshold

        def may_be_held(key: str) -> bool:
            is_open = complete[key] < grade
            if self.asked.aggregate:
                most = is_open or sum(amounts(possibly, key, 1)) >= self.threshold
                return most and WHOLE - sure[key] + sum(amounts(possibly, key, 0)) >= self.threshold
            room = [min(high, WHOLE - sure[key] + low) for holder, held, low, high in shares if held == key and holder in possibly]
            return (is_open and sure[key] <= WHOLE - self.threshold) or max(room, default=0) >= self.threshold

        for restricted, test in ((surely, is_held), (possibly, may_be_held)):
            while fresh := {key for key in listed if key not in restricted and test(key)}:
                restricted |= fresh
        return is_held(company), may_be_held(company)

    # ---- who is on a list

    def _listed(self, key: str) -> Verdict:
        found = (0, 4), (0, 4)
        for one in self.asked.by:
            if not isinstance(one, law.Listed):
                raise NotImplementedError("owners that are something else than on a list")
            on = self._said(key, "listed", one.list)
            if (one.programme or one.scope) and on[0][0]:
                told = told_of_listing(self.view, key, one)
                on = ((0, 0), (0, 0)) if told is None else on if told else ((0, on[0][0]), (0, on[1][0]))
            if one.footnote:
                bears = self._said(key, "bearsFootnote", one.footnote)
                on = tuple((min(a[0], b[0]), max(a[1], b[1])) for a, b in zip(on, bears, strict=True))
            found = tuple((max(a[0], b[0]), min(a[1], b[1])) for a, b in zip(found, on, strict=True))
        return Verdict(*(Truth(for_, against) for for_, against in found))

    def _said(self, subject: str, relation: str, object_: str) -> tuple[tuple[int, int], ...]:
        """Return how surely a statement holds, and how surely not, in either run."""
        edges = self.view.edges
        rows = self.view.find(subject, relation, object_) if subject in self.view.graph.index else []
        found = ((0, 0), (0, 0))
        for number, row in enumerate(rows):
            here = (int(edges.all_for[row]), int(edges.all_against[row])), (int(edges.clear_for[row]), int(edges.clear_against[row]))
            found = here if not number else tuple((max(a[0], b[0]), min(a[1], b[1])) for a, b in zip(found, here, strict=True))
        silent = max(self._complete(relation, subject), self._complete(relation, object_, inverse=True))
        return found if found[0][0] or silent <= found[0][1] else ((0, silent),) * 2

    def _complete(self, relation: str, id_: str, *, inverse: bool = False) -> int:
        graph = self.view.graph
        if id_ not in graph.index:
            return 0
        column = (self.view.complete_to if inverse else self.view.complete_from)(graph.relation_index[relation])
        return int(column[graph.index[id_]])


def told_of_listing(view: FrozenView, party: str, asked: law.Listed) -> bool | None:
    """Tell whether a listing is under one of some programmes and with one of some scopes; None where no programme is told."""
    table, edges = view.graph.table, view.edges
    told = [table.qualifiers.get(row, {}) for edge in view.find(party, "listed", asked.list) for row in edges.rows(edge).tolist()]
    programmes, scopes = (
        {word.strip() for one in told for word in one.get(name, "").split(";")} - {""} for name in ("role", "scope")
    )  # fmt: skip
    if asked.programme and not programmes:
        return None
    is_under = not asked.programme or bool(programmes & set(asked.programme))
    return is_under and (not asked.scope or bool((scopes or {"all"}) & set(asked.scope)))


def _key(party: Party) -> str:
    return party.id or f"case:{party.name}"


def _told(party: Party, whole: set[str]) -> Iterator[Holding]:
    """Yield what a case tells of the owners of a stranger, and say of whom it tells all."""
    if party.id or party.owners is None:
        return
    most = 0
    for owner in party.owners:
        low, high = _told_share(owner)
        most += high
        yield Holding(_key(owner), _key(party), (4, 4), 0, ((4, (low, high)),), WHOLE)
        yield from _told(owner, whole)
    if most >= WHOLE or not party.owners:
        whole.add(_key(party))


def _told_share(owner: Owner) -> Bounds:
    match owner.share:
        case ():
            return 0, WHOLE
        case (text,):
            return _stated(text)
        case (least, most):
            return _bounds(least, most)
    raise AssertionError(owner.share)
