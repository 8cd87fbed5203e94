"""Commands of trade: which records lie on a trail, how much went that way, what two countries say of the same trade."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from policygraph.cli.options import AsJson, AsOf, AtLeast, Data, KnownBy, Table, Without, answer, app, print_json, view
from policygraph.errors import BadQuestion

__all__: list[str] = []

_WRITABLE: Final = (".csv", ".parquet")


@app.command()
def transship(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Shipments: CSV, Parquet, Arrow or Feather, or a directory of them.")],
    to: Annotated[list[str], typer.Option("--to", metavar="END", help="Country, group (D:5), list, party or query; may repeat.")],
    from_: Annotated[list[str] | None, typer.Option("--from", metavar="END", help="Where chains start, as --to; default: US.")] = None,
    not_via: Annotated[list[str] | None, typer.Option("--not-via", metavar="END", help="What no leg between may touch.")] = None,
    lag: Annotated[int, typer.Option("--lag", metavar="DAYS", help="The most days from one leg to the next.")] = 90,
    max_legs: Annotated[int, typer.Option("--max-legs", metavar="N", help="The most legs of a chain.")] = 4,
    match: Annotated[str, typer.Option("--match", metavar="WHAT", help="The same on every leg: item, hs6, hs4 or any.")] = "item",
    contiguous: Annotated[bool, typer.Option("--contiguous", help="A leg departs where the last arrived.")] = False,
    transform: Annotated[bool, typer.Option("--transform", help="The item may become a declared part or product of itself.")] = False,
    best: Annotated[int | None, typer.Option("--best", metavar="K", help="Tell only so many chains, the best.")] = None,
    only_shipments: Annotated[bool, typer.Option("--only-shipments", help="Tell only which shipments lie on a chain.")] = False,
    mapping: Annotated[Path | None, typer.Option("--mapping", metavar="FILE", help="What the file calls its columns, in YAML.")] = None,
    rejects: Annotated[Path | None, typer.Option("--rejects", metavar="FILE", help="Write rejected rows with reasons: .csv.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write what is found: .csv, .parquet.")] = None,
    memory: Annotated[str, typer.Option("--memory", metavar="SIZE", help="The most memory; what does not fit goes to disk.")] = "2GB",
    backend: Annotated[str, typer.Option("--backend", metavar="NAME", help="duckdb or spark.")] = "duckdb",
    progress: Annotated[bool, typer.Option("--progress", help="Say on standard error what is done, terminal or not.")] = False,
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Table = None, data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Which shipments lie on a trail?

    From one place by way of others to another: each leg sent on by whoever received the last, the same goods, soon after, no party twice.
    """
    from policygraph.diversion.transship import transshipments
    from policygraph.shipments.reading import read_shipments

    if output is not None and output.suffix not in _WRITABLE:
        raise BadQuestion(f"'{output}' ends neither in .csv nor in .parquet")
    if rejects is not None and rejects.suffix != ".csv":
        raise BadQuestion(f"'{rejects}' does not end in .csv")
    told = _told if progress or sys.stderr.isatty() else _untold
    asked = view(data, as_of, known_by, at_least, without, evidence)
    shipments = read_shipments(file, mapping, backend, memory, told)
    if rejects is not None:
        shipments.write_rejected(rejects)
    found = transshipments(
        shipments, asked, to=to, from_=from_ or ["US"], not_via=not_via or (), lag_days=lag, max_legs=max_legs, match=match,
        contiguous=contiguous, transform=transform, best=best, only_shipments=only_shipments, progress=told,
    )  # fmt: skip
    if output is not None:
        found.write(output)
    if as_json:
        print_json(found.to_json())
        return
    print(found)
    for written, what in ((rejects, "rejected rows"), (output, "shipments" if only_shipments else "chains")):
        if written is not None:
            print(f"Wrote {what} to {written}.")


@app.command()
def volumes(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Shipments: CSV, Parquet, Arrow or Feather, or a directory of them.")],
    to: Annotated[list[str], typer.Option("--to", metavar="END", help="Country, group (D:5), list, party or query; may repeat.")],
    from_: Annotated[list[str] | None, typer.Option("--from", metavar="END", help="The source, as --to; default: US.")] = None,
    item: Annotated[list[str] | None, typer.Option("--item", metavar="ITEM", help="As the file names it; may repeat.")] = None,
    since: Annotated[str | None, typer.Option("--from-date", metavar="DATE", help="Arrivals count from this day.")] = None,
    until: Annotated[str | None, typer.Option("--to-date", metavar="DATE", help="Arrivals count to this day.")] = None,
    lag: Annotated[int | None, typer.Option("--lag", metavar="DAYS", help="The most days a party holds goods; default: no limit.")] = None,
    complete: Annotated[bool, typer.Option("--complete", help="The file holds every shipment of the item.")] = False,
    mapping: Annotated[Path | None, typer.Option("--mapping", metavar="FILE", help="What the file calls its columns, in YAML.")] = None,
    memory: Annotated[str, typer.Option("--memory", metavar="SIZE", help="The most memory; what does not fit goes to disk.")] = "2GB",
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Table = None, data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """How much came from a source?

    Of what reached a destination: the most that could and, of a complete file, the least that must have, with two estimates between.
    """
    from policygraph.diversion.bounds import volumes as ask
    from policygraph.shipments.reading import read_shipments

    asked = view(data, as_of, known_by, at_least, without, evidence)
    shipments = read_shipments(file, mapping, memory=memory)
    items: list[str | None] = [*item] if item else [None]
    found = [
        ask(shipments, asked, to=to, from_=from_ or ["US"], item=one, since=since, until=until, lag_days=lag, complete=complete)
        for one in items
    ]
    if as_json:
        report = shipments.report
        print_json({"volumes": [one.to_json() for one in found], "accepted": report.accepted, "rejected": report.rejected})
        return
    print(shipments)
    for one in found:
        print(f"\n{one}")


@app.command()
def mirror(
    files: Annotated[list[Path], typer.Argument(metavar="FILES...", help="Trade statistics: CSV with UN Comtrade's columns.")],
    hs: Annotated[list[str], typer.Option("--hs", metavar="CODE", help="Code of the Harmonized System, as in the files; may repeat.")],
    after: Annotated[str | None, typer.Option("--after", metavar="DATE", help="A control: compare the months before and after it.")] = None,
    exporter: Annotated[list[str] | None, typer.Option("--exporter", metavar="COUNTRY", help="Only what it sends; may repeat.")] = None,
    importer: Annotated[list[str] | None, typer.Option("--importer", metavar="COUNTRY", help="Only what it gets; may repeat.")] = None,
    measure: Annotated[str, typer.Option("--measure", metavar="WHAT", help="value or weight.")] = "value",
    as_json: AsJson = False,
) -> None:
    """Do two countries say the same?

    What exporters and importers report of the same trade, and how each series stood before and after a control.
    """
    from policygraph.diversion.comtrade import read_trade
    from policygraph.diversion.mirror import mirror as ask

    answer(ask(read_trade(files), hs, after=after, exporter=exporter or (), importer=importer or (), measure=measure), as_json)


def _told(text: str) -> None:
    print(f"policygraph: {text}", file=sys.stderr, flush=True)


def _untold(_: str) -> None:
    """Say nothing."""
