"""What a rule may ask: a closed union of conditions, each told from the others by its key.

Pure values. A condition says what is tested and where the law says so; how it is tested is in ``evaluate.py``, how it is written
in ``writing.py``. Every word of law, every threshold, list and path comes from a rule file.

Subjects are named by role: ``item`` is the item of the case, ``eccn`` the entries the case puts it in, ``from``, ``to`` and
``facility`` its places, ``into`` the larger thing it goes into, ``employer`` whoever the actor works for, and any role of
:data:`policygraph.parties.ROLES` a party; ``any`` is every party that the case names, ``incorporator`` whoever produces, buys or orders
the larger thing. ``some`` and ``every`` bind further names.

>>> Listed(role="end-user", list="entity-list", footnote="entity-list-fn1").kind
'listed'
>>> Places.validate_python(["D:5", "MO"])
('cg:D5', 'MO')
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, TypeAdapter, model_validator

from policygraph.law.entries import Codes, Confidence, Doubt, Entry, Words, several

__all__ = [
    "Act", "All", "Amount", "Any_", "Authorised", "Classified", "Codes", "Condition", "Confidence", "Contains", "Content",
    "Destination", "EndUse", "Entry", "Every", "Given", "Has", "Headquartered", "Knowledge", "Listed", "Measure", "Not", "Owned",
    "PartyIs", "Path", "PersonOf", "Place", "Places", "Presumed", "RuleResult", "Service", "Some", "Statement", "Target", "below",
    "inside", "targets_of",
]  # fmt: skip

_GROUP = re.compile(r"([A-Z]):(\d)\Z")


def _place(given: Any) -> Any:
    text = str(given)
    return f"cg:{match[1]}{match[2]}" if (match := _GROUP.match(text)) else text


PlaceList = Annotated[
    tuple[str, ...], BeforeValidator(lambda given: tuple(map(_place, several(given)))), Field(min_length=1)
]
Places: TypeAdapter[tuple[str, ...]] = TypeAdapter(PlaceList)
"""Countries and country groups, ``D:5`` or ``cg:D5`` alike; ``anywhere`` is every place."""


class Target(Doubt):
    """What the end of a path must be: every test that is written must hold, and one of ``either`` if there are any.

    Attributes
    ----------
    is_
        One of these things (``is`` in files).
    class_
        Of one of these classes (``class`` in files).
    eccn
        Specified in one of these entries.
    origin
        Originating in one of these countries.
    rule
        A rule that must reach it, as an item by itself.
    listed, headquartered
        For a party: on a list; with its headquarters there.
    located
        For a place or site: there.
    role
        What the case names in one of these roles: its places, its parties, its item.
    either
        One of these.
    except_
        Not this (``except`` in files).
    """

    is_: Words = Field(default=(), alias="is")
    class_: Words = Field(default=(), alias="class")
    eccn: Codes | tuple[()] = ()
    origin: Words = ()
    rule: str = ""
    listed: Listed | None = None
    headquartered: Headquartered | None = None
    located: PlaceList | tuple[()] = ()
    role: Words = ()
    either: tuple[Target, ...] = ()
    except_: Target | None = Field(default=None, alias="except")


class _Condition(Doubt):
    name: str = ""
    cite: str = ""
    place: str = Field(default="", repr=False)


class All(_Condition):
    """Every one of them."""

    kind: Literal["all"] = "all"
    of: tuple[Condition, ...] = Field(min_length=1)


class Any_(_Condition):  # noqa: N801
    """One of them."""

    kind: Literal["any"] = "any"
    of: tuple[Condition, ...] = Field(min_length=1)


class Not(_Condition):
    """The contrary."""

    kind: Literal["not"] = "not"
    of: Condition


class Path(_Condition):
    """A path leads from a subject to something."""

    kind: Literal["path"] = "path"
    path: str
    start: str = Field(default="item", alias="from")
    to: Target = Field(default_factory=lambda: Target())


class Classified(_Condition):
    """An item is specified in one of the entries: by a claim, or by a rule whose effect is to classify."""

    kind: Literal["classified"] = "classified"
    item: str = "item"
    in_: Codes = Field(alias="in")
    except_: Codes | tuple[()] = Field(default=(), alias="except")


class Measure(_Condition):
    """A quantity of an item compares so with a number."""

    kind: Literal["measure"] = "measure"
    item: str = "item"
    quantity: str
    comparison: Literal[">=", ">", "<", "<="]
    value: float
    unit: str = ""


class Has(_Condition):
    """An attribute of an item has the value, or one of the values; ``class`` is an attribute too."""

    kind: Literal["has"] = "has"
    item: str = "item"
    attribute: str
    value: Annotated[tuple[str | bool | float, ...], BeforeValidator(several)] = (True,)


class Statement(_Condition):
    """A statement about an item, or a family it is a variant of, as the record has it: who says so, who disputes it, who says otherwise."""

    kind: Literal["statement"] = "statement"
    item: str = "item"
    relation: str
    is_: str = Field(alias="is")


class Contains(_Condition):
    """An item contains, however deep, something that is like this."""

    kind: Literal["contains"] = "contains"
    item: str = "item"
    what: Target


class Content(_Condition):
    """The share of an item's value that is content of a sort exceeds, or reaches, a threshold; with over 0, any amount is enough.

    Attributes
    ----------
    of
        What a part must be to count.
    controlled
        For which place content must be controlled to count: ``destination``, that of the item.
    needs
        The rule that must reach a part, put to it alone with the destination and the act of the case; without one it stays unknown
        whether a part is controlled.
    over, at_least
        The threshold in per cent, to be exceeded or to be reached; one of the two.
    stop_at
        ``discrete``: what is inside a discrete part that does not count itself is no longer counted.
    """

    kind: Literal["content"] = "content"
    item: str = "item"
    of: Target
    controlled: Literal["", "destination"] = ""
    needs: str = ""
    over: float | None = Field(default=None, ge=0, le=100)
    at_least: float | None = Field(default=None, gt=0, le=100)
    stop_at: Literal["", "discrete"] = ""

    @model_validator(mode="after")
    def _has_one_threshold(self) -> Self:
        if (self.over is None) == (self.at_least is None):
            raise ValueError("it has one threshold in per cent, to be exceeded (over) or to be reached (at_least)")
        return self


class Act(_Condition):
    """The act is one of these."""

    kind: Literal["act"] = "act"
    in_: Words = Field(alias="in")


class Place(_Condition):
    """Somebody or something is there: ``from``, ``to``, ``facility``, ``into``, or a party by its role."""

    kind: Literal["place"] = "place"
    role: Words
    in_: PlaceList = Field(alias="in")
    except_: PlaceList | tuple[()] = Field(default=(), alias="except")


class Destination(_Condition):
    """The item goes there."""

    kind: Literal["destination"] = "destination"
    in_: PlaceList = Field(alias="in")
    except_: PlaceList | tuple[()] = Field(default=(), alias="except")


class Headquartered(_Condition):
    """A party has its own, or its ultimate parent's, headquarters there."""

    kind: Literal["headquartered"] = "headquartered"
    role: Words = ("any",)
    parent: Literal["own", "ultimate"] = "ultimate"
    in_: PlaceList = Field(alias="in")


class Listed(_Condition):
    """A party stands on a list, with the footnote, and under one of the programmes and with one of the scopes if any are named."""

    kind: Literal["listed"] = "listed"
    role: Words = ("any",)
    list: str
    footnote: str = ""
    programme: Words = ()
    scope: Words = ()


class PartyIs(_Condition):
    """Somebody in a role is one of these, or of one of these classes."""

    kind: Literal["party"] = "party"
    role: Words = ("any",)
    is_: Words = Field(default=(), alias="is")
    class_: Words = Field(default=(), alias="class")

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.is_ and not self.class_:
            raise ValueError("it says who is meant: is: [id, ...], or class: [Class, ...]")
        return self


class PersonOf(_Condition):
    """Somebody in a role is a person of one of these countries: a citizen, a resident, or organised under its law.

    ``natural`` narrows it to natural persons, or to others. What the case tells of a party counts first; of a body of the data, where
    it is registered, or else has its headquarters. ``except`` names countries that count apart, such as one that another legal order
    treats as part of one of these.
    """

    kind: Literal["person"] = "person"
    role: Words
    of: PlaceList | tuple[()] = ()
    except_: PlaceList | tuple[()] = Field(default=(), alias="except")
    natural: bool | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.of and self.natural is None:
            raise ValueError("it says whose person (of: [US]) or which sort (natural: true or false)")
        return self


class Owned(_Condition):
    """A party is owned, to this share or more, by parties that are on a list, or pass another test of a party, or one of several.

    Whoever is owned so counts as such an owner in turn, with all it holds. ``aggregate: false`` asks for one owner that holds so much.
    """

    kind: Literal["owned"] = "owned"
    role: Words = ("any",)
    by: tuple[Annotated[Listed | Headquartered | PartyIs | PersonOf, Field(discriminator="kind")], ...] = Field(min_length=1)
    share: float = Field(default=50, gt=0, le=100)
    aggregate: bool = True


class Service(_Condition):
    """The act is, or comes with, one of these services."""

    kind: Literal["service"] = "service"
    in_: Words = Field(alias="in")


class Amount(_Condition):
    """The quantity or the value of the case compares so with a number."""

    kind: Literal["amount"] = "amount"
    of: Literal["quantity", "value"]
    comparison: Literal[">=", ">", "<", "<="]
    value: float
    unit: str = ""


class EndUse(_Condition):
    """The item is for one of these uses."""

    kind: Literal["end_use"] = "end_use"
    in_: Words = Field(alias="in")


class Knowledge(_Condition):
    """There is knowledge of this, told by the case or supplied by a public notice."""

    kind: Literal["knowledge"] = "knowledge"
    of: str


class Given(_Condition):
    """Something was attested, agreed or notified, by somebody, at most so many days before the act."""

    kind: Literal["given"] = "given"
    what: str
    by: str = ""
    form: str = ""
    within: int | None = Field(default=None, ge=0)


class Authorised(_Condition):
    """An authorisation covers it on the day of the act."""

    kind: Literal["authorised"] = "authorised"
    covers: Words
    holder: str = ""


class Some(_Condition):
    """Of the parties, earlier acts, or things that a path leads to, one passes the test under the name it is bound to."""

    kind: Literal["some"] = "some"
    among: str
    start: str = Field(default="item", alias="from")
    as_: str = Field(alias="as")
    test: Condition


class Every(_Condition):
    """Of the parties, earlier acts, or things that a path leads to, every one passes the test."""

    kind: Literal["every"] = "every"
    among: str
    start: str = Field(default="item", alias="from")
    as_: str = Field(alias="as")
    test: Condition


class Presumed(_Condition):
    """It is presumed to hold (if something does), unless something else is shown.

    ``of`` is what is presumed, as the record has it. That nothing is on record changes nothing; a dispute on record makes the
    presumption contested, and better evidence to the contrary refutes it.
    """

    kind: Literal["presumed"] = "presumed"
    if_: Condition | None = Field(default=None, alias="if")
    of: Condition | None = None
    unless: Condition | None = None

    @model_validator(mode="after")
    def _is_about_something(self) -> Self:
        if self.of is None and self.unless is None:
            raise ValueError("a presumption says what rebuts it (unless) or what is presumed (of)")
        return self


class RuleResult(_Condition):
    """Another rule reaches the case, or another item of it."""

    kind: Literal["rule"] = "rule"
    rule: str
    item: str = "item"


Condition = Annotated[
    All | Any_ | Not | Path | Classified | Measure | Has | Statement | Contains | Content | Act | Place | Destination | Headquartered
    | Listed | Owned | PartyIs | PersonOf | Service | Amount | EndUse | Knowledge | Given | Authorised | Some | Every | Presumed
    | RuleResult,
    Field(discriminator="kind"),
]  # fmt: skip

for _model in (Target, All, Any_, Not, Path, Contains, Content, Some, Every, Presumed):
    _model.model_rebuild()


def inside(condition: Condition) -> Iterator[tuple[Condition, bool]]:
    """Yield the conditions directly inside one, each with whether it stands there under a negation."""
    match condition:
        case All() | Any_():
            yield from ((child, False) for child in condition.of)
        case Not():
            yield condition.of, True
        case Some() | Every():
            yield condition.test, False
        case Presumed():
            asked = ((condition.if_, False), (condition.of, True), (condition.unless, True))
            yield from ((one, negated) for one, negated in asked if one is not None)


def below(condition: Condition, *, negated: bool = False) -> Iterator[tuple[Condition, bool]]:
    """Yield a condition and all conditions inside it, each with whether it stands under a negation.

    >>> inner = RuleResult(rule="r")
    >>> [(found.kind, negated) for found, negated in below(Not(of=Presumed(unless=inner)))]
    [('not', False), ('presumed', True), ('rule', True)]
    """
    yield condition, negated
    for child, turned in inside(condition):
        yield from below(child, negated=negated or turned)


def targets_of(condition: Condition) -> Iterator[tuple[Target, bool]]:
    """Yield every target that a condition itself names, those inside targets included, each with whether it is one not to be."""

    def inside(target: Target, negated: bool) -> Iterator[tuple[Target, bool]]:
        yield target, negated
        for one in target.either:
            yield from inside(one, negated)
        if target.except_ is not None:
            yield from inside(target.except_, True)

    match condition:
        case Path():
            yield from inside(condition.to, False)
        case Contains():
            yield from inside(condition.what, False)
        case Content():
            yield from inside(condition.of, False)
