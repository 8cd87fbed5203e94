"""Hypotheticals laid over the data, and what is answered of them.

A scenario is a YAML file: entities and claims of its own, a case, and a question. :class:`Scenario` reads one; :func:`answered` puts its
questions to a view of its graph, and :class:`Answers` compares what is answered with what was published.
"""

from policygraph.scenario.answers import Answers, Expected, answered
from policygraph.scenario.hypothetical import Ask, Scenario, Source

__all__ = ["Answers", "Ask", "Expected", "Scenario", "Source", "answered"]
