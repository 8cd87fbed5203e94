"""A JSON Schema of source files, for editors: they complete terms, explain them and mark what is wrong while one types.

Comes in: the ontology and the evidence table. Goes out: a schema (draft 2020-12). The reader checks more than a schema can say.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from policygraph.claims import Stance
from policygraph.datasets.register import SLUG
from policygraph.datasets.speech import HOLDS, LONGEST_QUOTE
from policygraph.names import BASE
from policygraph.ontology import Ontology, Relation, Term, shipped
from policygraph.truth import EvidenceTable, Strength

__all__ = ["source_schema"]

_STANCES: Mapping[Stance, str] = {
    Stance.ASSERTS: "It says so on its own account.",
    Stance.ADMITS: "It says so against its own interest.",
    Stance.REPORTS: "It reports that it is so, or that somebody says so.",
    Stance.PRESUMES: "It takes it to be so without having established it.",
    Stance.ESTIMATES: "It gives a figure or date of its own reckoning.",
    Stance.ALLEGES: "It accuses somebody of it.",
    Stance.DENIES: "It says that it is not so.",
    Stance.DISPUTES: "It casts doubt on it.",
    Stance.OPINES: "It gives an opinion; never makes an edge.",
}
_TEXT: Any = {"type": ["string", "number"]}
_DAY: Any = {"type": "string", "pattern": r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"}
_ID: Any = {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9.:-]*$"}
_VALUES: Mapping[str, Any] = {
    "decimal": {"type": ["number", "string"], "pattern": r"^[+]?([0-9]+(\.[0-9]+)?|\.[0-9]+)$", "minimum": 0},
    "boolean": {"type": "boolean"},
    "date": _DAY,
    "string": {"type": ["string", "number", "boolean"]},
}


def source_schema(ontology: Ontology | None = None, evidence: Path | None = None) -> dict[str, Any]:
    """Return the JSON Schema of a file in ``sources/``.

    Parameters
    ----------
    ontology, evidence
        The terms and the evidence table; those that come with the package where left out.

    Examples
    --------
    >>> schema = source_schema()
    >>> [term["description"] for term in schema["$defs"]["relation"]["oneOf"] if term["const"] == "operatedBy"]
    ['The firm that runs the site. From Cluster or Site to Organization. One at a time.']
    """
    terms = ontology or Ontology.shipped()
    table = EvidenceTable.read(evidence or shipped("ontology") / "evidence.yaml")
    carriers = {kind: f"Carries at most: {strength.word}." for kind, strength in table.carriers.items()}
    strengths = {strength.word: f"What it says counts as {strength.word} at most." for strength in Strength if strength}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": BASE + "source.schema.json",
        "title": "Source document",
        "description": "One published document, and what it says.",
        "type": "object",
        "additionalProperties": False,
        "required": ["document", "title", "publisher", "kind"],
        "anyOf": [{"required": ["published"]}, {"required": ["versions"]}],
        "properties": {
            "document": {"type": "string", "pattern": _pattern(), "description": "Its id and the name of this file."},
            "title": {"type": "string", "description": "Its title as published."},
            "publisher": {**_ID, "description": "The body or person that published it."},
            "kind": {**_choice(carriers), "description": "What kind of document it is."},
            "bindingness": {**_ID, "description": "How far a legal text binds: local name of bindingness:..."},
            "published": {**_DAY, "description": "The day it was published."},
            "versions": {
                "type": "array",
                "items": {"$ref": "#/$defs/version"},
                "description": "Its wordings, from the oldest to the newest, where the text was changed.",
            },
            "language": {"type": "string", "pattern": r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", "description": "ISO 639-1 code."},
            "url": {"type": "string", "pattern": "^https?://", "description": "Where it was published."},
            "via": {"type": "string", "pattern": "^https?://", "description": "Where it was read, if that is a relay."},
            "licence": {"type": "string", "description": "Under which terms it was published."},
            "cap": {**_choice(strengths), "description": "A ceiling on the strength of everything it says."},
            "note": {**_TEXT, "description": "Anything a reader should know of it."},
            "complete": {
                "type": ["array", "null"],
                "items": {"$ref": "#/$defs/complete"},
                "description": "In what the document leaves nothing out.",
            },
            "claims": {"type": ["array", "null"], "items": {"$ref": "#/$defs/claim"}, "description": "What the document says."},
        },
        "$defs": {
            "relation": _choice({name: _told(relation) for name, relation in terms.relations.items()}, terms),
            "class": _choice({name: term.comment for name, term in terms.classes.items()}, terms),
            "stance": _choice({str(stance): text for stance, text in _STANCES.items()}),
            "bound": {
                "description": "A day, or [earliest, latest]. `from` is the first day, `to` the first day after the last.",
                "anyOf": [_DAY, {"type": "array", "items": _DAY, "minItems": 2, "maxItems": 2}],
            },
            "version": _version(),
            "kind": _kind(terms),
            "claim": _claim(terms),
            "complete": _complete(),
        },
    }  # fmt: skip


def _pattern() -> str:
    return "^" + SLUG.pattern.removesuffix(r"\Z") + "$"


def _choice(described: Mapping[str, str], terms: Ontology | None = None) -> dict[str, Any]:
    titles = {word: {"title": terms.label(word)} if terms else {} for word in described}
    return {"oneOf": [{"const": word, **titles[word], "description": text} for word, text in described.items()]}


def _told(relation: Relation) -> str:
    unit = f" in {relation.unit}" if relation.unit not in ("", "1") else ""
    end = f"a {relation.datatype}{unit}" if relation.is_value else " or ".join(relation.range)
    joins = f"From {' or '.join(relation.domain) or 'anything'} to {end}."
    return " ".join([relation.comment, joins, *(["One at a time."] if relation.one_at_a_time else [])])


def _qualifier(term: Term) -> dict[str, Any]:
    return {**_value(term.datatype, term.unit), "title": term.labels.get("en", term.name), "description": term.comment}


def _value(datatype: str, unit: str) -> dict[str, Any]:
    return {**_VALUES[datatype], **({"maximum": 100} if unit == "percent" else {})}


def _speech() -> dict[str, Any]:
    """Give the keys that claims and declarations of completeness share."""
    return {
        "r": {"$ref": "#/$defs/relation", "description": "The relation, a term of the ontology."},
        "stance": {"$ref": "#/$defs/stance", "description": "What the source does with the statement."},
        "by": {**_ID, "description": "Who says it inside the document; the publisher where left out."},
        "from": {"$ref": "#/$defs/bound"},
        "to": {"anyOf": [{"$ref": "#/$defs/bound"}, {"const": "unknown", "description": "It ended on a day that is not known."}]},
        "at": {**_TEXT, "description": "The place in the document: page, section, paragraph."},
        "note": {**_TEXT, "description": "Anything a reader should know of the claim."},
        "version": {"type": "integer", "minimum": 1, "description": "The version of the document that says it, else 1."},
        "recorded": {**_DAY, "description": "The day of an earlier public document that says it; the note says which."},
    }


def _version() -> dict[str, Any]:
    url = {"type": "string", "pattern": "^https?://"}
    properties = {"version": {"type": "integer", "minimum": 1}, "published": _DAY, "url": url, "note": _TEXT}
    return {"type": "object", "additionalProperties": False, "required": ["published"], "properties": properties}


def _kind(terms: Ontology) -> dict[str, Any]:
    objects = {"anyOf": [_ID, {"type": "array", "items": _ID, "minItems": 1}]}
    relations = {name: relation for name, relation in terms.relations.items() if not relation.is_value}
    conditions = {name: {**objects, "description": relation.comment} for name, relation in relations.items()}
    return {
        "type": "object",
        "description": "Everything of a class that meets the conditions; a list of objects means any of them.",
        "additionalProperties": False,
        "required": ["kind"],
        "properties": {"kind": {"anyOf": [{"$ref": "#/$defs/class"}, {"type": "string", "pattern": "^[a-z]"}]}, **conditions},
    }


def _claim(terms: Ontology) -> dict[str, Any]:
    own: dict[str, Any] = {
        "s": {"anyOf": [_ID, {"$ref": "#/$defs/kind"}], "description": "An entity, a document, or {kind: Class, ...}."},
        "o": {**_ID, "description": "The object: an entity or a document."},
        "value": {"type": ["string", "number", "boolean"], "description": "The value, where the relation leads to one."},
        "stated": {**_TEXT, "description": "The date as the source words it, beside safe bounds."},
        "quote": {
            "type": "string",
            "pattern": rf"^\s*(\S+\s+){{0,{LONGEST_QUOTE - 1}}}\S*\s*$",
            "description": f"At most {LONGEST_QUOTE} words of the source.",
        },
        "id": {"type": "string", "pattern": _pattern(), "description": "A name for the claim, so that another can dispute it."},
        "disputes": {"type": "string", "description": "The id of the claim that is disputed, whose statement this one repeats."},
        "holds": {"enum": list(HOLDS), "description": "Of a kind: of every member, or generally (presumed at most)."},
        **{name: _qualifier(term) for name, term in terms.qualifiers.items()},
    }
    against = [str(stance) for stance in Stance if stance.is_against]
    ends: dict[tuple[str, str], list[str]] = {}
    for relation in terms.relations.values():
        ends.setdefault((relation.datatype, "percent" if relation.unit == "percent" else ""), []).append(relation.name)
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {**_speech(), **own},
        "if": {"required": ["disputes"]},
        "then": {"properties": {**dict.fromkeys(("s", "r", "o", "value", "holds"), False), "stance": {"enum": against}}},
        "else": {"required": ["s", "r"]},
        "dependentSchemas": {"holds": {"properties": {"s": {"type": "object"}}}},
        "allOf": [
            {
                "if": {"required": ["r"], "properties": {"r": {"enum": names}}},
                "then": {"required": ["value"], "properties": {"o": False, "value": _value(datatype, unit)}}
                if datatype
                else {"required": ["o"], "properties": {"value": False}},
            }
            for (datatype, unit), names in ends.items()
        ],
    }


def _complete() -> dict[str, Any]:
    silent = [stance for stance in Stance if stance.is_against or stance is Stance.OPINES]
    properties = {**_speech(), "s": _ID, "o": _ID, "on": {**_DAY, "description": "The one day on which nothing is left out."}}
    properties["stance"] = {"$ref": "#/$defs/stance", "not": {"enum": [str(stance) for stance in silent]}}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["r"],
        "properties": properties,
        "oneOf": [{"required": ["s"]}, {"required": ["o"]}],
        "dependentSchemas": {"on": {"properties": {"from": False, "to": False}}},
    }
