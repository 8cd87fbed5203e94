"""What the commands share: the application, its options, and how an answer is printed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from policygraph.errors import BadData, BadQuestion, BadRule

if TYPE_CHECKING:
    from policygraph.asking import View
    from policygraph.desk import KnowledgeGraph

__all__ = [
    "AsJson", "AsOf", "Assume", "AtLeast", "Data", "Given", "InFull", "Item", "KnownBy", "Origin", "Table", "Without",
    "answer", "app", "case_of",
    "example", "faults_of", "graph", "pairs", "print_json", "view",
]  # fmt: skip

app = typer.Typer(
    name="policygraph", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Who says what about regulations, firms, fabs, tools and chips, and what follows from it, on any date and with the evidence.",
)  # fmt: skip

AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="The day on which things must hold, YYYY-MM-DD; default: the data set's date.")
]
KnownBy = Annotated[str | None, typer.Option("--known-by", metavar="DATE", help="Only what was on record by this day counts, YYYY-MM-DD.")]
AtLeast = Annotated[
    str, typer.Option("--at-least", metavar="STRENGTH", help="Leave out what is weaker: alleged, presumed, reported, established.")
]
Without = Annotated[
    list[str] | None, typer.Option("--without", metavar="SOURCE", help="Reject a document, publisher, speaker or claim; may repeat.")
]
Table = Annotated[Path | None, typer.Option("--evidence", metavar="FILE", help="Your own evidence table (see ontology/evidence.yaml).")]
Data = Annotated[Path | None, typer.Option("--data", metavar="DIR", help="A data directory instead of the shipped data set.")]
InFull = Annotated[bool, typer.Option("--proof", help="Print the whole note: every route, condition, claim and source.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Item = Annotated[str, typer.Argument(metavar="ITEM", help="An id, a name or an alias, in any script.")]
Origin = Annotated[str, typer.Option("--origin", metavar="COUNTRY", help="ISO code or name of a country.")]
Given = Annotated[
    list[str] | None, typer.Option("--case", metavar="KEY=VALUE", help="Any other input of the case, such as knowledge=yes; may repeat.")
]
Assume = Annotated[
    list[str] | None,
    typer.Option("--assume", metavar="RULE=STATUS", help="Where it is not known whether a rule operates: ear-lr-affiliates=in-force.")
]


def example(*commands: str, more: str = "") -> str:
    """Return what stands at the end of a help page: what one may type, line by line, and what else is to be known."""
    told = "\b\nFor example:\n" + "\n".join(f"  policygraph {command}" for command in commands)
    return f"{told}\n\n{more}" if more else told


def graph(data: Path | None) -> KnowledgeGraph:
    """Return the graph of a data directory, or the shipped one."""
    from policygraph.desk import load

    return load(data)


def view(
    data: Path | None, as_of: str | None, known_by: str | None, at_least: str, without: list[str] | None, evidence: Path | None
) -> View:  # fmt: skip
    """Return the view that the options ask for."""
    return graph(data).view(as_of, known_by, evidence, at_least=at_least, without=without or ())


def print_json(value: Any) -> None:
    """Print one JSON object."""
    print(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def answer(found: Any, as_json: bool, in_full: bool = False) -> None:
    """Print an answer: in brief, as a whole note, or as JSON."""
    if as_json and in_full:
        raise BadQuestion("--json holds the whole proof already; leave out --proof")
    if as_json:
        print_json(found.to_json())
    else:
        print(found.note() if in_full else found)


def faults_of(error: BadData | BadRule) -> list[tuple[str, str]]:
    """Return the faults of an error, each with its place."""
    if isinstance(error, BadData):
        return [(str(place), text) for place, text in error.problems]
    lines = [line.partition(": ") for line in str(error).splitlines()]
    return [(place, text) for place, _, text in lines]


def pairs(given: Sequence[str], option: str, example: str) -> dict[str, str]:
    """Return options of the form key=value."""
    pairs: dict[str, str] = {}
    for text in given:
        key, equals, value = (part.strip() for part in text.partition("="))
        if not (key and equals and value):
            raise BadQuestion(f"'{text}' after {option} is not of the form {example}")
        pairs[key.replace("-", "_") if option == "--case" else key] = value
    return pairs


def case_of(given: Sequence[str] | None, **told: str | None) -> dict[str, Any]:
    """Return the inputs of a case that options tell, each written as in a cell of a table; one told twice, and differently, is refused."""
    from policygraph.law.table import cell, joined_cells

    for name, value in told.items():
        if value is not None and not value.strip():
            raise BadQuestion(f"--{name.rstrip('_').replace('_', '-')} is empty; give a name, 'none' if there is none, or leave it out")
    case = pairs(given or (), "--case", "knowledge=yes")
    for key, value in told.items():
        name = key.rstrip("_")
        if value is not None and case.setdefault(name, value) != value:
            raise BadQuestion(f"'{name}' of the case is given twice, as '{value}' and as '{case[name]}'; give it once")
    return joined_cells(*(cell(name, text) for name, text in case.items()))
