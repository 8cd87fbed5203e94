"""Commands of law: whether rules reach cases, what follows of them together, who is caught, what changed when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    InFull,
    Item,
    KnownBy,
    Table,
    Without,
    answer,
    app,
    case_of,
    example,
    graph,
    pairs,
    print_json,
    view,
)  # fmt: skip
from policygraph.errors import BadQuestion

if TYPE_CHECKING:
    from policygraph.law import Rulebook
    from policygraph.law.rulings import Ruling
    from policygraph.law.screen import Screening
    from policygraph.law.table import CaseTable

__all__: list[str] = []

_ASSUMED: Final = ("--assume", "ear-lr-affiliates=in-force")
_INPUTS: Final = (
    "--case takes the inputs that have no option of their own: facility, into, into_to, into_by, service, end_use, knowledge or "
    "knowledge_of_destination and so on, parties (complete or none), attestations, authorisations, eccn, on, quantity, value, currency, "
    "seller, intermediate_consignee, ultimate_consignee, designer, fabricator, packager, forwarder, lender, service_provider, "
    "compute_user, actor. An input left out is not known; none says that there is none. A party that the data do not know is written "
    "'{name: Example Cloud, country: MY, headquarters: SG}'."
)
_BITING: Final = ("licence-required", "prohibited", "obliges", "forbids-compliance", "subject-to-ear")
"""Effects of rules that a note of a screening names, in this order."""
_TABLE: Final = (
    "The first line of the table names the inputs of a case: item, act, from, to, exporter, purchaser, end_user, knowledge and the others "
    "that 'policygraph check --help' lists; id is what each case is called. Cells are parted by commas, semicolons or tabs."
)
OfItem = Annotated[str | None, typer.Option("--item", metavar="ITEM", help="The item: an id, a name or an alias.")]
Act = Annotated[str | None, typer.Option("--act", metavar="ACT", help="What is done: export, reexport, transfer, use ...")]
From = Annotated[str | None, typer.Option("--from", metavar="COUNTRY", help="Country it leaves: code or name.")]
To = Annotated[str | None, typer.Option("--to", metavar="COUNTRY", help="Country of destination: code or name.")]
Exporter = Annotated[str | None, typer.Option("--exporter", metavar="PARTY", help="Who exports: an id, a name, or a stranger in braces.")]
Purchaser = Annotated[str | None, typer.Option("--purchaser", metavar="PARTY", help="The purchaser, told the same way.")]
EndUser = Annotated[str | None, typer.Option("--end-user", metavar="PARTY", help="The end user, told the same way.")]
Rules = Annotated[list[str] | None, typer.Option("--rule", metavar="RULE", help="Only these rules; may repeat. Default: all.")]


@app.command(epilog=example(
    "check", "check ear-fdp-footnote-1 --item ascend-910c --end-user huawei --case knowledge=yes --as-of 2025-05-13",
    "check ear-gp10 --item ascend-910c --act use --to MY --as-of 2025-06-01 --proof", more=_INPUTS,
))
def check(
    rule: Annotated[str | None, typer.Argument(metavar="RULE", help="Id or title of a rule; none lists the rules.")] = None,
    item: OfItem = None, act: Act = None, from_: From = None, to: To = None, exporter: Exporter = None, purchaser: Purchaser = None,
    end_user: EndUser = None, given: Given = None, assume: Assume = None,
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Table = None, data: Data = None, in_full: InFull = False, as_json: AsJson = False,
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
    answer(asked.check(rule, assume=pairs(assume or (), *_ASSUMED), **case), as_json, in_full)


def _something(case: Mapping[str, Any], command: str) -> None:
    """Refuse a case of which nothing is told."""
    if not case:
        raise BadQuestion(f"nothing is told of the case; name an item at least (policygraph {command} --help has examples)")


@app.command(epilog=example(
    "determine h20 --act export --from US --to CN --exporter nvidia --end-user bytedance --as-of 2025-05-20",
    "determine h100 --act export --from US --to SG --end-user '{name: Example Cloud, country: SG, headquarters: CN}'", more=_INPUTS,
))
def determine(
    item: Annotated[str | None, typer.Argument(metavar="ITEM", help="The item: an id, a name or an alias.")] = None,
    act: Act = None, from_: From = None, to: To = None, exporter: Exporter = None, purchaser: Purchaser = None,
    end_user: EndUser = None, given: Given = None, assume: Assume = None,
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Table = None, data: Data = None, in_full: InFull = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Put the whole of the law to a case.

    Jurisdiction and by which route, classification, every requirement and why it does or does not bite, exceptions, review policy,
    prohibitions, the duties of other legal orders, conflicts, and what is not known.
    """
    case = case_of(given, item=item, act=act, from_=from_, to=to, exporter=exporter, purchaser=purchaser, end_user=end_user)
    _something(case, "determine")
    asked = view(data, as_of, known_by, at_least, without, evidence)
    answer(asked.determine(assume=pairs(assume or (), *_ASSUMED), **case), as_json, in_full)


@app.command(epilog=example(
    "conflicts ascend-910c --act finance --end-user huawei --as-of 2025-06-01",
    "conflicts ascend-910c --act use --to MY --case 'actor={name: Example Cloud, country: MY, headquarters: CN}'", more=_INPUTS,
))
def conflicts(
    item: Annotated[str | None, typer.Argument(metavar="ITEM", help="The item: an id, a name or an alias.")] = None,
    act: Act = None, from_: From = None, to: To = None, exporter: Exporter = None, purchaser: Purchaser = None,
    end_user: EndUser = None, given: Given = None, assume: Assume = None,
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Table = None, data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Which duties of two legal orders collide in a case?"""
    case = case_of(given, item=item, act=act, from_=from_, to=to, exporter=exporter, purchaser=purchaser, end_user=end_user)
    _something(case, "conflicts")
    asked = view(data, as_of, known_by, at_least, without, evidence)
    found = asked.determine(assume=pairs(assume or (), *_ASSUMED), **case)
    if as_json:
        told = [conflict.to_json() for conflict in found.conflicts]
        print_json({"question": f"Which duties collide for {found.case}?", "as_of": asked.as_of, "conflicts": told, "count": len(told)})
        return
    print(f"Which duties collide for {found.case}?")
    print(f"As of {asked.as_of}, of {len(found.rulings)} rules of {len(found.orders)} legal orders.")
    for name in dict.fromkeys(conflict.demands.rule.id for conflict in found.conflicts):
        against = [conflict for conflict in found.conflicts if conflict.demands.rule.id == name]
        for line in _duty(against[0].demands, "demands"):
            print(f"  {line}")
        for conflict in against:
            for line in _duty(conflict.forbids, f"forbids to carry that out, and the collision is {conflict.outcome}"):
                print(f"      {line}")
    if not found.conflicts:
        print("  No two are known to; what the case leaves open may make some, and 'policygraph determine' tells what is open.")


def _duty(ruling: Ruling, does: str) -> Iterator[str]:
    """Yield what an order does by one rule, whom it binds to what, and how the rule comes out in the case."""
    rule = ruling.rule
    yield f"{rule.order} {does}: {rule.title} [{ruling.basis}]"
    if rule.duty:
        yield f"    binds {rule.duty.bearer}: {rule.duty.act}: {rule.duty.object}"
    yield f"    reaches the case: {ruling.outcome}; {ruling.why}"


@app.command(epilog=example(
    "ask phone-with-caught-chip.yaml", "ask phone-with-caught-chip.yaml --json", more="The README shows two whole scenario files.",
))
def ask(
    scenario: Annotated[Path, typer.Argument(metavar="FILE", help="A scenario: a hypothetical, a case and a question, in YAML.")],
    data: Data = None, in_full: InFull = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Answer a scenario laid over the data."""
    answer(graph(data).ask(scenario), as_json, in_full)


@app.command(epilog=example(
    "classify h20 --as-of 2025-05-20", "classify 'Ascend 910C' --at-least reported --json",
))
def classify(
    item: Item,
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Table = None, data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Under which control-list entries does an item fall?"""
    answer(view(data, as_of, known_by, at_least, without, evidence).classify(item), as_json)


@app.command(epilog=example(
    "affiliates smic --as-of 2025-10-10", "affiliates nexperia --threshold 50 --as-of 2025-11-10 --json",
))
def affiliates(
    party: Annotated[str, typer.Argument(metavar="PARTY", help="An id, a name or an alias, in any script.")],
    order: Annotated[str, typer.Option("--order", metavar="COUNTRY", help="The legal order whose lists make a party restricted.")] = "US",
    threshold: Annotated[float, typer.Option("--threshold", metavar="PERCENT", min=0.0001, max=100, help="Of shares.")] = 50,
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Table = None, data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Who is caught through ownership?

    Who holds a party, and which companies does it catch, tier by tier?
    """
    answer(view(data, as_of, known_by, at_least, without, evidence).affiliates(party, threshold, order=order), as_json)


@app.command(epilog=example(
    "exposure ascend-910b", "exposure ascend-910c --tainted-from 2025-05-13 --json",
))
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


@app.command(epilog=example(
    "screen my-cases.csv --as-of 2025-05-20 -o outcomes.csv",
    "screen my-cases.csv --rule eccn-3a090-a --rule ear-lr-letter-h20 --limit 0", more=_TABLE,
))
def screen(
    cases: Annotated[Path, typer.Argument(metavar="CASES", help="A CSV or Parquet file, one column an input of a case.")],
    rules: Rules = None, assume: Assume = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write every outcome: .csv or .parquet.")] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="NUMBER", min=0, help="At most this many cases told one by one.")] = 10,
    as_of: AsOf = None, known_by: KnownBy = None, at_least: AtLeast = "alleged", without: Without = None,
    evidence: Table = None, data: Data = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Put rules to every case of a table.

    An empty cell is an input left out; "none" says that there is none; several values are parted by ";".
    """
    from policygraph.law.table import CaseTable

    if output is not None and output.suffix not in (".csv", ".parquet"):
        raise BadQuestion(f"'{output}' ends neither in .csv nor in .parquet, the forms in which outcomes are written")
    asked = view(data, as_of, known_by, at_least, without, evidence)
    given = CaseTable.read(cases)
    found = asked.screen(given, rules, assume=pairs(assume or (), *_ASSUMED))
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
    for line in _screened(asked.kg.rules, found, given, rules is not None, limit):
        print(line)
    if output is not None:
        print(f"Wrote {output}.")


def _screened(book: Rulebook, found: Screening, given: CaseTable, chosen: bool, limit: int) -> Iterator[str]:
    """Yield a screening as a note: licences, then what reaches a case by its title, then the first cases."""

    def many(number: int, what: str) -> str:
        return f"{number:,} {what}{'' if number == 1 else 's'}"

    def words(name: str) -> str:
        return ", ".join(f"{word} {count:,}" for word, count in counts[name].items() if count)

    counts = found.counts()
    yield f"{many(len(found), 'case')}, {many(len(found.rules), 'rule')}, as of {found.as_of}."
    for order in found.licences:
        yield f"  A licence of {order} is required: {words(f'licence {order}')}."
    reached = [book.rule(name) for name in found.rules if counts[name]["met"] or counts[name]["contested"]]
    told = [rule for rule in reached if chosen or rule.effect in _BITING]
    for rule in sorted(told, key=lambda rule: _BITING.index(rule.effect) if rule.effect in _BITING else len(_BITING)):
        yield f"  {rule.title} ({rule.id}, {rule.effect.replace('-', ' ')}): {words(rule.id)}"
    if len(told) < len(reached):
        left = len(reached) - len(told)
        yield f"  and {many(left, 'rule')} that define, classify, except or review, and reach cases too; -o and --json tell all"
    biting = {rule.id for rule in told}
    for number, row in enumerate(_rows(found, limit)):
        licences = "".join(f"; licence of {order} {outcome}" for order, outcome in row["licence"].items() if outcome != "not met")
        by = ", ".join(name for word in ("met", "contested") for name in row[word] if name in biting)
        yield f"  case {row['id']}, {given.case(number)}{licences}; reached by: {by or 'none'}"
    if 0 < limit < len(found):
        yield f"  and {many(len(found) - limit, 'more case')}; --limit tells more one by one"


def _rows(found: Screening, limit: int) -> list[dict[str, Any]]:
    """Return the first cases, each with its licences and the rules that reach it, are contested or are open."""
    rows = []
    for record in found.frame.head(limit).to_dict(orient="records"):
        told = {str(key): str(value) for key, value in record.items()}
        of = {word: [rule for rule in found.rules if told[rule] == word] for word in ("met", "contested", "unknown")}
        licence = {order: told[f"licence_{order}"] for order in found.licences}
        rows.append({"id": told["id"], "licence": licence, **of})
    return rows


@app.command(epilog=example(
    "timeline eccn-3a090-a --item h20",
    "timeline ear-gp10 --item ascend-910c --act use --to MY --since 2025-05-01 --as-of 2025-05-31", more=_INPUTS,
))
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
    if rule is None:
        _something(case, "timeline")
    asked = view(data, as_of, known_by, at_least, without, evidence)
    answer(asked.timeline(rule, since=since, assume=pairs(assume or (), *_ASSUMED), **case), as_json)


@app.command(epilog=example(
    "compare 2022-10-06 2023-11-17 --cases my-cases.csv --rule eccn-3a090-a",
    "compare 2025-07-01 --draft my-draft.yaml --cases my-cases.csv", more=_TABLE,
))
def compare(
    first: Annotated[str | None, typer.Argument(metavar="DATE", help="The first day.")] = None,
    second: Annotated[str | None, typer.Argument(metavar="DATE", help="The second day.")] = None,
    draft: Annotated[Path | None, typer.Option("--draft", metavar="FILE", help="A rule file to try on the first day.")] = None,
    cases: Annotated[Path | None, typer.Option("--cases", metavar="FILE", help="Cases to ask; default: items by places.")] = None,
    rules: Rules = None, assume: Assume = None,
    limit: Annotated[int, typer.Option("--limit", metavar="NUMBER", min=0, help="At most this many changed answers in JSON.")] = 1000,
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
