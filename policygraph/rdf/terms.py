"""The words RDF says it with: every predicate and class that is written and read back, once."""

from __future__ import annotations

from typing import Final

from policygraph.names import BASE, PG, PREFIXES

__all__ = ["ENTITIES", "NODES", "TERMS", "VIEW", "literal", "named"]

ENTITIES: Final = PREFIXES["graph"] + "entities"
"""The named graph of entities and kinds, and the node of the data set itself."""
VIEW: Final = PREFIXES["graph"] + "view"
"""The named graph of the plain edges of a view."""

NODES: Final = {"scheme": PREFIXES["scheme"], "stance": PREFIXES["stance"], "claim": PREFIXES["claim"], "base": BASE}
"""Where the IRIs of things begin that are no entities."""

TERMS: Final[dict[str, str]] = {
    "type": PREFIXES["rdf"] + "type", "subject": PREFIXES["rdf"] + "subject", "predicate": PREFIXES["rdf"] + "predicate",
    "object": PREFIXES["rdf"] + "object", "label": PREFIXES["rdfs"] + "label", "source": PREFIXES["prov"] + "wasDerivedFrom",
    "disputes": PREFIXES["cito"] + "disputes", "prefLabel": PREFIXES["skos"] + "prefLabel",
    "altLabel": PREFIXES["skos"] + "altLabel", "notation": PREFIXES["skos"] + "notation", "title": PREFIXES["dct"] + "title",
    "publisher": PREFIXES["dct"] + "publisher", "issued": PREFIXES["dct"] + "issued",
    "language": PREFIXES["dct"] + "language", "licence": PREFIXES["dct"] + "license",
    "identifier": PREFIXES["dct"] + "identifier", "url": PREFIXES["schema"] + "url",
    "dataVersion": PREFIXES["schema"] + "version", "Dataset": PREFIXES["schema"] + "Dataset",
    "realizes": PREFIXES["eli"] + "realizes", "realizedBy": PREFIXES["eli"] + "is_realized_by",
    "versionDate": PREFIXES["eli"] + "version_date",
} | {
    name: PG + name
    for name in (
        "Claim", "Completeness", "Condition", "Document", "DocumentVersion", "Kind", "validFrom", "validTo",
        "validFromEarliest", "validFromLatest", "validToEarliest", "validToLatest", "began", "ended", "stated", "recorded",
        "stance", "speaker", "locator", "quotation", "note", "holds", "memberClass", "condition", "onRelation", "anyOf",
        "carrier", "force", "cap", "via", "versionNumber",
    )
}  # fmt: skip
"""IRIs by the short word the two directions share."""

_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})


def named(iri: str) -> str:
    """Write an IRI for N-Quads.

    >>> named("https://example.org/x")
    '<https://example.org/x>'
    """
    return f"<{iri}>"


def literal(text: str, datatype: str = "", language: str = "") -> str:
    r"""Write a literal for N-Quads; *datatype* is a local name of XSD or a whole IRI.

    >>> print(literal('say "no"\nand go'), literal("148", "decimal"), literal("华为", language="zh"))
    "say \"no\"\nand go" "148"^^<http://www.w3.org/2001/XMLSchema#decimal> "华为"@zh
    """
    plain = text.isprintable() and '"' not in text and "\\" not in text
    quoted = f'"{text}"' if plain else f'"{text.translate(_ESCAPES)}"'
    if language:
        return f"{quoted}@{language.lower()}"
    if datatype in ("", "string"):
        return quoted
    return f"{quoted}^^<{datatype if ':' in datatype else PREFIXES['xsd'] + datatype}>"
