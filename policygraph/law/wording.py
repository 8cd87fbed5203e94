"""How readings are put in words: entries, ends of paths, outcomes.

>>> codes_words((law.Entry(code="3A090"), law.Entry(code="4A090")))
'3A090, 4A090'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from policygraph.law import conditions as law
from policygraph.law.readings import Reading
from policygraph.truth import Strength, Verdict

__all__ = ["codes_words", "doubtful", "open_leaves", "outcome_words", "target_words"]


def open_leaves(reading: Reading) -> Iterator[Reading]:
    """Yield the leaves below a reading of which nothing is known."""
    if not reading.parts and reading.is_unknown:
        yield reading
    for part in reading.parts:
        yield from open_leaves(part)


def doubtful(ends: Iterable[Reading]) -> Iterator[Reading]:
    """Yield the first end of which it is not known whether it is what is wanted."""
    yield from islice((end for end in ends if end.is_unknown and end.label), 1)


def outcome_words(verdict: Verdict) -> str:
    """Write how something comes out, and how surely."""
    leaning = f", leaning {verdict.leaning}" if verdict.outcome is not verdict.leaning else ""
    return f"{verdict.outcome}{leaning}, {Strength(verdict.all_.for_).word}"


def codes_words(codes: Sequence[law.Entry]) -> str:
    """Write entries of a list, the first of many."""
    shown = [entry.code for entry in codes]
    return ", ".join(shown) if len(shown) <= 6 else f"{', '.join(shown[:4])} or another of {len(shown)} entries"


def target_words(target: law.Target) -> str:
    """Write what the end of a path must be, as far as it is named."""
    words = [*target.is_, *target.class_, *target.origin, *((codes_words(target.eccn),) if target.eccn else ())]
    return " or ".join(words)
