"""Commands of law: whether rules reach cases, what follows of them together, who is caught, what changed when."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

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
    case_of,
    graph,
    pairs,
    print_json,
    view,
)  # fmt: skip
from policygraph.errors import BadQuestion

if TYPE_CHECKING:
    from policygraph.law.screen import Screening

__all__: list[str] = []

_ASSUMED: Final = ("--assume", "ear-lr-affiliates=in-force")
OfItem = Annotated[str | None, typer.Option("--item", metavar="ITEM", help="The item: an id, a name or an alias.")]
Act = Annotated[str | None, typer.Option("--act", metavar="ACT", help="What is done: export, reexport, transfer, use ...")]
From = Annotated[str | None, typer.Option("--from", metavar="COUNTRY", help="Country it leaves.")]
To = Annotated[str | None, typer.Option("--to", metavar="COUNTRY", help="Country of destination.")]
Exporter = Annotated[str | None, typer.Option("--exporter", metavar="PARTY", help="Who exports.")]
Purchaser = Annotated[str | None, typer.Option("--purchaser", metavar="PARTY", help="The purchaser.")]
EndUser = Annotated[str | None, typer.Option("--end-user", metavar="PARTY", help="The end user.")]
Rules = Annotated[list[str] | None, typer.Option("--rule", metavar="RULE", help="Only these rules; may repeat. Default: all.")]


@app.command()
def check(
    rule: Annotated[str | None, typer.Argument(metavar="RULE", help="Id or title of a rule; none lists the rules.")] = None,
    item: OfItem = None, act: Act = None, from_: From = None, to: To = None, exporter: Exporter = None, purchaser: Purchaser = None,
    end_user: EndUser = None, given: Given = None, assume: Assume = None,
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Table = None, data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Does a rule of law reach a case? Without a rule, list them."""
    if rule is None:
        rules = [
            {"rule": one.id, "title": one.title, "effect": str(one.effect), "order": one.order, "basis": one.basis}
            for one in graph(data).rules.rules.values()
        ]
        if as_json:
            print_json({"rules": rules})
        for one in () if as_json else rules:
            print(f"{one['rule']}: {one['title']} ({one['effect']}, {one['order']})")
        return
    case = case_of(given, item=item, act=act, from_=from_, to=to, exporter=exporter, purchaser=purchaser, end_user=end_user)
    asked = view(data, as_of, known_by, at_least, without, evidence)
    answer(asked.check(rule, assume=pairs(assume or (), *_ASSUMED), **case), as_json)


@app.command()
def determine(
    item: Annotated[str | None, typer.Argument(metavar="ITEM", help="The item: an id, a name or an alias.")] = None,
    act: Act = None, from_: From = None, to: To = None, exporter: Exporter = None, purchaser: Purchaser = None,
    end_user: EndUser = None, given: Given = None, assume: Assume = None,
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Table = None, data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Put the whole of the law to a case.

    Jurisdiction and by which route, classification, every requirement and why it does or does not bite, exceptions, review policy,
    prohibitions, the duties of other legal orders, conflicts, and what is not known.
    """
    case = case_of(given, item=item, act=act, from_=from_, to=to, exporter=exporter, purchaser=purchaser, end_user=end_user)
    asked = view(data, as_of, known_by, at_least, without, evidence)
    answer(asked.determine(assume=pairs(assume or (), *_ASSUMED), **case), as_json)


@app.command()
def conflicts(
    item: Annotated[str | None, typer.Argument(metavar="ITEM", help="The item: an id, a name or an alias.")] = None,
    act: Act = None, from_: From = None, to: To = None, exporter: Exporter = None, purchaser: Purchaser = None,
    end_user: EndUser = None, given: Given = None, assume: Assume = None,
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Table = None, data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Which duties of two legal orders collide in a case?"""
    case = case_of(given, item=item, act=act, from_=from_, to=to, exporter=exporter, purchaser=purchaser, end_user=end_user)
    asked = view(data, as_of, known_by, at_least, without, evidence)
    found = asked.determine(assume=pairs(assume or (), *_ASSUMED), **case)
    if as_json:
        told = [conflict.to_json() for conflict in found.conflicts]
        print_json({"question": f"Which duties collide for {found.case}?", "as_of": asked.as_of, "conflicts": told, "count": len(told)})
        return
    print(f"Which duties collide for {found.case}?")
    print(f"As of {asked.as_of}, of {len(found.rulings)} rules of {len(found.orders)} legal orders.")
    for conflict in found.conflicts:
        print(f"  {conflict}")
        print(f"      demanded, for: {conflict.demands.why}")
        print(f"      forbidden, for: {conflict.forbids.why}")
    if not found.conflicts:
        print("  None is known to; what the case leaves open may make one.")


@app.command()
def ask(
    scenario: Annotated[Path, typer.Argument(metavar="FILE", help="A scenario: a hypothetical, a case and a question, in YAML.")],
    data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Answer a scenario laid over the data."""
    answer(graph(data).ask(scenario), as_json)


@app.command()
def classify(
    item: Item,
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Table = None, data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Under which control-list entries does an item fall?"""
    answer(view(data, as_of, known_by, at_least, without, evidence).classify(item), as_json)


@app.command()
def affiliates(
    party: Annotated[str, typer.Argument(metavar="PARTY", help="An id, a name or an alias, in any script.")],
    order: Annotated[str, typer.Option("--order", metavar="COUNTRY", help="The legal order whose lists make a party restricted.")] = "US",
    threshold: Annotated[float, typer.Option("--threshold", min=0.0001, max=100, help="Per cent from which a company is held.")] = 50,
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Table = None, data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Who is caught through ownership?

    Who holds a party, and which companies does it catch, tier by tier?
    """
    answer(view(data, as_of, known_by, at_least, without, evidence).affiliates(party, threshold, order=order.upper()), as_json)


@app.command()
def exposure(
    item: Item,
    rule: Annotated[str | None, typer.Option("--rule", metavar="RULE", help="The prohibition; default: the one with a notice.")] = None,
    since: Annotated[str | None, typer.Option("--tainted-from", metavar="DATE", help="Only acts that went on after this day.")] = None,
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Table = None, data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Which reported acts does a prohibition name?

    By whom, and after which public notice.
    """
    answer(view(data, as_of, known_by, at_least, without, evidence).exposure(item, rule, since), as_json)


@app.command()
def screen(
    cases: Annotated[Path, typer.Argument(metavar="CASES", help="A CSV or Parquet file, one column an input of a case.")],
    rules: Rules = None, assume: Assume = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write every outcome: .csv or .parquet.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="At most this many cases told one by one.")] = 20,
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Table = None, data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Put rules to every case of a table.

    An empty cell is an input left out; "none" says that there is none; several values are parted by ";".
    """
    if output is not None and output.suffix not in (".csv", ".parquet"):
        raise BadQuestion(f"'{output}' ends neither in .csv nor in .parquet")
    asked = view(data, as_of, known_by, at_least, without, evidence)
    found = asked.screen(cases, rules, assume=pairs(assume or (), *_ASSUMED))
    if output is not None:
        if output.suffix == ".csv":
            found.frame.to_csv(output, index=False)
        else:
            found.frame.to_parquet(output, index=False)
    counts = found.counts()
    if as_json:
        told = {"cases": len(found), "as_of": found.as_of, "rules": list(found.rules), "counts": counts}
        print_json({**told, "results": _rows(found, limit), "output": str(output) if output else None})
        return
    print(f"{len(found):,} cases, {len(found.rules)} rules, as of {found.as_of}.")
    for name, many in counts.items():
        if many["met"] or many["contested"]:
            print(f"  {name}: " + ", ".join(f"{word} {count:,}" for word, count in many.items() if count))
    for row in _rows(found, limit):
        licences = ", ".join(f"{order} {outcome}" for order, outcome in row["licence"].items())
        print(f"  case {row['id']}: {f'licence {licences}; ' if licences else ''}met: {', '.join(row['met']) or 'none'}")
    if output is not None:
        print(f"Wrote {output}.")


def _rows(found: Screening, limit: int) -> list[dict[str, Any]]:
    """Return the first cases, each with its licences and the rules that reach it, are contested or are open."""
    rows = []
    for record in found.frame.head(limit).to_dict(orient="records"):
        told = {str(key): str(value) for key, value in record.items()}
        of = {word: [rule for rule in found.rules if told[rule] == word] for word in ("met", "contested", "unknown")}
        licence = {order: told[f"licence_{order}"] for order in found.licences}
        rows.append({"id": told["id"], "licence": licence, **of})
    return rows


@app.command()
def timeline(
    rule: Annotated[str | None, typer.Argument(metavar="RULE", help="Id or title of a rule; none: whether a licence is required.")] = None,
    item: OfItem = None, act: Act = None, from_: From = None, to: To = None, exporter: Exporter = None, purchaser: Purchaser = None,
    end_user: EndUser = None, given: Given = None, assume: Assume = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="The first day asked; default: 2019-01-01.")] = None,
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Table = None, data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """When was the answer what, and what changed it?

    Which document or fact made each change; --as-of is the last day asked.
    """
    case = case_of(given, item=item, act=act, from_=from_, to=to, exporter=exporter, purchaser=purchaser, end_user=end_user)
    asked = view(data, as_of, known_by, at_least, without, evidence)
    answer(asked.timeline(rule, since=since, assume=pairs(assume or (), *_ASSUMED), **case), as_json)


@app.command()
def compare(
    first: Annotated[str | None, typer.Argument(metavar="DATE", help="The first day.")] = None,
    second: Annotated[str | None, typer.Argument(metavar="DATE", help="The second day.")] = None,
    draft: Annotated[Path | None, typer.Option("--draft", metavar="FILE", help="A rule file to try on the first day.")] = None,
    cases: Annotated[Path | None, typer.Option("--cases", metavar="FILE", help="Cases to ask; default: items by places.")] = None,
    rules: Rules = None, assume: Assume = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="At most this many changed answers in JSON.")] = 1000,
    data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Which answers differ between two days?

    By law or by facts; or with a draft rule and without it.
    """
    found = graph(data).compare(first, second, draft=draft, cases=cases, rules=rules, assume=pairs(assume or (), *_ASSUMED))
    if as_json:
        print_json(found.to_json(limit))
    else:
        print(found)
