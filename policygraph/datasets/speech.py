"""How something is said: the document and its version, the speaker, the stance, the dates, the words.

Comes in: one record of a source file or row of a table. Goes out: a :class:`Said`, which all claims of the record share.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from policygraph.claims import Document, Stance
from policygraph.datasets import files
from policygraph.datasets.files import Faults, Record
from policygraph.datasets.register import SLUG, Register, calendar_day
from policygraph.dates import FIRST, LAST, Interval, day
from policygraph.errors import BadQuestion, Place, nearest
from policygraph.ontology import Relation, TimeRule

__all__ = ["DECIMAL", "HOLDS", "LONGEST_QUOTE", "Said", "Speech", "wrong_value"]

HOLDS: Final = ("every", "generally")
LONGEST_QUOTE: Final = 25
"""Words that may be quoted; of Chinese, Japanese and Korean, two characters count as a word."""
DECIMAL: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)\Z")

Bound = tuple[int, int]
_ENDED: Final = (-1, -1)
_MOST_DIGITS: Final = 40
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Said:
    """What all claims of one record or row share.

    Attributes
    ----------
    published, recorded, begun
        The day of the version that says it, the day of the earliest public document that does, and the day by which had begun what is
        told without a beginning.
    by
        Empty for the publisher.
    begin, end
        The earliest and latest day of each bound; None where nothing is said.
    texts
        Everything as written; locators, quotations and notes are taken from here.
    sound
        Whether nothing was wrong with any of it.
    """

    file: str
    line: int
    document: Document
    version: int
    published: date
    recorded: date
    begun: date
    stance: Stance
    by: str
    begin: Bound | None
    end: Bound | None
    holds: str
    texts: Mapping[str, str]
    qualifiers: dict[str, str]
    sound: bool

    def interval(self, relation: Relation) -> Interval:
        """When the claim holds: what is not said is left open on the safe side."""
        begin, end = self.begin, self.end
        if end == _ENDED:
            earliest = begin[0] + 1 if begin and begin[0] > FIRST else FIRST
            end = (earliest, LAST)
        end = end or (LAST, LAST)
        if begin is None:
            timeless = relation.time is TimeRule.TIMELESS
            begin = (FIRST, FIRST) if timeless else (FIRST, min(self.begun.toordinal(), end[1] - 1))
        return Interval(*begin, *end)


class Speech:
    """Reads how something is said.

    Parameters
    ----------
    register
        Who and what there is; complete before anything is read.
    recorded
        The day on which what is said counts as on record, unless it says otherwise; that of the document where left out.
    begun
        The day by which had begun what is told without a beginning; the day on record where left out.
    """

    def __init__(self, register: Register, recorded: date | None = None, begun: date | None = None) -> None:
        self.register = register
        self._recorded, self._begun = recorded, begun
        self.faults: Faults = register.faults
        self._bounds: dict[str, Bound | str] = {}
        self._versions: dict[tuple[str, str], tuple[int, date]] = {}

    def said(self, record: Record, document: Document) -> Said:
        """Read what all claims of the record share; where anything is wrong, what is returned is not *sound*."""
        texts, faults, file, before = record.texts, self.faults, record.file, len(self.faults)
        line_of = record.line_of
        number, published = self._version(record, document)
        recorded = self._recorded or published
        if "recorded" in texts:
            try:
                recorded = calendar_day(texts["recorded"])
            except BadQuestion as error:
                faults.add(file, line_of("recorded"), f"'recorded': {error}")
            if recorded > published:
                text = f"recorded on {recorded}, but the document is of {published}; only an earlier day is recorded"
                faults.add(file, line_of("recorded"), text)
                recorded = published
        by = texts.get("by", "")
        if by == document.publisher:
            by = ""
        if by:
            self.register.agent(by, "speaker (by)", Place(file, line_of("by")))
        stance = Stance.REPORTS if by else Stance.ASSERTS
        if "disputes" in texts:
            stance = Stance.DISPUTES
        if "stance" in texts:
            try:
                stance = Stance(texts["stance"])
            except ValueError:
                near = nearest(texts["stance"], list(Stance), 1)
                hint = f"; did you mean '{near[0]}'?" if near else "; use one of " + ", ".join(Stance)
                faults.add(file, line_of("stance"), f"'{texts['stance']}' is no stance{hint}")
        holds = texts.get("holds", "")
        if holds and holds not in HOLDS:
            faults.add(file, line_of("holds"), f"'{holds}' is not how a claim about a kind holds; use every or generally")
        begin, end = self.bound(record, "from"), self.bound(record, "to")
        if begin == _ENDED:
            faults.add(file, line_of("from"), "'from' is a day or left out; only 'to' may be unknown")
            begin = None
        if begin and end and end != _ENDED and begin[0] >= end[1]:
            text = (
                f"it ends ({_written(end)}) on or before the day it begins ({_written(begin)}); "
                "'to' is the first day on which it no longer holds"
            )
            faults.add(file, line_of("to"), text)
        quote = texts.get("quote", "")
        if quote and (count := len(quote.split()) + len(_WIDE.findall(quote)) // 2) > LONGEST_QUOTE:
            said = f"the quotation has {count} words, but at most {LONGEST_QUOTE} are quoted; shorten it"
            faults.add(file, line_of("quote"), said)
        qualifiers = self._qualifiers(record)
        sound = len(faults) == before
        return Said(
            file, record.line, document, number, published, recorded, min(recorded, self._begun or recorded), stance, by, begin, end,
            holds, texts, qualifiers, sound,
        )  # fmt: skip

    def _version(self, record: Record, document: Document) -> tuple[int, date]:
        text = record.texts.get("version", "1")
        found = self._versions.get((document.id, text))
        if found is not None:
            return found
        last = len(document.versions) or 1
        if text in map(str, range(1, last + 1)):
            return self._versions.setdefault((document.id, text), (int(text), document.version(int(text)).published))
        has = f"it has versions 1 to {last}" if last > 1 else "it has one version"
        self.faults.add(record.file, record.line_of("version"), f"'{document.id}' has no version '{text}'; {has}")
        return 1, document.version(1).published

    def bound(self, record: Record, key: str) -> Bound | None:
        """Read a day, or the earliest and latest possible day, or ``unknown``."""
        node = record.nested.get(key)
        text = record.texts.get(key, "")
        if isinstance(node, files.Sequence):
            parts = [item.text for item in node.items if isinstance(item, files.Scalar)]
            text = "..".join(parts) if len(parts) == len(node.items) == 2 else "?"
        elif node is not None:
            text = "?"
        if not text:
            return None
        if text not in self._bounds:
            self._bounds[text] = _read_bound(text)
        bound = self._bounds[text]
        if isinstance(bound, str):
            self.faults.add(record.file, record.line_of(key), f"'{key}': {bound}")
            return None
        return bound

    def _qualifiers(self, record: Record) -> dict[str, str]:
        terms = self.register.ontology.qualifiers
        found = {name: text for name, text in record.texts.items() if name in terms}
        for name, text in found.items():
            wrong = wrong_value(text, terms[name].datatype, terms[name].unit)
            if wrong:
                self.faults.add(record.file, record.line_of(name), f"the qualifier '{name}' {wrong}")
                return {}
        for low in [name for name in found if name.endswith("Min")]:
            high = low.removesuffix("Min") + "Max"
            if high in found and float(found[low]) > float(found[high]):
                text = f"'{low}' ({found[low]}) is above '{high}' ({found[high]}); exchange them"
                self.faults.add(record.file, record.line_of(low), text)
        for name, text in found.items():
            least, most = (found.get(name + end) for end in ("Min", "Max"))
            if (least and float(text) < float(least)) or (most and float(text) > float(most)):
                said = f"'{name}' ({text}) lies outside what '{name}Min' and '{name}Max' allow; correct one of them"
                self.faults.add(record.file, record.line_of(name), said)
        return found

    def name(self, record: Record) -> str:
        """Read the id given to a claim by hand, if any."""
        name = record.texts.get("id", "")
        if name and not SLUG.match(name):
            text = f"'{name}' is not an id of a claim: use lower-case letters, digits and single hyphens"
            self.faults.add(record.file, record.line_of("id"), text)
        return name


def _written(bound: Bound) -> str:
    return "..".join(str(day(one)) for one in dict.fromkeys(bound))


def _read_bound(text: str) -> Bound | str:
    if text == "unknown":
        return _ENDED
    parts = [part.strip() for part in text.split("..")]
    if len(parts) > 2 or text == "?":
        return "write a day, or two days [earliest, latest], in a table earliest..latest"
    try:
        days = [calendar_day(part).toordinal() for part in parts]
    except BadQuestion as error:
        vague = len(parts) == 1 and "is not a date" in str(error)
        return f"{error}, or what is possible as [earliest, latest]" if vague else str(error)
    if days[0] > days[-1]:
        return f"the earliest day ({parts[0]}) is after the latest ({parts[-1]}); exchange them"
    return days[0], days[-1]


def wrong_value(text: str, datatype: str, unit: str) -> str:
    """Say what is wrong with a value of the datatype, or nothing.

    >>> wrong_value("-5", "decimal", "mm2"), wrong_value("true", "boolean", "")
    ('cannot be negative, but is -5', '')
    """
    if datatype == "decimal":
        if not DECIMAL.match(text):
            return f"is a number, not '{text}'; write digits with a point, for example 1600.5, and no unit"
        if len(text) > _MOST_DIGITS:
            return f"has {len(text)} characters, and no measure is known to more than {_MOST_DIGITS}; write it shorter"
        if text.startswith("-") and float(text) < 0:
            return f"cannot be negative, but is {text}"
        if unit == "percent" and float(text) > 100:
            return f"is in per cent, but {text} is above 100"
    elif datatype == "boolean":
        if text.lower() not in ("true", "false"):
            return f"is true or false, not '{text}'"
    elif datatype == "date":
        try:
            calendar_day(text)
        except BadQuestion as error:
            return f"is a day: {error}"
    return ""
