"""Small worlds drawn at random: claims, rules over every kind of condition, and cases, for the readers to be held against each other.

Comes in: a number. Goes out: a view, a rulebook and a table, the same for the same number. Claims are of every strength, dated and
denied at random; some things are declared complete. Rules ask for each other by name and at the end of paths, in circles too, but never
of their own negation, as a rulebook would refuse that.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final, TypeVar

import pandas as pd

from policygraph.bill import Bill
from policygraph.case import Case
from policygraph.claims import Stance
from policygraph.graph import ClaimGraph
from policygraph.law import conditions as law
from policygraph.law.rulebook import Notice, Operation, Rule, Rulebook, Version
from policygraph.law.table import CaseTable
from policygraph.ontology import Ontology
from policygraph.truth import Strength
from policygraph.view import FrozenView
from tests.small import graph, said, view

__all__ = ["SmallWorld"]

T = TypeVar("T")
Drawn = dict[str, Any]

COUNTRIES: Final = ("US", "CN", "HK", "DE")
GROUPS: Final = ("cg:D5", "cg:A6")
ITEMS: Final = ("i0", "i1", "i2", "i3", "i4")
FAMILY: Final = "line"
SITES: Final = ("s0", "s1", "s2")
TOOLS: Final = ("t0", "t1")
TECHNOLOGY: Final = ("k0", "k1")
CODES: Final = ("3A090", "3A090.a", "3B001", "EAR99")
FIRMS: Final = ("a0", "a1", "a2", "a3", "a4")
LISTS: Final = ("list-a", "list-b")
COLUMNS: Final = ("col-1", "col-2")
CLASSES: Final[Mapping[str, str]] = {
    **dict.fromkeys(COUNTRIES, "Country"), **dict.fromkeys(GROUPS, "CountryGroup"), **dict.fromkeys((*ITEMS, FAMILY), "Chip"),
    **dict.fromkeys(SITES, "Fab"), **dict.fromkeys(TOOLS, "Equipment"), **dict.fromkeys(TECHNOLOGY, "Technology"),
    **{f"eccn:{code}": "ECCN" for code in CODES}, **dict.fromkeys(FIRMS, "Company"), **dict.fromkeys(LISTS, "PartyList"),
    "note-1": "Footnote", "ear:x": "Provision", **dict.fromkeys(COLUMNS, "ChartColumn"), "person": "Person",
}  # fmt: skip
SPARE: Final = {
    "ZZ": "Country", "cg:Z9": "CountryGroup", "i9": "Chip", "s9": "Fab", "t9": "Equipment", "k9": "Technology", "eccn:9Z999": "ECCN",
    "a9": "Company", "list-z": "PartyList", "note-z": "Footnote", "ear:z": "Provision", "col-9": "ChartColumn",
}  # fmt: skip
"""One thing more of each class, of which nothing is said.

Where a search met every thing of a class, that what it met is not meant closes it; so it may close for one who starts at several things
and not for one who starts at each alone. A thing that nobody meets leaves it open to both.
"""
_ENTRIES: Final = tuple(f"eccn:{code}" for code in CODES)
RELATIONS: Final[tuple[tuple[str, Sequence[str], Sequence[str]], ...]] = (
    ("fabricatedAt", ITEMS, SITES), ("usesEquipment", SITES, TOOLS), ("directProductOf", (*TOOLS, *ITEMS, *TECHNOLOGY), TECHNOLOGY),
    ("incorporates", ITEMS, (*ITEMS, *TOOLS)), ("variantOf", ITEMS[:3], (FAMILY,)), ("originIn", (*ITEMS, *TECHNOLOGY, *TOOLS), COUNTRIES),
    ("classifiedAs", (*ITEMS, FAMILY, *TECHNOLOGY), _ENTRIES), ("owns", FIRMS, FIRMS), ("controls", FIRMS, FIRMS),
    ("headquarteredIn", FIRMS, COUNTRIES), ("registeredIn", FIRMS, COUNTRIES), ("addressIn", FIRMS, COUNTRIES),
    ("locatedIn", SITES, COUNTRIES), ("operatedBy", SITES, FIRMS), ("listed", FIRMS, LISTS), ("bearsFootnote", FIRMS, ("note-1",)),
    ("memberOf", COUNTRIES, GROUPS), ("treatedAs", COUNTRIES, COUNTRIES), ("chartColumn", _ENTRIES, COLUMNS),
    ("markedFor", COUNTRIES, COLUMNS), ("designedBy", ITEMS, FIRMS), ("presumedViolationOf", (*ITEMS, FAMILY), ("ear:x",)),
)  # fmt: skip
VALUES: Final = {
    "denseFp16Tflops": ("100", "320", "500"), "denseInt8Tops": ("300", "900"), "nonPlanarDieArea": ("0", "400", "800"),
    "dieArea": ("600", "900"), "memoryBandwidth": ("2000", "4000"), "packageArea": ("900", "1200"),
}  # fmt: skip
PATHS: Final = (
    "pg:fabricatedAt/pg:usesEquipment/pg:directProductOf", "pg:incorporates*/pg:fabricatedAt/pg:usesEquipment", "pg:incorporates+",
    "pg:variantOf?/pg:originIn", "(pg:incorporates|pg:directProductOf)+", "pg:designedBy/pg:headquarteredIn", "pg:directProductOf",
    "pg:incorporates/pg:fabricatedAt/pg:operatedBy", "^pg:incorporates/pg:directProductOf", "!(pg:incorporates|^pg:variantOf)",
    "pg:fabricatedAt?/pg:usesEquipment?/pg:directProductOf+",
)  # fmt: skip
FIRM_PATHS: Final = ("^pg:owns+", "^pg:owns?/pg:listed", "pg:headquarteredIn", "^pg:designedBy/pg:fabricatedAt", "(^pg:owns|^pg:controls)*")
SITE_PATHS: Final = ("pg:usesEquipment/pg:directProductOf", "pg:operatedBy/^pg:owns*", "^pg:fabricatedAt/pg:incorporates?", "pg:locatedIn")
ROLES: Final = ("end-user", "purchaser", "exporter", "actor")
DAYS: Final = ("2019-01-01", "2020-06-01", "2022-10-21", "2024-01-01", "2025-06-01")
QUANTITIES: Final = {
    "total-processing-performance": 4800, "performance-density": 5.92, "memory-bandwidth-density": 2, "denseFp16Tflops": 320,
}  # fmt: skip
STRANGERS: Final = (
    "{name: Shop, country: CN, headquarters: CN}", "{name: Fund, country: DE, headquarters: US, owners: none}", "{name: Somebody}",
    "{name: Cloud, headquarters: HK, owners: [{id: a0, share: 30}, {name: Rest, share: [10, 40], owners: [{id: a1, share: 66.67}]}]}",
    "{name: Engineer, natural: true, person_of: [US, CN]}", "{name: Worker, person_of: CN, employer: {id: a2}}",
)  # fmt: skip


@dataclass(frozen=True)
class _Asking:
    """What a condition that is being drawn may ask: other rules, by name; how deep it may yet go; what is bound, and of which sort."""

    rules: tuple[str, ...]
    deep: int
    bound: Mapping[str, str] = field(default_factory=dict)


class SmallWorld:
    """A world of its own for each number."""

    def __init__(self, number: int) -> None:
        self.dice = random.Random(number)
        self.day = self.pick(DAYS[1:])
        self.view: FrozenView = view(
            self._graph(), self.day, self.pick((None, None, None, "2023-01-01")), self.pick((Strength.ALLEGED,) * 4 + (Strength.REPORTED,))
        )
        self.book = self._book()

    def pick(self, some: Sequence[T]) -> T:
        """Draw one of some."""
        return self.dice.choice(some)

    def some(self, some: Sequence[T], most: int = 2) -> tuple[T, ...]:
        """Draw a few of some."""
        return tuple(self.dice.sample(some, min(len(some), self.dice.randint(1, most))))

    def chance(self, share: float) -> bool:
        """Draw yes or no."""
        return self.dice.random() < share

    # ---- claims

    def _graph(self) -> ClaimGraph:
        claims = [self._claim() for _ in range(self.dice.randint(50, 120))]
        claims += [said(self.pick(ITEMS), name, value=self.pick(VALUES[name]), **self._told()) for name in self.some(tuple(VALUES), 6)]
        completes = []
        for relation, subjects, objects in self.dice.sample(RELATIONS, 10):
            side, ends = ("subject", subjects) if self.chance(0.6) else ("object", objects)
            completes += [{"relation": relation, "grade": self.pick((2, 3, 4)), side: end} for end in self.some(ends, 4)]
        return graph(list({repr(claim): claim for claim in claims}.values()), {**CLASSES, **SPARE}, tuple(completes))

    def _claim(self) -> Drawn:
        relation, subjects, objects = self.pick(RELATIONS)
        subject = self.pick(subjects)
        object_ = self.pick([one for one in objects if one != subject])
        more = self._told()
        if relation == "owns" and self.chance(0.85):
            more["qualifiers"] = self.pick(
                (
                    {"share": "50"},
                    {"share": "30"},
                    {"share": "16.67"},
                    {"share": "100"},
                    {"shareMin": "20", "shareMax": "60"},
                    {"shareMin": "51"},
                )
            )
        if relation == "listed" and self.chance(0.7):
            more["qualifiers"] = self.pick(({"role": "AAA"}, {"role": "AAA; BBB"}, {"role": "BBB", "scope": "some"}))
        if relation == "incorporates" and self.chance(0.4):
            more["qualifiers"] = {"amount": self.pick(("10", "100", "400")), "currency": "USD"}
        return said(subject, relation, object_, **more)

    def _told(self) -> Drawn:
        told: Drawn = {"grade": self.pick((1, 2, 3, 3, 4, 4))}
        if self.chance(0.2):
            told["stance"] = Stance.DENIES
        if self.chance(0.3):
            told["since"] = self.pick(DAYS)
        if self.chance(0.1):
            told["until"] = self.pick(("2024-06-01", "2026-01-01"))
        if self.chance(0.2):
            told["recorded"] = self.pick(("2021-01-01", "2023-06-01"))
        return told

    # ---- rules

    def _book(self) -> Rulebook:
        while True:
            book = Rulebook({rule.id: rule for rule in self._rules()}, {}, Ontology.shipped(), "")
            if not _refuses_itself(book):
                return book

    def _rules(self) -> Iterator[Rule]:
        names = tuple(f"r{number}" for number in range(9))
        for name in names[:2]:
            yield self._rule(name, "classified", _Asking((), 1), classifies=self.some(CODES[:3], 2))
        for name in names[2:5]:  # these ask for each other in circles
            yield self._rule(name, "definition", _Asking(names[2:5], 2))
        for place, name in enumerate(names[5:], 5):
            more: Drawn = {"displaces": (self.pick(names[place + 1 :]),)} if place < 8 and self.chance(0.25) else {}
            if self.chance(0.4):
                when = law.All(of=tuple(self.pick(self._of_notices)(_Asking((), 0)) for _ in range(2)))
                more["notice"] = Notice(of="destination", since=date.fromisoformat(self.pick(DAYS)), when=when)
            yield self._rule(name, "licence-required", _Asking(names[:place], 3), **more)

    def _rule(self, name: str, effect: str, asking: _Asking, **more: Any) -> Rule:
        version: Drawn = {"when": self.condition(asking), "confidence": self.pick(("",) * 5 + ("unverified",))}
        versions = [version]
        if self.chance(0.3):
            begun = self.pick(DAYS[1:4])
            later = {"when": self.condition(asking), "effective": begun, "compliance": self.pick((None, "2024-06-01"))}
            versions.append(later | ({"published": "2023-03-01"} if self.chance(0.3) else {}))
        operates = (
            (Operation(since=date.fromisoformat(self.pick(DAYS)), status=self.pick(("in-force", "unknown"))),) if self.chance(0.15) else ()
        )
        return Rule(
            id=name, title=name, effect=effect, order="US", bindingness="regulation", basis=f"ear:{name}", operates=operates,
            versions=tuple(Version(**one) for one in versions), **more,
        )  # fmt: skip

    # ---- conditions

    def condition(self, asking: _Asking) -> law.Condition:
        """Draw a condition."""
        made = self._tree(asking) if asking.deep and self.chance(0.6) else self.pick(self._leaves)(asking)
        if self.chance(0.08):
            made = made.model_copy(update={"confidence": "argued"})
        if self.chance(0.05):
            made = made.model_copy(update={"edition": date(2024, 6, 1)})
        return made

    def _tree(self, asking: _Asking) -> law.Condition:
        inner = _Asking(asking.rules, asking.deep - 1, asking.bound)
        # how a presumption is weighed, and what every one must pass, does not go up with what is asked there: so no circle may run through
        # it, and rules that classify may run in one by way of any entry
        kind = self.pick(("all", "all", "any", "any", "not", "some", *(("presumed", "every") if asking.rules else ())))
        match kind:
            case "all" | "any":
                several = tuple(self.condition(inner) for _ in range(self.dice.randint(2, 3)))
                return law.All(of=several) if kind == "all" else law.Any_(of=several)
            case "not":
                return law.Not(of=self.condition(inner))
            case "presumed":
                unless = self.condition(inner) if self.chance(0.6) else None
                of = law.Statement(relation="presumedViolationOf", is_="ear:x") if unless is None or self.chance(0.3) else None
                ground = _Asking((), inner.deep, inner.bound) if of else inner
                return law.Presumed(if_=self.condition(ground) if self.chance(0.7) else None, of=of, unless=unless)
        of_several = law.Some if kind == "some" else law.Every
        among = self.pick(("parties", "earlier", "pg:incorporates+", "pg:fabricatedAt"))
        bound = {**inner.bound, "one": {"parties": "party", "earlier": "item", "pg:fabricatedAt": "site"}.get(among, "item")}
        rules = inner.rules if kind == "some" else ()
        return of_several(among=among, as_="one", test=self.condition(_Asking(rules, 1, bound)))

    @cached_property
    def _leaves(self) -> tuple[Callable[[_Asking], law.Condition], ...]:
        pick, some = self.pick, self.some
        return (
            self._path, self._path, self._path, self._rule_result, self._rule_result,
            lambda asking: law.Classified(item=self._thing(asking), in_=self._codes(), except_=self._codes() if self.chance(0.2) else ()),
            lambda asking: law.Contains(item=self._thing(asking), what=self.target(asking)),
            lambda asking: law.Measure(
                item=self._thing(asking), quantity=(name := pick(tuple(QUANTITIES))), comparison=pick((">=", ">", "<", "<=")),
                value=QUANTITIES[name],
            ),
            lambda asking: law.Has(
                item=self._thing(asking), attribute=pick(("class", "denseFp16Tflops")), value=some(("Chip", "Fab", 320.0))
            ),
            lambda asking: law.Statement(item=self._thing(asking), relation="presumedViolationOf", is_="ear:x"),
            lambda asking: law.Statement(item="destination", relation="markedFor", is_=pick(COLUMNS)),
            lambda asking: law.Content(
                of=self._of_content("r0" in asking.rules), needs=pick(("", *asking.rules[:1])) if "r0" in asking.rules else "",
                controlled=pick(("", "", "destination")), over=pick((0, 10, 25)), stop_at=pick(("", "discrete")),
            ),
            lambda asking: law.Act(in_=some(("export", "use", "reexport"))),
            lambda asking: law.Place(
                role=some(("from", "to", "facility", "into", *self._roles(asking))), in_=self._places(), except_=self._except()
            ),
            lambda asking: law.Destination(in_=self._places(), except_=self._except()),
            lambda asking: law.Headquartered(role=self._roles(asking), parent=pick(("own", "ultimate")), in_=self._places()),
            lambda asking: self._listed(asking),
            lambda asking: law.Owned(
                role=self._roles(asking), by=tuple(self._listed(asking) for _ in range(self.dice.randint(1, 2))), share=pick((50, 25)),
                aggregate=self.chance(0.7),
            ),
            lambda asking: law.PartyIs(role=self._roles(asking), is_=some(FIRMS), class_=() if self.chance(0.6) else ("Company",)),
            lambda asking: law.PersonOf(
                role=self._roles(asking), of=self._places(), except_=self._except(), natural=pick((None, None, True, False))
            ),
            lambda asking: law.Service(in_=some(("servicing", "support"))),
            lambda asking: law.Amount(of=pick(("quantity", "value")), comparison=pick((">=", ">", "<", "<=")), value=pick((100, 1000))),
            lambda asking: law.EndUse(in_=some(("military", "advanced-computing"))),
            lambda asking: law.Knowledge(of=pick(("destination", "violation"))),
            lambda asking: law.Given(what=pick(("notice", "assurance")), form=pick(("", "attested"))),
            lambda asking: law.Authorised(covers=some(("act", "export", "use"))),
        )  # fmt: skip

    @cached_property
    def _of_notices(self) -> tuple[Callable[[_Asking], law.Condition], ...]:
        """What a notice may ask, which must not be knowledge."""
        return self._leaves[:13]

    def _rule_result(self, asking: _Asking) -> law.Condition:
        if not asking.rules:
            return law.Act(in_=("export",))
        return law.RuleResult(rule=self.pick(asking.rules), item=self.pick(("item", "item", "into")))

    def _path(self, asking: _Asking) -> law.Condition:
        start = self.pick(("item", "item", "item", "eccn", "end-user", "facility", *asking.bound))
        kind = asking.bound.get(start, {"end-user": "party", "facility": "site"}.get(start, "item"))
        paths = ("pg:chartColumn",) if start == "eccn" else {"party": FIRM_PATHS, "site": SITE_PATHS}.get(kind, PATHS)
        return law.Path(path=self.pick(paths), start=start, to=self.target(asking))

    def target(self, asking: _Asking, deep: int = 1) -> law.Target:
        """Draw what the end of a path must be."""
        told: Drawn = {}
        kinds = ["is_", "class_", "eccn", "origin", "rule", "listed", "headquartered", "located", "role", "nothing"]
        for kind in self.dice.sample(kinds, self.pick((1, 1, 2))):
            match kind:
                case "is_":
                    told["is_"] = self.some((*ITEMS, *TOOLS, *COLUMNS, *FIRMS, *TECHNOLOGY, *COUNTRIES), 5)
                case "class_":
                    told["class_"] = self.some(("Chip", "Equipment", "Fab", "Company", "Technology"))
                case "eccn":
                    told["eccn"] = self._codes()
                case "origin":
                    told["origin"] = self.some(COUNTRIES)
                case "rule" if asking.rules:
                    told["rule"] = self.pick(asking.rules)
                case "listed":
                    told["listed"] = law.Listed(list=self.pick(LISTS))
                case "headquartered":
                    told["headquartered"] = law.Headquartered(in_=self._places())
                case "located":
                    told["located"] = self._places()
                case "role":
                    told["role"] = self.some(("to", "end-user", "purchaser", "facility"))
        if deep and self.chance(0.15):
            told["either"] = tuple(self.target(asking, 0) for _ in range(2))
        if deep and self.chance(0.15):
            told["except_"] = self.target(_Asking((), 0), 0)
        if self.chance(0.05):
            told["confidence"] = "unverified"
        return law.Target(**told)

    def _of_content(self, coded: bool) -> law.Target:
        """Draw what content is of: of an entry where that asks for no rule that may ask for content in turn."""
        told: list[Drawn] = [{"origin": ("US",)}, {"origin": self.some(COUNTRIES)}, {"is_": self.some(ITEMS, 3)}]
        return law.Target(**self.pick([*told, {"eccn": self._codes()}] if coded else told))

    def _thing(self, asking: _Asking) -> str:
        things = [name for name, kind in asking.bound.items() if kind == "item"]
        return self.pick(("item", "item", "into", *things))

    def _roles(self, asking: _Asking) -> tuple[str, ...]:
        bound = [name for name, kind in asking.bound.items() if kind == "party"]
        return tuple(bound) if bound and self.chance(0.7) else self.some(("any", "incorporator", "employer", *ROLES))

    def _listed(self, asking: _Asking) -> law.Listed:
        return law.Listed(
            role=self._roles(asking),
            list=self.pick(LISTS),
            footnote=self.pick(("", "", "note-1")),
            **self.pick(({}, {}, {"programme": ("AAA",)}, {"programme": ("BBB", "CCC"), "scope": ("all",)}, {"scope": ("some",)})),
        )

    def _codes(self) -> tuple[law.Entry, ...]:
        doubts: Sequence[Drawn] = ({},) * 6 + ({"confidence": "unverified"}, {"since": date(2022, 10, 21)}, {"until": date(2022, 10, 21)})
        return tuple(law.Entry(code=code, **self.pick(doubts)) for code in self.some(CODES))

    def _places(self) -> tuple[str, ...]:
        return self.some((*COUNTRIES, *GROUPS, *GROUPS, "anywhere"), 3)

    def _except(self) -> tuple[str, ...]:
        return self.some((*COUNTRIES, *GROUPS)) if self.chance(0.2) else ()

    # ---- cases

    def table(self, count: int) -> CaseTable:
        """Draw cases of what a table tells."""
        words = {kind: sorted(found) for kind, found in self.book.words.items()}
        columns: dict[str, Sequence[str]] = {
            "item": (*ITEMS, FAMILY, ""), "act": ("", *words["act"]), "from": ("", "none", *COUNTRIES),
            "to": ("", "none", *COUNTRIES, *COUNTRIES), "facility": ("", "none", *SITES),
            "eccn": ("", "", "none", *CODES, "3A090.a; EAR99"),
            "parties": ("", "complete", "complete"), "knowledge": ("", "yes", "no"), "quantity": ("", "1", "10"),
            "value": ("", "500", "1000"), "currency": ("", "USD"),
            "into": ("", "none", *ITEMS[:3]), "into_to": ("", *COUNTRIES), "into_by": ("", "a1", STRANGERS[0]),
            "end_user": ("", "none", "a2", "a3", "a2; a4", *STRANGERS), "purchaser": ("", "a2", "a4", *STRANGERS[:2]),
            "exporter": ("", "a0", "a1", "none"), "actor": ("", "a0", "a3", *STRANGERS[4:]),
            "end_use": ("", "none", *words["end_use"]), "service": ("", *words["service"]), "attestations": ("", "none", *words["given"]),
            "authorisations": ("", "none", *words["authorised"]),
        }  # fmt: skip
        columns |= {f"knowledge_of_{topic}": ("", "", "yes", "no") for topic in words["knowledge"]}
        drawn = {name: [self.pick(cells) for _ in range(count)] for name, cells in columns.items()}
        for row in range(count):  # what goes into nothing goes nowhere
            if drawn["into"][row] == "none":
                drawn["into_to"][row] = drawn["into_by"][row] = ""
        return CaseTable.of(pd.DataFrame(drawn))

    def told_more(self, case: Case, others: Sequence[Case]) -> Case:
        """Return a case with what no table tells: earlier acts, or a bill."""
        more: Drawn = {}
        if self.chance(0.5):
            acts = [other.model_copy(update={"earlier": None}) for other in self.some(others, 3)]
            more["earlier"] = tuple(acts) if self.chance(0.85) else ()
        if self.chance(0.6):
            more["bill"] = self._bill()
        return case.model_copy(update=more)

    def _bill(self) -> Bill:
        return Bill(
            value=self.pick(("unknown", 1000, [800, 1200])), currency="USD", lines=[self._line(2) for _ in range(self.dice.randint(0, 3))]
        )

    def _line(self, deep: int) -> Drawn:
        line: Drawn = {"item": self.pick(ITEMS)} if self.chance(0.6) else {"name": "stranger"}
        if self.chance(0.7):
            line["value"] = self.pick((10, 100, [50, 200]))
        if self.chance(0.3):
            line["quantity"] = self.pick((0, 1, [0, 1]))
        if self.chance(0.6):
            line["origin"] = self.pick(COUNTRIES)
        if self.chance(0.4):
            line["eccn"] = self.pick(("none", *CODES))
        if self.chance(0.5):
            line["discrete"] = self.chance(0.5)
        if deep and self.chance(0.4):
            inner = [self._line(deep - 1) for _ in range(self.dice.randint(1, 2))]
            line["parts"] = self.pick(("none", "unknown", inner))
            for one in inner:
                one.pop("value", None)
        return line


def _refuses_itself(book: Rulebook) -> bool:
    """Tell whether a rule depends on its own negation, as a rulebook that is read from files may not."""
    asks = {rule.id: list(book.depends_on(rule)) for rule in book.rules.values()}

    def reached(start: str) -> set[str]:
        found, ahead = {start}, [start]
        while ahead:
            fresh = {name for name, _ in asks[ahead.pop()]} - found
            found |= fresh
            ahead += fresh
        return found

    return any(negated and name in reached(other) for name, asked in asks.items() for other, negated in asked)
