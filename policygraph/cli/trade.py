"""Commands of trade: which records lie on a trail, how much went that way, what two countries say of it, where the law is weakest."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from policygraph.cli.options import (
    AsJson,
    AsOf,
    Assume,
    AtLeast,
    Data,
    Given,
    Item,
    KnownBy,
    Table,
    Without,
    answer,
    app,
    example,
    pairs,
    print_json,
    view,
)  # fmt: skip
from policygraph.errors import BadQuestion

if TYPE_CHECKING:
    from policygraph.diversion.routes import Difference, Routes

__all__: list[str] = []

_WRITABLE: Final = (".csv", ".parquet")

Columns = Annotated[Path | None, typer.Option("--mapping", metavar="FILE", help="What the file calls its columns, in YAML.")]
Parties = Annotated[Path | None, typer.Option("--parties", metavar="FILE", help="What is known of parties, for red flags: .csv.")]
Memory = Annotated[str, typer.Option("--memory", metavar="SIZE", help="The most memory; what does not fit goes to disk.")]
Backend = Annotated[str, typer.Option("--backend", metavar="NAME", help="duckdb or spark.")]
Progress = Annotated[bool, typer.Option("--progress", help="Say on standard error what is done, terminal or not.")]


@app.command(epilog=example(
    "transship made-up-trade.csv --from US --to D:5 --match any",
    "transship customs/ --mapping customs.yaml --to HK --to RU --best 10 --rejects rejected.csv",
))
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
    mapping: Columns = None,
    rejects: Annotated[Path | None, typer.Option("--rejects", metavar="FILE", help="Write rejected rows with reasons: .csv.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write what is found: .csv, .parquet.")] = None,
    flags: Annotated[bool, typer.Option("--flags/--no-flags", help="Tell the red flags of shipments on chains.")] = True,
    parties: Parties = None, memory: Memory = "2GB", backend: Backend = "duckdb", progress: Progress = False,
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
        contiguous=contiguous, transform=transform, best=best, only_shipments=only_shipments, flags=flags, parties=parties,
        progress=told,
    )  # fmt: skip
    if output is not None:
        found.write(output)
    if as_json:
        print_json(found.to_json())
        return
    print(found)
    if flags and found.shipments_on_chains and not only_shipments:
        print(f"\n{found.flagging}")
    for written, what in ((rejects, "rejected rows"), (output, "shipments" if only_shipments else "chains")):
        if written is not None:
            print(f"Wrote {what} to {written}.")


@app.command(epilog=example(
    "redflags made-up-trade.csv --parties known-parties.csv",
    "redflags --flag hub-route --json",
))
def redflags(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="Shipments; without a file, the flags there are.")] = None,
    flag: Annotated[list[str] | None, typer.Option("--flag", metavar="ID", help="Only this flag; may repeat.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write every row and reason: .csv.")] = None,
    mapping: Columns = None, parties: Parties = None, memory: Memory = "2GB", backend: Backend = "duckdb", progress: Progress = False,
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Table = None, data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Which red flags do records raise?

    On which rows, and why; and which could not be asked. Without a file: which flags are there, and who tells them?
    """
    from policygraph.diversion.flags import red_flags, wanted_flags
    from policygraph.shipments.reading import read_shipments

    if output is not None and (output.suffix != ".csv" or file is None):
        raise BadQuestion(f"'{output}' does not end in .csv" if file else "rows and reasons are written of a file of shipments; name one")
    wanted = wanted_flags(flag or None)
    if file is None:
        if as_json:
            print_json({"flags": [one.to_json() for one in wanted.values()]})
            return
        for one in wanted.values():
            shown = f"asked of records: {one.test.kind_of_condition}" if one.test else f"in no record: {one.not_in_records}"
            print(f"{one.id}\n    {one.title} ({one.told}, from {one.applies_from} on); {shown}")
        return
    told = _told if progress or sys.stderr.isatty() else _untold
    asked = view(data, as_of, known_by, at_least, without, evidence)
    found = red_flags(read_shipments(file, mapping, backend, memory, told), asked, flags=wanted.values(), parties=parties, progress=told)
    if output is not None:
        found.fired.to_csv(output, index=False)
    if as_json:
        print_json(found.to_json())
        return
    print(found)
    if output is not None:
        print(f"Wrote rows and reasons to {output}.")


@app.command(epilog=example(
    "volumes my-shipments.csv --from US --to RU --complete",
    "volumes my-shipments.csv --to D:5 --item h100 --from-date 2023-01-01 --to-date 2023-12-31",
))
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


@app.command(epilog=example(
    "mirror my-trade.csv --hs 8542 --after 2022-10-07",
    "mirror exports.csv imports.csv --hs 8542 --exporter US --importer TR --measure weight",
))
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


@app.command(epilog=example(
    "routes h100 --to CN --as-of 2024-12-10 -o map.png",
    "routes h100 --to CN --as-of 2024-12-10 --against 2025-05-20 --assume-against ear-lr-742.6-a-6-iii-a=in-force",
))
def routes(
    item: Item,
    to: Annotated[list[str], typer.Option("--to", metavar="END", help="Where it is to end: a country or a group (D:5); may repeat.")],
    from_: Annotated[list[str] | None, typer.Option("--from", metavar="END", help="Where it starts, as --to; default: US.")] = None,
    not_via: Annotated[list[str] | None, typer.Option("--not-via", metavar="END", help="What no route may pass; may repeat.")] = None,
    max_legs: Annotated[int, typer.Option("--max-legs", metavar="N", help="The most legs of a route, from 1 to 5.")] = 3,
    against: Annotated[str | None, typer.Option("--against", metavar="DATE", help="Hold it against the routes of this day.")] = None,
    assume_against: Annotated[
        list[str] | None, typer.Option("--assume-against", metavar="RULE=STATUS", help="As --assume, for the day of --against alone.")
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Draw the map: .svg, .png or .pdf.")] = None,
    given: Given = None, assume: Assume = None,
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Table = None, data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """By which routes is the law weakest?

    Every leg between two countries is weighed by what the law of the day demands of it, on the face of its papers.
    """
    from policygraph.diversion.routes import differences
    from policygraph.figures import figure

    if assume_against and against is None:
        raise BadQuestion("--assume-against is about the day of --against; give that day too, for example --against 2025-05-20")

    def asked(day: str | None, statuses: list[str] | None, option: str) -> Routes:
        return view(data, day, known_by, at_least, without, evidence).routes(
            item, to=to, from_=from_ or ["US"], not_via=not_via or (), max_legs=max_legs,
            assume=pairs(statuses or (), option, "ear-lr-742.6-a-6-iii-a=in-force"), inputs=pairs(given or (), "--case", "knowledge=yes"),
        )  # fmt: skip

    first = asked(as_of, assume, "--assume")
    found: Routes | Difference = first
    if against is not None:
        second = asked(against, assume_against, "--assume-against")
        told = (str(first.controls.as_of), f"{second.controls.as_of}{' as assumed' if assume_against else ''}")
        found = differences(first, second, told)
    if output is not None:
        figure(found).save(output)
    if as_json:
        print_json({**found.to_json(), **({"figure": str(output)} if output is not None else {})})
        return
    print(found)
    if output is not None:
        print(f"Wrote {output}.")


def _told(text: str) -> None:
    print(f"policygraph: {text}", file=sys.stderr, flush=True)


def _untold(_: str) -> None:
    """Say nothing."""
