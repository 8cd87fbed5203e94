"""What a source says, and what it is about: claims, documents, entities, kinds.

These are the values a data file is read into. They are checked and immutable; whether a claim *stands* is never stored with it.

>>> claim = Claim(subject="ascend-910b", relation="fabricatedAt", object="smic-finfet-lines", document="d", recorded="2024-10-22")
>>> claim.id == claim.model_copy().id, claim.id[:2]
(True, 'c-')
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from policygraph.dates import Interval
from policygraph.truth import Strength

__all__ = ["Claim", "Complete", "Document", "Entity", "Kind", "Stance", "Version"]


class Stance(StrEnum):
    """What a source does with a statement: a fact about the source."""

    ASSERTS = "asserts"
    ADMITS = "admits"
    REPORTS = "reports"
    PRESUMES = "presumes"
    ESTIMATES = "estimates"
    ALLEGES = "alleges"
    DENIES = "denies"
    DISPUTES = "disputes"
    OPINES = "opines"

    @property
    def is_against(self) -> bool:
        """Whether it speaks against the statement."""
        return self in (Stance.DENIES, Stance.DISPUTES)


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Entity(_Value):
    """Something claims are about: a name, a class, aliases by language.

    >>> Entity(id="smic", type="Company", name="SMIC", names={"zh": ("中芯国际",)}).all_names
    ('SMIC', '中芯国际')
    """

    id: str
    type: str
    name: str
    names: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    identifiers: Mapping[str, str] = Field(default_factory=dict)
    note: str = ""

    @property
    def all_names(self) -> tuple[str, ...]:
        """Every name, the usual one first."""
        return (self.name, *(name for names in self.names.values() for name in names))


class Kind(_Value):
    """Everything of a class that meets conditions; each condition is a relation and the objects of which any will do.

    >>> Kind(of="Fab", where={"operatedBy": ("tsmc",)}).id
    'kind-dc1826bea60b'
    """

    of: str
    where: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)

    @cached_property
    def id(self) -> str:
        """A name that follows from the content."""
        content = [self.of, sorted((relation, sorted(objects)) for relation, objects in self.where.items())]
        return "kind-" + hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]

    def __str__(self) -> str:
        conditions = ", ".join(f"{relation} {' or '.join(objects)}" for relation, objects in self.where.items())
        return f"every {self.of} with {conditions}" if conditions else f"every {self.of}"


class Version(_Value):
    """The wording of a document from one day until it was changed."""

    number: int = 1
    published: date
    url: str = ""
    note: str = ""


class Document(_Value):
    """A published text: who published it, what it is, and its versions in order."""

    id: str
    title: str
    publisher: str
    kind: str
    published: date
    versions: tuple[Version, ...] = ()
    language: str = "en"
    url: str = ""
    via: str = ""
    licence: str = ""
    bindingness: str = ""
    cap: Strength = Strength.ESTABLISHED
    note: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Document:
        days = [version.published for version in self.versions]
        if days != sorted(days):
            raise ValueError("versions are listed from the oldest to the newest")
        return self

    def version(self, number: int) -> Version:
        """Return a version by its number, counted from 1."""
        if not self.versions and number == 1:
            return Version(number=1, published=self.published, url=self.url)
        return next(version for version in self.versions if version.number == number)


class Claim(_Value):
    """Subject, relation, object or value, said by someone in a version of a document, true over an interval.

    Attributes
    ----------
    subject
        Id of an entity or of a kind.
    object, value
        Id of the entity at the other end, or the value as written; one of the two.
    interval
        When it is said to hold, bounds possibly vague.
    recorded
        The day of the earliest public document that says it.
    by
        Who says it inside the document; empty for its publisher.
    holds
        For a kind: ``every`` member, or ``generally``; empty otherwise.
    disputes
        Id of the claim that this one disputes, whose statement it then repeats; empty otherwise.
    qualifiers
        Share, quantity, role and the like, as the ontology declares them.
    """

    subject: str
    relation: str
    object: str = ""
    value: str = ""
    document: str
    version: int = 1
    stance: Stance = Stance.ASSERTS
    by: str = ""
    interval: Interval = Interval()
    recorded: date
    stated: str = ""
    at: str = ""
    quote: str = ""
    note: str = ""
    holds: str = ""
    disputes: str = ""
    qualifiers: Mapping[str, str] = Field(default_factory=dict)
    name: str = ""

    @cached_property
    def id(self) -> str:
        """The name given by hand, or ``c-`` and twelve hexadecimal digits of a hash of what is said, where and by whom."""
        if self.name:
            return self.name
        said: list[Any] = [
            self.subject, self.relation, self.object, self.value, self.document, self.version, self.stance.value, self.by,
            [self.interval.from_earliest, self.interval.from_latest, self.interval.to_earliest, self.interval.to_latest],
            self.holds, self.disputes, sorted(self.qualifiers.items()),
        ]
        return "c-" + hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:12]


class Complete(_Value):
    """A document's word that it leaves nothing out.

    With a subject: all objects of the relation are said. With an object: all subjects are. So what is not said is refuted, at the
    strength of the declaration, over the interval. Where it is *closed*, as a list always is, so is what others say more weakly.
    """

    relation: str
    subject: str = ""
    object: str = ""
    document: str
    stance: Stance = Stance.ASSERTS
    by: str = ""
    interval: Interval = Interval()
    recorded: date
    closed: bool = False

    @model_validator(mode="after")
    def _one_end(self) -> Complete:
        if bool(self.subject) == bool(self.object):
            raise ValueError("a completeness names either a subject (s) or an object (o)")
        return self
