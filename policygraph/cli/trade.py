"""Commands of trade: which records lie on a trail."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from policygraph.cli.options import AsJson, AsOf, AtLeast, Data, KnownBy, Table, Without, app, print_json, view
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
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write chains, or shipments: .csv, .parquet.")] = None,
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


def _told(text: str) -> None:
    print(f"policygraph: {text}", file=sys.stderr, flush=True)


def _untold(_: str) -> None:
    """Say nothing."""
