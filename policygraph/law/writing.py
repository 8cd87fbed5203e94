"""How conditions are written: YAML nodes to conditions, every fault with its line.

A condition is a mapping with one key that says what it is (``all``, ``path``, ``listed`` ...). Beside it may stand ``name``, ``cite``,
``note``, ``confidence`` and ``edition``, and for ``path`` its ``from`` and ``to``. Where one value says it all it may be written
directly (``act: [use, store]``, ``knowledge: destination``, ``rule: ear-subject``). ``part: name`` stands for a condition that the
rule file spells out once under ``parts``. A list of codes may be written as the name of a list file.

>>> from policygraph.datasets.files import Faults, parse_yaml
>>> faults = Faults()
>>> writing = Writing("r.yaml", faults, Ontology.shipped())
>>> writing.condition(parse_yaml("any: [{act: [use]}, {knowlege: destination}]", "r.yaml"))
>>> print(faults.error())
r.yaml:1: 'knowlege' is no condition; did you mean 'knowledge'?
"""

from __future__ import annotations

from collections.abc import Mapping as Names
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from policygraph import measures
from policygraph.datasets.files import Faults, Mapping, Node, Scalar, Sequence, plain
from policygraph.errors import BadGrammar, nearest
from policygraph.law import conditions as law
from policygraph.ontology import Ontology
from policygraph.paths.grammar import Grammar

__all__ = ["KINDS", "Writing", "as_codes", "explained"]

KINDS: Final[dict[str, type[Any]]] = {
    "all": law.All, "any": law.Any_, "not": law.Not, "path": law.Path, "classified": law.Classified, "measure": law.Measure,
    "has": law.Has, "contains": law.Contains, "content": law.Content, "act": law.Act, "place": law.Place,
    "destination": law.Destination, "headquartered": law.Headquartered, "listed": law.Listed, "owned": law.Owned,
    "end_use": law.EndUse, "knowledge": law.Knowledge, "given": law.Given, "authorised": law.Authorised, "some": law.Some,
    "every": law.Every, "presumed": law.Presumed, "rule": law.RuleResult, "statement": law.Statement,
    "party": law.PartyIs, "person": law.PersonOf, "service": law.Service, "amount": law.Amount,
}  # fmt: skip
"""Conditions by the key that names them."""

_BESIDE: Final = ("name", "cite", "note", "confidence", "edition")
_SHORT: Final = {
    "classified": "in", "act": "in", "destination": "in", "headquartered": "in", "listed": "list", "end_use": "in",
    "knowledge": "of", "given": "what", "authorised": "covers", "rule": "rule",
    "service": "in",
}  # fmt: skip
"""The field that a condition's value is for where it is written directly."""
_INNER: Final = {"some": ("test",), "every": ("test",), "presumed": ("if", "of", "unless")}
_TARGETS: Final = {"contains": ("what",), "content": ("of",)}
_OF_OWNERS: Final = ("listed", "headquartered", "party", "person")
_OWNER: Final = "owner"
"""The name that the test of an owner is read under."""
_CODES: Final = ("in", "except", "eccn")
_DEEPEST: Final = 16


@dataclass
class Writing:
    """Reads the conditions of one file.

    Parameters
    ----------
    file
        How errors name it.
    faults
        Where faults are noted; what has a fault is read as None.
    ontology
        Where relations, classes and attributes are looked up.
    lists, parts
        Lists of codes, and conditions spelt out once, by name.
    """

    file: str
    faults: Faults
    ontology: Ontology
    lists: Names[str, tuple[law.Entry, ...]] = field(default_factory=dict)
    parts: Names[str, Node] = field(default_factory=dict)
    spelt: dict[str, Any] = field(default_factory=dict, repr=False)

    def wrong(self, line: int | None, text: str) -> None:
        """Note a fault."""
        self.faults.add(self.file, line, text)

    def condition(self, node: Node | None, depth: int = 0) -> Any:
        """Read a condition; None if it has a fault."""
        if node is None:
            return None
        if depth > _DEEPEST:
            return self.wrong(node.line, f"conditions are nested more than {_DEEPEST} deep, or a part contains itself")
        if not isinstance(node, Mapping):
            return self.wrong(node.line, "a condition is written as one key and its value, for example {listed: entity-list}")
        if "part" in node.items:
            return self._part(node, depth)
        keys = [key for key in node.items if key in KINDS]
        beside = (*_BESIDE, *(("from", "to") if keys == ["path"] else ()))
        strange = [key for key in node.items if key not in KINDS and key not in beside]
        if len(keys) > 1:
            both = " and ".join(f"'{key}'" for key in keys)
            return self.wrong(node.line, f"here stand {both}; a condition says one thing, so nest them under all or any")
        if strange:
            accepted = tuple(KINDS) if not keys else beside
            said = f"'{strange[0]}' is no condition" if not keys else f"'{keys[0]}' has nothing '{strange[0]}' beside it"
            return self.wrong(node.lines[strange[0]], said + _hint(strange[0], accepted))
        if not keys:
            return self.wrong(node.line, "a condition needs a key that says what it is, such as " + ", ".join(list(KINDS)[:8]))
        return self._made(keys[0], node, depth)

    def _part(self, node: Mapping, depth: int) -> Any:
        name, line = plain(node.items["part"]), node.lines["part"]
        if len(node.items) > 1:
            return self.wrong(line, "nothing stands beside 'part'; write it where the part is spelt out")
        if name not in self.parts:
            return self.wrong(line, f"the rule has no part '{name}'" + _hint(str(name), tuple(self.parts)))
        if name not in self.spelt:
            self.spelt[name] = self.condition(self.parts[name], depth + 1)
        return self.spelt[name]

    def _made(self, key: str, node: Mapping, depth: int) -> Any:
        body, line = node.items[key], node.lines[key]
        told: dict[str, Any] = {name: plain(node.items[name]) for name in _BESIDE if name in node.items}
        told["place"] = f"{self.file}:{line}"
        lines = dict(node.lines)
        before = len(self.faults)
        if key in ("all", "any"):
            if not isinstance(body, Sequence) or not body.items:
                return self.wrong(line, f"'{key}' holds a list of conditions")
            told["of"] = [self.condition(item, depth + 1) for item in body.items]
        elif key == "not":
            told["of"] = self.condition(body, depth + 1)
        elif key == "path":
            told["path"] = plain(body)
            if "from" in node.items:
                told["from"] = plain(node.items["from"])
            if "to" in node.items:
                told["to"] = self.target(node.items["to"], depth)
        elif isinstance(body, Mapping):
            lines |= body.lines
            told |= self._fields(key, body, depth)
        elif key in _SHORT:
            told[_SHORT[key]] = self._value(_SHORT[key], body, key == "classified")
        else:
            return self.wrong(line, f"'{key}' is written as a mapping of {', '.join(_names(KINDS[key]))}")
        if len(self.faults) > before:
            return None
        try:
            made = KINDS[key](**told)
        except ValidationError as error:
            for first, said in explained(error):
                self.wrong(lines.get(first, line), f"'{key}': {said}")
            return None
        return made if self._agrees(made, lines.get("path" if key == "path" else "", line)) else None

    def _fields(self, key: str, body: Mapping, depth: int) -> dict[str, Any]:
        accepted = _names(KINDS[key])
        told: dict[str, Any] = {}
        for name, item in body.items.items():
            if name not in accepted:
                self.wrong(body.lines[name], f"'{key}' has no '{name}'" + _hint(name, accepted))
            elif name in _INNER.get(key, ()):
                told[name] = self.condition(item, depth + 1)
            elif name in _TARGETS.get(key, ()):
                told[name] = self.target(item, depth)
            elif key == "owned" and name == "by":
                told[name] = [self._owner(one, depth) for one in (item.items if isinstance(item, Sequence) else [item])]
            else:
                told[name] = self._value(name, item, key == "classified")
        return told

    def _listed(self, node: Node) -> law.Listed | None:
        made = self.condition(Mapping({"listed": node}, {"listed": node.line}, node.line))
        return made if isinstance(made, law.Listed) else None

    def _owner(self, node: Node, depth: int) -> Any:
        """Read a test of whoever owns: a list, or a condition on a party without its role."""
        key = next(iter(node.items), "") if isinstance(node, Mapping) and len(node.items) == 1 else ""
        if not isinstance(node, Mapping) or key not in _OF_OWNERS:
            return self._listed(node)
        body = node.items[key]
        if not isinstance(body, Mapping) or "role" in body.items:
            return self.wrong(node.line, f"the owner is meant; write by: {{{key}: {{...}}}} without a role")
        asked = Mapping({**body.items, "role": Scalar(_OWNER, node.line, True)}, {**body.lines, "role": node.line}, body.line)
        return self.condition(Mapping({key: asked}, node.lines, node.line), depth + 1)

    def target(self, node: Node, depth: int = 0) -> Any:
        """Read what the end of a path must be; None if it has a fault."""
        if depth > _DEEPEST:
            return self.wrong(node.line, f"targets are nested more than {_DEEPEST} deep")
        if not isinstance(node, Mapping):
            return self.wrong(node.line, "the end of a path is written as a mapping, for example {is: US} or {eccn: [3E001]}")
        accepted, before = _names(law.Target), len(self.faults)
        told: dict[str, Any] = {}
        for name, item in node.items.items():
            if name not in accepted:
                self.wrong(node.lines[name], f"the end of a path has no '{name}'" + _hint(name, accepted))
            elif name == "either":
                ends = item.items if isinstance(item, Sequence) else [item]
                told[name] = [self.target(end, depth + 1) for end in ends]
            elif name == "except":
                told[name] = self.target(item, depth + 1)
            elif name == "listed":
                told[name] = self._listed(item)
            elif name == "headquartered":
                told[name] = self.condition(Mapping({name: item}, {name: node.lines[name]}, node.lines[name]))
            else:
                told[name] = self._value(name, item, name == "eccn")
        if len(self.faults) > before:
            return None
        try:
            made = law.Target(**told)
        except ValidationError as error:
            for first, said in explained(error):
                self.wrong(node.lines.get(first, node.line), f"the end of a path: {said}")
            return None
        for name in made.class_:
            if name not in self.ontology.classes:
                return self.wrong(node.lines["class"], f"the ontology has no class '{name}'" + _hint(name, self.ontology.classes))
        return made

    def _value(self, name: str, node: Node, codes: bool) -> Any:
        if not (codes and name in _CODES):
            return plain(node)
        if isinstance(node, Scalar) and node.text in self.lists:
            return self.lists[node.text]
        if isinstance(node, Scalar) and not node.text[:1].isdigit() and node.text != "EAR99":
            return self.wrong(node.line, f"there is no list '{node.text}'" + _hint(node.text, tuple(self.lists)))
        return as_codes(node)

    def _agrees(self, made: Any, line: int) -> bool:
        """Check the words of a condition against the ontology."""
        before = len(self.faults)
        match made:
            case law.Path():
                self._grammar(made.path, line)
            case law.Some() | law.Every() if made.among not in ("parties", "earlier"):
                self._grammar(made.among, line)
            case law.Has() if made.attribute != "class" and made.attribute not in self._attributes:
                self.wrong(line, f"no attribute is called '{made.attribute}'" + _hint(made.attribute, self._attributes))
            case law.Statement() if made.relation not in self.ontology.relations:
                self.wrong(line, f"no relation is called '{made.relation}'" + _hint(made.relation, self.ontology.relations))
            case law.Measure() if made.quantity not in measures.known(self.ontology):
                quantities = measures.known(self.ontology)
                self.wrong(line, f"no quantity is called '{made.quantity}'" + _hint(made.quantity, quantities))
            case _:
                pass
        return len(self.faults) == before

    @property
    def _attributes(self) -> tuple[str, ...]:
        return ("class", *(name for name, relation in self.ontology.relations.items() if relation.is_value))

    def _grammar(self, text: str, line: int) -> None:
        try:
            Grammar.parse(text, self.ontology)
        except BadGrammar as error:
            self.wrong(line, f"the path does not parse: {str(error).splitlines()[0]}")


def as_codes(node: Node) -> Any:
    """Return a list of codes as plain values; 3E001 is a code and no number.

    >>> from policygraph.datasets.files import parse_yaml
    >>> as_codes(parse_yaml("[3E001, {code: 4E001, from: 2023-11-17}]", "x.yaml"))
    ['3E001', {'code': '4E001', 'from': '2023-11-17'}]
    """
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return [as_codes(item) for item in node.items]
    return {key: item.text if key == "code" and isinstance(item, Scalar) else plain(item) for key, item in node.items.items()}


def _names(model: type[Any]) -> tuple[str, ...]:
    hidden = ("kind", "place", *(() if model is law.Target else _BESIDE))
    return tuple(field.alias or name for name, field in model.model_fields.items() if name not in hidden)


def _hint(word: str, accepted: Names[str, Any] | tuple[str, ...]) -> str:
    near = nearest(word, accepted, 1)
    if near:
        return f"; did you mean '{near[0]}'?"
    return "; use " + ", ".join(list(accepted)[:24]) if accepted else ""


def explained(error: ValidationError) -> list[tuple[str, str]]:
    """Return what is wrong with a value: the key to blame, and a clause in words."""
    found = []
    for fault in error.errors():
        key = str(fault["loc"][0]) if fault["loc"] else ""
        said = str(fault["msg"]).removeprefix("Value error, ")
        if fault["type"] == "missing":
            found.append(("", f"'{key}' is missing"))
        else:
            found.append((key, f"'{key}' holds {fault['input']!r}, but {said[:1].lower()}{said[1:]}" if key else said))
    return found[:1]
