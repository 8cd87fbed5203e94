"""Where it could leak: by which routes an item reaches a destination with the weakest controls on each leg, on a day.

Comes in: what the law demands of every leg (:class:`~policygraph.diversion.controls.Controls`), where the item starts and where it is
to end. Goes out: :class:`Routes`. The route sought has the weakest strictest leg; among those the least sum of its legs; among those the
fewest legs. The stepping stones are the countries that a route of two legs can pass, with what is demanded into each and onward.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from policygraph.diversion.controls import COVERAGE, Control, Controls, Leg, Levels
from policygraph.errors import BadQuestion

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Difference", "Route", "Routes", "differences", "routes"]

_MOST_SHOWN: Final = 10
_MOST_ROUTES: Final = 1000


@dataclass(frozen=True, slots=True)
class Route:
    """Legs from a start to a destination."""

    legs: tuple[Leg, ...]

    @property
    def weakest(self) -> tuple[int, int, int]:
        """What routes are ordered by: the strictest leg, the sum of all, how many."""
        levels = [int(leg.control) for leg in self.legs]
        return max(levels), sum(levels), len(levels)

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries it passes, the first and the last included."""
        return (self.legs[0].from_, *(leg.to for leg in self.legs))

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"countries": list(self.countries), "strictest": Control(self.weakest[0]).word, "legs": [leg.to_json() for leg in self.legs]}


@dataclass(frozen=True, eq=False)
class Routes:
    """By which routes an item reaches a destination, weakest controls first.

    Attributes
    ----------
    question
        What was asked.
    controls
        What the law demands of every leg.
    from_, to
        Where it starts and where it is to end, as codes of countries.
    max_legs
        The most legs of a route.
    best
        The weakest routes, all that are as weak as the first; at most a thousand, see *count*.
    count
        How many there are.
    """

    question: str
    controls: Controls
    from_: tuple[str, ...]
    to: tuple[str, ...]
    max_legs: int
    best: tuple[Route, ...]
    count: int

    @property
    def direct(self) -> tuple[Leg, ...]:
        """What is demanded from each start to each destination directly."""
        return tuple(self.controls.leg(start, end) for start in self.from_ for end in self.to)

    @cached_property
    def stones(self) -> pd.DataFrame:
        """Every country that a route of two legs can pass: what is demanded into it, out of it, and whether that is less than directly."""
        import pandas as pd

        levels, index = self.controls.levels, self.controls.index
        starts, ends = [index[one] for one in self.from_], [index[one] for one in self.to]
        rows = [row for row in range(len(levels)) if row not in (*starts, *ends)]
        into, onward = levels[np.ix_(starts, rows)].min(axis=0), levels[np.ix_(rows, ends)].min(axis=1)
        direct = int(levels[np.ix_(starts, ends)].min())
        frame = pd.DataFrame(
            {
                "country": [self.controls.countries[row] for row in rows],
                "into": [Control(int(one)).word for one in into], "onward": [Control(int(one)).word for one in onward],
                "strictest": np.maximum(into, onward), "sum": into.astype(int) + onward, "weaker": np.maximum(into, onward) < direct,
            }
        )  # fmt: skip
        return frame.sort_values(["strictest", "sum", "country"], ignore_index=True)

    @property
    def holders(self) -> tuple[str, ...]:
        """The countries that lie on every one of the weakest routes, start and destination aside."""
        passed = [set(route.countries[1:-1]) for route in self.best]
        return tuple(sorted(set.intersection(*passed))) if passed else ()

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        words = self.stones.assign(strictest=[Control(int(one)).word for one in self.stones["strictest"]]).drop(columns="sum")
        return {
            "question": self.question, "item": self.controls.item, "as_of": self.controls.as_of.isoformat(), "from": list(self.from_),
            "to": list(self.to), "max_legs": self.max_legs, "direct": [leg.to_json() for leg in self.direct],
            "routes": [route.to_json() for route in self.best], "count": self.count, "holders": list(self.holders),
            "stones": words.to_dict(orient="records"), "orders": list(self.controls.orders),
            "letters": [letter.to_json() for letter in self.controls.letters], "coverage": COVERAGE,
        }  # fmt: skip

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield self.question
        yield f"As of {self.controls.as_of}. {COVERAGE}"
        if self.controls.orders:
            yield f"Looked at: rules of {', '.join(self.controls.orders)}. What other countries demand by their own law is not in the data."
        for letter in self.controls.letters:
            who, places = ", ".join(letter.exporters), ", ".join(letter.into[:_MOST_SHOWN])
            more = f" and {len(letter.into) - _MOST_SHOWN} more" if len(letter.into) > _MOST_SHOWN else ""
            told = f"{letter.rule} demands, or may demand, a licence of {who} into {places}{more}"
            yield f"Not weighed: {told}; ask with exporter={letter.exporters[0]}."
        yield ""
        yield "Directly:"
        for leg in self.direct[:_MOST_SHOWN]:
            yield f"  {_told(leg)}"
        yield "The weakest routes:" if self.best else f"No route of at most {self.max_legs} legs."
        for route in self.best[:_MOST_SHOWN]:
            yield f"  {' -> '.join(route.countries)}: strictest leg: {Control(route.weakest[0]).word}"
            for leg in route.legs:
                yield f"      {_told(leg)}"
        if self.count > _MOST_SHOWN:
            yield f"  and {self.count - _MOST_SHOWN:,} more that are as weak"
        if self.holders:
            yield f"On every one of them: {', '.join(self.holders)}."
        yield "Stepping stones, by what is demanded into them and onward:"
        for (into, onward), group in self.stones.groupby(["into", "onward"], sort=False):
            named = ", ".join(group["country"].head(40))
            more = f" and {len(group) - 40} more" if len(group) > 40 else ""
            yield f"  into: {into}; onward: {onward}: {len(group)} {'country' if len(group) == 1 else 'countries'}: {named}{more}"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.question)}</p>" + self.stones.drop(columns=["sum"]).head(60).to_html(index=False)


def _told(leg: Leg) -> str:
    rules = f" ({', '.join(leg.rules[:3])}{', ...' if len(leg.rules) > 3 else ''})" if leg.rules else ""
    return f"{leg.from_} -> {leg.to}: {leg.control.word}{rules}"


def routes(demands: Controls, from_: Sequence[str], to: Sequence[str], *, max_legs: int = 3, not_via: Sequence[str] = ()) -> Routes:
    """Return the routes of weakest control.

    Parameters
    ----------
    demands
        What the law demands of every leg.
    from_, to
        Codes of countries to start from and to end in.
    max_legs
        The most legs of a route, from 1 to 5.
    not_via
        Countries that no route may pass.

    Raises
    ------
    BadQuestion
        If a country stands on both sides, or *max_legs* is out of bounds.

    Examples
    --------
    >>> import numpy as np
    >>> from datetime import date
    >>> levels = np.array([[0, 7, 0], [0, 0, 0], [0, 5, 0]], np.int8)
    >>> found = routes(Controls("a chip", date(2025, 5, 20), ("US", "CN", "MY"), levels), ["US"], ["CN"])
    >>> found.best[0].countries, found.direct[0].control.word
    (('US', 'MY', 'CN'), 'licence, presumption of denial')
    """
    if not 1 <= max_legs <= 5:
        raise BadQuestion(f"a route has from 1 to 5 legs, and not {max_legs}")
    if both := sorted(set(from_) & set(to)):
        raise BadQuestion(f"{', '.join(both)} cannot be both where a route starts and where it ends")
    strange = [code for code in (*from_, *to, *not_via) if code not in demands.index]
    if strange:
        raise BadQuestion(f"'{strange[0]}' is no country; give codes such as US, CN, MY")
    starts, ends = [demands.index[one] for one in from_], [demands.index[one] for one in to]
    barred = {demands.index[one] for one in not_via} - {*starts, *ends}
    found, count = _weakest(demands.levels, starts, ends, barred, max_legs)
    told = tuple(Route(tuple(demands.leg(demands.countries[a], demands.countries[b]) for a, b in pairwise(one))) for one in found)
    ends_named = (_several([demands.called(one) for one in codes]) for codes in (from_, to))
    question = "By which routes can {} get from {} to {} with the weakest controls?".format(demands.called(demands.item), *ends_named)
    return Routes(question, demands, tuple(from_), tuple(to), max_legs, told, count)


def _several(names: Sequence[str]) -> str:
    if len(names) > 5:
        return f"one of {len(names)} countries"
    return names[0] if len(names) == 1 else f"one of {', '.join(names)}"


def _weakest(
    levels: Levels, starts: Sequence[int], ends: Sequence[int], barred: set[int], max_legs: int
) -> tuple[list[tuple[int, ...]], int]:  # fmt: skip
    """Return the weakest routes as rows of countries, and how many there are.

    A leg weighs ``sum * (max_legs + 1) + 1`` within the legs that are no stricter than a bound, and the bounds are tried from below: so the
    first bound with a route gives the strictest leg, the least weight the sum and then the number of legs.
    """
    far = np.int64(1) << 40
    inner = np.ones(len(levels), bool)
    inner[[*starts, *ends, *barred]] = False
    weights = levels.astype(np.int64) * (max_legs + 1) + 1
    np.fill_diagonal(weights, far)
    for bound in range(int(max(Control)) + 1):
        allowed = np.where(levels <= bound, weights, far)
        steps = [np.full(len(levels), far)]
        steps[0][ends] = 0
        for _ in range(max_legs):
            reach = np.where(inner, steps[-1], far) if len(steps) > 1 else steps[0]
            onward = np.minimum((allowed + reach[np.newaxis, :]).min(axis=1), far)
            steps.append(onward)
        best = min(int(step[starts].min()) for step in steps[1:])
        if best < far:
            return _walks(allowed, steps, starts, inner, best)
    return [], 0


def _walks(
    allowed: npt.NDArray[np.int64], steps: Sequence[npt.NDArray[np.int64]], starts: Sequence[int], inner: npt.NDArray[np.bool_], best: int
) -> tuple[list[tuple[int, ...]], int]:  # fmt: skip
    """Return the walks of least weight: every step keeps to what is left to go, so none is a detour and none repeats a country."""
    found: list[tuple[int, ...]] = []

    def onward(walk: tuple[int, ...], legs: int, left: int) -> Iterator[tuple[int, ...]]:
        here = walk[-1]
        rest = np.where(inner, steps[legs - 1], np.int64(1) << 40) if legs > 1 else steps[0]
        for there in np.flatnonzero(allowed[here] + rest == left):
            if legs == 1:
                yield (*walk, int(there))
            else:
                yield from onward((*walk, int(there)), legs - 1, left - int(allowed[here, there]))

    count = 0
    for start in starts:
        for legs in range(1, len(steps)):
            if int(steps[legs][start]) != best:
                continue
            for walk in onward((start,), legs, best):
                count += 1
                if len(found) < _MOST_ROUTES:
                    found.append(walk)
    return found, count


@dataclass(frozen=True, eq=False)
class Difference:
    """How the routes of one day differ from those of another, or under another assumption.

    Attributes
    ----------
    first, second
        The routes of each side.
    names
        What each side is called.
    """

    first: Routes
    second: Routes
    names: tuple[str, str]

    @cached_property
    def changed(self) -> pd.DataFrame:
        """Every stepping stone of which a leg changed: what was and is demanded into it and onward."""
        sides = [one.stones[["country", "into", "onward"]] for one in (self.first, self.second)]
        frame = sides[0].merge(sides[1], on="country", how="outer", suffixes=("_before", "_after"))
        frame = frame[(frame["into_before"] != frame["into_after"]) | (frame["onward_before"] != frame["onward_after"])]
        return frame.reset_index(drop=True)[["country", "into_before", "into_after", "onward_before", "onward_after"]]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "question": f"How do the routes of {self.names[0]} and of {self.names[1]} differ?", "first": self.first.to_json(),
            "second": self.second.to_json(), "changed": self.changed.to_dict(orient="records"), "count": len(self.changed),
        }  # fmt: skip

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield str(self.first)
        yield ""
        yield str(self.second)
        yield ""
        yield f"{len(self.changed)} stepping stones differ between {self.names[0]} and {self.names[1]}:"
        keys = ["into_before", "into_after", "onward_before", "onward_after"]
        for moves, group in self.changed.groupby(keys, sort=False):
            before_in, after_in, before_on, after_on = moves
            told = [f"into: {before_in} -> {after_in}"] if before_in != after_in else []
            told += [f"onward: {before_on} -> {after_on}"] if before_on != after_on else []
            named = ", ".join(group["country"].head(30))
            more = f" and {len(group) - 30} more" if len(group) > 30 else ""
            yield f"  {'; '.join(told)}: {len(group)}: {named}{more}"

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.names[0])} and {escape(self.names[1])}</p>" + self.changed.head(100).to_html(index=False)


def differences(first: Routes, second: Routes, names: tuple[str, str] = ("", "")) -> Difference:
    """Return how two maps of the same routes differ.

    Raises
    ------
    BadQuestion
        If they are not of the same item, start and destination.
    """
    if (first.controls.item, first.from_, first.to) != (second.controls.item, second.from_, second.to):
        raise BadQuestion("only routes of the same item, start and destination can be held against each other")
    told = names if any(names) else (str(first.controls.as_of), str(second.controls.as_of))
    return Difference(first, second, told)
