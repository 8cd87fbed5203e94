"""What is asked of the world, as Datalog over the edges of a view: statements, places, lists, headquarters, owners, persons.

Comes in: the columns of a view and what is declared complete. Goes out: verdicts on entities. A party that the data do not know is an
entity with a number of its own; so is the item of a case that names none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import Final

from policygraph.law import conditions as law
from policygraph.parties import Party
from policygraph.truth import Strength, Verdict
from policygraph.view import FrozenView
from tests.datalog.figures import HALF, WHOLE, Holdings, holding_of, told_of_listing
from tests.datalog.graded import NO, PRESUMED, UNKNOWN, YES, Algebra, Graded, Pair, pair
from tests.datalog.program import Atom, Bool, Program

__all__ = ["ENTITY", "World"]

ENTITY: Final = ("*",)
LINKED: Final = ("*", "y")
CHAIN: Final = ("chain",)
Chain = tuple[int, ...]


class World:
    """Questions of fact about some entities of a view.

    Parameters
    ----------
    known
        Numbers of the nodes that may be asked about.
    parties
        Everybody that cases tell of.
    more
        Numbers of what is none of these.
    """

    def __init__(
        self, program: Program, view: FrozenView, known: Iterable[int], parties: Iterable[Party], more: Iterable[int] = ()
    ) -> None:
        self.program = program
        self.view = view
        self.graph = view.graph
        self.algebra = Algebra(program)
        self.known = frozenset(known)
        count = len(self.graph.node_ids)
        self.parties = tuple(dict.fromkeys(parties))
        self.strangers = {party: count + place for place, party in enumerate(party for party in self.parties if party.is_stranger)}
        self.everything = self.known | set(self.strangers.values()) | set(more)
        everything = program.given(ENTITY, self.everything)
        assert not isinstance(everything, bool)
        program.domains["*"] = everything
        self.statement = cache(self._statement)
        self.among = cache(self._among)
        self.edge = cache(self._edge)

    def number(self, party: Party) -> int:
        """Return the number of a party."""
        return self.strangers[party] if party.is_stranger else self.graph.index[party.id]

    # ---- edges

    def rows(self, relation: str) -> range:
        """Return the rows of the edges of a relation."""
        index = self.graph.relation_index.get(relation)
        if index is None:
            return range(0)
        where = self.view.edges_of(index)
        return range(where.start, where.stop)

    def pairs(self, relation: str, keep: Callable[[int], bool]) -> list[tuple[int, int]]:
        """Return the ends of the edges of a relation that are to be kept, of entities that may be asked about."""
        edges = self.view.edges
        ends = ((row, int(edges.subject[row]), int(edges.object[row])) for row in self.rows(relation))
        return [(one, other) for row, one, other in ends if one in self.known and keep(row)]

    def _edge(self, relation: str, run: int, grade: int) -> Bool:
        column = self.view.edges.clear_for if run else self.view.edges.all_for
        return self.program.given(LINKED, self.pairs(relation, lambda row: column[row] >= grade))

    def links(self, relation: str) -> Pair:
        """Return where a subject is linked to an object by a relation, for each run and grade."""
        return pair(lambda run, grade: self.edge(relation, run, grade))

    def complete(self, relation: str, node: int, *, inverse: bool = False) -> int:
        """Return how surely all objects of a node (all its subjects, where *inverse*) are said."""
        index = self.graph.relation_index.get(relation)
        if index is None:
            return 0
        return int((self.view.complete_to if inverse else self.view.complete_from)(index)[node])

    def _statement(self, relation: str, object_: str) -> Graded:
        """Return whether an entity is said to be linked to this one; silence refutes where something is declared complete."""
        program, edges = self.program, self.view.edges
        target = self.graph.index.get(object_)
        index = self.graph.relation_index.get(relation)
        rows = [row for row in self.rows(relation) if int(edges.object[row]) == target and int(edges.subject[row]) in self.known]
        listed = 0 if target is None else self.complete(relation, target, inverse=True)
        column = None if index is None else self.view.complete_from(index)
        closed = {} if column is None else {node: int(column[node]) for node in self.known}

        def given(keep: Callable[[int], bool]) -> Bool:
            return program.given(ENTITY, (int(edges.subject[row]) for row in rows if keep(row)))

        said = given(lambda row: True)
        for_ = pair(lambda run, grade: given(lambda row: (edges.clear_for if run else edges.all_for)[row] >= grade))

        def free(run: int, grade: int) -> Bool:
            against = edges.clear_against if run else edges.all_against
            silent = listed < grade and program.no(program.given(ENTITY, (node for node, sure in closed.items() if sure >= grade)))
            unopposed = program.any(given(lambda row: against[row] < grade), program.no(said))
            return program.any(for_[0][0], program.all(silent, unopposed))

        return Graded(for_, pair(free))

    def through(self, relations: Sequence[str], test: Graded) -> Graded:
        """Return whether what an entity is linked to passes a test; what fails it speaks against."""
        program, there = self.program, test.at("*", "y")
        fails = self.algebra.against(there)

        def found(run: int, grade: int, tested: Pair) -> Bool:
            return program.any(*(program.some(ENTITY, self.edge(one, run, grade), tested[run][grade - 1]) for one in relations))

        return self.algebra.merged(
            [pair(lambda run, grade: found(run, grade, there.for_))], [pair(lambda run, grade: found(run, grade, fails))]
        )

    # ---- kinds

    def of_class(self, classes: Iterable[str]) -> Bool:
        """Return which entities are of one of some classes."""
        wanted, terms = tuple(classes), self.graph.ontology
        fits = {name for name in terms.classes if any(terms.is_a(name, one) for one in wanted)}
        return self.program.given(ENTITY, (node for node in self.known if self.graph.node_class[node] in fits))

    def named(self, ids: Iterable[str]) -> Bool:
        """Return which entities have one of some ids."""
        numbers = (self.graph.index.get(id_, -1) for id_ in ids)
        return self.program.given(ENTITY, (node for node in numbers if node in self.known))

    @property
    def stranger(self) -> Bool:
        """Which entities the data do not know."""
        return self.program.given(ENTITY, self.strangers.values())

    # ---- places

    def _among(self, places: tuple[str, ...], excepted: tuple[str, ...] = ()) -> Graded:
        """Return whether a country is, or is treated as, one of some places and none of those excepted."""
        algebra = self.algebra
        inside = self._inside(places)
        return algebra.all(inside, algebra.not_(self._inside(excepted))) if excepted else inside

    def _inside(self, places: tuple[str, ...]) -> Graded:
        if "anywhere" in places:
            return YES
        program, algebra = self.program, self.algebra
        treated = self.links("treatedAs")
        parts = [algebra.sure(self.named(places))]
        for place in places:
            if place.startswith("cg:"):
                member = self.statement("memberOf", place)
                there = member.at("*", "y")
                parts.append(member)
                parts.append(
                    Graded(
                        pair(lambda run, grade, there=there: program.some(ENTITY, treated[run][grade - 1], there.for_[run][grade - 1])),
                        pair(lambda run, grade, there=there: program.some(ENTITY, treated[0][0], there.free[run][grade - 1])),
                    )
                )
            else:
                said = self.statement("treatedAs", place)
                parts.append(said.each(lambda part, said=said: program.all(said.known, part)))
        return algebra.any(*parts)

    def treated_as(self, country: str) -> tuple[str, ...]:
        """Return the countries that one is treated as: itself where nothing is said."""
        edges, ids = self.view.edges, self.graph.node_ids
        found = [ids[edges.object[row]] for row in self.view.find(country, "treatedAs") if edges.all_for[row]]
        return tuple(dict.fromkeys(found)) or (country,)

    def stands_in(self, places: tuple[str, ...], excepted: tuple[str, ...] = ()) -> Graded:
        """Return whether a country, site or party of the data is in one of some places."""
        algebra, test = self.algebra, self.among(places, excepted)
        elsewhere = self.through(("addressIn", "registeredIn"), test)
        sites = algebra.where(self.of_class(("Site",)), self.through(("locatedIn",), test), elsewhere)
        return algebra.where(self.of_class(("Country",)), test, sites)

    # ---- parties

    def of_strangers(self, told: Callable[[Party], Verdict], others: Graded) -> Graded:
        """Return verdicts on strangers, and those on whoever the data know."""
        verdicts = {number: told(party) for party, number in self.strangers.items()}
        return self.algebra.where(self.stranger, self.algebra.of(ENTITY, verdicts), others) if verdicts else others

    def told_of_strangers(self, told: Mapping[int, int], test: Graded, others: Graded) -> Graded:
        """Return what the country that a case tells of a stranger comes to; unknown where it tells none."""
        if not self.strangers:
            return others
        link = self.program.given(LINKED, told.items())
        placed = self.program.given(ENTITY, told)
        found = self.algebra.where(placed, self.algebra.some(ENTITY, link, test.at("*", "y")), UNKNOWN)
        return self.algebra.where(self.stranger, found, others)

    def where_strangers_are(self, attribute: str) -> dict[int, int]:
        """Return the country that is told of each stranger."""
        told = ((number, str(getattr(party, attribute))) for party, number in self.strangers.items())
        return {number: self.graph.index[country] for number, country in told if country}

    def listed(self, asked: law.Listed) -> Graded:
        """Return whether an entity stands on a list, with a footnote if one is named."""
        on = self._under(asked, self.statement("listed", asked.list))
        if asked.footnote:
            on = self.algebra.all(on, self.statement("bearsFootnote", asked.footnote))
        node = self.graph.index.get(asked.list)
        sure = 0 if node is None else self.complete("listed", node, inverse=True)
        return self.of_strangers(lambda party: Verdict.sure(False, Strength(sure)), on)

    def _under(self, asked: law.Listed, on: Graded) -> Graded:
        """Return who stands on a list under one of some programmes and with one of some scopes; of whom none is told, may."""
        algebra, index = self.algebra, self.graph.index
        if not asked.programme and not asked.scope:
            return on
        other: list[int] = []
        untold: list[int] = []
        for row in self.view.find(None, "listed", asked.list):
            node = int(self.view.edges.subject[row])
            told = told_of_listing(self.view, self.graph.node_ids[node], asked)
            (untold if told is None else [] if told else other).append(node)
        opposed = Graded(NO.for_, pair(lambda run, grade: self.program.no(on.for_[run][grade - 1])))
        there = {number: self.program.all(on.known, self.program.given(ENTITY, set(nodes) & self.known & set(index.values())))
                 for number, nodes in enumerate((other, untold))}  # fmt: skip
        return algebra.where(there[1], UNKNOWN, algebra.where(there[0], opposed, on))

    def is_party(self, asked: law.PartyIs) -> Graded:
        """Return whether an entity is one of some, or of one of some classes."""
        said = self.algebra.sure(self.program.any(self.named(asked.is_), self.of_class(asked.class_) if asked.class_ else False))
        return self.of_strangers(lambda party: Verdict.unknown() if asked.class_ else Verdict.sure(False), said)

    def stands(self, places: tuple[str, ...], excepted: tuple[str, ...]) -> Graded:
        """Return whether a party is in one of some places."""
        told = self.where_strangers_are("country")
        return self.told_of_strangers(told, self.among(places, excepted), self.stands_in(places, excepted))

    def owned(self, asked: law.Owned) -> Graded:
        """Return who is owned by parties on lists: a fact, worked out by arithmetic."""
        holdings = Holdings(self.view, asked)
        return self.algebra.of(ENTITY, {self.number(party): holdings.held(party) for party in self.parties})

    # ---- headquarters

    def headquartered(self, places: tuple[str, ...], parent: str) -> Graded:
        """Return whether an entity, or its ultimate parent, has its headquarters in one of some places."""
        own = self.through(("headquarteredIn",), self.among(places))
        found = own if parent == "own" else self._ultimate(own)
        return self.told_of_strangers(self.where_strangers_are("headquarters"), self.among(places), found)

    def _ultimate(self, own: Graded) -> Graded:
        """Weigh an entity's own seat with those of the parents above it, owner by owner up to where nobody owns more.

        A chain is an entity, an owner of it, an owner of that; nobody stands in one twice. Chains are numbered, and weighed from the
        longest to the shortest.
        """
        program, algebra = self.program, self.algebra
        chains: list[dict[Chain, int]] = [{(node,): node for node in self.known}]
        first = len(self.graph.node_ids) + len(self.strangers)
        while chains[-1]:
            longer = [(*chain, owner) for chain in chains[-1] for owner in self.owners.get(chain[-1], {}) if owner not in chain]
            chains.append({chain: first + place for place, chain in enumerate(longer)})
            first += len(longer)
        numbers = {chain: number for longer in chains[1:] for chain, number in longer.items()}
        if not numbers:
            return self._weighed(own, {}, NO)
        every = program.given(CHAIN, numbers.values())
        assert not isinstance(every, bool)
        program.domains["chain"] = every
        seat = algebra.some(
            CHAIN, program.given(("chain", "y"), ((number, chain[-1]) for chain, number in numbers.items())), own.at("*", "y")
        )
        higher = NO
        for shorter, longer in zip(chains[-2:0:-1], chains[:1:-1], strict=True):
            up = {(shorter[chain[:-1]], number): chain for chain, number in longer.items()}
            held = self._above(CHAIN, up, higher.for_), self._above(CHAIN, up, algebra.against(higher))
            owned = program.given(CHAIN, (below for below, _ in up))
            here = program.given(CHAIN, shorter.values())
            weighed = algebra.where(owned, algebra.merged([held[0]], [held[1]]), seat)
            higher = weighed.each(lambda part, here=here: program.all(here, part))
        return self._weighed(own, {(chain[0], number): chain for chain, number in chains[1].items()}, higher)

    def _weighed(self, own: Graded, up: Mapping[tuple[int, int], Chain], higher: Graded) -> Graded:
        program, algebra = self.program, self.algebra
        column = self.view.complete_to(self.graph.relation_index["owns"]) if "owns" in self.graph.relation_index else None
        sure = {node: max(PRESUMED, int(column[node]) if column is not None else 0) for node in self.known}
        alone = program.no(program.given(ENTITY, (node for node, _ in up)))
        fails, above = algebra.against(own), self._above(ENTITY, up, algebra.against(higher), surely=True)

        def taken(run: int, grade: int) -> Bool:
            """Whoever has no owner on record is its own parent, as presumed or as surely as it is said that all owners are."""
            enough = program.given(ENTITY, (node for node, grade_of in sure.items() if grade_of >= grade))
            return program.all(alone, enough, fails[run][grade - 1])

        return algebra.merged(
            [own.for_, self._above(ENTITY, up, higher.for_, surely=True)],
            [pair(taken), pair(lambda run, grade: program.all(fails[run][grade - 1], above[run][grade - 1]))],
        )

    def _above(self, args: tuple[str, ...], up: Mapping[tuple[int, int], Chain], found: Pair, *, surely: bool = False) -> Pair:
        """Return where an owner is said so surely, and what is found above it is so too."""

        def held(run: int, grade: int) -> Bool:
            links = (
                ends for ends, chain in up.items()
                for least, *said in self.owners[chain[-2]][chain[-1]] if said[run] >= grade and (least or not surely)
            )  # fmt: skip
            part = found[run][grade - 1]
            there = part.at("chain", "up") if isinstance(part, Atom) else part
            return self.program.some(args, self.program.given((*args, "up"), links), there)

        return pair(held)

    @cached_property
    def owners(self) -> dict[int, dict[int, list[tuple[bool, int, int]]]]:
        """Of each node, who may hold half or more of it: whether surely, and how surely that is said in each run."""
        edges = self.view.edges
        grades: dict[tuple[int, int, str], tuple[int, int]] = {}
        found: dict[int, dict[int, list[tuple[bool, str]]]] = {}
        for relation in ("owns", "controls"):
            for row in self.rows(relation):
                below, above = int(edges.object[row]), int(edges.subject[row])
                old = grades.get((below, above, relation), (0, 0))
                grades[below, above, relation] = max(old[0], int(edges.all_for[row])), max(old[1], int(edges.clear_for[row]))
                least, most = holding_of(self.view, row).share(1, 0) if relation == "owns" else (WHOLE, WHOLE)
                if edges.all_for[row] and most >= HALF:
                    found.setdefault(below, {}).setdefault(above, []).append((least >= HALF, relation))
        return {
            below: {above: [(sure, *grades[below, above, relation]) for sure, relation in told] for above, told in owners.items()}
            for below, owners in found.items()
        }
