"""What people meet: a knowledge graph and its views, with the questions they answer.

Thin: every verb hands on to the module that does the work.

>>> import policygraph as pg
>>> kg = pg.load()
>>> view = kg.view(as_of="2025-05-13")
>>> view.touches("昇腾910B", origin="US").leaning
<Outcome.MET: 'met'>
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import yaml

from policygraph import copies
from policygraph.asking import View
from policygraph.dates import as_day, covered
from policygraph.errors import BadData, BadQuestion, Place, UnknownName, as_path, as_text
from policygraph.graph import ClaimGraph
from policygraph.ontology import Ontology, shipped
from policygraph.truth import EvidenceTable, Strength
from policygraph.view import FrozenView, Policy

if TYPE_CHECKING:
    import pandas as pd

    from policygraph.claims import Claim, Entity
    from policygraph.datasets import Corpus
    from policygraph.law import Rulebook
    from policygraph.law.compare import Comparison
    from policygraph.law.table import CaseTable
    from policygraph.scenario import Answers, Scenario

__all__ = ["Checked", "KnowledgeGraph", "View", "load", "validate"]

Day = str | date

def load(directory: str | Path | None = None, *, cache: bool = True) -> KnowledgeGraph:
    """Read a data set: the shipped one, or a directory of the same form.

    A copy in columns is kept in the user's cache directory. Its name is a hash of every file it was made from, data, ontology and
    program alike, so it is never stale; set ``POLICYGRAPH_CACHE`` to another directory, or to the empty string for none.

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

    place = as_path(directory, "a data directory") if directory is not None else shipped("datasets")
    if not place.is_dir():
        raise BadData([(Place(str(place)), "there is no such directory; name one that holds dataset.yaml")])
    digest = copies.digest_of(place) if cache else ""
    kept = copies.place_of(digest) if digest else None
    terms = Ontology(shipped("ontology") / "policygraph.ttl")
    if kept is not None:
        with suppress(BadData, OSError):
            graph = ClaimGraph.restore(kept, terms)
            if graph.digest == digest:
                return KnowledgeGraph(graph, place)
    graph = ClaimGraph.of(datasets.read(place, ontology=terms))
    if kept is not None and graph.digest == digest:
        copies.keep(graph, kept)
    return KnowledgeGraph(graph, place)


def _evidence(path: str | Path | None) -> EvidenceTable:
    place = as_path(path, "an evidence table") if path is not None else shipped("ontology") / "evidence.yaml"
    said = "is no evidence table; give one of the form of ontology/evidence.yaml"
    try:
        return EvidenceTable.read(place)
    except OSError as error:
        raise BadQuestion(f"the evidence table '{place}' cannot be read: {error.strerror}") from None
    except BadQuestion as error:
        raise BadQuestion(f"'{place}' {said}: {error}") from None
    except KeyError as error:
        raise BadQuestion(f"'{place}' {said}: it has no {error}") from None
    except (yaml.YAMLError, UnicodeDecodeError, TypeError, AttributeError) as error:
        raise BadQuestion(f"'{place}' {said}: {' '.join(str(error).split())[:200]}") from None


def _day(told: Day) -> date:
    """Return a day on which something can be asked: one of the years that the data may speak of."""
    from policygraph.datasets.register import calendar_day

    return calendar_day(as_day(told).isoformat())


@dataclass(frozen=True, slots=True)
class Checked:
    """A data directory in which no fault was found.

    Attributes
    ----------
    corpus
        What it says.
    rules, flags, cases
        How many rules of law, red flags and told cases stand in it.
    shapes
        Whether its RDF form was checked against the SHACL shapes too, which needs the extra ``shacl``.
    """

    corpus: Corpus
    rules: int
    flags: int
    cases: int
    shapes: bool


def validate(directory: str | Path | None = None) -> Checked:
    """Check a data directory: its files, its RDF form against the SHACL shapes, its rules of law, red flags and told cases.

    Raises
    ------
    BadData
        With every fault of the files or, if they have none, of the RDF form; then of the flags, then of the cases.
    BadRule
        With every fault of the rules.

    Examples
    --------
    >>> validate("no-such-directory")
    Traceback (most recent call last):
        ...
    policygraph.errors.BadData: no-such-directory: there is no such directory; name one that holds dataset.yaml
    """
    from importlib.util import find_spec

    from policygraph import datasets, shapes

    place = as_path(directory, "a data directory") if directory is not None else shipped("datasets")
    with_shapes = find_spec("pyshacl") is not None
    corpus = shapes.validate(place) if with_shapes else datasets.read(place)
    rules = flags = cases = 0
    book = None
    if (place / "law").is_dir():
        from policygraph.law import Rulebook
        from policygraph.law.naming import Known

        book = Rulebook.load(place / "law", corpus.ontology, Known.of_corpus(corpus))
        rules = len(book.rules)
    if (place / "redflags").is_dir() or (place / "cases").is_dir():
        from policygraph.diversion.cases import load_cases
        from policygraph.diversion.redflags import load_flags

        own = place / "redflags"
        known = load_flags(own, entities=corpus.entities, goods=book.lists if book else None) if own.is_dir() else load_flags()
        flags = len(known) if own.is_dir() else 0
        cases = len(load_cases(place / "cases", entities=corpus.entities, flags=known)) if (place / "cases").is_dir() else 0
    return Checked(corpus, rules, flags, cases, with_shapes)


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
        """The rules of law that come with the data; where none do, the shipped ones, which speak of the shipped data."""
        law = self.directory / "law"
        if law.is_dir():
            return copies.rulebook(law, self.graph.ontology, self.graph)
        return copies.rulebook(shipped("datasets") / "law", self.graph.ontology)

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
        table = evidence if isinstance(evidence, EvidenceTable) else _evidence(evidence)
        grade = at_least if isinstance(at_least, Strength) else Strength.named(at_least)
        if not isinstance(without, Iterable):
            raise BadQuestion(f"{without!r} rejects nothing; name documents, publishers, speakers or claims in a list")
        rejected = frozenset(self._rejectable(name) for name in ((without,) if isinstance(without, str) else without))
        policy = Policy(table, grade, rejected)
        day = _day(as_of) if as_of is not None else self.date
        known = _day(known_by) if known_by is not None else None
        return View(self, FrozenView(self.graph, day, known, policy))

    def _rejectable(self, name: str) -> str:
        if as_text(name, "a document, a publisher, a speaker or a claim") in self.graph.row_of:
            return name
        try:
            return self.resolve(name, "Document", "Agent")
        except UnknownName as error:
            said = f"nothing to reject is called '{name}'; name a document, a publisher, a speaker or a claim"
            raise UnknownName(said, error.accepted) from None

    def resolve(self, text: str, *classes: str) -> str:
        """Return the id of what *text* names, in any script; see :meth:`ClaimGraph.resolve`."""
        if not as_text(text, "an id, a name or an alias").strip():
            raise BadQuestion("nothing is named ''; give an id, a name or an alias, in any script")
        return self.graph.resolve(text, *classes)

    def country(self, text: str) -> str:
        """Return the id of a country, by its ISO 3166-1 alpha-2 code or a name."""
        try:
            return self.resolve(text, "Country")
        except UnknownName as error:
            said = f"no country is called '{text}'; give its ISO code of two letters or its name, for example US"
            raise UnknownName(said, error.accepted) from None

    def find(self, text: str, limit: int = 10) -> pd.DataFrame:
        """Return what *text* may name, best first and at most *limit*, as a frame."""
        import pandas as pd

        if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
            raise BadQuestion(f"{limit!r} is no number of names to find; give a whole number from 1 on")
        found = self.graph.find(as_text(text, "a part of a name"), limit)
        return pd.DataFrame(found, columns=["id", "class", "name", "score"])

    def entity(self, name: str) -> Entity:
        """Return the entity that *name* names."""
        return self.graph.entity(self.resolve(name))

    def claims(self, name: str) -> tuple[Claim, ...]:
        """Return every claim about what *name* names, whether or not it stands.

        Of a document, also the claims it makes; of the id of a claim, that claim and those that dispute it.
        """
        graph = self.graph
        if name in graph.row_of:
            row = graph.row_of[name]
            return tuple(graph.claim_at(one) for one in (row, *np.flatnonzero(graph.table.disputes == row).tolist()))
        id_ = self.resolve(name)
        about = graph.claims_about(id_)
        if id_ not in graph.documents:
            return about
        known = {claim.id for claim in about}
        made = np.flatnonzero(graph.table.document == graph.document_ids.index(id_)).tolist()
        return (*about, *(graph.claim_at(row) for row in made if graph.table.ids[row] not in known))

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

    def scenario(self, path: str | Path) -> Scenario:
        """Read a scenario file: a hypothetical laid over these data, and what is asked of it."""
        from policygraph.scenario import Scenario

        is_shipped = self.directory.resolve() == shipped("datasets").resolve()
        return Scenario.read(as_path(path, "a scenario file"), self.graph, self.rules, "the shipped data" if is_shipped else "the data")

    def ask(self, path: str | Path) -> Answers:
        """Answer the questions of a scenario file, in order; see :mod:`policygraph.scenario`."""
        from policygraph.scenario import answered

        scenario = self.scenario(path)
        return answered(scenario, self.over(scenario.graph).view(scenario.as_of, scenario.known_by))

    def over(self, graph: ClaimGraph) -> KnowledgeGraph:
        """Return another graph under the same rules."""
        other = KnowledgeGraph(graph, self.directory)
        other.rules = self.rules
        return other

    def compare(
        self, first: Day | None = None, second: Day | None = None, *, draft: str | Path | None = None,
        cases: CaseTable | pd.DataFrame | str | Path | None = None, rules: Iterable[str] | None = None,
        assume: Mapping[str, str] | None = None,
    ) -> Comparison:  # fmt: skip
        """Tell which answers differ between two days, by law or by facts, or with a draft rule file and without it.

        Parameters
        ----------
        first, second
            The two days; with a draft only the first, on which it is tried (the data set's own date unless given).
        draft
            A rule file to add, or to put in the place of the rule of the same id.
        cases
            A table of cases; where left out, exports of every item to every country and to every firm whose seat is known.
        rules
            Ids or titles of the rules to compare; None for all.

        Raises
        ------
        BadQuestion
            If there are neither two days nor a draft.

        Examples
        --------
        >>> import pandas as pd
        >>> import policygraph as pg
        >>> table = pd.DataFrame({"item": ["a100-sxm4-80gb"], "to": ["CN"]})
        >>> found = pg.load().compare("2022-10-06", "2023-11-17", cases=table, rules=["eccn-3a090-a"])
        >>> found.counts()
        {'eccn-3a090-a': {'not met to met': 1}}
        """
        from policygraph.law.compare import compare, grid
        from policygraph.law.naming import Known
        from policygraph.law.table import CaseTable

        if draft is not None:
            draft = as_path(draft, "a rule file")
        if draft is not None and second is not None:
            raise BadQuestion("a draft is tried on one day; give the first day alone, or two days without a draft")
        if draft is None and (first is None or second is None):
            raise BadQuestion("two days are compared, or a draft is tried; give a first and a second day, or draft")
        before = self.view(first)
        after = before if draft is not None else self.view(second)
        covered(before.as_of)
        covered(after.as_of)
        books = (self.rules, self.rules if draft is None else self.rules.with_draft(draft, Known.of_graph(self.graph)))
        table = grid(after.frozen) if cases is None else CaseTable.given(cases)
        asked = None if rules is None else [books[1].rule(name).id for name in rules]
        names = ("the law as it is", f"the law with {draft.name}") if draft is not None else ("", "")
        return compare(before.frozen, after.frozen, books, table, asked, names=names, assume=assume)

    def export(self, path: str | Path, format: str | None = None) -> Path:
        """Write the graph: Turtle, TriG, N-Quads, JSON-LD or GraphML, by the ending of *path* or by *format*."""
        from policygraph import rdf

        place = as_path(path, "the file to write")
        rdf.export(self.graph, place, format)
        return place
