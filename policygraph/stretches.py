"""Claims about one statement, cut into stretches of time over which the evidence is the same.

Comes in: who says a statement holds or does not, over which interval, how surely. Goes out: stretches with their truth in
both runs. Two rules of persistence live here. A state without an end holds until a claim that is no weaker ends it; a weaker
ending is evidence against what follows, and an ending before the state was said to hold ends nothing. And where a relation holds
one value at a time, a rival value that another voice says and no stronger denial outweighs is evidence against, and one that began
later ends the earlier.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from policygraph.dates import LAST
from policygraph.ontology import Relation, TimeRule

__all__ = ["Said", "Stretch", "stretches"]


@dataclass(frozen=True, slots=True)
class Said:
    """One claim about a statement: its possible and its certain interval, its grade in both runs, for or against.

    Its *voice* is its document, the version of it, and the speaker.
    """

    begin: int
    end: int
    sure_begin: int
    sure_end: int
    grade: int
    clear: int
    against: bool
    recorded: int
    voice: tuple[int, int, int]
    rows: tuple[int, ...]
    disputed_by: tuple[int, ...]

    @property
    def is_open(self) -> bool:
        """Whether it holds until something ends it."""
        return self.end == LAST and self.sure_end == LAST


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time over which the evidence on a statement is the same."""

    begin: int
    end: int
    sure_begin: int
    sure_end: int
    for_: int
    against: int
    all_for: int
    all_against: int
    clear_for: int
    clear_against: int
    support: tuple[int, ...]
    oppose: tuple[int, ...]


def stretches(by_object: Mapping[int, Sequence[Said]], relation: Relation) -> dict[int, list[Stretch]]:
    """Cut the claims about one subject and relation into stretches, per object.

    Parameters
    ----------
    by_object
        For each object, what is said about the statement.
    relation
        The relation, whose clock and whose one value at a time decide.
    """
    said = {object_: list(claims) for object_, claims in by_object.items()}
    if relation.time is TimeRule.STATE:
        said = {object_: _ended(claims) for object_, claims in said.items()}
    if relation.one_at_a_time and len(said) > 1:
        said = _with_rivals(said, relation)
    return {object_: list(_cut(claims)) for object_, claims in said.items()}


def _ended(claims: list[Said]) -> list[Said]:
    """Let claims with a known end stop the open ones they follow."""
    result: list[Said] = []
    for claim in claims:
        enders = [
            other
            for other in claims
            if not claim.against and claim.is_open and not other.against and other.end < LAST
            and other.end > max(claim.begin, claim.sure_begin) and other.recorded >= claim.recorded
        ]
        firm = [other for other in enders if other.grade >= claim.grade]
        stop = min(firm, key=lambda other: other.end, default=None)
        for other in enders:
            if other.grade < claim.grade and (stop is None or other.end < stop.end):
                result.append(replace(other, begin=other.end, end=LAST, sure_begin=other.end, sure_end=LAST, against=True))
        result.append(replace(claim, end=stop.end, sure_end=stop.sure_end) if stop else claim)
    return result


def _with_rivals(said: dict[int, list[Said]], relation: Relation) -> dict[int, list[Said]]:
    """Let a later value end an earlier; then count support for another value, by another voice, as evidence against."""
    if relation.time is TimeRule.STATE:
        said = {object_: [_succeeded(claim, said, object_) for claim in claims] for object_, claims in said.items()}
    return {object_: [*claims, *_rivals(claims, said, object_)] for object_, claims in said.items()}


def _others(said: Mapping[int, Sequence[Said]], object_: int) -> list[Said]:
    return [claim for other, claims in said.items() if other != object_ for claim in _standing(claims)]


def _standing(claims: Sequence[Said]) -> list[Said]:
    """Return the claims in support, without the days on which a denial outweighs them."""
    pieces = [claim for claim in claims if not claim.against]
    for denial in claims:
        if denial.against:
            pieces = [piece for claim in pieces for piece in ([claim] if denial.grade <= claim.grade else _beside(claim, denial))]
    return pieces


def _beside(claim: Said, denial: Said) -> Iterator[Said]:
    for begin, end in ((claim.begin, min(claim.end, denial.begin)), (max(claim.begin, denial.end), claim.end)):
        if begin < end:
            yield replace(claim, begin=begin, end=end, sure_begin=max(claim.sure_begin, begin), sure_end=min(claim.sure_end, end))


def _succeeded(claim: Said, said: Mapping[int, Sequence[Said]], object_: int) -> Said:
    later = [
        rival.begin
        for rival in _others(said, object_)
        if not claim.against and claim.is_open and rival.begin > max(claim.begin, claim.sure_begin) and rival.grade >= claim.grade
    ]
    return replace(claim, end=min(later), sure_end=min(later)) if later else claim


def _rivals(claims: Sequence[Said], said: Mapping[int, Sequence[Said]], object_: int) -> Iterator[Said]:
    mine = [claim for claim in claims if not claim.against]
    for rival in _others(said, object_):
        elsewhere = (claim for claim in mine if claim.voice != rival.voice)
        met = [claim for claim in elsewhere if max(rival.begin, claim.begin) < min(rival.end, claim.end)]
        if met:
            begin = max(rival.begin, min(claim.begin for claim in met))
            end = min(rival.end, max(claim.end for claim in met))
            yield replace(rival, begin=begin, end=end, against=True)


def _cut(claims: Sequence[Said]) -> list[Stretch]:
    days = sorted({bound for claim in claims for bound in (claim.begin, claim.end)})
    pieces: list[Stretch] = []
    for begin, end in pairwise(days):
        here = [claim for claim in claims if claim.begin <= begin and end <= claim.end]
        support = [claim for claim in here if not claim.against]
        oppose = [claim for claim in here if claim.against]
        if not here:
            continue
        for_ = max((claim.grade for claim in support), default=0)
        clear = max((claim.clear for claim in support), default=0)
        against = max((claim.grade for claim in oppose), default=0)
        clear_against = max((claim.clear for claim in oppose), default=0)
        stands = for_ > 0 and for_ >= against
        disputed = tuple(row for claim in support if claim.clear < claim.grade for row in claim.disputed_by)
        shown = against or (1 if stands and clear == 0 and disputed else 0)
        pieces.append(
            Stretch(
                begin, end,
                max(begin, min((claim.sure_begin for claim in support), default=begin)),
                min(end, max((claim.sure_end for claim in support), default=end)),
                for_, shown, for_ if stands else 0, 0 if stands else against,
                clear if stands and against == 0 else 0, 0 if stands else clear_against,
                tuple(dict.fromkeys(row for claim in support for row in claim.rows)),
                tuple(dict.fromkeys((*(row for claim in oppose for row in claim.rows), *disputed))),
            )
        )
    merged: list[Stretch] = []
    for piece in pieces:
        before = merged[-1] if merged else None
        if before and before.end == piece.begin and (before.support, before.oppose) == (piece.support, piece.oppose):
            sure = min(before.sure_begin, piece.sure_begin)
            merged[-1] = replace(before, end=piece.end, sure_end=piece.sure_end, sure_begin=sure)
        else:
            merged.append(piece)
    return merged
