"""What decides a reading, in one sentence.

>>> from policygraph.law.readings import NO, YES, joined
>>> parts = (Reading("act", "the act is export", YES), Reading("place", "Japan is in D:5", NO))
>>> reason(joined("all", "both", parts))
'not: Japan is in D:5'
"""

from __future__ import annotations

from collections.abc import Iterator

from policygraph.law.readings import Reading
from policygraph.truth import Outcome

__all__ = ["reason"]

_MOST_NAMED = 3
_LONGEST = 220


def reason(reading: Reading) -> str:
    """Return what decides a reading: what fails, what is not known, or what holds and by whom it is disputed."""
    outcome = reading.verdict.outcome
    if outcome is Outcome.MET:
        told = "; ".join(dict.fromkeys(_held(reading)))
    else:
        lead = {Outcome.NOT_MET: "not: ", Outcome.UNKNOWN: "not known: ", Outcome.CONTESTED: "disputed: "}[outcome]
        told = lead + "; ".join(list(dict.fromkeys(_decisive(reading, outcome)))[:_MOST_NAMED])
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST].rstrip()}…"


def _named(reading: Reading) -> str:
    return f"{reading.label} [{reading.cite}]" if reading.cite else reading.label


def _held(reading: Reading) -> Iterator[str]:
    parts = [part for part in reading.parts if part.kind != "operation" and part.verdict.all_.for_ and part.label]
    if not parts or reading.kind == "not":
        yield reading.label
    elif len(parts) == 1 and parts[0].kind in ("all", "any"):
        yield from _held(parts[0])
    else:
        yield from (part.label for part in (parts[:1] if reading.kind == "any" else parts)[:_MOST_NAMED])


def _decisive(reading: Reading, outcome: Outcome) -> Iterator[str]:
    """Yield the leaves that make a reading come out as it does."""
    alike = [part for part in reading.parts if part.verdict.outcome is outcome]
    if reading.kind == "not" or not reading.parts or not alike:
        yield _named(reading)
    elif reading.kind in ("all", "rule", "family"):
        for part in alike[:1] if outcome is Outcome.NOT_MET else alike:
            yield from _decisive(part, outcome)
    elif outcome is Outcome.NOT_MET and len(alike) > _MOST_NAMED:
        yield _named(reading)
    else:
        for part in alike:
            yield from _decisive(part, outcome)
