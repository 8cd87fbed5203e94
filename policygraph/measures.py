"""Total processing performance, performance density, memory bandwidth density, wavelength by aperture, from sourced figures.

Comes in: a view and an item. Goes out: figures, each with its strength and the claims it rests on, and the verdict of a comparison.
Only arithmetic lives here; thresholds stand in rule files, and how many bits a precision counts is in the ontology.

Total processing performance is twice the rate of multiply-accumulates times the bit length, which is the dense rate of a data
sheet times the bit length; the precision that gives most counts. Performance density divides it by the area of the logic dies made
on a node with non-planar transistors, and is undefined where there is none. The minimum resolvable feature of a lithography tool is the
wavelength of its light by the largest numerical aperture, times a factor that the control list sets, so the factor stands in the rule.

References
----------
15 CFR part 774, Supplement No. 1, ECCN 3A090 and 3B001.f.1, technical notes.

>>> sorted(QUANTITIES)
['memory-bandwidth-density', 'performance-density', 'total-processing-performance', 'wavelength-by-aperture']
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Final

from policygraph.ontology import Ontology
from policygraph.truth import Strength, Truth, Verdict
from policygraph.view import FrozenView, ValueLeaf

__all__ = ["COMPARISONS", "QUANTITIES", "Figure", "Measured", "compare", "figures", "known", "members"]

COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    ">=": operator.ge, ">": operator.gt, "<": operator.lt, "<=": operator.le,
}  # fmt: skip
"""What may be said between a quantity and a number."""
_DECISIVE_BITS: Final = 16
"""A chip that multiplies matrices is fastest in bits at such a length or less; without a figure there, its highest is not known."""
_ASSUMED = "the area of all logic dies stands in for that of the non-planar ones, so the density may be higher"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number computed from claims, or the finding that it is undefined (``number`` is then nan).

    Attributes
    ----------
    text
        How it was computed.
    group
        The precision or other variant; rivals within a group contradict each other, groups do not.
    truth
        Support and opposition: the weakest of what it was computed from.
    rows, opposed
        Rows of the claims for and against.
    lower_bound
        Whether the true value may be higher.
    """

    number: float
    text: str
    group: str
    truth: Truth[int]
    rows: tuple[int, ...]
    opposed: tuple[int, ...] = ()
    note: str = ""
    lower_bound: bool = False
    decisive: bool = True


@dataclass(frozen=True, slots=True)
class Measured:
    """How a comparison came out, and on which figures."""

    verdict: Verdict
    figures: tuple[Figure, ...]
    note: str = ""
    missing: tuple[str, ...] = ()


def known(ontology: Ontology) -> tuple[str, ...]:
    """Return the names of all quantities: the computed ones, and every numeric relation of the ontology."""
    numeric = (name for name, relation in ontology.relations.items() if relation.datatype == "decimal")
    return (*QUANTITIES, *sorted(numeric))


def figures(view: FrozenView, item: str, quantity: str) -> tuple[Figure, ...]:
    """Return what is known of a quantity of an item, highest first.

    Parameters
    ----------
    view
        The claims that count.
    item
        Id of the item; a family that has no figures of its own is answered by :func:`compare` per member.
    quantity
        One of :data:`QUANTITIES`, or a numeric relation.
    """
    found = QUANTITIES[quantity](view, item) if quantity in QUANTITIES else _plain(view, item, quantity)
    return tuple(sorted(found, key=lambda figure: -figure.number if figure.number == figure.number else 1.0))


def compare(view: FrozenView, item: str, quantity: str, comparison: str, value: float) -> Measured:
    """Compare a quantity of an item with a number.

    Figures that pass speak for, figures that fail against; rivals contradict within one precision, and one precision that passes
    is enough. What is undefined passes no test, as presumed. A family without figures of its own passes or fails if all its members do.

    Parameters
    ----------
    comparison
        ``>=``, ``>``, ``<`` or ``<=``.
    """
    own = figures(view, item, quantity)
    if not own and (family := members(view, item)):
        return _family(view, family, quantity, comparison, value)
    if comparison in ("<", "<="):
        turned = compare(view, item, quantity, ">=" if comparison == "<" else ">", value)
        undefined = bool(own) and all(figure.number != figure.number for figure in own)
        return Measured(turned.verdict if undefined else ~turned.verdict, turned.figures, turned.note, turned.missing)
    passes = COMPARISONS[comparison]
    verdicts = []
    for group in dict.fromkeys(figure.group for figure in own):
        here = [figure for figure in own if figure.group == group]
        for_ = max((figure.truth.for_ for figure in here if passes(figure.number, value)), default=0)
        opposed = max((figure.truth.against for figure in here if passes(figure.number, value)), default=0)
        against = max((_refuting(figure) for figure in here if not passes(figure.number, value)), default=0)
        verdicts.append(Verdict.of_leaf(Truth(for_, max(against, opposed if for_ else 0))))
    verdict = reduce(operator.or_, verdicts) if verdicts else Verdict.unknown()
    if not any(figure.decisive for figure in own):
        verdict = Verdict(Truth(verdict.all_.for_, 0), Truth(verdict.uncontested.for_, 0))
    notes = dict.fromkeys(figure.note for figure in own if figure.note)
    return Measured(verdict, own, "; ".join(notes), () if own else (quantity,))


def _refuting(figure: Figure) -> int:
    if figure.number != figure.number or figure.lower_bound:
        return min(figure.truth.for_, int(Strength.PRESUMED))
    return figure.truth.for_


def _family(view: FrozenView, family: tuple[str, ...], quantity: str, comparison: str, value: float) -> Measured:
    each = {member: compare(view, member, quantity, comparison, value) for member in family}
    verdicts = [measured.verdict for measured in each.values()]
    every, some = reduce(operator.and_, verdicts), reduce(operator.or_, verdicts)
    agreed = Verdict(Truth(every.all_.for_, some.all_.against), Truth(every.uncontested.for_, some.uncontested.against))
    said = ", ".join(f"{member} {measured.verdict.outcome}" for member, measured in each.items())
    found = tuple(figure for measured in each.values() for figure in measured.figures[:1])
    note = f"a family, answered as one only if all its members agree: {said}"
    return Measured(agreed, found, note, tuple(dict.fromkeys(name for measured in each.values() for name in measured.missing)))


def members(view: FrozenView, item: str) -> tuple[str, ...]:
    """Return the members of a family, such as the bins sold under one name."""
    names = view.graph.node_ids
    found = (names[view.edges.subject[row]] for row in view.find(None, "variantOf", item) if view.edges.all_for[row])
    return tuple(sorted(set(found)))


# ---- arithmetic


def _plain(view: FrozenView, item: str, relation: str) -> Iterator[Figure]:
    unit = view.graph.ontology.relations[relation].unit
    for leaf in view.values(item, relation):
        if leaf.number == leaf.number:
            shown = f"{leaf.number:,g} {'' if unit == '1' else unit}".strip()
            yield Figure(leaf.number, shown, relation, leaf.truth, leaf.rows, leaf.opposed)


def _performance(view: FrozenView, item: str) -> Iterator[Figure]:
    ontology = view.graph.ontology
    for name, relation in ontology.relations.items():
        if relation.bit_length is None:
            continue
        for leaf in view.values(item, name):
            number = leaf.number * relation.bit_length
            text = f"{leaf.number:,g} {relation.unit} {ontology.label(name)} x {relation.bit_length} bits = {number:,g}"
            decisive = relation.bit_length <= _DECISIVE_BITS
            yield Figure(number, text, name, leaf.truth, leaf.rows, leaf.opposed, decisive=decisive)


def _density(view: FrozenView, item: str) -> Iterator[Figure]:
    exact = view.values(item, "nonPlanarDieArea")
    for performance in _performance(view, item):
        for area in exact or view.values(item, "dieArea"):
            if area.number > 0:
                density = performance.number / area.number
                text = f"{performance.text}; / {area.number:,g} mm2 = {density:,.2f}"
                yield _joined(performance, area, density, text, note="" if exact else _ASSUMED, lower_bound=not exact)
            elif exact:
                text = f"{performance.text}; no die on a non-planar node, so the density is undefined"
                yield _joined(performance, area, float("nan"), text, note="an undefined density is taken as a test not met")


def _bandwidth_density(view: FrozenView, item: str) -> Iterator[Figure]:
    for bandwidth in _plain(view, item, "memoryBandwidth"):
        for area in view.values(item, "packageArea"):
            if area.number > 0:
                density = bandwidth.number / area.number
                yield _joined(bandwidth, area, density, f"{bandwidth.text} / {area.number:,g} mm2 = {density:,.2f} GB/s/mm2")


def _wavelength_by_aperture(view: FrozenView, item: str) -> Iterator[Figure]:
    for wavelength in _plain(view, item, "sourceWavelength"):
        for aperture in view.values(item, "numericalAperture"):
            if aperture.number > 0:
                number = wavelength.number / aperture.number
                yield _joined(wavelength, aperture, number, f"{wavelength.text} / {aperture.number:,g} = {number:,.1f} nm")


def _joined(
    figure: Figure, area: ValueLeaf, number: float, text: str, *, note: str = "", lower_bound: bool = False
) -> Figure:
    truth = Truth(min(figure.truth.for_, area.truth.for_), max(figure.truth.against, area.truth.against))
    return Figure(
        number, text, figure.group, truth, (*figure.rows, *area.rows), (*figure.opposed, *area.opposed), note, lower_bound,
        figure.decisive,
    )  # fmt: skip


QUANTITIES: Final[Mapping[str, Callable[[FrozenView, str], Iterator[Figure]]]] = {
    "total-processing-performance": _performance,
    "performance-density": _density,
    "memory-bandwidth-density": _bandwidth_density,
    "wavelength-by-aperture": _wavelength_by_aperture,
}
"""Quantities that are computed, by name."""
