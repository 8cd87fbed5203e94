"""Paths through a view: which count, whether there is one, the best, what is missing, what it hangs on.

A :class:`Grammar` says which paths count; a :class:`Search` puts one question of existence; :func:`closure` and :func:`closure_to`
put it for all nodes at once; :func:`flips` tries which claims an answer hangs on.
"""

from policygraph.paths.closure import Closure, Reach, closure, closure_to
from policygraph.paths.cuts import Cut
from policygraph.paths.flips import flips
from policygraph.paths.grammar import Grammar
from policygraph.paths.path import Bound, Path, Paths
from policygraph.paths.search import Search
from policygraph.paths.targets import Targets

__all__ = [
    "Bound", "Closure", "Cut", "Grammar", "Path", "Paths", "Reach", "Search", "Targets", "closure", "closure_to", "flips",
]  # fmt: skip
