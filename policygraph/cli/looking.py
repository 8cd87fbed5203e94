"""Commands that look: what a name means, what is said of it, what an item touched, SPARQL, figures, data directories, exports."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from policygraph.cli.options import (
    AsJson,
    AsOf,
    AtLeast,
    Data,
    InFull,
    Item,
    KnownBy,
    Origin,
    Table,
    Without,
    answer,
    app,
    example,
    faults_of,
    graph,
    print_json,
    view,
)  # fmt: skip
from policygraph.errors import BadData, BadQuestion, BadRule

if TYPE_CHECKING:
    from policygraph.claims import Claim
    from policygraph.desk import KnowledgeGraph
    from policygraph.findings import Evidence

__all__: list[str] = []

_WIDEST_ID: Final = 40
"""Characters to which ids are set in one column; longer ones stand out of it."""
_FORMS: Final = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "PREFIX", "BASE", "INSERT", "DELETE")


@app.command(epilog=example(
    "find 中芯国际", "find 'Ascend 910' --limit 20",
))
def find(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Part of a name, in any script.")],
    limit: Annotated[int, typer.Option("--limit", metavar="NUMBER", min=1, help="At most this many.")] = 10,
    data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Find what a name may mean."""
    if not text.strip():
        raise BadQuestion("nothing is named ''; give part of a name, in any script")
    found = graph(data).graph.find(text, limit)
    if as_json:
        print_json({"question": text, "found": [dict(zip(("id", "class", "name", "score"), row, strict=True)) for row in found]})
        return
    width = min(max((len(row[0]) for row in found), default=0), _WIDEST_ID)
    for id_, class_, name, _ in found:
        print(f"{id_:<{width}}  {class_}: {name}")
    if not found:
        print(f"Nothing is called anything like '{text}'; try another part of the name, or another script.")


@app.command(epilog=example(
    "show ascend-910c", "show bis-2025-05-13-gp10-guidance", "show c-910c-tsmc-dies --json",
))
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An id, a name or an alias in any script, or the id of a claim.")],
    limit: Annotated[int, typer.Option("--limit", metavar="NUMBER", min=0, help="At most this many claims; 0 for all, as in JSON.")] = 40,
    data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Show what is said about something, by whom and how surely.

    For a document, also what it says; for the id of a claim, that claim and who disputes it.
    """
    kg = graph(data)
    claims, frozen = kg.claims(name), kg.view().frozen
    said = [(claim, frozen.evidence([kg.graph.row_of[claim.id]], against=claim.stance.is_against)[0]) for claim in claims]
    about = _claim_card(said[0]) if name in kg.graph.row_of else _card(kg, kg.resolve(name))
    said.sort(key=lambda pair: pair[0].subject != about["id"])
    if as_json:
        print_json({**about, "claims": [{**item.to_json(), "recorded": claim.recorded, "quote": claim.quote} for claim, item in said]})
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


@app.command(epilog=example(
    "touches ascend-910b --origin US --as-of 2025-05-13",
    "touches ascend-910c --known-by 2024-09-01 --at-least reported --without techinsights --proof",
))
def touches(
    item: Item, origin: Origin = "US",
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Table = None, data: Data = None, in_full: InFull = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Did an item touch tooling of an origin, on whose word?

    By which routes (fab equipment, design software and blocks, memory, packaging), how surely, who disputes it, what is not known.
    """
    answer(view(data, as_of, known_by, at_least, without, evidence).touches(item, origin), as_json, in_full)


@app.command(epilog=example(
    "sparql 'SELECT ?tool WHERE { site:smic-finfet-lines pg:usesEquipment ?tool }'",
    "sparql my-question.rq --as-of 2025-05-13 --format csv", more="Questions to start from stand in ontology/questions.",
))
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
    frame = view(data, as_of, known_by, at_least, without, evidence).sparql(_query(query))
    if form == "csv":
        frame.to_csv(sys.stdout, index=False)
    elif form == "json":
        rows = json.loads(frame.to_json(orient="records", date_format="iso"))
        print_json({"columns": list(frame.columns), "rows": rows, "count": len(frame)})
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


@app.command(epilog=example(
    "figure touches ascend-910b --as-of 2025-05-13 -o ascend-910b.svg",
))
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
    finding = view(data, as_of, known_by, at_least, without, evidence).touches(item, origin)
    drawn(finding).save(output)
    if as_json:
        print_json({"question": finding.question, "as_of": finding.as_of, "outcome": str(finding.outcome), "figure": str(output)})
    else:
        print(f"Wrote {output}: {finding.question} As of {finding.as_of}: {finding.outcome}.")


@app.command(epilog=example(
    "validate my-data", "validate --schema",
))
def validate(
    directory: Annotated[Path | None, typer.Argument(metavar="DIR", help="A data directory; default: the shipped one.")] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a source file, for your editor, and stop.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check a data directory; every fault with its place.

    First files, names, ends and dates, then the SHACL shapes, the rules of law, red flags and told cases.
    """
    from policygraph import datasets, desk

    if schema:
        print_json(datasets.source_schema())
        return
    shown = str(directory) if directory is not None else "the shipped data set"
    try:
        checked = desk.validate(directory)
    except (BadData, BadRule) as error:
        if as_json:
            faults = [{"place": place, "fault": text} for place, text in faults_of(error)]
            print_json({"directory": shown, "valid": False, "faults": faults})
            raise typer.Exit(1) from None
        raise
    corpus = checked.corpus
    counts = {
        "documents": len(corpus.documents), "claims": len(corpus.claims), "entities": len(corpus.entities), "rules": checked.rules,
        "flags": checked.flags, "cases": checked.cases,
    }  # fmt: skip
    if as_json:
        print_json({"directory": shown, "valid": True, **counts, "date": corpus.date, "shapes": checked.shapes, "faults": []})
        return
    told = ", ".join(f"{what} {count:,}" for what, count in counts.items())
    print(f"{shown}: no fault found. Counts, with the code lists: {told}.")
    if not checked.shapes:
        print("The SHACL shapes were not checked, which needs the extra 'shacl': pip install 'policygraph[shacl]'")


@app.command(epilog=example(
    "export graph.trig", "export graph.ttl --data my-data",
))
def export(
    output: Annotated[Path, typer.Argument(metavar="FILE", help="Where to: .ttl, .trig, .nq, .jsonld or .graphml.")],
    format: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help="turtle, trig, nquads, jsonld or graphml, if the ending does not tell.")
    ] = None,
    data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Write the graph as RDF or GraphML."""
    kg = graph(data)
    kg.export(output, format)
    if as_json:
        print_json({"file": str(output), "claims": len(kg.graph.table)})
    else:
        print(f"Wrote {output}: {len(kg.graph.table):,} claims of {kg.graph.name} {kg.graph.version}.")
