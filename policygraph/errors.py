"""What can go wrong, in few classes.

Each class is a subclass of the built-in error one would catch anyway. The text of an error says what was asked, what is wrong,
where (``file:line`` when a file is to blame), and what would be accepted.

>>> from policygraph.errors import UnknownName, nearest
>>> str(UnknownName("no entity is named 'tmsc'", accepted=nearest("tmsc", ["tsmc", "smic"])))
"no entity is named 'tmsc'; did you mean 'tsmc'?"
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

__all__ = [
    "BadData",
    "BadGrammar",
    "BadQuestion",
    "BadRule",
    "MissingExtra",
    "Place",
    "PolicygraphError",
    "UnknownName",
    "as_path",
    "as_text",
    "nearest",
]


def nearest(word: str, known: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """Return the known words most like *word*, best first, or none if nothing is near.

    >>> nearest("fabricatdAt", ["fabricatedAt", "packagedAt"], count=1)
    ('fabricatedAt',)
    """
    lowered = {candidate.casefold(): candidate for candidate in known}
    return tuple(lowered[match] for match in get_close_matches(word.casefold(), list(lowered), n=count, cutoff=0.6))


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands.

    >>> str(Place("datasets/sources/a.yaml", 12))
    'datasets/sources/a.yaml:12'
    """

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


class PolicygraphError(Exception):
    """Something was refused; the message is one sentence for a person."""


class UnknownName(PolicygraphError, LookupError):
    """A name that nothing bears; *accepted* holds the nearest right ones."""

    def __init__(self, message: str, accepted: Sequence[str] = ()) -> None:
        self.accepted = tuple(accepted)
        hint = "; did you mean " + " or ".join(repr(name) for name in self.accepted) + "?" if self.accepted else ""
        super().__init__(message + hint)


class BadData(PolicygraphError, ValueError):
    """A data directory that was refused whole; *problems* lists every fault with its place."""

    def __init__(self, problems: Sequence[tuple[Place, str]]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{place}: {text}" for place, text in self.problems))


class BadGrammar(PolicygraphError, ValueError):
    """A path grammar that does not parse or names a relation that does not exist."""


class BadRule(PolicygraphError, ValueError):
    """A rule file that does not say what a rule must say."""


class BadQuestion(PolicygraphError, ValueError):
    """A question that cannot be put: a wrong date, role, origin or option."""


class MissingExtra(PolicygraphError, ImportError):
    """A feature that needs an optional part of the installation."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs the extra '{extra}': pip install 'policygraph[{extra}]'")


def as_text(given: object, what: str) -> str:
    """Return what was given where text is wanted, and refuse what is no text.

    >>> as_text(5, "a name")
    Traceback (most recent call last):
        ...
    policygraph.errors.BadQuestion: 5 is no text; give a name as text
    """
    if isinstance(given, str):
        return given
    raise BadQuestion(f"{_shown(given)} is no text; give {what} as text")


def as_path(given: object, what: str) -> Path:
    """Return what was given where a file or directory is wanted, and refuse what cannot name one.

    >>> as_path(5, "a rule file")
    Traceback (most recent call last):
        ...
    policygraph.errors.BadQuestion: 5 names no file or directory; give the path of a rule file
    """
    if given and isinstance(given, (str, Path)):
        return Path(given)
    raise BadQuestion(f"{_shown(given)} names no file or directory; give the path of {what}")


def _shown(given: object) -> str:
    told = " ".join(repr(given).split())
    return told if len(told) <= 60 else f"{told[:60]} ..."
