"""What is said: claims, kinds and declarations of completeness, each checked against the ontology and the register.

Comes in: records of source files and rows of tables. Goes out: :class:`~policygraph.claims.Claim` values in the order in which
they were read, with the place of each. A claim that disputes another waits until all claims are read, for it repeats that
claim's statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from policygraph.claims import Claim, Complete, Document, Kind, Stance
from policygraph.datasets import files
from policygraph.datasets.agreement import Entry, refuse_contradictions, refuse_duplicates, refuse_rivals
from policygraph.datasets.files import Faults, Record, Table
from policygraph.datasets.register import Register, article
from policygraph.datasets.speech import Said, Speech, wrong_value
from policygraph.dates import FIRST, Interval
from policygraph.errors import BadData, Place, UnknownName, nearest
from policygraph.ontology import Relation, TimeRule

__all__ = ["CLAIM_KEYS", "COMPLETE_KEYS", "ROW_KEYS", "Statements"]

_HINTS: Final = 40
"""How many wrong columns of a table are compared with all right ones."""
_SHARED = ("stance", "by", "from", "to", "stated", "at", "quote", "note", "id", "holds", "version", "recorded")
ROW_KEYS: Final = ("s", "r", "o", "value", "document", *_SHARED)
CLAIM_KEYS: Final = ("s", "r", "o", "value", "disputes", *_SHARED)
COMPLETE_KEYS: Final = ("s", "o", "r", "on", "from", "to", "stance", "by", "at", "note", "version", "recorded")


@dataclass(frozen=True, slots=True)
class _Dispute:
    """A claim that waits for the claim it disputes."""

    said: Said
    disputed: str
    name: str
    position: int


@dataclass
class Statements:
    """Everything said so far.

    Parameters
    ----------
    register
        Who and what there is; complete before the first claim is read.
    earlier
        Claims that stand already, by id: a claim may dispute one of them, and none may bear its id.
    recorded, begun
        As in :class:`~policygraph.datasets.speech.Speech`.

    Examples
    --------
    >>> from policygraph.ontology import Ontology
    >>> from policygraph.truth import Strength
    >>> register = Register(Ontology.shipped(), {"press": Strength.REPORTED}, Faults())
    >>> for id_, type_ in [("huawei", "Company"), ("ascend-910b", "Chip")]:
    ...     register.entity(Record("x.csv", 2, {"id": id_, "type": type_, "name": id_}))
    >>> head = {"document": "d", "title": "D", "publisher": "huawei", "kind": "press", "published": "2024-10-22"}
    >>> _ = register.document(Record("documents.csv", 2, head))
    >>> statements = Statements(register)
    >>> statements.table(Table(("s", "designedBy", "document"), ((2, ["ascend-910b", "huawei", "d"]),)), "chips.csv")
    >>> [(str(place), claim.relation, claim.object) for place, claim in statements.settle()]
    [('chips.csv:2', 'designedBy', 'huawei')]
    """

    register: Register
    earlier: Mapping[str, Claim] = field(default_factory=dict)
    recorded: date | None = None
    begun: date | None = None
    kinds: dict[str, Kind] = field(default_factory=dict)
    completes: list[Complete] = field(default_factory=list)
    _claims: list[Entry | None] = field(default_factory=list)
    _disputes: list[_Dispute] = field(default_factory=list)
    _fits: dict[tuple[str, tuple[str, ...]], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.speech = Speech(self.register, self.recorded, self.begun)
        self.faults: Faults = self.register.faults

    # ---- reading

    def source(self, claims: files.Node | None, completes: files.Node | None, document: Document, file: str) -> None:
        """Read the ``claims:`` and ``complete:`` lists of a source file."""
        keys = (*CLAIM_KEYS, *self.register.ontology.qualifiers)
        for node in self._listed(claims, "claims", file):
            record = Record.of(node, file, "a claim", keys, ("s", "from", "to"), self.faults)
            if record is not None:
                self._record(record, document)
        for node in self._listed(completes, "complete", file):
            record = Record.of(node, file, "a declaration of completeness", COMPLETE_KEYS, ("from", "to"), self.faults)
            if record is not None:
                self._complete(record, document)

    def _listed(self, node: files.Node | None, key: str, file: str) -> list[files.Node]:
        if node is None or (isinstance(node, files.Scalar) and node.is_null):
            return []
        if isinstance(node, files.Sequence):
            return node.items
        self.faults.add(file, node.line, f"'{key}' is a list; begin each entry with a hyphen")
        return []

    def _record(self, record: Record, document: Document) -> None:
        texts = record.texts
        said = self.speech.said(record, document)
        name = self.speech.name(record)
        if not record.refused.isdisjoint(("r", "o", "value", "disputes")):
            return
        if "disputes" in texts:
            for key in ("s", "r", "o", "value", "holds"):
                if key in texts or key in record.nested:
                    text = f"a claim that disputes another repeats its statement, so '{key}' is not written here"
                    self.faults.add(record.file, record.line_of(key), text)
            if "stance" in texts and not said.stance.is_against:
                text = f"a claim that disputes another has the stance disputes or denies, not '{said.stance}'"
                self.faults.add(record.file, record.line_of("stance"), text)
            self._disputes.append(_Dispute(said, texts["disputes"], name, len(self._claims)))
            self._claims.append(None)
            return
        subject = record.nested.get("s")
        kind: Kind | None = None
        if isinstance(subject, files.Mapping):
            kind = self._kind(subject, record.file)
            if kind is None:
                return
        elif subject is not None:
            self.faults.add(record.file, subject.line, "a claim has one subject; write one claim for each")
            return
        missing = [f"'{key}'" for key, there in (("s", kind or "s" in texts), ("r", "r" in texts)) if not there]
        if missing:
            text = f"the claim has no {' and no '.join(missing)}; every claim has s, r, and o or value"
            self.faults.add(record.file, record.line, text)
            return
        self._claim(said, kind or texts["s"], texts["r"], texts.get("o", ""), texts.get("value", ""), name, record)

    def table(self, table: Table, file: str) -> None:
        """Read a table: every column that names a relation makes a claim of each cell that is filled."""
        ontology, columns = self.register.ontology, table.columns
        known = (*ROW_KEYS, *ontology.qualifiers)
        relations = [name for name in columns if name not in known]
        wrong = [name for name in relations if name.removeprefix("pg:") not in ontology.relations]
        for number, name in enumerate(wrong):
            near = nearest(name, (*ontology.relations, *known), 2) if number < _HINTS else ()
            said = f"the column '{name}' is neither a relation of the ontology nor one of the columns every table may have"
            self.faults.add(file, 1, str(UnknownName(said, near)))
        for name in ("s", "document"):
            if name not in columns:
                why = "so no row has a subject" if name == "s" else "so no claim has a source"
                self.faults.add(file, 1, f"the table has no column '{name}', {why}; add it")
                return
        wide = [(columns.index(name), name) for name in relations if name not in wrong]
        says = bool(wide) or "r" in columns
        if not says and not wrong:
            self.faults.add(file, 1, "the table says nothing: no column is named for a relation, and there is no column 'r'")
        at = [(index, name) for index, name in enumerate(columns) if name in known]
        self.faults.extend(table.problems)
        for line, cells in table.rows:
            texts = {name: text for index, name in at if (text := cells[index].strip())}
            row = [(name, text) for index, name in wide if (text := cells[index].strip())]
            self._row(Record(file, line, texts), row, bool(wrong) or not says)

    def _row(self, record: Record, cells: list[tuple[str, str]], doubtful: bool) -> None:
        texts, faults = record.texts, self.faults
        document = self.register.documents.get(texts.get("document", ""))
        if "document" not in texts:
            text = "the row has no document, and a claim without a source is not read; name its document"
            faults.add(record.file, record.line, text)
        elif document is None:
            self.register.miss(texts["document"], record.file, record.line, "document")
        if "s" not in texts:
            faults.add(record.file, record.line, "the row has no subject; fill the column 's'")
        if document is None or "s" not in texts:
            return
        subject: str | Kind = texts["s"]
        if texts["s"].startswith("{"):
            kind = self._kind_in_cell(texts["s"], record)
            if kind is None:
                return
            subject = kind
        said, name = self.speech.said(record, document), self.speech.name(record)
        claims: list[tuple[str, str, str]] = []
        for relation, cell in cells:
            is_value = self.register.ontology.relation(relation).is_value
            texts_in = [text for part in cell.split("|") if (text := part.strip())]
            claims += [(relation, "", text) if is_value else (relation, text, "") for text in texts_in]
        if "r" in texts:
            claims.append((texts["r"], texts.get("o", ""), texts.get("value", "")))
        elif "o" in texts or "value" in texts:
            faults.add(record.file, record.line, "the row has an object or value but no relation; fill the column 'r'")
        elif not claims and not doubtful:
            faults.add(record.file, record.line, "the row makes no claim: every column that names a relation is blank")
        if name and len(claims) > 1:
            text = f"the row makes {len(claims)} claims, which cannot share the id '{name}'; give each its own row"
            faults.add(record.file, record.line, text)
            name = ""
        for relation, object_, value in claims:
            self._claim(said, subject, relation, object_, value, name, record)

    def _kind_in_cell(self, text: str, record: Record) -> Kind | None:
        try:
            node = files.parse_yaml(text, record.file)
        except BadData as error:
            self.faults.extend((Place(record.file, record.line), said) for _, said in error.problems)
            return None
        if isinstance(node, files.Mapping):
            return self._kind(node, record.file, record.line)
        self.faults.add(record.file, record.line, "a kind is written {kind: Class, relation: value}")
        return None

    def _kind(self, node: files.Mapping, file: str, line: int | None = None) -> Kind | None:
        ontology, before = self.register.ontology, len(self.faults)
        first = node.items.get("kind")
        if not isinstance(first, files.Scalar):
            text = "a kind is written {kind: Class, relation: value}, but here is no class"
            self.faults.add(file, line or node.line, text)
            return None
        try:
            class_ = ontology.class_(first.text).name
        except UnknownName as error:
            self.faults.add(file, line or first.line, str(error))
            return None
        where: dict[str, tuple[str, ...]] = {}
        for name, item in node.items.items():
            if name == "kind":
                continue
            place = line or node.lines[name]
            try:
                relation = ontology.relation(name)
            except UnknownName as error:
                self.faults.add(file, place, str(error))
                continue
            values = item.items if isinstance(item, files.Sequence) else [item]
            texts = [value.text for value in values if isinstance(value, files.Scalar) and not value.is_null]
            if not texts or len(texts) != len(values):
                self.faults.add(file, place, f"the condition '{name}' of a kind is an entity or a list of entities")
                continue
            if relation.is_value:
                self.faults.add(file, place, f"'{name}' leads to a value, but a kind is told by relations to entities")
                continue
            for text in texts:
                self._ends(class_, f"the kind is of {class_}", relation, text, file, place)
            if relation.name in where:
                self.faults.add(file, place, f"the condition '{relation.name}' stands twice; a list holds any of several")
            where[relation.name] = tuple(dict.fromkeys(texts))
        if len(self.faults) > before:
            return None
        kind = Kind(of=class_, where=where)
        return self.kinds.setdefault(kind.id, kind)

    # ---- ends and values

    def _may_be(self, class_: str, ends: tuple[str, ...]) -> bool:
        key = (class_, ends)
        if key not in self._fits:
            self._fits[key] = self.register.ontology.may_be(class_, ends)
        return self._fits[key]

    def _ends(self, class_: str, subject: str, relation: Relation, object_: str, file: str, line: int) -> bool:
        """Check the classes at both ends of a relation between entities; *subject* says in errors what the subject is."""
        other = self.register.class_of(object_)
        if other is None:
            self.register.miss(object_, file, line)
            return False
        left, right = self._may_be(class_, relation.domain), self._may_be(other, relation.range)
        if left and right:
            return True
        leads = f"but {relation.name} leads from {_either(relation.domain)} to {_either(relation.range)}"
        swapped = self._may_be(other, relation.domain) and self._may_be(class_, relation.range)
        hint = "; subject and object seem to have changed places" if swapped else ""
        is_what = []
        if not left:
            is_what.append(subject)
        if not right:
            is_what.append(f"'{object_}' is {article(other)}")
        self.faults.add(file, line, f"{' and '.join(is_what)}, {leads}{hint}")
        return False

    def _claim(
        self, said: Said, subject: str | Kind, relation_name: str, object_: str, value: str, name: str, record: Record
    ) -> None:  # fmt: skip
        faults, ontology, file = self.faults, self.register.ontology, said.file
        before = len(faults)
        relation = ontology.relations.get(relation_name)
        if relation is None:
            try:
                relation = ontology.relation(relation_name)
            except UnknownName as error:
                faults.add(file, record.line_of("r"), str(error))
        if isinstance(subject, Kind):
            class_: str | None = subject.of
            is_what, id_, holds = f"the subject is a kind of {subject.of}", subject.id, said.holds or "generally"
        else:
            class_, id_, holds = self.register.class_of(subject), subject, ""
            is_what = f"'{subject}' is {article(class_ or '')}"
            if class_ is None:
                self.register.miss(subject, file, record.line_of("s"))
            if said.holds:
                text = f"'holds' is said of kinds, but '{subject}' is one thing; remove it, or write the subject as {{kind: ...}}"
                faults.add(file, record.line_of("holds"), text)
        if relation is not None:
            if relation.is_value:
                self._value(relation, class_, is_what, object_, value, record)
            elif value or not object_:
                said_instead = f"here stands the value '{value}'" if value else "there is no o"
                text = f"{relation.name} leads to {_either(relation.range)}, but {said_instead}; write o: and the id of an entity"
                faults.add(file, record.line_of("value" if value else "r"), text)
            elif class_ is not None:
                self._ends(class_, is_what, relation, object_, file, record.line_of("o"))
            elif self.register.class_of(object_) is None:
                self.register.miss(object_, file, record.line_of("o"))
        if relation is None or class_ is None or len(faults) > before or not said.sound:
            return
        if relation.datatype == "boolean":
            value = value.lower()
        self._add(said, id_, relation, object_, value, said.interval(relation), holds, name)

    def _value(
        self, relation: Relation, class_: str | None, is_what: str, object_: str, value: str, record: Record
    ) -> None:  # fmt: skip
        faults, file = self.faults, record.file
        what = {"decimal": "a number", "boolean": "true or false", "date": "a day", "string": "a text"}[relation.datatype]
        if object_ or not value:
            said_instead = f"here stands the object '{object_}'" if object_ else "there is no value"
            text = f"{relation.name} leads to {what}, but {said_instead}; write value: and what the source says"
            faults.add(file, record.line_of("o" if object_ else "r"), text)
            return
        if class_ is not None and not self._may_be(class_, relation.domain):
            text = f"{is_what}, but {relation.name} leads from {_either(relation.domain)} to {what}"
            faults.add(file, record.line_of("s"), text)
        wrong = wrong_value(value, relation.datatype, relation.unit)
        if wrong:
            faults.add(file, record.line_of("value"), f"the value of {relation.name} {wrong}")

    def _add(
        self, said: Said, subject: str, relation: Relation, object_: str, value: str, interval: Interval, holds: str, name: str,
        disputes: str = "", position: int | None = None,
    ) -> None:  # fmt: skip
        texts = said.texts
        claim = Claim(
            subject=subject, relation=relation.name, object=object_, value=value, document=said.document.id, version=said.version,
            stance=said.stance, by=said.by, interval=interval, recorded=said.recorded, stated=texts.get("stated", ""),
            at=texts.get("at", ""), quote=texts.get("quote", ""), note=texts.get("note", ""), holds=holds, disputes=disputes,
            qualifiers=said.qualifiers, name=name,
        )  # fmt: skip
        entry = (Place(said.file, said.line), claim)
        if position is None:
            self._claims.append(entry)
        else:
            self._claims[position] = entry

    # ---- completeness

    def _complete(self, record: Record, document: Document) -> None:
        faults, file, before = self.faults, record.file, len(self.faults)
        texts = record.texts
        said = self.speech.said(record, document)
        if ("s" in texts) == ("o" in texts):
            text = "completeness names either a subject (s: all its objects are told) or an object (o: all its subjects are told)"
            faults.add(file, record.line, text)
        relation: Relation | None = None
        if "r" not in texts:
            faults.add(file, record.line, "completeness names its relation: r")
        else:
            try:
                relation = self.register.ontology.relation(texts["r"])
            except UnknownName as error:
                faults.add(file, record.line_of("r"), str(error))
        for key in ("s", "o"):
            if key not in texts:
                continue
            class_ = self.register.class_of(texts[key])
            if class_ is None:
                self.register.miss(texts[key], file, record.line_of(key))
            elif relation is not None:
                ends, way = (relation.domain, "from") if key == "s" else (relation.range, "to")
                if not self._may_be(class_, ends) or (key == "o" and relation.is_value):
                    leads = f"{relation.name} leads {way} {'a value' if key == 'o' and relation.is_value else _either(ends)}"
                    faults.add(file, record.line_of(key), f"'{texts[key]}' is {article(class_)}, but {leads}")
        if said.stance.is_against or said.stance is Stance.OPINES:
            text = f"completeness is asserted, reported or presumed, and with the stance '{said.stance}' it is not"
            faults.add(file, record.line_of("stance"), text)
        on = self.speech.bound(record, "on")
        if on and ("from" in texts or "to" in texts or record.nested):
            faults.add(file, record.line_of("on"), "completeness holds on one day (on) or over a time (from, to), not both")
        if on and (on[0] != on[1] or on[0] < FIRST):
            faults.add(file, record.line_of("on"), "'on' is one day; use from and to for a time")
        if relation is None or len(faults) > before:
            return
        if on:
            interval = Interval(on[0], on[0], on[0] + 1, on[0] + 1)
        elif said.end is None and relation.time is not TimeRule.TIMELESS:
            after = (said.published + timedelta(days=1)).toordinal()
            begin = said.begin or (FIRST, said.recorded.toordinal())
            interval = Interval(*begin, after, after)
        else:
            interval = said.interval(relation)
        complete = Complete(
            relation=relation.name, subject=texts.get("s", ""), object=texts.get("o", ""), document=document.id,
            stance=said.stance, by=said.by, interval=interval, recorded=said.recorded,
        )  # fmt: skip
        self.completes.append(complete)

    # ---- the end

    def settle(self) -> list[Entry]:
        """Resolve disputes, refuse duplicates and rival values, and give the claims in the order of the files."""
        self._resolve()
        entries = [entry for entry in self._claims if entry is not None]
        for place, claim in entries:
            if claim.name in self.register.places:
                said = f"the claim id '{claim.name}' is declared at {self.register.places[claim.name]} as something else; choose another"
                self.faults.extend([(place, said)])
            elif claim.id in self.earlier:
                self.faults.extend([(place, f"the claim id '{claim.id}' stands in the data already; choose another")])
        refuse_duplicates(entries, self.faults)
        refuse_contradictions(entries, self.register.ontology, self.faults)
        refuse_rivals(entries, self.register.ontology, self.faults)
        return entries

    def _resolve(self) -> None:
        if not self._disputes:
            return
        known = {entry[1].id: entry[1] for entry in self._claims if entry is not None}
        ontology = self.register.ontology
        for dispute in self._disputes:
            said, target = dispute.said, known.get(dispute.disputed) or self.earlier.get(dispute.disputed)
            if target is None:
                names = [dispute.name for dispute in self._disputes if dispute.name]
                if dispute.disputed in names:
                    text = f"'{dispute.disputed}' itself disputes a claim; say what supports that claim instead"
                else:
                    named = [claim.name for claim in known.values() if claim.name]
                    text = str(UnknownName(f"no claim has the id '{dispute.disputed}'", nearest(dispute.disputed, named, 2)))
                self.faults.add(said.file, said.line, text)
                continue
            if target.stance.is_against:
                text = f"'{dispute.disputed}' itself speaks against a statement; say what supports that statement instead"
                self.faults.add(said.file, said.line, text)
                continue
            if not said.sound:
                continue
            relation = ontology.relation(target.relation)
            interval = said.interval(relation) if said.begin or said.end else target.interval
            self._add(
                said, target.subject, relation, target.object, target.value, interval, target.holds, dispute.name,
                disputes=target.id, position=dispute.position,
            )  # fmt: skip


def _either(classes: tuple[str, ...]) -> str:
    return " or ".join(article(name) for name in classes) or "anything"
