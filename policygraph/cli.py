"""The same words on the command line.

Thin: each command asks the desk and prints. With ``--json`` one JSON object goes to standard output and nothing else. Exit
status: 0 answered, 1 the question was refused (one line on standard error says why and what would be accepted), 2 wrong usage.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from policygraph.errors import BadData, BadQuestion, PolicygraphError

if TYPE_CHECKING:
    from policygraph.desk import KnowledgeGraph, View
    from policygraph.findings import Finding

__all__ = ["app", "main"]

app = typer.Typer(
    name="policygraph", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Who says what about regulations, firms, fabs, tools and chips, and what follows from it, on any date and with the evidence.",
)

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
Evidence = Annotated[Path | None, typer.Option("--evidence", metavar="FILE", help="Your own evidence table (see ontology/evidence.yaml).")]
Data = Annotated[Path | None, typer.Option("--data", metavar="DIR", help="A data directory instead of the shipped data set.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Item = Annotated[str, typer.Argument(metavar="ITEM", help="An id, a name or an alias, in any script.")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; ends the process with its exit status."""
    try:
        app(args=list(arguments) if arguments is not None else None)
    except BadData as error:
        for place, text in error.problems:
            print(f"{place}: {text}", file=sys.stderr)
        raise SystemExit(1) from None
    except PolicygraphError as error:
        print(f"policygraph: {' '.join(str(error).split())}", file=sys.stderr)
        raise SystemExit(1) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def _graph(data: Path | None) -> KnowledgeGraph:
    from policygraph.desk import load

    return load(data)


def _view(
    data: Path | None, as_of: str | None, known_by: str | None, at_least: str, without: list[str] | None, evidence: Path | None
) -> View:
    return _graph(data).view(as_of, known_by, evidence, at_least=at_least, without=without or ())


def _print(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def _answer(finding: Finding, as_json: bool) -> None:
    if as_json:
        _print(finding.to_json())
    else:
        print(finding)


@app.command()
def find(
    text: Annotated[str, typer.Argument(help="Part of a name, in any script.")],
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many.")] = 10,
    data: Data = None, as_json: AsJson = False,
) -> None:
    """Find what a name may mean."""
    found = _graph(data).graph.find(text, limit)
    if as_json:
        _print({"question": text, "found": [dict(zip(("id", "class", "name", "score"), row, strict=True)) for row in found]})
        return
    if not found:
        raise BadQuestion(f"nothing is called anything like '{text}'; try another part of the name, or another script")
    width = max(len(row[0]) for row in found)
    for id_, class_, name, _ in found:
        print(f"{id_:<{width}}  {class_}: {name}")


@app.command()
def show(name: Item, data: Data = None, as_json: AsJson = False) -> None:
    """Show what a name means and every claim about it, with who says so and how surely."""
    kg = _graph(data)
    id_ = kg.resolve(name)
    entity, frozen = kg.graph.entity(id_), kg.view().frozen
    rows = [kg.graph.row_of[claim.id] for claim in kg.graph.claims_about(id_)]
    said = [(kg.graph.claim_at(row), frozen.evidence([row])[0]) for row in rows]
    if as_json:
        claims = [{**item.to_json(), "against": claim.stance.is_against} for claim, item in said]
        _print({"id": id_, "class": entity.type, "name": entity.name, "names": {key: list(names) for key, names in entity.names.items()},
                "identifiers": dict(entity.identifiers), "note": entity.note, "claims": claims})
        return
    print(f"{entity.name} ({entity.type}, {id_})")
    for language, names in entity.names.items():
        print(f"  {language}: {', '.join(names)}")
    for scheme, number in entity.identifiers.items():
        print(f"  {scheme}: {number}")
    if entity.note:
        print(f"  {entity.note}")
    print(f"{len(said)} claims:")
    for claim, item in said:
        verb = {"asserts": "", "reports": ""}.get(item.stance, f" {item.stance}:")
        where = f"{item.document}{', ' + item.at if item.at else ''}"
        print(f"  [{item.strength.word}]{verb} {item.text}{f', {item.when}' if item.when else ''} ({item.speaker}; {where}) {claim.id}")


@app.command()
def touches(
    item: Item,
    origin: Annotated[str, typer.Option("--origin", metavar="COUNTRY", help="ISO code or name of a country.")] = "US",
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Evidence = None, data: Data = None, as_json: AsJson = False,
) -> None:
    """Did the item touch tooling or technology of an origin; by which routes, how surely, and who disputes it?"""
    _answer(_view(data, as_of, known_by, at_least, without, evidence).touches(item, origin), as_json)


@app.command()
def check(
    rule: Annotated[str | None, typer.Argument(metavar="RULE", help="Id of a rule; none lists the rules.")] = None,
    item: Annotated[str | None, typer.Option("--item", metavar="ITEM", help="The item.")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="COUNTRY", help="Country of destination.")] = None,
    from_: Annotated[str | None, typer.Option("--from", metavar="COUNTRY", help="Country it leaves.")] = None,
    end_user: Annotated[str | None, typer.Option("--end-user", metavar="PARTY", help="The end user.")] = None,
    purchaser: Annotated[str | None, typer.Option("--purchaser", metavar="PARTY", help="The purchaser.")] = None,
    given: Annotated[
        list[str] | None, typer.Option("--case", metavar="KEY=VALUE", help="Any other input of the case; may repeat.")
    ] = None,
    assume: Annotated[
        list[str] | None, typer.Option("--assume", metavar="RULE=STATUS", help="For a rule whose operation is not known: in-force.")
    ] = None,
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Evidence = None, data: Data = None, as_json: AsJson = False,
) -> None:
    """Does a rule of law reach a case? Without a rule, list the rules."""
    if rule is None:
        rules = _graph(data).rules
        if as_json:
            _print({"rules": [{"rule": one.rule, "title": one.title, "effect": str(one.effect)} for one in rules.rules.values()]})
        else:
            for one in rules.rules.values():
                print(f"{one.rule}: {one.title} ({one.effect})")
        return
    case: dict[str, Any] = dict(_pairs(given or (), "--case"))
    named = {"item": item, "to": to, "from": from_, "end_user": end_user, "purchaser": purchaser}
    case |= {key: value for key, value in named.items() if value is not None}
    view = _view(data, as_of, known_by, at_least, without, evidence)
    _answer(view.check(rule, assume=dict(_pairs(assume or (), "--assume")), **case), as_json)


def _pairs(given: Sequence[str], option: str) -> list[tuple[str, str]]:
    pairs = []
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key or not value:
            raise BadQuestion(f"'{text}' after {option} is not of the form KEY=VALUE, for example knowledge=yes")
        pairs.append((key.strip().replace("-", "_") if option == "--case" else key.strip(), value.strip()))
    return pairs


@app.command()
def sparql(
    query: Annotated[str, typer.Argument(help="A SPARQL 1.1 query, or a file that holds one.")],
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="table, csv or json.")] = "table",
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Evidence = None, data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Ask in SPARQL over all claims and the edges that stand; prefixes such as chip: and pg: need no declaration."""
    form = "json" if as_json else format
    if form not in ("table", "csv", "json"):
        raise BadQuestion(f"'{format}' is no format; use table, csv or json")
    text = query
    if "{" not in query:
        path = Path(query)
        if not path.is_file():
            raise BadQuestion(f"'{query}' is neither a query (it has no braces) nor a file that can be read")
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise BadQuestion(f"'{query}' is not UTF-8 text ({error.reason} at byte {error.start})") from None
    frame = _view(data, as_of, known_by, at_least, without, evidence).sparql(text)
    if form == "csv":
        frame.to_csv(sys.stdout, index=False)
    elif form == "json":
        rows = json.loads(frame.to_json(orient="records", date_format="iso"))
        _print({"columns": list(frame.columns), "rows": rows, "count": len(frame)})
    else:
        print(frame.to_string(index=False, max_colwidth=80) if len(frame) else "no rows")


@app.command()
def figure(
    what: Annotated[str, typer.Argument(metavar="QUESTION", help="What to draw: touches.")],
    item: Item,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Where to: .svg, .png or .pdf.")],
    origin: Annotated[str, typer.Option("--origin", metavar="COUNTRY", help="ISO code or name of a country.")] = "US",
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Evidence = None, data: Data = None, as_json: AsJson = False,
) -> None:
    """Draw an answer as a supply-chain diagram for print."""
    from policygraph.figures import figure as drawn

    if what != "touches":
        raise BadQuestion(f"there is no figure of '{what}'; use touches")
    finding = _view(data, as_of, known_by, at_least, without, evidence).touches(item, origin)
    drawn(finding).save(output)
    if as_json:
        _print({"question": finding.question, "as_of": str(finding.as_of), "figure": str(output)})
    else:
        print(f"Wrote {output}: {finding.question} As of {finding.as_of}: {finding.outcome}.")


@app.command()
def validate(
    directory: Annotated[Path | None, typer.Argument(metavar="DIR", help="A data directory; default: the shipped one.")] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a source file, for your editor, and stop.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check a data directory: files, names, ends, dates, then the SHACL shapes; every fault with its place."""
    from policygraph import datasets, shapes
    from policygraph.ontology import shipped

    if schema:
        _print(datasets.source_schema())
        return
    place = directory or shipped("datasets")
    try:
        corpus = shapes.validate(place)
    except BadData as error:
        if as_json:
            _print({"directory": str(place), "valid": False, "faults": [{"place": str(at), "fault": text} for at, text in error.problems]})
            raise SystemExit(1) from None
        raise
    counts = {"documents": len(corpus.documents), "entities": len(corpus.entities), "claims": len(corpus.claims)}
    if as_json:
        _print({"directory": str(place), "valid": True, **counts, "date": str(corpus.date), "faults": []})
    else:
        print(f"{place}: {', '.join(f'{count:,} {what}' for what, count in counts.items())}; no fault found.")


@app.command()
def export(
    output: Annotated[Path, typer.Argument(metavar="FILE", help="Where to: .ttl, .trig, .nq, .jsonld or .graphml.")],
    format: Annotated[str | None, typer.Option("--format", metavar="FORMAT", help="When the ending does not tell.")] = None,
    data: Data = None, as_json: AsJson = False,
) -> None:
    """Write the whole graph: Turtle, TriG, N-Quads, JSON-LD or GraphML."""
    kg = _graph(data)
    kg.export(output, format)
    if as_json:
        _print({"file": str(output), "claims": len(kg.graph.table)})
    else:
        print(f"Wrote {output}: {len(kg.graph.table):,} claims of {kg.graph.name} {kg.graph.version}.")
