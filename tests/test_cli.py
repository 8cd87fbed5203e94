"""The command line as a newcomer meets it: right and wrong input, in any script; what goes where, and the exit status."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pandas
import pytest
import typer

from policygraph import __version__, cli, desk, figure
from policygraph.errors import PolicygraphError
from policygraph.law.table import INPUTS
from tests.test_datasets import GOOD

ON = ("--as-of", "2025-05-13")
FINDING = {
    "question", "as_of", "known_by", "data", "outcome", "leaning", "for", "against", "uncontested", "binding", "remarks", "proof", "gaps",
    "flips", "flips_truncated", "intervals", "sources", "coverage", "routes",
}  # fmt: skip
SOMETIMES = {"weakest"}
ENTITIES = """
- {id: lab, type: Company, name: Lab}
- {id: plant, type: Fab, name: Plant}
- {id: x, type: Chip, name: X}
"""
GOOD_SOURCE = """
document: good
title: Good
publisher: lab
kind: analysis
published: 2025-01-02
url: https://example.org/
claims:
  - {s: x, r: fabricatedAt, o: plant}
"""
COMMANDS = sorted(command.name or command.callback.__name__ for command in cli.app.registered_commands if command.callback)


class Said(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Said]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process, with graphs loaded once."""
    monkeypatch.setattr(desk, "load", loaded)

    def one(*arguments: str) -> Said:
        with pytest.raises(SystemExit) as left:
            cli.main(arguments)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Said(int(left.value.code or 0), captured.out, captured.err)

    return one


_load = desk.load


@cache
def loaded(place: Path | None = None) -> desk.KnowledgeGraph:
    return _load(place)


def process(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "policygraph", *arguments], capture_output=True, text=True, check=False, **more)


# ---- answers


def test_every_command_has_help_in_plain_words(run: Run) -> None:
    general = run("--help")
    assert (general.status, general.err) == (0, "")
    for command in COMMANDS:
        one = run(command, "--help")
        assert (one.status, one.err) == (0, "")
        assert f"Usage: policygraph {command} " in one.out
        assert "--json" in one.out
        summary = one.out.splitlines()[2].strip()
        assert summary in general.out, f"the help of {command} begins with a sentence too long for the list of commands"
        options = one.out.partition("Options:")[2].partition("For example:")[0]
        assert not [line for line in options.splitlines() if line.strip().startswith("--") and len(line.split("  ")) < 3 and "<" in line]


def test_every_help_has_examples_that_could_be_typed(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    group = typer.main.get_command(cli.app)
    for command in COMMANDS:
        shown = run(command, "-h").out.partition("For example:\n")[2]
        examples = [line.strip() for line in shown.splitlines() if line.startswith("    policygraph ")]
        assert examples, f"the help of {command} has no example"
        for example in examples:
            words = shlex.split(example)
            assert words[1] == command
            group.commands[command].make_context(command, words[2:])  # refuses options and arguments that there are not


def test_the_help_of_a_case_names_every_input() -> None:
    help_ = " ".join(cli.law._INPUTS.split())
    options = {"item", "act", "from", "to", "exporter", "purchaser", "end_user"}
    assert [name for name in (*INPUTS, "on") if name not in options and not re.search(rf"\b{name}\b", help_)] == []


def test_without_a_word_there_is_help_and_with_version_there_is_the_version(run: Run) -> None:
    assert run("--version") == (0, f"policygraph {__version__}\n", "")
    nothing = run()
    assert (nothing.status, nothing.out) == (2, "")
    assert "touches" in nothing.err


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("昇腾910B", "ascend-910b"), ("中芯国际", "smic"), ("华为", "huawei"), ("台积电", "tsmc"), ("smic", "smic"),
        ("Ascend 910 C", "ascend-910c"),
    ],
)  # fmt: skip
def test_find_in_any_script(run: Run, text: str, id_: str) -> None:
    assert run("find", text).out.split()[0] == id_
    found = run("find", text, "--json", "--limit", "3").json
    assert found["question"] == text
    assert found["found"][0]["id"] == id_
    assert 1 <= len(found["found"]) <= 3
    assert set(found["found"][0]) == {"id", "class", "name", "score"}


def test_finding_nothing_is_an_answer(run: Run) -> None:
    nothing = run("find", "qqqqzzzzxxxx")
    assert (nothing.status, nothing.err) == (0, "")
    assert nothing.out == "Nothing is called anything like 'qqqqzzzzxxxx'; try another part of the name, or another script.\n"
    assert run("find", "qqqqzzzzxxxx", "--json").json["found"] == []


def test_show_tells_names_and_claims_with_speaker_and_strength(run: Run) -> None:
    text = run("show", "昇腾910C").out
    assert text.startswith("Ascend 910C (Chip, ascend-910c)\n")
    assert "昇腾910C" in text
    assert "[presumed] presumes: presumed to engage" in text
    assert "(us-bis; bis-2025-05-13-gp10-guidance, " in text
    card = run("show", "ascend-910c", "--json").json
    assert set(card) == {"id", "class", "name", "names", "identifiers", "note", "claims"}
    assert {claim["source"] for claim in card["claims"]} >= {"bis-2025-05-13-gp10-guidance", "bloomberg-2025-10-03-910c-teardown"}
    assert {claim["claim"] for claim in card["claims"] if claim["against"]}


def test_show_a_document_and_a_claim(run: Run) -> None:
    text = run("show", "bis-2025-05-13-press-release").out
    assert "publisher: us-bis" in text
    assert "version: 1, 2025-05-13" in text
    assert "version: 2, 2025-05-19" in text
    assert "anywhere in the world" in text
    card = run("show", "bis-2025-05-13-press-release", "--json").json
    assert [version["published"] for version in card["document"]["versions"]] == ["2025-05-13", "2025-05-19"]
    claim = run("show", "c-910c-tsmc-dies", "--json").json
    assert claim["class"] == "Claim"
    assert claim["claims"][0]["claim"] == "c-910c-tsmc-dies"
    assert claim["document"]["title"] in run("show", "c-910c-tsmc-dies").out


def test_show_stops_somewhere_and_says_so(run: Run) -> None:
    some, whole = run("show", "huawei", "--limit", "5").out, run("show", "huawei", "--limit", "0").out
    assert "--limit 0 shows all" in some.splitlines()[-1]
    assert len(whole.splitlines()) > len(some.splitlines())


def test_touches_prints_a_note_and_a_finding_with_routes(run: Run) -> None:
    note = run("touches", "昇腾910B", *ON)
    assert (note.status, note.err) == (0, "")
    assert "Outcome: met" in note.out
    finding = run("touches", "ascend-910b", "--origin", "United States", *ON, "--json").json
    assert set(finding) - SOMETIMES == FINDING
    assert set(finding["uncontested"]) == {"outcome", "for", "against"}
    assert (finding["outcome"], finding["as_of"], finding["known_by"]) == ("met", "2025-05-13", None)
    through = [route["through"] for route in finding["routes"]]
    assert {"smic-finfet-lines", "tsmc-7nm-lines"} <= set(through)
    strengths = ["none", "alleged", "presumed", "reported", "established"]
    for route in finding["routes"]:
        assert {"kind", "outcome", "for", "against", "path"} <= set(route)
        assert route["outcome"] in ("met", "not met", "contested", "unknown")
        assert {route["for"], route["against"]} <= set(strengths)
        for step in route["path"]:
            assert {"s", "r", "o", "claim", "source", "strength"} <= set(step)
    order = [strengths.index(route["for"]) for route in finding["routes"]]
    assert order == sorted(order, reverse=True)


def test_touches_on_other_evidence(run: Run) -> None:
    def through(*more: str) -> set[str]:
        return {route["through"] for route in run("touches", "ascend-910b", *ON, *more, "--json").json["routes"]}

    assert "tsmc-7nm-lines" in through()
    assert "tsmc-7nm-lines" not in through("--known-by", "2024-09-01")
    assert "tsmc-7nm-lines" not in through("--without", "techinsights", "--without", "csis", "--without", "afp", "--without", "tsmc")
    assert "us-controlled-ic-technology" not in through("--at-least", "reported")


def test_a_chip_without_claims_is_unknown_and_has_no_routes(run: Run) -> None:
    finding = run("touches", "ascend-960", "--json").json
    assert (finding["outcome"], finding["routes"]) == ("unknown", [])


def test_check_lists_the_rules_and_puts_one_to_a_case(run: Run) -> None:
    rules = run("check", "--json").json["rules"]
    assert {"ear-fdp-footnote-1", "ear-fdp-advanced-computing", "ear-gp10"} <= {rule["rule"] for rule in rules}
    assert {frozenset(rule) for rule in rules} == {frozenset(("rule", "title", "effect", "order", "basis"))}
    assert run("check").out.count("\n") == len(rules)
    case = ("check", "ear-fdp-footnote-1", "--item", "昇腾910C", "--end-user", "华为", *ON)
    waiting = run(*case, "--json").json
    assert set(waiting) - SOMETIMES == FINDING
    assert waiting["outcome"] == "unknown"
    assert waiting["gaps"]
    assert run(*case, "--case", "knowledge=yes", "--json").json["outcome"] in ("met", "contested")
    assert "ear:734.9-e-1" in run(*case, "--case", "knowledge=yes").out


def test_an_answer_fits_on_a_screen_and_the_whole_of_it_is_one_option_away(run: Run) -> None:
    finding = loaded().view("2025-05-13").check("ear-gp10-presumption", item="ascend-910c")
    finding = replace(finding, find_gaps=lambda: (), find_flips=lambda: ((), False))  # their search is not what is told here
    brief, whole = str(finding), finding.note()
    assert brief.count("\n") < 60 < whole.count("\n")
    assert brief.partition("Why:")[0] == whole.partition("Proof:")[0], "both begin with the same answer"
    assert "--proof" in brief.splitlines()[-1]
    assert "--proof" not in whole
    shown = [line.strip() for line in brief.partition("Why:")[2].splitlines() if line.strip().startswith(("+ ", "~ ", "- "))]
    assert len(shown) > 4
    assert all(line.removesuffix(" ...").removesuffix(" (as above)") in whole for line in shown), "the brief answer says nothing of its own"
    for document in re.findall(r"\(([a-z0-9-]+-\d{4}-[a-z0-9-]+)(?:, [^()]*)?\)", brief.partition("What would")[0]):
        assert document in whole
    case = ("check", "eccn-3a090-a", "--item", "h20", *ON)
    assert "\nWhy:\n" in run(*case).out
    assert "\nProof:\n" in run(*case, "--proof").out


def test_a_party_that_nobody_knows_is_told_in_braces(run: Run) -> None:
    case = ("check", "eccn-3a090-a", "--item", "t4", *ON, "--json")
    for told in (("--end-user", "{name: A cloud, country: NO}"), ("--case", "end_user={name: A cloud, country: NO}")):
        assert "end-user A cloud" in run(*case, *told).json["question"]


def test_affiliates_tell_whether_the_rule_operates_that_day(run: Run) -> None:
    def told(day: str) -> tuple[str, str]:
        answer = ("affiliates", "wingtech", "--as-of", day)
        status = next(rule["status"] for rule in run(*answer, "--json").json["rules"] if rule["rule"] == "ear-lr-affiliates")
        line = next(line for line in run(*answer).out.splitlines() if line.startswith("Affiliates Rule"))
        return status, line

    assert told("2025-09-28")[0] == "not-yet-in-force"
    assert told("2025-09-29")[0] == "in-force"
    assert told("2025-11-10")[0] == "suspended"
    assert told("2026-11-10")[0] == "unknown"
    assert told("2025-11-10")[1].endswith("is that day: suspended (90 FR 50857).")


TABLE = "ID{0}Item{0}From{0}To{0}End User{0}Knowledge\r\n1{0}H20{0}US{0}China{0}ByteDance{0}Yes\r\n2{0}H100{0}US{0}MY{0}{0}\r\n"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_as_a_spreadsheet_saves_it(run: Run, tmp_path: Path, separator: str) -> None:
    (tmp_path / "cases.csv").write_text(TABLE.format(separator), encoding="utf-8-sig", newline="")
    note = run("screen", str(tmp_path / "cases.csv"), "--rule", "eccn-3a090-a", "--limit", "1", *ON).out
    assert "3A090.a (eccn-3a090-a, classified): met 1, not met 1" in note
    assert "case 1, item H20, from US, to China, end-user ByteDance, knowledge yes; reached by: none" in note
    assert "1 more case;" in note


def test_a_table_with_strange_headings_says_what_is_accepted_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text("Case No;Item;Date;Remark;Enduser\n1;h20;2025-01-01;x;huawei\n", encoding="utf-8")
    refused = run("screen", str(tmp_path / "cases.csv"))
    assert (refused.status, refused.out) == (1, "")
    lines = refused.err.splitlines()
    assert len(lines) == 4
    assert sum("ultimate_consignee" in line for line in lines) == 1
    assert any("--as-of" in line and "'date'" in line for line in lines)
    assert "did you mean 'end_user'?" in lines[3]


def test_a_screening_leads_with_licences_and_what_reaches_cases(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text("item,act,from,to,exporter,end_user\nh20,export,US,CN,nvidia,bytedance\n", encoding="utf-8")
    lines = run("screen", str(tmp_path / "cases.csv"), "--as-of", "2025-05-20").out.splitlines()
    assert lines[0].startswith("1 case, ")
    assert "  A licence of US is required: met 1." in lines[1:5]
    assert any("ear-lr-letter-h20, licence required" in line for line in lines[5:8])
    assert len(lines) < 30


def test_sparql_as_table_csv_and_json(run: Run, tmp_path: Path) -> None:
    query, data = "SELECT ?s ?o { ?s pg:fabricatedAt ?o } ORDER BY ?s", faulty(tmp_path, 0)
    (data / "sources" / "good.yaml").write_text(GOOD_SOURCE, encoding="utf-8")
    small = ("--data", str(data))
    assert run("sparql", query, *small).out.split() == ["s", "o", "chip:x", "site:plant"]
    assert run("sparql", query, *small, "--format", "csv").out == "s,o\nchip:x,site:plant\n"
    answer = run("sparql", query, *small, "--json").json
    assert answer == {"columns": ["s", "o"], "rows": [{"s": "chip:x", "o": "site:plant"}], "count": 1}
    assert run("sparql", query, *small, "--format", "json").json == answer
    assert run("sparql", query, *small, "--known-by", "2024-09-01").out == "no rows\n"
    (tmp_path / "question.rq").write_text(f"# who made it?\n{query}", encoding="utf-8")
    assert run("sparql", str(tmp_path / "question.rq"), *small, "--json").json == answer
    assert run("sparql", "ASK { chip:x a pg:Chip }", *small, "--json").json["rows"] == [{"answer": True}]
    assert run("sparql", "DESCRIBE chip:x", *small, "--json").json["count"] > 1


def test_sparql_over_the_shipped_data(run: Run) -> None:
    query = "SELECT ?fab WHERE { chip:ascend-910b-die-tsmc pg:fabricatedAt ?fab }"
    assert run("sparql", query).out.split() == ["fab", "site:tsmc-7nm-lines"]


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_figure_writes_and_says_where(run: Run, tmp_path: Path, ending: str) -> None:
    place = tmp_path / f"figure.{ending}"
    said = run("figure", "touches", "ascend-910b", *ON, "-o", str(place), *(["--json"] if ending == "svg" else []))
    assert (said.status, said.err) == (0, "")
    assert place.stat().st_size > 10_000
    if ending == "svg":
        assert said.json == {
            "question": "Did Ascend 910B touch US-origin tooling or technology?", "as_of": "2025-05-13", "outcome": "met",
            "figure": str(place),
        }  # fmt: skip
    else:
        assert said.out.startswith(f"Wrote {place}: ")


def test_validate_a_sound_directory(run: Run) -> None:
    assert "no fault found." in run("validate", str(GOOD)).out
    told = run("validate", str(GOOD), "--json").json
    assert set(told) == {"directory", "valid", "documents", "entities", "claims", "rules", "flags", "cases", "date", "shapes", "faults"}
    assert (told["valid"], told["shapes"], told["faults"]) == (True, True, [])


def test_validate_prints_the_schema_of_a_source_file(run: Run) -> None:
    assert run("validate", "--schema").json["$schema"].startswith("https://json-schema.org/")


@pytest.mark.parametrize("ending", ["ttl", "trig", "nq", "jsonld", "graphml"])
def test_export_of_a_small_directory(run: Run, tmp_path: Path, ending: str) -> None:
    place = tmp_path / f"graph.{ending}"
    said = run("export", str(place), "--data", str(GOOD), "--json").json
    assert set(said) == {"file", "claims"}
    assert said["claims"] == len(loaded(GOOD).graph.table) > 0
    assert place.stat().st_size > 100
    plain = run("export", str(tmp_path / "graph"), "--format", "turtle", "--data", str(GOOD))
    assert plain.out.startswith(f"Wrote {tmp_path / 'graph'}: ")


def test_a_data_directory_of_ones_own(run: Run) -> None:
    chips = [id_ for id_, kind in zip(loaded(GOOD).graph.node_ids, loaded(GOOD).graph.node_class, strict=True) if kind == "Chip"]
    for command in (("find", chips[0]), ("show", chips[0]), ("touches", chips[0]), ("sparql", "ASK { ?s ?p ?o }")):
        assert run(*command, "--data", str(GOOD)).status == 0
        assert run(*command, "--data", str(GOOD), "--json").json


# ---- refusals


SMALL = f"--data {shlex.quote(str(GOOD))}"
REFUSED = [
    # what is asked, and what is said of it
    ("find ''", "give part of a name"),
    ("show ''", "give an id, a name or an alias"),
    ("show nonesuch-at-all", "the data have no entity 'nonesuch-at-all'"),
    ("touches '   '", "give an id, a name or an alias"),
    ("touches asend-910b", "did you mean 'ascend-910b'"),
    ("touches huawei", "'huawei' names something of class Company"),
    ("touches h100 --origin XX", "give its ISO code of two letters or its name"),
    ("touches h100 --origin ''", "give an id, a name or an alias"),
    ("touches h100 --origin smic", "give its ISO code of two letters or its name"),
    ("touches h100 --as-of 13.5.2025", "write a date as YYYY-MM-DD"),
    ("touches h100 --as-of 2025-02-30", "is no day of the calendar"),
    ("touches h100 --as-of ''", "write a date as YYYY-MM-DD"),
    ("touches h100 --as-of 9999-12-31", "lies outside the years 1900 to 2100"),
    ("touches h100 --known-by 1066-10-14", "lies outside the years 1900 to 2100"),
    ("touches h100 --known-by yesterday", "write a date as YYYY-MM-DD"),
    ("touches h100 --at-least strong", "is no strength"),
    ("touches h100 --at-least reportd", "did you mean 'reported'?"),
    ("touches h100 --without nobody-at-all", "name a document, a publisher, a speaker or a claim"),
    ("touches h100 --without ''", "give an id, a name or an alias"),
    ("touches h100 --evidence nowhere.yaml", "the evidence table 'nowhere.yaml' cannot be read: No such file or directory"),
    ("touches h100 --evidence .", "the evidence table '.' cannot be read: Is a directory"),
    ("touches h100 --data nowhere", "nowhere: there is no such directory; name one that holds dataset.yaml"),
    ("touches h100 --data .", "dataset.yaml: the file is missing"),
    ("check no-such-rule", "there is no rule 'no-such-rule'"),
    ("check ear-fdp-footnote1", "did you mean 'ear-fdp-footnote-1'"),
    ("check ear-gp10 --item nonesuch-at-all", "nonesuch-at-all"),
    ("check ear-gp10 --to Atlantis", "Atlantis"),
    ("check ear-gp10 --end-user nobody-at-all", "{name: ..., country: ..., headquarters: ...}"),
    ("check ear-gp10 --case knowledge", "is not of the form knowledge=yes"),
    ("check ear-gp10 --case =yes", "is not of the form knowledge=yes"),
    ("check ear-gp10 --case knowlege=yes", "did you mean 'knowledge'?"),
    ("check ear-gp10 --case knowledge=perhaps", "perhaps"),
    ("check ear-gp10 --item h100 --case item=h20", "'item' of the case is given twice"),
    ("check ear-gp10 --case quantity=many", "quantity"),
    ("check ear-gp10 --case on=yesterday", "write a date as YYYY-MM-DD"),
    ("check ear-gp10 --assume ear-gp10=perhaps", "'perhaps' is no status of a rule"),
    ("check ear-gp10 --assume nothing=in-force", "there is no rule 'nothing'"),
    ("check ''", "give the id or the title of a rule"),
    ("check 'general prohibition 10'", "'ear-gp10'"),
    ("check ear:736.2-b-10", "'ear-gp10'"),
    ("check ear-gp10 --to ''", "--to is empty"),
    ("check ear-gp10 --end-user '{name: X, country: Atlantis}'", "Atlantis"),
    ("check ear-gp10 --end-user '{name: X'", "write {name: X, country: SG, headquarters: CN}"),
    ("check ear-gp10 --case quantity=inf", "finite"),
    ("check ear-gp10 --proof --json", "leave out --proof"),
    ("determine", "name an item at least"),
    ("conflicts", "name an item at least"),
    ("timeline", "name an item at least"),
    ("timeline ''", "give the id or the title of a rule"),
    ("timeline eccn-3a090-a --item h20 --since 2019-13-01", "2019-13-01"),
    ("timeline eccn-3a090-a --item h20 --since 2010-01-01", "outside coverage"),
    ("timeline eccn-3a090-a --item h20 --since 2025-02-01 --as-of 2025-01-01", "give the earlier day first"),
    ("classify smic", "'smic' names something of class Company"),
    ("affiliates h100", "'h100' names something of class"),
    ("affiliates smic --order Atlantis", "no country is called 'Atlantis'"),
    ("affiliates smic --order FR", "use one of CN, JP, NL, US"),
    ("exposure ascend-910b --rule eccn-3a090-a", "prohibits nothing"),
    ("exposure ascend-910b --tainted-from soon", "write a date as YYYY-MM-DD"),
    ("screen nowhere.csv", "nowhere.csv: this table cannot be read: No such file or directory"),
    ("screen .", "Is a directory"),
    ("screen x.csv -o x.xlsx", "ends neither in .csv nor in .parquet"),
    ("compare", "give a first and a second day, or draft"),
    ("compare 2025-01-01", "give a first and a second day, or draft"),
    ("compare 2025-01-01 yesterday", "write a date as YYYY-MM-DD"),
    ("compare 2025-01-01 2025-02-01 --draft x.yaml", "a draft is tried on one day"),
    ("compare --draft nowhere.yaml", "nowhere.yaml"),
    ("compare --draft .", "the directory holds no rule file"),
    ("check ear-gp10 --end-user '{name: X, shoe: 5}'", "there is no 'shoe' of the end-user; use id, name, country, headquarters"),
    ("check ear-gp10 --end-user '{name: X, owners: [{name: Y, share: 200}]}'", "a share is a number from 0 to 100"),
    ("ask nowhere.yaml", "nowhere.yaml: the file cannot be read: No such file or directory"),
    ("ask .", "Is a directory"),
    ("sparql ''", "is no query (it has no braces), and no file that can be read"),
    ("sparql .", "no file that can be read (Is a directory)"),
    ("sparql nowhere.rq", "no file that can be read (No such file or directory)"),
    (f"sparql 'SELECT * {{' {SMALL}", "does not parse"),
    (f"sparql 'SELECT * {{ ?s chp:x ?o }}' {SMALL}", "did you mean 'chip:'?"),
    (f"sparql 'SELECT * {{ SERVICE <http://example.org/> {{ ?s ?p ?o }} }}' {SMALL}", "SERVICE"),
    (f"sparql 'INSERT DATA {{ <a:a> <a:b> <a:c> }}' {SMALL}", "would change the data"),
    ("sparql 'ASK {}' --format xml", "use table, csv or json"),
    ("figure check ascend-910b -o x.svg", "there is no figure of 'check'; use touches"),
    ("figure touches ascend-910b -o x.txt", "use one of .svg, .png, .pdf"),
    ("figure touches ascend-910b -o nowhere/x.svg", "there is no directory 'nowhere'"),
    ("figure touches ascend-960 -o x.svg", "no route"),
    ("validate nowhere", "nowhere: there is no such directory"),
    ("validate .", "dataset.yaml: the file is missing"),
    ("export x.xyz", "accepted: nquads, trig, turtle, jsonld, graphml"),
    ("export x --format turtel", "did you mean 'turtle'?"),
    ("export nowhere/x.ttl", "cannot be read or written: No such file or directory"),
]


@pytest.mark.parametrize(("asked", "said"), REFUSED, ids=[asked for asked, _ in REFUSED])
def test_what_cannot_be_answered_is_refused_in_one_line(
    run: Run, asked: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = run(*shlex.split(asked))
    assert refused.status == 1
    assert refused.out == ""
    assert refused.err.count("\n") == 1
    assert said in refused.err
    assert list(tmp_path.iterdir()) == [], "something was written"


def test_a_refusal_stays_short_whatever_was_asked(run: Run) -> None:
    for text in ("x" * 200_000, "\udcff\udcfe", "a\nb\x1b[31m", "🙂" * 50):
        refused = run("touches", text)
        assert refused.status == 1
        assert refused.err.count("\n") == 1
        assert len(refused.err) < cli.LONGEST_LINE + 10
    assert run("validate", "x" * 5_000).err.endswith("cannot be read or written: File name too long\n"), "the reason stays"


WRONG = [
    ("touches", "Missing argument 'ITEM'"),
    ("touches h100 --nonsense", "No such option"),
    ("touches h100 --as-of", "requires an argument"),
    ("find smic --limit many", "--limit"),
    ("find smic --limit 0", "--limit"),
    ("figure touches ascend-910b", "Missing option"),
    ("touchs h100", "did you mean 'touches'?"),
    ("nonsense", "there is no command 'nonsense'; use check, determine, conflicts, ask"),
    ("--nonsense", "No such option"),
    ("--json find smic", "No such option"),
    ("affiliates smic --threshold 0", "--threshold"),
    ("affiliates smic --threshold nan", "--threshold"),
    ("screen x.csv --limit -1", "--limit"),
    ("compare 2025-01-01 2025-02-01 2025-03-01", "2025-03-01"),
    ("ask", "Missing argument 'FILE'"),
    ("find smic extra", "extra"),
]


@pytest.mark.parametrize(("asked", "said"), WRONG, ids=[asked for asked, _ in WRONG])
def test_wrong_usage_is_told_in_one_line(run: Run, asked: str, said: str) -> None:
    wrong = run(*shlex.split(asked))
    assert wrong.status == 2
    assert wrong.out == ""
    assert wrong.err.startswith("policygraph: ")
    assert wrong.err.count("\n") == 1
    assert said in wrong.err


@pytest.mark.parametrize(
    "command", ["find x", "show x", "touches x", "check", "sparql 'ASK {}'", "figure touches x -o x.svg", "export x.ttl"]
)
def test_a_data_directory_with_faults_is_refused_with_every_place(run: Run, tmp_path: Path, command: str) -> None:
    data = faulty(tmp_path, 3)
    refused = run(*shlex.split(command), "--data", str(data))
    assert (refused.status, refused.out) == (1, "")
    lines = refused.err.splitlines()
    assert len(lines) == 3
    assert all(f"{data}/sources/bad.yaml:" in line and "'fabricatedAt'" in line for line in lines)


def test_of_many_faults_fifty_are_told_and_the_rest_counted(run: Run, tmp_path: Path) -> None:
    data = faulty(tmp_path, 120)
    refused = run("validate", str(data))
    assert refused.status == 1
    lines = refused.err.splitlines()
    assert len(lines) == cli.MOST_FAULTS + 1
    assert lines[-1] == "and 70 more faults; mend these first"
    told = run("validate", str(data), "--json")
    assert (told.status, told.err) == (1, "")
    assert (told.json["valid"], len(told.json["faults"])) == (False, 120)
    assert set(told.json["faults"][0]) == {"place", "fault"}


def test_faults_in_rules_are_told_line_by_line(run: Run, tmp_path: Path) -> None:
    data = faulty(tmp_path, 0)
    (data / "law").mkdir()
    (data / "law" / "mine.yaml").write_text("rule: mine\ntitel: Mine\n", encoding="utf-8")
    for command in (("validate", str(data)), ("check", "--data", str(data))):
        refused = run(*command)
        assert (refused.status, refused.out) == (1, "")
        assert all(f"{data}/law/mine.yaml:" in line for line in refused.err.splitlines())
        assert "titel" in refused.err
    assert "titel" in json.dumps(run("validate", str(data), "--json").json["faults"])


def faulty(into: Path, faults: int) -> Path:
    """Write a data directory with a misspelt relation in each of so many claims."""
    data = into / "data"
    for folder in ("entities", "sources"):
        (data / folder).mkdir(parents=True)
    (data / "dataset.yaml").write_text("name: trial\nversion: '1'\ndate: 2025-05-13\nlicence: CC0-1.0\n", encoding="utf-8")
    (data / "entities" / "all.yaml").write_text(ENTITIES, encoding="utf-8")
    claims = "".join(f"  - {{s: x, r: fabricatdAt, o: lab, at: 'p. {number}'}}\n" for number in range(faults))
    head = "document: bad\ntitle: Bad\npublisher: lab\nkind: analysis\npublished: 2025-01-02\nurl: https://example.org/\n"
    (data / "sources" / "bad.yaml").write_text(head + (f"claims:\n{claims}" if claims else ""), encoding="utf-8")
    return data


def test_a_mistake_in_the_program_is_owned_up_to_without_a_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(data: Path | None) -> desk.KnowledgeGraph:
        raise ZeroDivisionError("one\nby none")

    monkeypatch.setattr(cli.looking, "graph", broken)
    monkeypatch.delenv("POLICYGRAPH_TRACEBACK", raising=False)
    said = run("find", "smic")
    assert (said.status, said.out) == (1, "")
    assert said.err.startswith("policygraph: a mistake in the program, not in the question (ZeroDivisionError: one by none)")
    monkeypatch.setenv("POLICYGRAPH_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        cli.main(["find", "smic"])


WRONG_IN_PYTHON: dict[str, Callable[[desk.KnowledgeGraph, desk.View], object]] = {
    "a day as a number": lambda kg, view: kg.view(20250513),  # type: ignore[arg-type]
    "a strength as a number": lambda kg, view: kg.view(at_least=7),  # type: ignore[arg-type]
    "no list of sources": lambda kg, view: kg.view(without=None),  # type: ignore[arg-type]
    "a source as a number": lambda kg, view: kg.view(without=[5]),  # type: ignore[list-item]
    "an evidence table as a number": lambda kg, view: kg.view(evidence=5),  # type: ignore[arg-type]
    "an item as a number": lambda kg, view: view.touches(5),  # type: ignore[arg-type]
    "no origin": lambda kg, view: view.touches("h100", origin=None),  # type: ignore[arg-type]
    "a rule as a number": lambda kg, view: view.check(5),  # type: ignore[arg-type]
    "an item for a case": lambda kg, view: view.determine("h20"),  # type: ignore[arg-type]
    "a mapping for a case": lambda kg, view: view.check("ear-gp10", {"item": "h20"}),  # type: ignore[arg-type]
    "a word for assumptions": lambda kg, view: view.check("ear-gp10", item="h20", assume="in-force"),  # type: ignore[arg-type]
    "a number for earlier acts": lambda kg, view: view.check("ear-gp10", item="h20", earlier=5),
    "an endless quantity": lambda kg, view: view.check("ear-gp10", item="h20", quantity=float("inf")),
    "a threshold of nothing": lambda kg, view: view.affiliates("smic", 0),
    "an order without rules": lambda kg, view: view.affiliates("smic", order="FR"),
    "a rule that prohibits nothing": lambda kg, view: view.exposure("ascend-910b", "eccn-3a090-a"),
    "a list for a table": lambda kg, view: view.screen([{"item": "h20"}]),  # type: ignore[arg-type]
    "mappings in a table": lambda kg, view: view.screen(pandas.DataFrame({"end_user": [{"name": "X"}]}), ["ear-gp10"]),
    "a draft as a number": lambda kg, view: kg.compare(draft=5),  # type: ignore[arg-type]
    "a scenario as a number": lambda kg, view: kg.ask(5),  # type: ignore[arg-type]
    "a directory as a number": lambda kg, view: _load(5),  # type: ignore[arg-type]
    "a query as a number": lambda kg, view: view.sparql(5),  # type: ignore[arg-type]
    "a name as a number": lambda kg, view: kg.find(5),  # type: ignore[arg-type]
    "fewer names than one": lambda kg, view: kg.find("smic", -1),
    "a figure of a number": lambda kg, view: figure(5),  # type: ignore[arg-type]
    "a file as a number": lambda kg, view: kg.export(5),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("asked", WRONG_IN_PYTHON.values(), ids=WRONG_IN_PYTHON)
def test_what_is_wrong_in_python_is_refused_in_one_sentence(asked: Callable[[desk.KnowledgeGraph, desk.View], object]) -> None:
    kg = loaded()
    with pytest.raises(PolicygraphError) as refused:
        asked(kg, kg.view("2025-05-13"))
    assert isinstance(refused.value, ValueError), "what is no name is a wrong value"
    assert len(str(refused.value)) < 1_000


@pytest.mark.parametrize("named", ["touches", "classify", "affiliates", "exposure"])
def test_an_unknown_name_in_python_is_a_failed_look_up(named: str) -> None:
    with pytest.raises(LookupError, match="nonesuch-at-all"):
        getattr(loaded().view("2025-05-13"), named)("nonesuch-at-all")


# ---- as a process


def test_a_process_prints_the_answer_and_nothing_else() -> None:
    found = process("find", "中芯国际", "--json")
    assert (found.returncode, found.stderr) == (0, "")
    assert json.loads(found.stdout)["found"][0]["id"] == "smic"
    refused = process("show", "nonesuch-at-all", "--json")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.count("\n") == 1
    assert process("nonsense").returncode == 2


def test_a_terminal_without_unicode_still_gets_an_answer() -> None:
    found = process("find", "中芯国际", "--json", env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert (found.returncode, found.stderr) == (0, "")
    assert json.loads(found.stdout)["question"] == "中芯国际"


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell")
@pytest.mark.parametrize("rest", ["| head -1", "| true", ">&-", "--json | head -c 10"])
def test_a_closed_pipe_is_no_mistake(rest: str) -> None:
    command = f"{shlex.quote(sys.executable)} -m policygraph show huawei --limit 0 {rest}; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told_in_one_line() -> None:
    command = [sys.executable, "-m", "policygraph", "show", "huawei"]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "policygraph: the output cannot be read or written: No space left on device\n"


def test_control_c_ends_it_without_a_word(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*arguments: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr("policygraph.desk.load", interrupted)
    with pytest.raises(SystemExit) as end:
        cli.main(["find", "ascend"])
    out, err = capsys.readouterr()
    assert (end.value.code, out, err) == (130, "", "")


def test_help_is_quick() -> None:
    code = "import sys; from policygraph import cli; print([name for name in ('numpy', 'pandas', 'matplotlib') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
