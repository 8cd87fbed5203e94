"""What people meet: a knowledge graph and its views, with the questions they answer.

Thin: every verb hands on to the module that does the work.

>>> import policygraph as pg
>>> kg = pg.load()
>>> view = kg.view(as_of="2025-05-13")
>>> view.touches("昇腾910B", origin="US").leaning
<Outcome.MET: 'met'>
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policygraph.dates import as_day
from policygraph.errors import BadData, BadQuestion, Place, UnknownName
from policygraph.graph import ClaimGraph
from policygraph.ontology import Ontology, shipped
from policygraph.truth import EvidenceTable, Strength, Verdict
from policygraph.view import FrozenView, Policy

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

    from policygraph.claims import Claim, Entity
    from policygraph.findings import Finding
    from policygraph.law import Rulebook

__all__ = ["KnowledgeGraph", "View", "load"]

Day = str | date


def load(directory: str | Path | None = None, *, cache: bool = True) -> KnowledgeGraph:
    """Read a data set: the shipped one, or a directory of the same form.

    A copy in columns is kept in the user's cache directory under a name that is a hash of every file read, so it is never stale;
    set ``POLICYGRAPH_CACHE`` to another directory, or to the empty string for none.

    Parameters
    ----------
    directory
        The data directory; None for the shipped data set.
    cache
        Whether to keep and use the copy.

    Raises
    ------
    BadData
        With every fault of every file, if there is one.

    Examples
    --------
    >>> import policygraph as pg
    >>> pg.load().resolve("中芯国际")
    'smic'
    """
    from policygraph import datasets

    place = Path(directory) if directory is not None else shipped("datasets")
    if not place.is_dir():
        raise BadData([(Place(str(place)), "there is no such data directory; name one that holds sources/ and entities/")])
    terms = Ontology.shipped()
    kept = _kept(datasets.digest(place)) if cache else None
    if kept is not None and kept.is_file():
        try:
            return KnowledgeGraph(ClaimGraph.restore(kept, terms), place)
        except BadData:
            kept.unlink(missing_ok=True)
    graph = ClaimGraph.of(datasets.read(place, ontology=terms))
    if kept is not None:
        _keep(graph, kept)
    return KnowledgeGraph(graph, place)


def _kept(digest: str) -> Path | None:
    chosen = os.environ.get("POLICYGRAPH_CACHE")
    if chosen == "":
        return None
    root = Path(chosen) if chosen else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "policygraph"
    return root / f"{digest}.npz"


def _keep(graph: ClaimGraph, kept: Path) -> None:
    """Keep a copy and drop the older ones; a cache that cannot be written is no reason to fail."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        older = sorted(kept.parent.glob("*.npz"), key=lambda path: path.stat().st_mtime)
        for path in older[:-3]:
            path.unlink(missing_ok=True)
        graph.save(kept)
    except OSError:
        return


class KnowledgeGraph:
    """All that is said, by whom and about what; ask it for a view, or in SPARQL.

    Attributes
    ----------
    graph
        The claims in columns.
    directory
        Where the data were read from; the rules of law stand in its ``law/``.
    """

    def __init__(self, graph: ClaimGraph, directory: Path) -> None:
        self.graph = graph
        self.directory = directory

    def __repr__(self) -> str:
        graph = self.graph
        return f"<KnowledgeGraph {graph.name} {graph.version} of {graph.date}: {len(graph.table):,} claims>"

    @property
    def date(self) -> date:
        """The data set's own date, on which views stand unless told otherwise."""
        return self.graph.date

    @cached_property
    def rules(self) -> Rulebook:
        """The rules of law that come with the data."""
        from policygraph.law import Rulebook

        law = self.directory / "law"
        return Rulebook.load(law if law.is_dir() else shipped("datasets") / "law", self.graph.ontology)

    def view(
        self,
        as_of: Day | None = None,
        known_by: Day | None = None,
        evidence: EvidenceTable | str | Path | None = None,
        *,
        at_least: str | Strength = Strength.ALLEGED,
        without: Iterable[str] = (),
    ) -> View:
        """Freeze what stands on a date.

        Parameters
        ----------
        as_of
            The day on which things must hold, ``YYYY-MM-DD``; the data set's own date unless given.
        known_by
            Only claims on record by this day count; all unless given.
        evidence
            A table of your own (see ``ontology/evidence.yaml``) or the path of one.
        at_least
            Leave out claims weaker than this, on both sides: ``"reported"`` leaves out allegations and presumptions.
        without
            Documents, publishers, speakers or claims to reject.

        Examples
        --------
        >>> import policygraph as pg
        >>> pg.load().view(as_of="2025-05-13", known_by="2024-09-01").as_of
        datetime.date(2025, 5, 13)
        """
        if isinstance(evidence, (str, Path)):
            evidence = EvidenceTable.read(Path(evidence))
        table = evidence or EvidenceTable.read(shipped("ontology") / "evidence.yaml")
        grade = at_least if isinstance(at_least, Strength) else Strength.named(at_least)
        rejected = frozenset(self._rejectable(name) for name in without)
        policy = Policy(table, grade, rejected)
        day = as_day(as_of) if as_of is not None else self.date
        known = as_day(known_by) if known_by is not None else None
        return View(self, FrozenView(self.graph, day, known, policy))

    def _rejectable(self, name: str) -> str:
        if name in self.graph.row_of:
            return name
        try:
            return self.graph.resolve(name, "Document", "Agent")
        except UnknownName as error:
            raise BadQuestion(f"nothing to reject is called '{name}': name a document, a speaker or a claim ({error})") from None

    def resolve(self, text: str, *classes: str) -> str:
        """Return the id of what *text* names, in any script; see :meth:`ClaimGraph.resolve`."""
        return self.graph.resolve(text, *classes)

    def find(self, text: str, limit: int = 10) -> pd.DataFrame:
        """Return what *text* may name, best first, as a frame."""
        import pandas as pd

        return pd.DataFrame(self.graph.find(text, limit), columns=["id", "class", "name", "score"])

    def entity(self, name: str) -> Entity:
        """Return the entity that *name* names."""
        return self.graph.entity(self.resolve(name))

    def claims(self, name: str) -> tuple[Claim, ...]:
        """Return every claim about what *name* names, whether or not it stands."""
        return self.graph.claims_about(self.resolve(name))

    def sparql(self, query: str) -> pd.DataFrame:
        """Ask in SPARQL 1.1 over all claims, with the plain edges that stand on the data set's own date.

        Examples
        --------
        >>> import policygraph as pg
        >>> frame = pg.load().sparql("SELECT ?fab WHERE { chip:ascend-910b-die-tsmc pg:fabricatedAt ?fab }")
        >>> frame["fab"].tolist()
        ['site:tsmc-7nm-lines']
        """
        return self.view().sparql(query)

    def export(self, path: str | Path, format: str | None = None) -> Path:
        """Write the graph: Turtle, TriG, N-Quads, JSON-LD or GraphML, by the ending of *path* or by *format*."""
        from policygraph import rdf

        return rdf.export(self.graph, Path(path), format)


class View:
    """What stands on a date, and the questions it answers.

    Attributes
    ----------
    kg
        The graph it is a view of.
    frozen
        The edges.
    """

    def __init__(self, kg: KnowledgeGraph, frozen: FrozenView) -> None:
        self.kg = kg
        self.frozen = frozen

    def __repr__(self) -> str:
        known = f", known by {self.frozen.known_by}" if self.frozen.known_by else ""
        return f"<View as of {self.as_of}{known}: {len(self.frozen.edges):,} edges>"

    @property
    def as_of(self) -> date:
        """The day on which things must hold."""
        return self.frozen.as_of

    def touches(self, item: str, origin: str = "US") -> Finding:
        """Tell by which routes an item touched tooling or technology of an origin, how surely, and who disputes it.

        Parameters
        ----------
        item
            Id, name or alias of an item, in any script.
        origin
            A country, by its ISO 3166-1 alpha-2 code or name.
        """
        from policygraph.touches import touches

        item_id = self.kg.resolve(item, "Item")
        return touches(self.frozen, item_id, self.kg.resolve(origin, "Country"))

    def verdict(self, subject: str, relation: str, object_: str) -> Verdict:
        """Tell whether one statement holds."""
        name = self.frozen.graph.ontology.relation(relation).name
        return self.frozen.verdict(self.kg.resolve(subject), name, self.kg.resolve(object_))

    def check(self, rule: str, *, assume: Mapping[str, str] | None = None, **case: Any) -> Finding:
        """Tell whether a rule of law reaches a case, with the proof.

        Parameters
        ----------
        rule
            Id of a rule; see ``policygraph check --list``.
        assume
            For rules whose operation is not known: ``{rule: "in-force"}``.
        case
            The case: ``item``, ``to``, ``end_user``, ``knowledge`` ...; see :class:`policygraph.case.Case`.
        """
        from policygraph.law import explain

        return explain(self.frozen, self.kg.rules, rule, self._case(case), assume=dict(assume or {}))

    def _case(self, given: Mapping[str, Any]) -> Any:
        from policygraph.case import Case

        return Case.of(given, self.kg.graph)

    def sparql(self, query: str) -> pd.DataFrame:
        """Ask in SPARQL 1.1 over all claims, with the plain edges that stand in this view."""
        from policygraph import rdf

        return rdf.ask(self._store, query)

    @cached_property
    def _store(self) -> Any:
        from policygraph import rdf

        return rdf.view_store(self.frozen)

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """Return what stands as a networkx multigraph."""
        return self.frozen.to_networkx()
