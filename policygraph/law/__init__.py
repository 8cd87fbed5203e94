"""Law as data, and its readers.

A rule is a YAML file: its basis to the paragraph, how far it binds, when it operates, its versions, and a tree of conditions.
:class:`Rulebook` reads and checks them; :func:`explain` puts one to a case and returns the finding with its proof.
"""

from policygraph.law.explain import explain
from policygraph.law.rulebook import Rule, Rulebook

__all__ = ["Rule", "Rulebook", "explain"]
