"""The automaton of a path grammar: epsilon-free, one state per step written (V. M. Glushkov, "The abstract theory of automata",
1961), equivalent states merged.
"""

from __future__ import annotations

from dataclasses import dataclass

from policygraph.paths.expression import Choice, Expression, Letter, Repeat, Word

__all__ = ["Automaton", "Move", "automaton_of"]


@dataclass(frozen=True, slots=True)
class Move:
    """From a state, by a letter, to a state."""

    letter: Letter
    to: int


@dataclass(frozen=True, slots=True)
class Automaton:
    """States numbered from 0, the first; what may be walked from each; in which a path may end.

    Examples
    --------
    >>> from policygraph.paths.grammar import Grammar
    >>> automaton = Grammar.parse("pg:owns/pg:listed?").automaton
    >>> len(automaton), automaton.accepting
    (3, (False, True, True))
    """

    moves: tuple[tuple[Move, ...], ...]
    accepting: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.moves)

    def turned(self) -> Automaton:
        """Return the automaton that walks every path backwards; it starts where this accepts, and accepts in state 0."""
        back: list[list[Move]] = [[] for _ in self.moves]
        for state, moves in enumerate(self.moves):
            for move in moves:
                back[move.to].append(Move(move.letter.turned(), state))
        return Automaton(tuple(map(tuple, back)), tuple(state == 0 for state in range(len(self))))


def automaton_of(path: Expression) -> Automaton:
    """Return the automaton that walks the paths of an expression, with no two states alike."""
    return _merged(_glushkov(path))


@dataclass(frozen=True, slots=True)
class _Ends:
    empty: bool
    first: tuple[int, ...]
    last: tuple[int, ...]


def _glushkov(path: Expression) -> Automaton:
    """One state per letter written, and the state 0 before the first."""
    letters: list[Letter] = []
    follow: dict[int, dict[int, None]] = {}

    def joined(sources: tuple[int, ...], targets: tuple[int, ...]) -> None:
        for source in sources:
            follow.setdefault(source, {}).update(dict.fromkeys(targets))

    def ends(path: Expression) -> _Ends:
        if isinstance(path, Word):
            places = tuple(range(len(letters) + 1, len(letters) + 1 + len(path.letters)))
            letters.extend(path.letters)
            return _Ends(False, places, places)
        if isinstance(path, Repeat):
            inner = ends(path.part)
            if path.mark in "*+":
                joined(inner.last, inner.first)
            return _Ends(inner.empty or path.mark in "?*", inner.first, inner.last)
        parts = [ends(part) for part in path.parts]
        if isinstance(path, Choice):
            return _Ends(
                any(part.empty for part in parts),
                tuple(place for part in parts for place in part.first),
                tuple(place for part in parts for place in part.last),
            )
        whole = parts[0]
        for part in parts[1:]:
            joined(whole.last, part.first)
            whole = _Ends(
                whole.empty and part.empty,
                whole.first + part.first if whole.empty else whole.first,
                whole.last + part.last if part.empty else part.last,
            )
        return whole

    whole = ends(path)
    follow[0] = dict.fromkeys(whole.first)
    moves = tuple(
        tuple(Move(letters[place - 1], place) for place in follow.get(state, ())) for state in range(len(letters) + 1)
    )
    last = set(whole.last)
    return Automaton(moves, tuple(state in last or (state == 0 and whole.empty) for state in range(len(moves))))


def _merged(automaton: Automaton) -> Automaton:
    """Merge states from which the same can be walked, until no two are alike."""
    block = [int(accepts) for accepts in automaton.accepting]
    while True:
        signs = [
            (block[state], frozenset((move.letter, block[move.to]) for move in moves))
            for state, moves in enumerate(automaton.moves)
        ]
        numbers: dict[object, int] = {}
        refined = [numbers.setdefault(sign, len(numbers)) for sign in signs]
        if len(numbers) == len(set(block)):
            break
        block = refined
    block = refined
    chosen = {number: state for state, number in reversed(list(enumerate(block)))}

    def moves(state: int) -> tuple[Move, ...]:
        return tuple(dict.fromkeys(Move(move.letter, block[move.to]) for move in automaton.moves[state]))

    return Automaton(
        tuple(moves(chosen[number]) for number in range(len(chosen))),
        tuple(automaton.accepting[chosen[number]] for number in range(len(chosen))),
    )
