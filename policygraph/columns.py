"""Claims in columns.

Comes in: claims, or bare numbers. Goes out: a :class:`ClaimTable`, frozen, one row per claim, and the one column that follows from
the others: whether the speaker is a party to what is said. Texts that few claims have are kept apart, unread until asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from policygraph.claims import Claim, Document, Kind, Stance
from policygraph.ontology import Ontology

__all__ = [
    "HOLDS", "INTEGERS", "STANCES", "TEXTS", "ClaimTable", "Numbered", "Sparse", "claim_table", "columns_of", "relation_numbers",
    "table_of", "texts_of",
]  # fmt: skip

Array = npt.NDArray[Any]
T = TypeVar("T")

STANCES: Final = tuple(Stance)
"""Stances by their number in the table."""
HOLDS: Final = ("", "every", "generally")
"""For which members of a kind a claim holds, by its number in the table."""
TEXTS: Final = ("value", "at", "quote", "note", "stated")
"""Columns of texts."""
INTEGERS: Final[Mapping[str, type[np.signedinteger[Any]]]] = {
    "subject": np.int32, "relation": np.int16, "object": np.int32, "from_earliest": np.int32, "from_latest": np.int32,
    "to_earliest": np.int32, "to_latest": np.int32, "recorded": np.int32, "document": np.int32, "version": np.int8,
    "stance": np.int8, "speaker": np.int32, "holds": np.int8, "disputes": np.int32,
}  # fmt: skip
"""Columns of integers and their types."""
_NUMBERS: Final = frozenset(("decimal", "integer", "double", "float"))


class Sparse(Mapping[int, T]):
    """What a few rows have and most have not; kept as JSON text until it is first read.

    What other rows have may lie *beneath*, shared and unread.

    >>> Sparse({3: "p. 2"})[3], Sparse({3: "p. 2"}).get(4), list(Sparse({3: "p. 2"}, beneath=Sparse({1: "p. 9"})))
    ('p. 2', None, [1, 3])
    """

    __slots__ = ("_beneath", "_items", "_stored")

    def __init__(
        self, items: Mapping[int, T] | None = None, stored: bytes = b"[[],[]]", beneath: Mapping[int, T] | None = None
    ) -> None:  # fmt: skip
        self._items = None if items is None else dict(items)
        self._stored = stored
        self._beneath: Mapping[int, T] = {} if beneath is None else beneath

    @property
    def _all(self) -> dict[int, T]:
        if self._items is None:
            rows, values = json.loads(self._stored)
            self._items = dict(zip(rows, values, strict=True))
        return self._items

    def stored(self) -> bytes:
        """Return the text it is kept as."""
        return json.dumps([list(self), list(self.values())], ensure_ascii=False).encode()

    def __getitem__(self, row: int) -> T:
        own = self._all
        return own[row] if row in own else self._beneath[row]

    def __iter__(self) -> Iterator[int]:
        yield from self._beneath
        yield from self._all

    def __len__(self) -> int:
        return len(self._beneath) + len(self._all)


class Numbered(Sequence[str]):
    """Names that follow from their number, so that millions of them take no room.

    >>> Numbered("n-", 3)[1:]
    ['n-1', 'n-2']
    """

    def __init__(self, prefix: str, count: int) -> None:
        self._prefix, self._count = prefix, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [f"{self._prefix}{number}" for number in range(self._count)[index]]
        return f"{self._prefix}{range(self._count)[index]}"


@dataclass(frozen=True, eq=False)
class ClaimTable:
    """Claims in columns of one length; a row is a claim.

    Attributes
    ----------
    subject, object
        Numbers of nodes; ``object`` is -1 where the claim gives a value.
    relation
        Number in :attr:`ClaimGraph.relation_names`.
    number, value
        The value as a number (``nan`` where it is none) and as it was written (only the rows that have one).
    from_earliest, from_latest, to_earliest, to_latest, recorded
        Days as ordinals; see :mod:`policygraph.dates`.
    document, version, stance, speaker
        Who says it where: number in :attr:`ClaimGraph.document_ids`, number of the version, of the stance in ``STANCES``, of the
        speaking node (the publisher unless the claim names another).
    holds
        Number in ``HOLDS``: for claims about kinds.
    disputes
        The row it disputes, or -1.
    own
        Whether the speaker is a party to what is said: it is its own conduct, its own product or its own plant.
    """

    subject: npt.NDArray[np.int32]
    relation: npt.NDArray[np.int16]
    object: npt.NDArray[np.int32]
    number: npt.NDArray[np.float64]
    from_earliest: npt.NDArray[np.int32]
    from_latest: npt.NDArray[np.int32]
    to_earliest: npt.NDArray[np.int32]
    to_latest: npt.NDArray[np.int32]
    recorded: npt.NDArray[np.int32]
    document: npt.NDArray[np.int32]
    version: npt.NDArray[np.int8]
    stance: npt.NDArray[np.int8]
    speaker: npt.NDArray[np.int32]
    holds: npt.NDArray[np.int8]
    disputes: npt.NDArray[np.int32]
    own: npt.NDArray[np.bool_]
    ids: Sequence[str]
    value: Mapping[int, str] = field(default_factory=dict)
    at: Mapping[int, str] = field(default_factory=dict)
    quote: Mapping[int, str] = field(default_factory=dict)
    note: Mapping[int, str] = field(default_factory=dict)
    stated: Mapping[int, str] = field(default_factory=dict)
    qualifiers: Mapping[int, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for column in fields(self):
            array = getattr(self, column.name)
            if isinstance(array, np.ndarray):
                array.setflags(write=False)

    def __len__(self) -> int:
        return len(self.subject)


def relation_numbers(ontology: Ontology) -> dict[str, int]:
    """Return the number of each relation: its place in the order of names."""
    return {name: number for number, name in enumerate(sorted(ontology.relations))}


def table_of(
    claims: Sequence[Claim], index: Mapping[str, int], documents: Mapping[str, Document], kinds: Mapping[str, Kind],
    ontology: Ontology,
) -> ClaimTable:  # fmt: skip
    """Lay out claims in columns.

    Parameters
    ----------
    index
        The number of each node, documents and kinds included; documents are numbered in the order of their ids.
    """
    numbers = {id_: number for number, id_ in enumerate(sorted(documents))}
    rows = {claim.id: row for row, claim in enumerate(claims)}
    return claim_table(
        columns_of(claims, index, documents, numbers, rows, ontology), ids=list(rows), node_count=len(index), ontology=ontology,
        parties=[(index[id_], index[end]) for id_, kind in kinds.items() for ends in kind.where.values() for end in ends],
        **{name: Sparse(texts) for name, texts in texts_of(claims).items()},
    )  # fmt: skip


def columns_of(
    claims: Sequence[Claim], index: Mapping[str, int], documents: Mapping[str, Document], numbers: Mapping[str, int],
    rows: Mapping[str, int], ontology: Ontology,
) -> dict[str, list[Any]]:  # fmt: skip
    """Return the columns of numbers of claims.

    Parameters
    ----------
    index, numbers, rows
        The number of each node and of each document, and the row of each claim that another may dispute.
    """
    relations = relation_numbers(ontology)
    return {
        "subject": [index[claim.subject] for claim in claims],
        "relation": [relations[claim.relation] for claim in claims],
        "object": [index[claim.object] if claim.object else -1 for claim in claims],
        "number": [_number(claim, ontology) for claim in claims],
        "from_earliest": [claim.interval.from_earliest for claim in claims],
        "from_latest": [claim.interval.from_latest for claim in claims],
        "to_earliest": [claim.interval.to_earliest for claim in claims],
        "to_latest": [claim.interval.to_latest for claim in claims],
        "recorded": [claim.recorded.toordinal() for claim in claims],
        "document": [numbers[claim.document] for claim in claims],
        "version": [claim.version for claim in claims],
        "stance": [STANCES.index(claim.stance) for claim in claims],
        "speaker": [index[claim.by or documents[claim.document].publisher] for claim in claims],
        "holds": [HOLDS.index(claim.holds) for claim in claims],
        "disputes": [rows[claim.disputes] if claim.disputes else -1 for claim in claims],
    }


def texts_of(claims: Iterable[Claim], first: int = 0) -> dict[str, dict[int, Any]]:
    """Return the columns of texts of claims, and their qualifiers, by row; the first claim stands in the row *first*."""
    texts: dict[str, dict[int, Any]] = {name: {} for name in (*TEXTS, "qualifiers")}
    for row, claim in enumerate(claims, first):
        for name in TEXTS:
            if text := getattr(claim, name):
                texts[name][row] = text
        if claim.qualifiers:
            texts["qualifiers"][row] = dict(claim.qualifiers)
    return texts


def _number(claim: Claim, ontology: Ontology) -> float:
    is_number = claim.value and ontology.relations[claim.relation].datatype in _NUMBERS
    return float(claim.value) if is_number else float("nan")


def claim_table(
    columns: Mapping[str, Any], *, ids: Sequence[str], parties: Iterable[tuple[int, int]], node_count: int, ontology: Ontology,
    **texts: Any,
) -> ClaimTable:  # fmt: skip
    """Put columns together with the one that follows from them, ``own``.

    The speaker is a party to a claim if it is an end of it, or answers for an end of it: by a claim of a relation whose object
    answers for its subject (designed by, operated by ...), directly or over one more such step (a variant of what it designed),
    or, for a kind, as an object among its conditions.

    Parameters
    ----------
    columns
        Every column of integers, and ``number``.
    parties
        Pairs of a kind and an object among its conditions.
    """
    arrays: dict[str, Any] = {name: np.array(columns[name], dtype=type_) for name, type_ in INTEGERS.items()}
    number = np.array(columns["number"], dtype=np.float64)
    answers = np.array([ontology.relations[name].own_conduct == "object" for name in sorted(ontology.relations)], dtype=bool)
    against = np.array([stance.is_against for stance in STANCES], dtype=bool)
    subject, object_, speaker = (arrays[name].astype(np.int64) for name in ("subject", "object", "speaker"))
    links = answers[arrays["relation"]] & (object_ >= 0) & ~against[arrays["stance"]]
    of_kinds = np.array([node * node_count + party for node, party in parties], dtype=np.int64)
    pairs = np.unique(np.concatenate([subject[links] * node_count + object_[links], of_kinds]))
    pairs = np.union1d(pairs, _one_further(pairs, node_count))
    own = (speaker == subject) | (speaker == object_)
    for node in (subject, object_):
        own |= (node >= 0) & np.isin(node * node_count + speaker, pairs)
    return ClaimTable(**arrays, number=number, own=own, ids=ids, **texts)


def _one_further(pairs: Array, node_count: int) -> Array:
    """Join pairs *a, b* and *b, c*, coded in one number each and sorted, to pairs *a, c*."""
    firsts, seconds = pairs // max(node_count, 1), pairs % max(node_count, 1)
    begin, end = np.searchsorted(firsts, seconds, "left"), np.searchsorted(firsts, seconds, "right")
    lengths = end - begin
    ends_before = np.cumsum(lengths) - lengths
    third = seconds[np.arange(lengths.sum()) + np.repeat(begin - ends_before, lengths)]
    joined: Array = np.repeat(firsts, lengths) * node_count + third
    return joined
