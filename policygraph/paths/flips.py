"""What would change an answer: the smallest sets of claims whose rejection changes an outcome.

Comes in: a way to answer the question again with some claims rejected, and a way to tell on which claims an answer rests. Goes out:
flips. If no claim on which an answer rests is rejected, the answer stays; so every set that changes it holds at least one of them,
and trying them one after the other, each time on what the answer then rests, leaves no set out (a bounded search tree).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from policygraph.findings import Flip
from policygraph.truth import Outcome, Verdict

__all__ = ["flips"]


def flips(
    evaluate: Callable[[frozenset[str]], Verdict], candidates: Callable[[frozenset[str]], Iterable[str]],
    source_of: Callable[[str], str], *, sources: Iterable[str] = (), most: int = 3, count: int = 5, budget: int = 250,
) -> tuple[tuple[Flip, ...], bool]:  # fmt: skip
    """Search the smallest sets whose rejection changes the outcome: whole sources first, then sets of claims by size.

    Parameters
    ----------
    evaluate
        The verdict when these claims or documents are rejected.
    candidates
        The claims on which that verdict rests: unless at least one more of them is rejected, its outcome stays.
    source_of
        The document of a claim.
    sources
        Further documents to try as a whole, such as those that declare something complete.
    most
        Largest set of claims.
    count
        How many flips are wanted.
    budget
        How often *evaluate* may be called.

    Returns
    -------
    flips, truncated
        *truncated* tells that the budget ran out before every set up to that size had been looked at, or *count* had been found.

    Examples
    --------
    >>> said = {"c-1": "d-1", "c-2": "d-2"}
    >>> found, truncated = flips(lambda rejected: Verdict.sure(not said.keys() & rejected and not {"d-1", "d-2"} & rejected),
    ...                          lambda rejected: said, said.__getitem__)
    >>> [(flip.whole_source, flip.documents) for flip in found], truncated
    ([(True, ('d-1',)), (True, ('d-2',))], False)
    """
    seen: dict[frozenset[str], Outcome] = {}

    def outcome(rejected: frozenset[str]) -> Outcome | None:
        if rejected not in seen:
            if len(seen) >= budget:
                return None
            seen[rejected] = evaluate(rejected).outcome
        return seen[rejected]

    now = outcome(frozenset())
    first = tuple(dict.fromkeys(candidates(frozenset())))
    found: list[Flip] = []
    told: list[frozenset[str]] = []
    truncated = False
    for source in dict.fromkeys((*map(source_of, first), *sources)):
        becomes = outcome(frozenset((source,)))
        truncated |= becomes is None
        if becomes is not None and becomes is not now:
            claims = tuple(claim for claim in first if source_of(claim) == source)
            found.append(Flip(claims, (source,), becomes, whole_source=True))
            told.append(frozenset(claims))
    sets: list[frozenset[str]] = [frozenset()]
    tried: set[frozenset[str]] = set()
    flipping: list[frozenset[str]] = []
    for _ in range(most):
        if len(found) >= count:
            break
        further: list[frozenset[str]] = []
        for rejected in sets:
            for claim in candidates(rejected) if rejected else first:
                larger = rejected | {claim}
                if len(larger) == len(rejected) or larger in tried or any(smaller <= larger for smaller in flipping):
                    continue
                tried.add(larger)
                becomes = outcome(larger)
                if becomes is None:
                    return tuple(found[:count]), True
                if becomes is now:
                    further.append(larger)
                    continue
                flipping.append(larger)
                if larger not in told:
                    documents = tuple(dict.fromkeys(source_of(claim) for claim in sorted(larger)))
                    found.append(Flip(tuple(sorted(larger)), documents, becomes, whole_source=False))
        sets = further
    return tuple(found[:count]), truncated and len(found) < count
