"""A Datalog program under construction: predicates, each made once however often it is asked for, and the engine that runs it.

Comes in: sets of tuples of numbers, and how predicates follow from others. Goes out: for each predicate that is asked for, its tuples.
What is so everywhere is ``True`` and what is so nowhere ``False``, so that nothing is written down for them.

The variables of a predicate are named. ``row`` is a row of the table of cases, ``c:...`` a cell of a column, ``x`` the item of a
row, ``*`` any entity; other names are bound within a condition. Where predicates of different columns meet, the row joins them.
"""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

__all__ = ["LESS", "Atom", "Bool", "Program"]

ROW: Final = "row"
LESS: Final = "<"
"""The predicate that compares two numbers."""


@dataclass(frozen=True, slots=True)
class Atom:
    """A predicate of some variables."""

    name: str
    args: tuple[str, ...]

    def at(self, here: str, there: str) -> Atom:
        """Return the same predicate with another variable in the place of one."""
        return Atom(self.name, tuple(there if arg == here else arg for arg in self.args))


Bool = bool | Atom
"""What is so everywhere, nowhere, or where a predicate holds."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One way in which a predicate holds: of these variables, where all of a body hold and nothing of what is negated does."""

    head: Atom
    body: tuple[Atom, ...]
    negated: tuple[Atom, ...] = ()

    def __str__(self) -> str:
        names: dict[str, str] = {}
        atoms = [*map(str, (self._named(atom, names) for atom in self.body)), *(f"~{self._named(atom, names)}" for atom in self.negated)]
        return f"{self._named(self.head, names)} :- {', '.join(atoms)} ."

    @staticmethod
    def _named(atom: Atom, names: dict[str, str]) -> str:
        written = [arg if arg.lstrip("-").isdigit() else names.setdefault(arg, f"?v{len(names)}") for arg in atom.args]
        return f"{written[0]} < {written[1]}" if atom.name == LESS else f"{atom.name}({', '.join(written)})"

    def put_in(self, place: int, other: Rule) -> Rule:
        """Return the rule with the body of another in the place of the atom that it says."""
        meant = dict(zip(other.head.args, self.body[place].args, strict=True))

        def moved(atom: Atom) -> Atom:
            return Atom(
                atom.name, tuple(arg if arg.lstrip("-").isdigit() else meant.get(arg, f"{arg}'{other.head.name}") for arg in atom.args)
            )

        body = (*self.body[:place], *map(moved, other.body), *self.body[place + 1 :])
        return replace(self, body=tuple(dict.fromkeys(body)), negated=(*self.negated, *map(moved, other.negated)))


def _is_of_case(arg: str) -> bool:
    return arg in (ROW, "x") or arg.startswith("c:")


class Program:
    """Predicates and facts, in the order in which they were asked for."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.domains: dict[str, Atom] = {}
        self._facts: dict[int, list[str]] = {}
        self._numbers: dict[object, int] = {}
        self._made: dict[object, str] = {}
        self._inverse: dict[Atom, Atom] = {}
        self._count = 0

    # ---- what is given

    def given(self, args: tuple[str, ...], tuples: Iterable[Sequence[int] | int]) -> Bool:
        """Return the predicate that holds of these tuples and no others."""
        rows = frozenset((one,) if isinstance(one, int) else tuple(one) for one in tuples)
        if not rows:
            return False
        key = ("given", len(args), rows)
        if key not in self._made:
            number = len(self._numbers)
            self._numbers[key] = number
            lines = self._facts.setdefault(len(args), [])
            lines += [",".join(map(str, (number, *row))) for row in sorted(rows)]
            names = tuple(f"v{place}" for place in range(len(args)))
            self._made[key] = self._rule(names, ((Atom(f"g{len(args)}", (str(number), *names)),), ()))
        return Atom(self._made[key], args)

    def domain(self, arg: str) -> Atom:
        """Return what a variable ranges over."""
        if arg in self.domains:
            return self.domains[arg]
        return Atom(self.domains["*"].name, (arg,))

    # ---- what follows

    def some(self, args: tuple[str, ...], *body: Bool, without: Iterable[Bool] = ()) -> Bool:
        """Return where all of a body hold, for some values of the variables that are not among *args*, and none of *without*."""
        if any(part is False for part in body) or any(part is True for part in without):
            return False
        args = tuple(dict.fromkeys(args))
        atoms = list(dict.fromkeys(part for part in body if isinstance(part, Atom)))
        negated = list(dict.fromkeys(part for part in without if isinstance(part, Atom)))
        bound = {arg for atom in atoms if atom.name != LESS for arg in atom.args}
        needed = [*args, *(arg for atom in negated for arg in atom.args)]
        atoms += [self.domain(arg) for arg in dict.fromkeys(needed) if arg not in bound and (negated or atoms)]
        if not atoms:
            return True
        if len(atoms) == 1 and not negated and atoms[0].args == args:
            return atoms[0]
        atoms.sort(key=lambda atom: (atom.name, atom.args))
        negated.sort(key=lambda atom: (atom.name, atom.args))
        names = {arg: f"v{place}" for place, arg in enumerate(args)}
        for atom in (*atoms, *negated):
            for arg in atom.args:
                names.setdefault(arg, f"v{len(names)}")
        body, refused = (tuple(_renamed(atom, names) for atom in one) for one in (atoms, negated))
        key = ("rule", len(args), body, refused)
        if key not in self._made:
            self._made[key] = self._rule([names[arg] for arg in args], (body, refused))
        return Atom(self._made[key], args)

    def all(self, *parts: Bool, without: Iterable[Bool] = ()) -> Bool:
        """Return where all of some predicates hold."""
        if any(part is False for part in parts):
            return False
        args = self.args((*parts, *without))
        return self.some(args, *(self.raised(part, args) for part in parts), without=[self.raised(part, args) for part in without])

    def any(self, *parts: Bool) -> Bool:
        """Return where one of some predicates holds."""
        if any(part is True for part in parts):
            return True
        args = self.args(parts)
        each = [self.some(args, self.raised(part, args)) for part in dict.fromkeys(parts) if part is not False]
        atoms = sorted({part for part in each if isinstance(part, Atom)}, key=lambda atom: atom.name)
        if len(atoms) < 2:
            return atoms[0] if atoms else False
        names = {arg: f"v{place}" for place, arg in enumerate(args)}
        key = ("any", len(args), *(atom.name for atom in atoms))
        if key not in self._made:
            self._made[key] = self._rule(list(names.values()), *(((_renamed(atom, names),), ()) for atom in atoms))
        return Atom(self._made[key], args)

    def no(self, part: Bool) -> Bool:
        """Return where a predicate does not hold."""
        if isinstance(part, bool):
            return not part
        if part in self._inverse:
            return self._inverse[part]
        found = self.some(part.args, without=[part])
        assert isinstance(found, Atom)
        self._inverse[found] = part
        return found

    # ---- what asks for itself

    def declared(self, *args: str) -> Atom:
        """Return a predicate that is said later by :meth:`define`."""
        self._count += 1
        return Atom(f"p{self._count}", args)

    def define(self, atom: Atom, *ways: Bool) -> None:
        """Say of a declared predicate where it holds: in one of some ways."""
        everywhere = tuple(self.domain(arg) for arg in atom.args)
        # a predicate that nothing says would be unknown to the engine
        self.rules.append(Rule(atom, (*everywhere, Atom("g1", ("-1", atom.args[0])))))
        for way in ways:
            if way is True:
                self.rules.append(Rule(atom, everywhere))
            elif way is not False:
                part = self.some(atom.args, self.raised(way, atom.args))
                assert isinstance(part, Atom)
                self.rules.append(Rule(atom, (part,)))

    # ---- rows join columns

    @staticmethod
    def args(parts: Iterable[Bool]) -> tuple[str, ...]:
        """Return the variables of what some predicates come to together: the row where more than one column meets."""
        found = sorted({arg for part in parts if isinstance(part, Atom) for arg in part.args})
        of_case = [arg for arg in found if _is_of_case(arg)]
        if len(of_case) > 1:
            found = [ROW, *(arg for arg in found if arg not in of_case)]
        return tuple(found)

    def raised(self, part: Bool, args: tuple[str, ...]) -> Bool:
        """Return a predicate of columns as one of the rows that have these cells, where *args* ask for that."""
        if not isinstance(part, Atom) or ROW not in args:
            return part
        columns = [arg for arg in part.args if _is_of_case(arg) and arg != ROW]
        if not columns:
            return part
        joined = [Atom(self.domains[f"row>{column}"].name, (ROW, column)) for column in columns]
        return self.some((ROW, *(arg for arg in part.args if not _is_of_case(arg))), part, *joined)

    def on_rows(self, part: Bool) -> Bool:
        """Return a predicate of several columns as one of the rows, and one of a column and itself as one of the column."""
        raised = self.raised(part, self.args([part]))
        if isinstance(raised, Atom) and len(set(raised.args)) < len(raised.args):
            return self.some(raised.args, raised)
        return raised

    # ---- the engine

    def _rule(self, head: Sequence[str], *ways: tuple[tuple[Atom, ...], tuple[Atom, ...]]) -> str:
        self._count += 1
        atom = Atom(f"p{self._count}", tuple(head))
        self.rules += [Rule(atom, body, negated) for body, negated in ways]
        return atom.name

    def _needed(self, asked: set[str]) -> Iterator[Rule]:
        """Yield the rules that some predicates follow from; what is said in one way and used in one place is said there."""
        said: dict[str, list[Rule]] = defaultdict(list)
        for rule in self.rules:
            said[rule.head.name].append(rule)
        needed, ahead = set(asked), list(asked)
        uses: Counter[str] = Counter()
        while ahead:
            for rule in said[ahead.pop()]:
                uses.update(atom.name for atom in rule.body)
                uses.update({atom.name: 2 for atom in rule.negated})
                fresh = {atom.name for atom in (*rule.body, *rule.negated)} - needed
                needed |= fresh
                ahead += fresh
        within = {
            name for name in needed - asked
            if uses[name] == 1 and len(said[name]) == 1 and all(atom.name[0] != "g" for atom in said[name][0].body)
        }  # fmt: skip
        for name in needed - within:
            for rule in said[name]:
                while (place := next((number for number, atom in enumerate(rule.body) if atom.name in within), None)) is not None:
                    rule = rule.put_in(place, said[rule.body[place].name][0])
                yield rule

    def run(self, asked: Iterable[str]) -> dict[str, list[list[int]]]:
        """Run the program, and return the tuples of some predicates."""
        import nmo_python

        names = sorted(set(asked))
        with tempfile.TemporaryDirectory() as directory:
            lines = []
            for arity in (1, 2, 3):
                file = Path(directory) / f"g{arity}.csv"
                rows = [",".join(["-1"] + ["-9"] * arity), *self._facts.get(arity, ())]
                file.write_text("\n".join(rows) + "\n", encoding="ascii")
                kinds = ", ".join(["int"] * (arity + 1))
                lines.append(f'@import g{arity} :- csv{{resource="{file.as_posix()}", format=({kinds})}} .')
            text = "\n".join([*lines, *map(str, self._needed(set(names))), *(f"@output {name} ." for name in names)])
            engine: Any = nmo_python.NemoEngine(nmo_python.load_string(text))
            engine.reason()
            return {name: list(engine.result(name)) for name in names}


def _renamed(atom: Atom, names: Mapping[str, str]) -> Atom:
    return Atom(atom.name, tuple(names[arg] for arg in atom.args))
