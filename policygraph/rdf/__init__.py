"""Claims as RDF: out, back in, and asked in SPARQL.

Export and import are byte-stable: the same graph gives the same bytes, and reading them gives the same claims. Questions are
answered by Oxigraph, over all claims and the plain edges of one view.
"""

from policygraph.rdf.formats import FORMATS, export, format_of, read, to_bytes, to_dataset, to_networkx
from policygraph.rdf.standing import joined_edges, view_quads
from policygraph.rdf.stores import ask, claim_store, view_store

__all__ = [
    "FORMATS", "ask", "claim_store", "export", "format_of", "joined_edges", "read", "to_bytes", "to_dataset", "to_networkx",
    "view_quads", "view_store",
]  # fmt: skip
