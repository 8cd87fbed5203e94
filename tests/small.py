"""Small graphs for tests, written as tersely as a test reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from policygraph.claims import Claim, Complete, Document, Entity, Kind, Stance
from policygraph.dates import Interval, as_day
from policygraph.graph import ClaimGraph
from policygraph.ontology import Ontology, shipped
from policygraph.truth import EvidenceTable, Strength
from policygraph.view import FrozenView, Policy

CARRIER = {4: "law", 3: "analysis", 2: "analysis", 1: "forum"}
TABLE = EvidenceTable.read(shipped("ontology") / "evidence.yaml")


def said(subject: str | Kind, relation: str, object_: str = "", **more: Any) -> dict[str, Any]:
    """Describe one claim; ``grade`` picks a document and stance that come to that strength."""
    return {"subject": subject, "relation": relation, "object": object_, **more}


def bound(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [as_day(part) if part else None for part in value]
    return as_day(value) if value else None


def graph(
    claims: list[dict[str, Any]], classes: Mapping[str, str] | None = None, completes: tuple[dict[str, Any], ...] = (),
    on: str = "2025-05-13",
) -> ClaimGraph:
    """Build a graph; entities not given a class are Items, publishers are a government body ``gov`` and a firm ``press``."""
    given = {"gov": "GovernmentBody", "press": "MediaOutlet", **(classes or {})}
    documents: dict[str, Document] = {}
    kinds: dict[str, Kind] = {}
    built: list[Claim] = []
    names: set[str] = set(given)

    def document(id_: str, kind: str, publisher: str, published: date) -> str:
        documents.setdefault(id_, Document(id=id_, title=id_, publisher=publisher, kind=kind, published=published))
        return id_

    for claim in claims:
        grade = claim.get("grade", 3)
        recorded = as_day(claim.get("recorded", "2020-01-01"))
        kind, publisher = CARRIER[grade], "gov" if grade == 4 else "press"
        source = document(claim.get("document", f"{publisher}-{grade}-{recorded}"), kind, publisher, recorded)
        stance = claim.get("stance", Stance.PRESUMES if grade == 2 else Stance.ASSERTS)
        subject = claim["subject"]
        if isinstance(subject, Kind):
            kinds[subject.id] = subject
            names |= {end for ends in subject.where.values() for end in ends}
            subject = subject.id
        else:
            names.add(subject)
        names |= {claim["object"]} - {""}
        built.append(
            Claim(
                subject=subject, relation=claim["relation"], object=claim["object"], value=claim.get("value", ""),
                document=source, stance=stance, by=claim.get("by", ""), recorded=recorded, name=claim.get("id", ""),
                interval=Interval.of(bound(claim.get("since")), bound(claim.get("until"))),
                holds=claim.get("holds", "every" if isinstance(claim["subject"], Kind) else ""),
                qualifiers=claim.get("qualifiers", {}),
            )
        )
    declared = []
    for complete in completes:
        grade = complete.get("grade", 4)
        recorded = as_day(complete.get("recorded", "2020-01-01"))
        source = document(f"complete-{grade}-{recorded}", CARRIER[grade], "gov" if grade == 4 else "press", recorded)
        stance = Stance.PRESUMES if grade == 2 else Stance.ASSERTS
        declared.append(
            Complete(
                relation=complete["relation"], subject=complete.get("subject", ""), object=complete.get("object", ""),
                document=source, stance=stance, recorded=recorded,
                interval=Interval.of(bound(complete.get("since")), bound(complete.get("until"))),
            )
        )
        names |= {complete.get("subject", ""), complete.get("object", "")} - {""}
    names -= set(documents)
    entities = {name: Entity(id=name, type=given.get(name, "Item"), name=name) for name in sorted(names)}
    return ClaimGraph.build(
        tuple(built), entities=entities, documents=documents, kinds=kinds, completes=tuple(declared),
        ontology=Ontology.shipped(), name="small", version="0", date=as_day(on), digest="",
    )


def view(
    built: ClaimGraph, as_of: str = "2025-05-13", known_by: str | None = None, at_least: Strength = Strength.ALLEGED,
    without: frozenset[str] = frozenset(),
) -> FrozenView:
    """Freeze a view with the shipped evidence table."""
    return FrozenView(built, as_day(as_of), as_day(known_by) if known_by else None, Policy(TABLE, at_least, without))
