"""The same words on the command line.

Thin: each command asks the desk and prints. With ``--json`` one JSON object goes to standard output and nothing else. Exit
status: 0 answered, 1 the question was refused (one line on standard error says why and what would be accepted), 2 wrong usage.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from policygraph import __version__
from policygraph.errors import BadData, BadQuestion, BadRule, PolicygraphError, nearest

if TYPE_CHECKING:
    from policygraph.claims import Claim
    from policygraph.desk import KnowledgeGraph, View
    from policygraph.findings import Evidence, Finding

__all__ = ["app", "main"]

MOST_FAULTS: Final = 50
"""Faults told of a data directory; then only how many there are."""
LONGEST_LINE: Final = 1_000
"""Characters of a line of refusal, whatever was asked."""
_FORMS: Final = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "PREFIX", "BASE", "INSERT", "DELETE")
_WrongUsage: type[Exception] = typer.BadParameter.__mro__[1]
"""Any wrong use of options and arguments; typer keeps the class in different places from one release to the next."""

app = typer.Typer(
    name="policygraph", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Who says what about regulations, firms, fabs, tools and chips, and what follows from it, on any date and with the evidence.",
)  # fmt: skip

AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="The day on which things must hold; default: the data set's date.")
]
KnownBy = Annotated[str | None, typer.Option("--known-by", metavar="DATE", help="Only what was on record by this day counts.")]
AtLeast = Annotated[
    str, typer.Option("--at-least", metavar="STRENGTH", help="Leave out what is weaker: alleged, presumed, reported, established.")
]
Without = Annotated[
    list[str] | None, typer.Option("--without", metavar="SOURCE", help="Reject a document, publisher, speaker or claim; may repeat.")
]
Table = Annotated[Path | None, typer.Option("--evidence", metavar="FILE", help="Your own evidence table (see ontology/evidence.yaml).")]
Data = Annotated[Path | None, typer.Option("--data", metavar="DIR", help="A data directory instead of the shipped data set.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Item = Annotated[str, typer.Argument(metavar="ITEM", help="An id, a name or an alias, in any script.")]
Origin = Annotated[str, typer.Option("--origin", metavar="COUNTRY", help="ISO code or name of a country.")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; ends the process with its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    raise SystemExit(_status(list(sys.argv[1:] if arguments is None else arguments)))


def _status(arguments: list[str]) -> int:
    """Run one command and tell its exit status; whatever goes wrong is told in plain lines."""
    try:
        with typer.main.get_command(app).make_context("policygraph", list(arguments)) as context:
            context.command.invoke(context)
        if sys.stdout is not None:
            sys.stdout.flush()
    except typer.Exit as leaving:
        return int(leaving.exit_code)
    except _WrongUsage as error:
        return _refused(_usage(error, arguments), 2)
    except (BadData, BadRule) as error:
        faults = [f"{place}: {text}" for place, text in _faults(error)]
        more = len(faults) - MOST_FAULTS
        return _refused([*faults[:MOST_FAULTS], *([f"and {more:,} more faults; mend these first"] if more > 0 else [])])
    except PolicygraphError as error:
        return _refused([f"policygraph: {error}"])
    except BrokenPipeError:
        _abandon_output()
        return 0
    except OSError as error:
        _abandon_output()
        return _refused([f"policygraph: {error.filename or 'the output'} cannot be read or written: {error.strerror or error}"])
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except Exception as error:
        if os.environ.get("POLICYGRAPH_TRACEBACK"):
            raise
        said = f"{type(error).__name__}: {error}"
        return _refused([f"policygraph: a mistake in the program, not in the question ({said}); POLICYGRAPH_TRACEBACK=1 shows where"])
    return 0


def _refused(lines: Iterable[str], status: int = 1) -> int:
    for line in lines:
        told = " ".join(line.split())
        print(told if len(told) <= LONGEST_LINE else f"{told[:LONGEST_LINE]} ...", file=sys.stderr)
    return status


def _usage(error: Any, arguments: list[str]) -> list[str]:
    """Say in one line what is wrong with the options or arguments; without any, show the help."""
    if not arguments:
        print(error.ctx.get_help(), file=sys.stderr)
        return []
    path = error.ctx.command_path if error.ctx else "policygraph"
    names = [str(command.name or getattr(command.callback, "__name__", "")) for command in app.registered_commands]
    said = error.format_message().rstrip(".?")
    if path == "policygraph" and arguments[0] in said and not arguments[0].startswith("-"):
        near = nearest(arguments[0], names, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"use {', '.join(names)}"
        return [f"policygraph: there is no command '{arguments[0]}'; {hint}"]
    return [f"policygraph: {said}; see '{path} --help'"]


def _abandon_output() -> None:
    """Let what is still to be written go nowhere, where nobody reads it any more or no room is left."""
    if sys.stdout is not None:
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError:
            return


def _faults(error: BadData | BadRule) -> list[tuple[str, str]]:
    if isinstance(error, BadData):
        return [(str(place), text) for place, text in error.problems]
    lines = [line.partition(": ") for line in str(error).splitlines()]
    return [(place, text) for place, _, text in lines]


def _graph(data: Path | None) -> KnowledgeGraph:
    from policygraph.desk import load

    return load(data)


def _view(
    data: Path | None, as_of: str | None, known_by: str | None, at_least: str, without: list[str] | None, evidence: Path | None
) -> View:  # fmt: skip
    return _graph(data).view(as_of, known_by, evidence, at_least=at_least, without=without or ())


def _print(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def _answer(finding: Finding, as_json: bool) -> None:
    if as_json:
        _print({"routes": [], **finding.to_json()})
    else:
        print(finding)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"policygraph {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the version and stop.")] = False,
) -> None:
    """Take the options that stand before a command."""


@app.command()
def find(
    text: Annotated[str, typer.Argument(help="Part of a name, in any script.")],
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many.")] = 10,
    data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Find what a name may mean."""
    if not text.strip():
        raise BadQuestion("nothing is named ''; give part of a name, in any script")
    found = _graph(data).graph.find(text, limit)
    if as_json:
        _print({"question": text, "found": [dict(zip(("id", "class", "name", "score"), row, strict=True)) for row in found]})
        return
    width = max((len(row[0]) for row in found), default=0)
    for id_, class_, name, _ in found:
        print(f"{id_:<{width}}  {class_}: {name}")
    if not found:
        print(f"Nothing is called anything like '{text}'; try another part of the name, or another script.")


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An id, a name or an alias in any script, or the id of a claim.")],
    limit: Annotated[int, typer.Option("--limit", min=0, help="At most this many claims; 0 for all. JSON has them all.")] = 100,
    data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Show what is said about something, by whom and how surely.

    For a document, also what it says; for the id of a claim, that claim and who disputes it.
    """
    kg = _graph(data)
    claims, frozen = kg.claims(name), kg.view().frozen
    said = [(claim, frozen.evidence([kg.graph.row_of[claim.id]], against=claim.stance.is_against)[0]) for claim in claims]
    about = _claim_card(said[0]) if name in kg.graph.row_of else _card(kg, kg.resolve(name))
    said.sort(key=lambda pair: pair[0].subject != about["id"])
    if as_json:
        _print({**about, "claims": [{**item.to_json(), "recorded": claim.recorded, "quote": claim.quote} for claim, item in said]})
        return
    for line in _card_lines(about):
        print(line)
    print(f"{len(said):,} claim{'' if len(said) == 1 else 's'}:")
    shown = said[: limit or None]
    for claim, item in shown:
        text = item.text.removeprefix(f"{about['name']} ") if claim.subject == about["id"] else item.text
        verb = "" if item.stance in ("asserts", "reports") else f" {item.stance}:"
        where = f"{item.document}{', ' + item.at if item.at else ''}"
        print(f"  [{item.strength.word}]{verb} {text}{f', {item.when}' if item.when else ''} ({item.speaker}; {where}) {claim.id}")
    if len(shown) < len(said):
        print(f"  and {len(said) - len(shown):,} more; --limit 0 shows all")


def _card(kg: KnowledgeGraph, id_: str) -> dict[str, Any]:
    """Describe a node: its names, identifiers and note; of a document, who published it and when."""
    entity, document = kg.graph.entity(id_), kg.graph.documents.get(id_)
    card: dict[str, Any] = {
        "id": id_, "class": entity.type, "name": entity.name, "names": {key: list(names) for key, names in entity.names.items()},
        "identifiers": dict(entity.identifiers), "note": document.note if document else entity.note,
    }  # fmt: skip
    if document:
        versions = [{"version": one.number, "published": one.published, "url": one.url, "note": one.note} for one in document.versions]
        card["document"] = {
            "publisher": document.publisher, "kind": document.kind, "published": document.published, "language": document.language,
            "url": document.url, "versions": versions,
        }  # fmt: skip
    return card


def _claim_card(said: tuple[Claim, Evidence]) -> dict[str, Any]:
    claim, item = said
    return {
        "id": claim.id, "class": "Claim", "name": item.text, "names": {}, "identifiers": {}, "note": claim.note,
        "document": {"title": item.title, "published": item.published, "url": item.url, "quote": claim.quote},
    }  # fmt: skip


def _card_lines(card: Mapping[str, Any]) -> Iterator[str]:
    yield f"{card['name']} ({card['class']}, {card['id']})"
    for language, names in card["names"].items():
        yield f"  {'other' if language == 'und' else language}: {', '.join(names)}"
    for scheme, number in {**card["identifiers"], **card.get("document", {})}.items():
        for one in number if isinstance(number, list) else [number] if number else []:
            told = ", ".join(str(part) for part in one.values() if part) if isinstance(one, dict) else one
            yield f"  {scheme.removesuffix('s') if isinstance(number, list) else scheme}: {told}"
    if card["note"]:
        yield f"  {card['note']}"


@app.command()
def touches(
    item: Item, origin: Origin = "US",
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Table = None, data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Did an item touch tooling of an origin, on whose word?

    By which routes (fab equipment, design software and blocks, memory, packaging), how surely, who disputes it, what is not known.
    """
    _answer(_view(data, as_of, known_by, at_least, without, evidence).touches(item, origin), as_json)


@app.command()
def check(
    rule: Annotated[str | None, typer.Argument(metavar="RULE", help="Id or title of a rule; none lists the rules.")] = None,
    item: Annotated[str | None, typer.Option("--item", metavar="ITEM", help="The item.")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="COUNTRY", help="Country of destination.")] = None,
    from_: Annotated[str | None, typer.Option("--from", metavar="COUNTRY", help="Country it leaves.")] = None,
    end_user: Annotated[str | None, typer.Option("--end-user", metavar="PARTY", help="The end user.")] = None,
    purchaser: Annotated[str | None, typer.Option("--purchaser", metavar="PARTY", help="The purchaser.")] = None,
    given: Annotated[
        list[str] | None, typer.Option("--case", metavar="KEY=VALUE", help="Any other input, such as knowledge=yes; may repeat.")
    ] = None,
    assume: Annotated[
        list[str] | None, typer.Option("--assume", metavar="RULE=STATUS", help="If it is not known whether a rule operates: in-force.")
    ] = None,
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Table = None, data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Does a rule of law reach a case? Without a rule, list them."""
    if rule is None:
        rules = [{"rule": one.id, "title": one.title, "effect": str(one.effect)} for one in _graph(data).rules.rules.values()]
        if as_json:
            _print({"rules": rules})
        for one in () if as_json else rules:
            print(f"{one['rule']}: {one['title']} ({one['effect']})")
        return
    case: dict[str, Any] = _pairs(given or (), "--case", "knowledge=yes")
    for key, value in {"item": item, "to": to, "from": from_, "end_user": end_user, "purchaser": purchaser}.items():
        if value is not None and case.setdefault(key, value) != value:
            raise BadQuestion(f"'{key}' of the case is given twice, as '{value}' and as '{case[key]}'; give it once")
    view = _view(data, as_of, known_by, at_least, without, evidence)
    _answer(view.check(rule, assume=_pairs(assume or (), "--assume", "ear-gp10=in-force"), **case), as_json)


@app.command()
def ask(
    scenario: Annotated[Path, typer.Argument(metavar="FILE", help="A scenario: a hypothetical, a case and a question, in YAML.")],
    data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Answer a scenario laid over the data."""
    answers = _graph(data).ask(scenario)
    if as_json:
        _print(answers.to_json())
    else:
        print(answers)


def _pairs(given: Sequence[str], option: str, example: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in given:
        key, equals, value = (part.strip() for part in text.partition("="))
        if not (key and equals and value):
            raise BadQuestion(f"'{text}' after {option} is not of the form {example}")
        pairs[key.replace("-", "_") if option == "--case" else key] = value
    return pairs


@app.command()
def sparql(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="A SPARQL 1.1 query, or a file that holds one.")],
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="table, csv or json.")] = "table",
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Table = None, data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:  # fmt: skip
    """Ask in SPARQL over all claims and the edges that stand.

    Prefixes such as pg:, chip: and site: need no declaration.
    """
    form = "json" if as_json else format
    if form not in ("table", "csv", "json"):
        raise BadQuestion(f"'{format}' is no format; use table, csv or json")
    frame = _view(data, as_of, known_by, at_least, without, evidence).sparql(_query(query))
    if form == "csv":
        frame.to_csv(sys.stdout, index=False)
    elif form == "json":
        rows = json.loads(frame.to_json(orient="records", date_format="iso"))
        _print({"columns": list(frame.columns), "rows": rows, "count": len(frame)})
    else:
        print(frame.to_string(index=False, max_colwidth=80) if len(frame) else "no rows")


def _query(given: str) -> str:
    """Return the query itself, or what the file of that name holds."""
    words = given.split(maxsplit=1)
    if "{" in given or (len(words) > 1 and words[0].upper() in _FORMS):
        return given
    try:
        return Path(given).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadQuestion(f"'{given}' is not UTF-8 text ({error.reason} at byte {error.start})") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise BadQuestion(f"'{given}' is no query (it has no braces), and no file that can be read ({why})") from None


@app.command()
def figure(
    what: Annotated[str, typer.Argument(metavar="QUESTION", help="What to draw: touches.")],
    item: Item,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Where to: .svg, .png or .pdf.")],
    origin: Origin = "US",
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Table = None, data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Draw an answer as a supply-chain diagram for print."""
    from policygraph.figures import figure as drawn

    if what != "touches":
        raise BadQuestion(f"there is no figure of '{what}'; use touches")
    finding = _view(data, as_of, known_by, at_least, without, evidence).touches(item, origin)
    drawn(finding).save(output)
    if as_json:
        _print({"question": finding.question, "as_of": finding.as_of, "outcome": str(finding.outcome), "figure": str(output)})
    else:
        print(f"Wrote {output}: {finding.question} As of {finding.as_of}: {finding.outcome}.")


@app.command()
def validate(
    directory: Annotated[Path | None, typer.Argument(metavar="DIR", help="A data directory; default: the shipped one.")] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a source file, for your editor, and stop.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check a data directory; every fault with its place.

    First files, names, ends and dates, then the SHACL shapes and the rules of law.
    """
    from policygraph import datasets, desk

    if schema:
        _print(datasets.source_schema())
        return
    shown = str(directory) if directory is not None else "the shipped data set"
    try:
        checked = desk.validate(directory)
    except (BadData, BadRule) as error:
        if as_json:
            faults = [{"place": place, "fault": text} for place, text in _faults(error)]
            _print({"directory": shown, "valid": False, "faults": faults})
            raise typer.Exit(1) from None
        raise
    corpus = checked.corpus
    counts = {"documents": len(corpus.documents), "claims": len(corpus.claims), "entities": len(corpus.entities), "rules": checked.rules}
    if as_json:
        _print({"directory": shown, "valid": True, **counts, "date": corpus.date, "shapes": checked.shapes, "faults": []})
        return
    told = ", ".join(f"{what} {count:,}" for what, count in counts.items())
    print(f"{shown}: no fault found. Counts, with the code lists: {told}.")
    if not checked.shapes:
        print("The SHACL shapes were not checked, which needs the extra 'shacl': pip install 'policygraph[shacl]'")


@app.command()
def export(
    output: Annotated[Path, typer.Argument(metavar="FILE", help="Where to: .ttl, .trig, .nq, .jsonld or .graphml.")],
    format: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help="turtle, trig, nquads, jsonld or graphml, if the ending does not tell.")
    ] = None,
    data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Write the graph as RDF or GraphML."""
    kg = _graph(data)
    kg.export(output, format)
    if as_json:
        _print({"file": str(output), "claims": len(kg.graph.table)})
    else:
        print(f"Wrote {output}: {len(kg.graph.table):,} claims of {kg.graph.name} {kg.graph.version}.")
