"""How readings are put in words: entries, ends of paths, outcomes.

>>> codes_words((law.Entry(code="3A090"), law.Entry(code="4A090")))
'3A090, 4A090'
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from policygraph.law import conditions as law
from policygraph.law.readings import Reading
from policygraph.ontology import Ontology
from policygraph.paths.expression import Chain, Expression, Repeat, Word
from policygraph.truth import Strength, Verdict

__all__ = ["codes_words", "doubtful", "open_leaves", "outcome_words", "path_words", "target_words"]

_REPEATED = {"?": "if at all", "*": "however often", "+": "once or more"}


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


def path_words(path: Expression, ontology: Ontology) -> str:
    """Write the steps of a path by the labels of its relations.

    >>> from policygraph.paths import Grammar
    >>> terms = Ontology.shipped()
    >>> path_words(Grammar.parse("pg:variantOf?/(pg:fabricatedAt/pg:locatedIn|pg:madeIn)", terms).path, terms)
    'variant of (if at all), fabricated at, located in or made in'
    >>> path_words(Grammar.parse("(^pg:owns)+", terms).path, terms)
    'is the object of "owns" (once or more)'
    """
    if isinstance(path, Word):
        first = path.letters[0]
        label = " or ".join(ontology.label(name) for name in sorted(first.names))
        label = f"anything but {label}" if first.others else label
        return f'is the object of "{label}"' if first.inverse else label
    if isinstance(path, Repeat):
        return f"{path_words(path.part, ontology)} ({_REPEATED[path.mark]})"
    return (", " if isinstance(path, Chain) else " or ").join(path_words(part, ontology) for part in path.parts)


def target_words(target: law.Target, name: Callable[[str], str]) -> str:
    """Write what the end of a path must be, as far as it is named; *name* tells what an id is called."""
    words = [*map(name, target.is_), *target.class_, *map(name, target.origin), *((codes_words(target.eccn),) if target.eccn else ())]
    return " or ".join(words)
