"""policygraph: who says what about regulations, firms, fabs, tools and chips, and what follows from it.

The words of the package, in the order in which data flow:

claim
    What a source says: subject, relation, object, over an interval, with a stance.
view
    What stands on a date, by what was on record, by the evidence that counts.
finding
    An answer with its proof, its dispute and its gaps.

>>> import policygraph as pg
>>> kg = pg.load()
>>> view = kg.view(as_of="2025-05-13")
>>> finding = view.touches("ascend-910b", origin="US")
>>> finding.leaning
<Outcome.MET: 'met'>
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from policygraph.asking import View
    from policygraph.case import Case
    from policygraph.desk import KnowledgeGraph, load
    from policygraph.diversion.bounds import volumes
    from policygraph.diversion.comtrade import read_trade
    from policygraph.diversion.mirror import mirror
    from policygraph.diversion.transship import transshipments
    from policygraph.figures import figure
    from policygraph.shipments.reading import read_shipments

__all__ = [
    "Case", "KnowledgeGraph", "View", "__version__", "figure", "load", "mirror", "read_shipments", "read_trade", "transshipments",
    "volumes",
]  # fmt: skip

__version__ = "0.1.0"

_HOMES = {
    "Case": "case", "KnowledgeGraph": "desk", "View": "asking", "load": "desk", "figure": "figures",
    "mirror": "diversion.mirror", "read_shipments": "shipments.reading", "read_trade": "diversion.comtrade",
    "transshipments": "diversion.transship", "volumes": "diversion.bounds",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Bring a name from its module when it is first used, so that importing the package costs nothing."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"policygraph.{_HOMES[name]}"), name)
    raise AttributeError(f"policygraph has no '{name}'; it has {', '.join(sorted(_HOMES))}")


def __dir__() -> list[str]:
    return sorted(__all__)
