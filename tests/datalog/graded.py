"""Verdicts in Datalog: for each run and each grade, where at least so much speaks for, and where less than so much speaks against.

Both are positive in what they are built from, so that rules may ask for each other and the least fixed point is what DESIGN section 3
asks for: what holds only because it is taken to hold does not hold. NOT swaps the two by stratified negation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from policygraph.truth import Verdict
from tests.datalog.program import Atom, Bool, Program

__all__ = ["GRADES", "NO", "PRESUMED", "RUNS", "UNKNOWN", "YES", "Algebra", "Graded", "Pair", "pair"]

RUNS: Final = (0, 1)
"""Everything that stands, and what is undisputed."""
GRADES: Final = (1, 2, 3, 4)
PRESUMED: Final = 2
Column = tuple[Bool, Bool, Bool, Bool]
Pair = tuple[Column, Column]
"""For each run, one predicate for each grade from 1 to 4."""


@dataclass(frozen=True, slots=True)
class Graded:
    """A verdict: *for_* at least a grade, *free* of a grade or more against."""

    for_: Pair
    free: Pair

    def at(self, here: str, there: str) -> Graded:
        """Return the same verdict on another variable."""
        return self.each(lambda part: part.at(here, there) if isinstance(part, Atom) else part)

    def each(self, change: Callable[[Bool], Bool]) -> Graded:
        """Return the verdict with every predicate changed."""
        for_, free = (tuple(tuple(change(part) for part in column) for column in pair) for pair in (self.for_, self.free))
        return Graded(for_, free)

    @property
    def known(self) -> Bool:
        """Where anything is said for it in the run of everything."""
        return self.for_[0][0]


def pair(made: Callable[[int, int], Bool]) -> Pair:
    """Return what is made for each run and grade."""
    return tuple(tuple(made(run, grade) for grade in GRADES) for run in RUNS)


_ALL, _NONE = pair(lambda run, grade: True), pair(lambda run, grade: False)
YES: Final = Graded(_ALL, _ALL)
NO: Final = Graded(_NONE, _NONE)
UNKNOWN: Final = Graded(_NONE, _ALL)


class Algebra:
    """How verdicts are combined, as rules of a program."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def of(self, args: tuple[str, ...], verdicts: Mapping[Any, Verdict], others: Verdict | None = None) -> Graded:
        """Return verdicts that are given, by number; *others* stands for the rest, unknown by default."""
        program, rest = self.program, others or Verdict.unknown()

        def part(against: bool, run: int, grade: int) -> Bool:
            def reaches(verdict: Verdict) -> bool:
                truth = verdict.uncontested if run else verdict.all_
                return (truth.against if against else truth.for_) >= grade

            if reaches(rest):
                return program.no(program.given(args, (one for one, verdict in verdicts.items() if not reaches(verdict))))
            return program.given(args, (one for one, verdict in verdicts.items() if reaches(verdict)))

        return Graded(pair(lambda run, grade: part(False, run, grade)), pair(lambda run, grade: program.no(part(True, run, grade))))

    def sure(self, where: Bool) -> Graded:
        """Return what is established where something holds, and refuted elsewhere."""
        every = pair(lambda run, grade: where)
        return Graded(every, every)

    def all(self, *given: Graded) -> Graded:
        """AND."""
        every = self.program.all
        return self._each(given, every, every) if given else YES

    def any(self, *given: Graded) -> Graded:
        """OR."""
        either = self.program.any
        return self._each(given, either, either) if given else NO

    def _each(self, given: tuple[Graded, ...], for_: Callable[..., Bool], free: Callable[..., Bool]) -> Graded:
        if len(given) == 1:
            return given[0]
        return Graded(
            pair(lambda run, grade: for_(*(one.for_[run][grade - 1] for one in given))),
            pair(lambda run, grade: free(*(one.free[run][grade - 1] for one in given))),
        )

    def not_(self, given: Graded) -> Graded:
        """NOT."""
        no = self.program.no
        return Graded(pair(lambda run, grade: no(given.free[run][grade - 1])), pair(lambda run, grade: no(given.for_[run][grade - 1])))

    def some(self, args: tuple[str, ...], link: Bool, given: Graded) -> Graded:
        """Return whether one of the things linked passes; where there is none, none does."""
        return given.each(lambda part: self.program.some(args, link, part))

    def where(self, when: Bool, given: Graded, other: Graded) -> Graded:
        """Return one verdict where something holds, and another elsewhere."""
        program, otherwise = self.program, self.program.no(when)

        def chosen(one: Bool, two: Bool) -> Bool:
            return one if one == two else program.any(program.all(when, one), program.all(otherwise, two))

        return Graded(
            pair(lambda run, grade: chosen(given.for_[run][grade - 1], other.for_[run][grade - 1])),
            pair(lambda run, grade: chosen(given.free[run][grade - 1], other.free[run][grade - 1])),
        )

    # ---- grades

    @staticmethod
    def at_most(given: Graded, cap: int = PRESUMED) -> Graded:
        """Cap every grade."""
        return Graded(
            pair(lambda run, grade: grade <= cap and given.for_[run][grade - 1]),
            pair(lambda run, grade: grade > cap or given.free[run][grade - 1]),
        )

    @staticmethod
    def at_least(given: Graded, least: int) -> Graded:
        """Leave out what is weaker than a grade."""
        return Graded(
            pair(lambda run, grade: given.for_[run][max(grade, least) - 1]), pair(lambda run, grade: given.free[run][max(grade, least) - 1])
        )

    @staticmethod
    def supported(given: Graded) -> Graded:
        """Return only what speaks for."""
        return Graded(given.for_, _ALL)

    def against(self, given: Graded) -> Pair:
        """Return where at least a grade speaks against."""
        return pair(lambda run, grade: self.program.no(given.free[run][grade - 1]))

    # ---- evidence on one question

    def merged(self, for_: Iterable[Pair], against: Iterable[Pair]) -> Graded:
        """Weigh evidence: the stronger side stands, and what speaks against it makes it contested."""
        either, shown, opposing = self.program.any, tuple(for_), tuple(against)
        most = pair(lambda run, grade: either(*(one[run][grade - 1] for one in shown)))
        free = pair(lambda run, grade: self.program.no(either(*(one[run][grade - 1] for one in opposing))))
        return self.stands(most, free)

    def stands(self, most: Pair, free: Pair) -> Graded:
        """Return what stands where so much speaks for, and less than so much against."""
        program = self.program

        def stood(least: int) -> Bool:
            ways: list[Bool] = []
            for grade in range(least, 5):
                unopposed = True if grade == 4 else free[0][grade]
                ways.append(program.all(most[0][grade - 1], unopposed))
                if unopposed is True:
                    break
            return program.any(*ways)

        every = tuple(stood(grade) for grade in GRADES)
        undisputed = program.all(every[0], free[0][0], free[1][0])
        clear = tuple(program.all(undisputed, most[1][grade - 1]) for grade in GRADES)
        return Graded(
            (every, clear),
            pair(lambda run, grade: program.any(free[run][grade - 1], every[0])),
        )

    def joined(self, one: Graded, other: Graded) -> Graded:
        """Weigh two verdicts on the same question, each of which may ask for the other."""
        program = self.program
        return self.stands(
            pair(lambda run, grade: program.any(one.for_[run][grade - 1], other.for_[run][grade - 1])),
            pair(lambda run, grade: program.all(one.free[run][grade - 1], other.free[run][grade - 1])),
        )

    def weighed(self, presumption: Graded, record: Graded) -> Graded:
        """Weigh a presumption by what the record has of the thing presumed."""
        program = self.program
        said = program.any(*(program.no(record.free[run][0]) for run in RUNS), *(record.for_[run][0] for run in RUNS))
        limited = Graded(
            (presumption.for_[0], tuple(map(program.all, presumption.for_[1], record.for_[1]))),
            presumption.free,
        )
        opposed = self.stands(
            presumption.for_, pair(lambda run, grade: program.all(presumption.free[run][grade - 1], record.free[run][grade - 1]))
        )
        shown = self.where(record.known, limited, opposed)
        return self.where(program.all(presumption.known, said), shown, presumption)
