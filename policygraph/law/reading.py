"""Rule files to rules, every fault with its line, and what only shows when all rules are known.

Refused: unknown keys and words, missing headers, versions or times of operation that overlap, rules and parts that do not exist,
paths that do not parse, names and citations of what does not exist, and a rule that depends on its own negation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from collections.abc import Mapping as Names
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from policygraph.datasets.files import Faults, Mapping, Node, Sequence, parse_yaml, plain, text_of
from policygraph.errors import BadData, BadRule, nearest
from policygraph.law.naming import Known, refuse_unknown_names
from policygraph.law.rulebook import CodeList, Duty, Notice, Operation, Rule, Rulebook, Version, conditions_of
from policygraph.law.writing import Writing, as_codes, explained
from policygraph.ontology import Ontology

__all__ = ["read"]

_ONLY_FOR: Names[str, tuple[str, ...]] = {
    "concerns": ("excepted", "limits-exceptions", "review-policy"), "leaves": ("limits-exceptions",),
    "forbids": ("forbids-compliance",), "classifies": ("classified",),
}  # fmt: skip


def read(directory: Path, ontology: Ontology, known: Known | None = None) -> Rulebook:
    """Read every rule and list below a directory; see :meth:`Rulebook.load`."""
    if not directory.is_dir():
        raise BadRule(f"{directory}: there is no such directory of rules")
    return _book(Rulebook({}, {}, ontology, ""), directory, sorted(directory.rglob("*.yaml")), known)


def drafted(book: Rulebook, file: Path, known: Known | None = None) -> Rulebook:
    """Return a rulebook with the rules of a file or directory added; see :meth:`Rulebook.with_draft`."""
    if not file.exists():
        raise BadRule(f"{file}: there is no such file; a draft is a rule file, or a directory of them")
    files = sorted(file.rglob("*.yaml")) if file.is_dir() else [file]
    if not files:
        raise BadRule(f"{file}: the directory holds no rule file; a draft is a rule file, or a directory of files *.yaml")
    return _book(book, file if file.is_dir() else file.parent, files, known)


def _book(base: Rulebook, directory: Path, paths: Iterable[Path], known: Known | None) -> Rulebook:
    """Read files on top of the rules of a book, each rule or list in the place of one of the same id."""
    ontology = base.ontology
    faults, hash_ = Faults(), hashlib.blake2b(base.digest.encode(), digest_size=16)
    nodes: dict[str, Mapping] = {}
    for path in paths:
        shown = path.as_posix()
        try:
            raw, text = text_of(path, shown)
            node = parse_yaml(text, shown)
        except BadData as error:
            faults.extend(error.problems)
            continue
        hash_.update(f"{path.relative_to(directory).as_posix()}:{len(raw)}:".encode() + raw)
        if isinstance(node, Mapping) and ("rule" in node.items) != ("list" in node.items):
            nodes[shown] = node
        else:
            faults.add(shown, 1, "a file of law holds one rule (rule: ...) or one list of codes (list: ...)")
    lists: dict[str, CodeList] = {}
    for shown, node in nodes.items():
        if "list" in node.items and (made := _model(CodeList, node, shown, "a list of codes", faults)):
            lists[made.id] = made
    lists = {**base.lists, **lists}
    rules: dict[str, Rule] = {}
    for shown, node in nodes.items():
        if "rule" in node.items and (rule := _rule(node, shown, faults, ontology, lists)):
            if rule.id in rules:
                faults.add(shown, 1, f"the rule '{rule.id}' stands in {rules[rule.id].file} already; give this one another id")
            rules[rule.id] = rule
    book = Rulebook({**base.rules, **rules}, lists, ontology, hash_.hexdigest())
    refuse_unknown_names(book, rules.values(), known, faults, nodes)
    if not len(faults):
        _refuse_negative_cycles(book, faults)
    if len(faults):
        raise BadRule(str(faults.error()))
    return book


def _rule(node: Mapping, shown: str, faults: Faults, ontology: Ontology, lists: Names[str, CodeList]) -> Rule | None:
    before = len(faults)
    parts = node.items.get("parts")
    writing = Writing(
        shown, faults, ontology, {name: made.entries for name, made in lists.items()},
        parts.items if isinstance(parts, Mapping) else {},
    )  # fmt: skip
    told: dict[str, Any] = {"file": shown}
    for key, item in node.items.items():
        match key:
            case "parts":
                for part in parts.items.values() if isinstance(parts, Mapping) else ():
                    writing.condition(part)
            case "operates":
                told[key] = _operations(item, shown, faults)
            case "versions":
                told[key] = [_version(one, writing) for one in _items(item)]
            case "notice":
                told[key] = _with_condition(Notice, item, "a notice", writing)
            case "duty":
                told[key] = _model(Duty, item, shown, "a duty", faults)
            case "classifies":
                told[key] = as_codes(item)
            case _:
                told[key] = plain(item)
    if len(faults) > before:
        return None
    rule = _checked(Rule, told, node, shown, "a rule", faults)
    if rule is not None:
        _check_versions(rule, node, faults)
    return rule if len(faults) == before else None


def _items(node: Node) -> list[Node]:
    return node.items if isinstance(node, Sequence) else [node]


def _version(node: Node, writing: Writing) -> Any:
    operates = node.items.get("operates") if isinstance(node, Mapping) else None
    told = {"operates": _operations(operates, writing.file, writing.faults)} if operates is not None else {}
    return _with_condition(Version, node, "a version", writing, told)


def _operations(node: Node, shown: str, faults: Faults) -> list[Operation | None]:
    made = [_model(Operation, item, shown, "a time of operation", faults) for item in _items(node)]
    known = [(item, line.line) for item, line in zip(made, _items(node), strict=True) if item is not None]
    for (one, _), (other, line) in pairwise(known):
        if other.since is None or (one.since and other.since <= one.since) or (one.until and other.since < one.until):
            faults.add(shown, line, "times of operation overlap or stand out of order; list them from the oldest, each after the last")
    return made


def _with_condition(
    model: type[Any], node: Node, what: str, writing: Writing, told: dict[str, Any] | None = None
) -> Any:
    if not isinstance(node, Mapping):
        return writing.wrong(node.line, f"{what} is written as key: value")
    before = len(writing.faults)
    values = {key: plain(item) for key, item in node.items.items() if key not in ("when", "operates")}
    if "when" in node.items:
        values["when"] = writing.condition(node.items["when"])
    if len(writing.faults) > before:
        return None
    return _checked(model, values | (told or {}), node, writing.file, what, writing.faults)


def _model(model: type[Any], node: Node, shown: str, what: str, faults: Faults) -> Any:
    if not isinstance(node, Mapping):
        return faults.add(shown, node.line, f"{what} is written as key: value")
    told = {key: as_codes(item) if key == "entries" else plain(item) for key, item in node.items.items()}
    return _checked(model, told, node, shown, what, faults)


def _checked(model: type[BaseModel], told: dict[str, Any], node: Mapping, shown: str, what: str, faults: Faults) -> Any:
    accepted = [field.alias or name for name, field in model.model_fields.items() if name != "file"]
    strange = [key for key in told if key not in (*accepted, "file", "parts")]
    for key in strange:
        near = nearest(key, accepted, 1)
        hint = f"did you mean '{near[0]}'?" if near else "use " + ", ".join(accepted)
        faults.add(shown, node.lines.get(key, node.line), f"{what} has no '{key}'; {hint}")
    if strange:
        return None
    try:
        return model(**told)
    except ValidationError as error:
        for key, said in explained(error):
            faults.add(shown, node.lines.get(key, node.line), f"{what}: {said}")
        return None


def _check_versions(rule: Rule, node: Mapping, faults: Faults) -> None:
    versions = node.items["versions"]
    lines = [item.line for item in _items(versions)]
    for place, (one, other) in enumerate(pairwise(rule.versions)):
        early, late = one.effective or date.min, other.effective
        if late is None or late <= early:
            faults.add(rule.file, lines[place + 1], "this version does not begin after the one before it; list them from the oldest")
        elif one.until is not None and one.until > late:
            text = f"versions overlap: the one before lasts until {one.until}, this one is effective from {late}"
            faults.add(rule.file, lines[place + 1], text)
    for version, line in zip(rule.versions, lines, strict=True):
        if version.effective and version.compliance and version.compliance < version.effective:
            faults.add(rule.file, line, f"compliance {version.compliance} lies before effective {version.effective}")
    for key, effects in _ONLY_FOR.items():
        if getattr(rule, key) and rule.effect not in effects:
            faults.add(rule.file, node.lines[key], f"'{key}' goes with the effect {' or '.join(effects)}, and this rule's is {rule.effect}")
    if rule.effect in ("excepted", "limits-exceptions", "review-policy") and not rule.concerns:
        faults.add(rule.file, node.line, f"a rule whose effect is {rule.effect} says which requirements it speaks to: concerns: [...]")
    if rule.effect == "classified" and not rule.classifies:
        faults.add(rule.file, node.line, "a rule whose effect is to classify says which entries it puts an item in: classifies: [...]")


def _refuse_negative_cycles(book: Rulebook, faults: Faults) -> None:
    asks = {id_: tuple(book.depends_on(rule)) for id_, rule in book.rules.items()}

    def reaches(start: str, goal: str) -> bool:
        seen, ahead = {start}, [start]
        while ahead:
            here = ahead.pop()
            if here == goal:
                return True
            fresh = {name for name, _ in asks[here]} - seen
            seen |= fresh
            ahead += fresh
        return False

    for id_, asked in asks.items():
        for name in dict.fromkeys(name for name, negated in asked if negated):
            if reaches(name, id_):
                text = f"the rule '{id_}' depends on its own negation, through '{name}'; say it without 'not' or 'unless' there"
                faults.add(book.rules[id_].file, _where_asked(book, id_, name), text)


def _where_asked(book: Rulebook, id_: str, name: str) -> int | None:
    """Return the line on which a rule asks for another, that of the innermost condition that does."""
    conditions = conditions_of(book.rules[id_])
    asking = [condition.place for condition in conditions if name in (asked for asked, _ in book.asked_in(condition))]
    return int(asking[-1].rpartition(":")[2]) if asking and asking[-1] else None
