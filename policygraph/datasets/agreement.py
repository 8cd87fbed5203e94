"""Claims against each other: none is said twice, and no document contradicts itself.

Comes in: claims with their places. Goes out: faults. Two documents that disagree are no fault; that is what claims are for.
"""

from __future__ import annotations

from collections.abc import Iterable

from policygraph.claims import Claim, Stance
from policygraph.datasets.files import Faults
from policygraph.datasets.speech import DECIMAL
from policygraph.errors import Place
from policygraph.ontology import Ontology, TimeRule

__all__ = ["Entry", "refuse_contradictions", "refuse_duplicates", "refuse_rivals"]

Entry = tuple[Place, Claim]


def refuse_duplicates(entries: Iterable[Entry], faults: Faults) -> None:
    """Note a fault for each claim that its document makes already, and for each id given twice."""
    contents: dict[tuple[object, ...], Place] = {}
    ids: dict[str, Place] = {}
    for place, claim in entries:
        content = (
            claim.subject, claim.relation, claim.object, claim.value, claim.document, claim.version, claim.stance, claim.by,
            claim.interval, claim.holds, claim.disputes, tuple(sorted(claim.qualifiers.items())),
        )  # fmt: skip
        earlier = contents.setdefault(content, place)
        if earlier is not place:
            said = f"{claim.subject} {claim.relation} {claim.object or claim.value}"
            faults.extend([(place, f"'{said}' of the same document stands at {earlier} already; keep one of them")])
            continue
        earlier = ids.setdefault(claim.id, place)
        if earlier is not place:
            faults.extend([(place, f"the claim id '{claim.id}' is given at {earlier} already; choose another")])


def refuse_contradictions(entries: Iterable[Entry], ontology: Ontology, faults: Faults) -> None:
    """Note a fault where one voice in one version of a document says a statement again, or takes it back, for the same days."""
    said: dict[tuple[object, ...], list[Entry]] = {}
    for place, claim in entries:
        if claim.stance is not Stance.OPINES:
            key = (claim.document, claim.version, claim.by, claim.subject, claim.relation, claim.object, claim.value)
            said.setdefault(key, []).append((place, claim))
    for group in said.values():
        timeless = ontology.relations[group[0][1].relation].time is TimeRule.TIMELESS
        for index, (place, claim) in enumerate(group):
            for there, other in group[:index]:
                if not (timeless or _meet(claim, other)):
                    continue
                what = f"{claim.subject} {claim.relation} {claim.object or claim.value}"
                if claim.stance.is_against != other.stance.is_against:
                    remedy = "keep one of them, or name who else says so (by:)"
                    faults.extend([(place, f"the document says '{what}' at {there} and denies it here for the same days; {remedy}")])
                    break
                if (claim.stance, claim.holds, claim.qualifiers) == (other.stance, other.holds, other.qualifiers):
                    if not timeless and claim.interval != other.interval:
                        remedy = "keep one of them, or end the earlier one (to:)"
                        faults.extend([(place, f"'{what}' stands at {there} already for some of the same days; {remedy}")])
                    break


def refuse_rivals(entries: Iterable[Entry], ontology: Ontology, faults: Faults) -> None:
    """Note a fault where one voice in one version of a document gives two values at a time to a relation that has one."""
    relations = ontology.relations
    single = {name for name, relation in relations.items() if relation.one_at_a_time}
    said: dict[tuple[object, ...], list[Entry]] = {}
    for place, claim in entries:
        if claim.relation in single and not claim.stance.is_against and claim.stance is not Stance.OPINES:
            key = (claim.document, claim.version, claim.by, claim.subject, claim.relation)
            said.setdefault(key, []).append((place, claim))
    for group in said.values():
        timeless = relations[group[0][1].relation].time is TimeRule.TIMELESS
        for index, (place, claim) in enumerate(group):
            rival = next((other for other in group[:index] if _rivals(claim, other[1], timeless)), None)
            if rival:
                here, there = (one.object or one.value for one in (claim, rival[1]))
                rule = f"{claim.subject} has one {claim.relation}" + ("" if timeless else " at a time")
                remedy = "; keep one of them" if timeless else " for the same days; end the earlier one (to:) or keep one of them"
                faults.extend([(place, f"{rule}, but the document says '{here}' here and '{there}' at {rival[0]}{remedy}")])


def _rivals(one: Claim, other: Claim, timeless: bool) -> bool:
    if one.object == other.object and _canonical(one.value) == _canonical(other.value):
        return False
    return timeless or _meet(one, other)


def _meet(one: Claim, other: Claim) -> bool:
    """Tell whether both hold on some day under every reading of their bounds."""
    begin = max(one.interval.from_latest, other.interval.from_latest)
    return begin < min(one.interval.to_earliest, other.interval.to_earliest)


def _canonical(value: str) -> str | float:
    return float(value) if DECIMAL.match(value) else value
