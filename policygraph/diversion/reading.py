"""Files of cases and red flags to values, every fault with its line.

Comes in: nodes of YAML and the pydantic model of what a file must be. Goes out: the value, or faults in words that name the place
and what would be accepted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from policygraph.datasets.files import Faults, Mapping, Node, Sequence, parse_yaml, plain, text_of
from policygraph.errors import BadData, nearest

__all__ = ["Business", "Location", "Texts", "Value", "did_you_mean", "documents", "line_at", "made"]

M = TypeVar("M", bound=BaseModel)
Location = tuple[int | str, ...]

Business = Literal[
    "maker", "foundry", "designer", "distributor", "trading-company", "freight-forwarder", "cloud-provider", "data-centre", "real-estate",
    "research-institute", "university", "military-supplier", "state-body", "investor", "service-provider", "person", "unknown",
]  # fmt: skip
"""What a party does, as case files and flags call it."""


def _texts(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
"""One text, or a list of them."""


class Value(BaseModel):
    """A part of a file: immutable, and strict about its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, coerce_numbers_to_str=True)


def did_you_mean(name: str, accepted: Iterable[str], otherwise: str) -> str:
    """Return a hint at the nearest of the accepted names, or else the other words.

    >>> did_you_mean("aperai", ["aperia"], "the case has none")
    "did you mean 'aperia'?"
    """
    near = nearest(name, accepted, 1)
    return f"did you mean '{near[0]}'?" if near else otherwise


def documents(directory: Path, faults: Faults) -> Iterator[tuple[str, Mapping]]:
    """Give every YAML file below a directory, as errors name it, with its content; what cannot be read is a fault."""
    if not directory.is_dir():
        faults.add(directory.as_posix(), None, "there is no such directory; name one that holds YAML files")
    for path in sorted(directory.rglob("*")):
        shown = path.as_posix()
        if path.is_dir() or path.name.startswith(".") or path.suffix == ".md":
            continue
        if path.suffix != ".yaml":
            faults.add(shown, None, "files here end in .yaml; rename this one or take it out")
            continue
        try:
            node = parse_yaml(text_of(path, shown)[1], shown)
        except BadData as error:
            faults.extend(error.problems)
            continue
        if isinstance(node, Mapping):
            yield shown, node
        else:
            faults.add(shown, node.line, "a file here is one mapping; write key: value")


def line_at(node: Node, location: Location) -> int:
    """Return the line of a place in a node, or of the nearest thing around it that is written.

    >>> from policygraph.datasets.files import parse_yaml
    >>> line_at(parse_yaml("a:\\n  - {b: 1}\\n  - {b: 2}\\n", "x.yaml"), ("a", 1, "b"))
    3
    """
    line = node.line
    for step in location:
        if isinstance(node, Mapping) and step in node.items:
            line, node = node.lines[str(step)], node.items[str(step)]
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            line = node.line
    return line


def made(model: type[M], node: Mapping, shown: str, what: str, faults: Faults) -> M | None:
    """Return the value a node describes; where it is none, every fault is noted and nothing is returned.

    Parameters
    ----------
    model
        What the node must be; it forbids keys it does not know.
    what
        How errors call it, with its article.
    """
    try:
        return model.model_validate(plain(node))
    except ValidationError as error:
        found = error.errors()
        places = [fault["loc"] for fault in found]
        for fault in found:
            here = fault["loc"]
            if fault["type"] == "too_short" and any(place[: len(here)] == here != place for place in places):
                continue  # only because what stands inside was refused
            faults.add(shown, line_at(node, here), _sentence(model, fault, what))
        return None


def _sentence(model: type[BaseModel], fault: ErrorDetails, what: str) -> str:
    location = fault["loc"]
    names = [str(step) for step in location if isinstance(step, str)]
    key = f"'{names[-1]}'" if names else what
    owner = f"{what}, in '{names[0]}'," if len(names) > 1 else what
    if fault["type"] == "missing":
        return f"{owner} has no {key}; write it"
    if fault["type"] == "extra_forbidden":
        accepted = [field.alias or name for name, field in _model_at(model, location[:-1]).model_fields.items() if name not in _OURS]
        return f"{owner} has no key {key}; " + did_you_mean(names[-1], accepted, "use " + ", ".join(accepted))
    if fault["type"] == "too_short":
        return f"{key} is empty; write at least one"
    if fault["type"].startswith("date"):
        return f"{key} holds {fault['input']!r}; write a day of the calendar as 2024-03-01"
    said = str(fault["msg"]).removeprefix("Value error, ")
    return said if fault["type"] == "value_error" else f"{key} holds {fault['input']!r}, but {said[:1].lower()}{said[1:]}"


_OURS = ("file", "kind_of_condition")
"""Fields that no file writes."""


def _model_at(model: type[BaseModel], location: Location) -> type[BaseModel]:
    """Return the model that describes what stands at a place; of several, the one that the next step names."""
    several: list[type[BaseModel]] = []
    for step in location:
        if isinstance(step, int):
            continue
        if several:
            model = next(one for one in several if one.model_fields["kind_of_condition"].default == step)
            several = []
            continue
        field = next((one for name, one in model.model_fields.items() if step in (name, one.alias)), None)
        several = list(_models_in(field.annotation)) if field is not None else []
        if len(several) == 1:
            model, several = several[0], []
    return model


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and not get_args(annotation):
        if issubclass(annotation, BaseModel):
            yield annotation
        return
    for part in get_args(annotation):
        yield from _models_in(part)
