"""Copies of a graph in columns, and of the rules of law, kept so that the files need not be read again.

Comes in: a data directory, or a graph made of one. Goes out: a file in the user's cache directory, whose name is a hash of everything it
was made from: data, ontology and program alike. So no copy is ever stale; old ones are dropped.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from policygraph import __version__
from policygraph.graph import ClaimGraph
from policygraph.ontology import Ontology

if TYPE_CHECKING:
    from policygraph.law.rulebook import Rulebook

__all__ = ["MAKERS", "MOST_KEPT", "digest_of", "keep", "place_of", "rulebook"]

_PREFIX: Final = "policygraph-"
MAKERS: Final = ("claims", "columns", "dates", "errors", "graph", "lookup", "names", "ontology", "truth")
"""The modules that, with ``datasets/``, make a graph of files; a test compares them with what is imported."""
MOST_KEPT: Final = 4
"""Copies kept in the cache: the last few states of the data, so that two checkouts do not drive out each other's."""


def digest_of(place: Path) -> str:
    """Return the hash of the data, or nothing where a file is larger than any that is read, or cannot be: reading tells which.

    >>> from policygraph.ontology import shipped
    >>> len(digest_of(shipped("datasets")))
    32
    """
    from policygraph import datasets
    from policygraph.datasets.files import MAXIMUM_SIZE

    with suppress(OSError):
        found = [path for folder in ("entities", "sources", "tables") for path in (place / folder).rglob("*")]
        if all(path.stat().st_size <= MAXIMUM_SIZE for path in found if path.is_file()):
            return datasets.digest(place)
    return ""


def place_of(digest: str) -> Path | None:
    """Return where the copy belongs: one name for each state of the data, the terms and the modules that make the graph."""
    package = Path(__file__).parent
    modules = (*(package / f"{name}.py" for name in MAKERS), *sorted((package / "datasets").glob("*.py")))
    return _place(f"{digest}-", modules, "npz")


def _place(name: str, made_by: Iterable[Path], ending: str) -> Path | None:
    chosen = os.environ.get("POLICYGRAPH_CACHE")
    if chosen == "":
        return None
    try:
        root = Path(chosen or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        program = hashlib.blake2b(f"{__version__} {np.__version__}".encode(), digest_size=8)
        for file in made_by:
            program.update(file.read_bytes())
    except (OSError, RuntimeError):
        return None
    return root / ("" if chosen else "policygraph") / f"{_PREFIX}{name}{program.hexdigest()}.{ending}"


def keep(graph: ClaimGraph, kept: Path) -> None:
    """Keep a copy, whole or not at all, and drop old ones; a cache that cannot be written is no reason to fail."""
    _keep(kept, graph.save)


def _keep(kept: Path, write: Callable[[Path], object]) -> None:
    with suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=kept.parent) as beside:
            whole = Path(beside) / kept.name
            write(whole)
            whole.replace(kept)
        older = sorted(kept.parent.glob(f"{_PREFIX}*{kept.suffix}"), key=lambda path: path.stat().st_mtime)
        for path in older[:-MOST_KEPT]:
            path.unlink(missing_ok=True)


def rulebook(directory: Path, ontology: Ontology, graph: ClaimGraph | None = None) -> Rulebook:
    """Return the rules of a directory, from a copy if one is kept of just these files.

    Parameters
    ----------
    graph
        The data in which whatever rules name must stand; None to leave that unchecked.

    Raises
    ------
    BadRule
        With every fault of the rules.
    """
    from policygraph.law.rulebook import Rulebook

    package, terms = Path(__file__).parent, (ontology.path, ontology.path.parent / "words.yaml")
    files = (*sorted(directory.rglob("*.yaml")), *sorted((package / "law").glob("*.py")), package / "measures.py", *terms)
    kept = _place(f"law-{graph.digest[:16] if graph is not None else ''}-", files, "json")
    if kept is not None:
        with suppress(OSError, ValueError):
            return Rulebook.restored(kept.read_bytes(), ontology)
    from policygraph.law.naming import Known

    book = Rulebook.load(directory, ontology, None if graph is None else Known.of_graph(graph))
    if kept is not None:
        _keep(kept, lambda path: path.write_text(book.stored(), encoding="utf-8"))
    return book
