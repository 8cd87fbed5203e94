"""Names of things: namespaces, IRIs, short names, slugs and labels in several languages.

A thing is known in data files by its *id*: a slug (``ascend-910b``), a country code (``US``) or a prefixed notation
(``eccn:3A090.a``, ``cg:D5``, ``ear:734.9-e-1``). Its IRI follows from the id and, for slugs, from the kind of its class.
The short name is the IRI under a prefix; it can be pasted into a SPARQL query as it stands.

>>> iri("ascend-910b", "chip")
'https://w3id.org/policygraph/id/chip/ascend-910b'
>>> short("https://w3id.org/policygraph/id/chip/ascend-910b"), short(iri("US", "country")), short(iri("ear:734.9-e-1"))
('chip:ascend-910b', 'country:US', 'ear:734.9-e-1')
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = ["BASE", "PG", "PREFIXES", "SPARQL_PREFIXES", "counted", "folded", "identifier", "iri", "legible", "short", "slug"]

BASE: Final = "https://w3id.org/policygraph/"
PG: Final = BASE + "ns#"

_SCHEMES: Final = {
    "ear": BASE + "law/us-ear/",
    "usc": BASE + "law/us-code/",
    "us": BASE + "law/us/",
    "cn": BASE + "law/cn/",
    "nl": BASE + "law/nl/",
    "jp": BASE + "law/jp/",
    "eu": BASE + "law/eu/",
    "eccn": BASE + "code/eccn/",
    "cg": BASE + "code/cg/",
    "hs": BASE + "code/hs/",
    "status": BASE + "code/status/",
    "bindingness": BASE + "code/bindingness/",
    "stance": BASE + "code/stance/",
    "country": BASE + "code/country/",
}
_KINDS: Final = (
    "law", "doc", "org", "person", "vessel", "place", "list", "column", "footnote", "site", "item", "chip", "system", "tool",
    "software", "tech", "model", "lot", "shipment", "code", "kind", "claim", "scheme",
)
_BORROWED: Final = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "prov": "http://www.w3.org/ns/prov#",
    "eli": "http://data.europa.eu/eli/ontology#",
    "w3org": "http://www.w3.org/ns/org#",
    "schema": "https://schema.org/",
    "dct": "http://purl.org/dc/terms/",
    "cito": "http://purl.org/spar/cito/",
    "sh": "http://www.w3.org/ns/shacl#",
}

PREFIXES: Final[dict[str, str]] = {
    "pg": PG,
    "graph": BASE + "graph/",
    **_SCHEMES,
    **{kind: f"{BASE}id/{kind}/" for kind in _KINDS if kind not in ("claim", "doc")},
    "claim": BASE + "claim/",
    "doc": BASE + "doc/",
    **_BORROWED,
}
"""Every prefix that queries may use without declaring it."""

SPARQL_PREFIXES: Final = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items())

_PREFIX_OF = {namespace: prefix for prefix, namespace in PREFIXES.items()}
"""Every namespace ends in a slash or a hash, and no local name holds one."""
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_\-])?\Z")


def counted(many: int, what: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "row"), counted(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{many:,} {what}{'' if many == 1 else 's'}"


def legible(text: str, most: int = 120) -> str:
    """Return what a stranger wrote as one line of signs that show, cut where it is long; so no cell of a file can pass for an answer.

    >>> legible("chip\\n  2  US > CN\\x1b[2J"), legible("x" * 9, most=4)
    ('chip 2 US > CN�[2J', 'xxxx ...')
    """
    line = " ".join(text[: 4 * most].split())
    plain = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in line[:most])
    return plain + (" ..." if len(line) > most or len(text) > 4 * most else "")


def iri(id_: str, kind: str = "item") -> str:
    """Return the IRI of the thing with this id; *kind* is the ``pg:iriKind`` of its class.

    >>> iri("cg:D5")
    'https://w3id.org/policygraph/code/cg/D5'
    """
    prefix, colon, local = id_.partition(":")
    if colon and prefix in PREFIXES:
        return PREFIXES[prefix] + local
    return PREFIXES[kind] + id_


def identifier(text: str) -> str:
    """Return the id in *text*, which may be an id, a short name or an IRI.

    >>> identifier("chip:ascend-910b"), identifier("country:US"), identifier("eccn:3A090.a"), identifier(iri("tsmc", "org"))
    ('ascend-910b', 'US', 'eccn:3A090.a', 'tsmc')
    """
    name = short(text) if text.startswith(("http://", "https://")) else text
    prefix, colon, local = name.partition(":")
    if colon and (prefix in _KINDS or prefix == "country"):
        return local
    return name


def short(full: str) -> str:
    """Return the IRI under one of the prefixes, or unchanged where none fits.

    >>> short("http://www.w3.org/2004/02/skos/core#notation"), short("https://example.org/x")
    ('skos:notation', 'https://example.org/x')
    """
    end = max(full.rfind("/"), full.rfind("#")) + 1
    prefix = _PREFIX_OF.get(full[:end])
    return f"{prefix}:{full[end:]}" if prefix and _LOCAL.match(full, end) else full


def slug(name: str) -> str:
    """Make a slug of a name: lower-case ASCII letters and digits joined by hyphens.

    >>> slug("Türkiye Çip A.Ş. (Istanbul)"), slug("昇腾")
    ('turkiye-cip-a-s-istanbul', '')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def folded(name: str) -> str:
    """Fold a name for look-up: width, case, accents and punctuation do not count; script does.

    >>> folded("Ascend 910B") == folded("ascend-910b"), folded("昇腾 910B")
    (True, '昇腾910b')
    """
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name)).casefold()
    return "".join(character for character in text if character.isalnum())
