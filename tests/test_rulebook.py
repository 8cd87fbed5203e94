"""Rule files: what is read, which version and status hold on a day, and what is refused, where and in which words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import policygraph as pg
from policygraph.errors import BadRule, UnknownName
from policygraph.law.naming import Known
from policygraph.law.rulebook import Operation, Rule, Rulebook, Version, in_operation
from policygraph.law.writing import KINDS
from policygraph.ontology import Ontology, shipped

LAW = shipped("datasets") / "law"
HEAD = "rule: r\ntitle: A rule\neffect: subject-to-ear\norder: US\nbindingness: regulation\nbasis: ear:734.9\n"


def load(tmp_path: Path, **files: str) -> Rulebook:
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return Rulebook.load(tmp_path, Ontology.shipped())


def rule(tmp_path: Path, versions: str, more: str = "") -> Rule:
    return load(tmp_path, r=f"{HEAD}{more}versions:\n{versions}").rule("r")


# ---- the shipped rules


def test_the_shipped_rules_are_read_and_every_citation_names_a_provision_of_the_data() -> None:
    graph = pg.load().graph
    book = Rulebook.load(LAW, graph.ontology, Known.of_graph(graph))
    assert {"ear-fdp-footnote-1", "ear-fdp-advanced-computing", "ear-gp10", "ear-gp10-presumption"} <= set(book.rules)
    assert len(book.digest) == 32


def test_the_footnote_1_rule_has_its_three_texts() -> None:
    book = Rulebook.load(LAW, Ontology.shipped())
    footnote = book.rule("ear-fdp-footnote-1")
    days = [date(2020, 5, 14), date(2020, 5, 15), date(2020, 8, 16), date(2020, 8, 17), date(2022, 2, 3), date(2026, 11, 22)]
    assert [version.effective for version in footnote.versions if version.cite == "85 FR 51596"] == [date(2020, 8, 17), date(2020, 9, 15)]
    cites = [version.cite if (version := footnote.enforced(day)) else None for day in days]
    assert cites == [None, "85 FR 29849", "85 FR 29849", "85 FR 51596", "87 FR 6022", "87 FR 6022"]


def test_the_diffusion_rule_stands_in_the_text_and_is_not_enforced() -> None:
    rule = Rulebook.load(LAW, Ontology.shipped()).rule("ear-fdp-advanced-computing")
    found = {}
    for day in ("2022-10-20", "2022-10-21", "2023-01-17", "2023-11-17", "2025-01-12", "2025-01-13", "2025-05-12", "2025-05-13"):
        text, enforced = rule.text(date.fromisoformat(day)), rule.enforced(date.fromisoformat(day))
        found[day] = (text.cite if text else "", enforced.cite if enforced else "")
    assert found == {
        "2022-10-20": ("", ""),
        "2022-10-21": ("87 FR 62186", "87 FR 62186"),
        "2023-01-17": ("88 FR 2821", "88 FR 2821"),
        "2023-11-17": ("88 FR 73458", "88 FR 73458"),
        "2025-01-12": ("88 FR 73458", "88 FR 73458"),
        "2025-01-13": ("90 FR 4544", "90 FR 4544"),
        "2025-05-12": ("90 FR 4544", "90 FR 4544"),
        "2025-05-13": ("90 FR 4544", "88 FR 73458"),
    }


def test_who_knew_the_law_only_until_a_day_knows_nothing_published_later() -> None:
    rule = Rulebook.load(LAW, Ontology.shipped()).rule("ear-fdp-advanced-computing")
    on = date(2025, 6, 1)
    assert (found := rule.enforced(on, known_by=date(2025, 5, 1))) is not None
    assert found.cite == "90 FR 4544"
    assert (found := rule.enforced(on, known_by=date(2025, 1, 1))) is not None
    assert found.cite == "88 FR 73458"
    assert rule.enforced(on, known_by=date(2022, 1, 1)) is None


def test_a_caller_may_assume_that_the_newest_text_is_enforced() -> None:
    rule = Rulebook.load(LAW, Ontology.shipped()).rule("ear-fdp-advanced-computing")
    assert (found := rule.enforced(date(2025, 6, 1), status="in-force")) is not None
    assert found.cite == "90 FR 4544"


def test_a_rule_is_found_by_id_or_title_and_else_the_nearest_is_offered() -> None:
    book = Rulebook.load(LAW, Ontology.shipped())
    assert book.rule("general prohibition ten").id == "ear-gp10"
    with pytest.raises(UnknownName, match="there is no rule 'ear-gp11'; did you mean 'ear-gp10'"):
        book.rule("ear-gp11")


# ---- the law's clock


def test_jurisdiction_runs_from_effective_and_duties_from_compliance(tmp_path: Path) -> None:
    text = "  - {published: 2024-12-05, effective: 2024-12-02, compliance: 2024-12-31, when: {act: use}}\n"
    jurisdiction = rule(tmp_path, text)
    duty = jurisdiction.model_copy(update={"effect": "licence-required"})
    assert jurisdiction.enforced(date(2024, 12, 2)) is not None
    assert duty.enforced(date(2024, 12, 30)) is None
    assert duty.enforced(date(2024, 12, 31)) is not None


def test_a_version_lapses_on_its_last_day(tmp_path: Path) -> None:
    text = "  - {effective: 2025-09-29, until: 2025-11-10, when: {act: use}}\n"
    lapsed = rule(tmp_path, text)
    assert lapsed.enforced(date(2025, 11, 9)) is not None
    assert lapsed.enforced(date(2025, 11, 10)) is None
    assert lapsed.text(date(2025, 11, 10)) is None


def test_when_the_last_version_has_lapsed_no_older_one_comes_back(tmp_path: Path) -> None:
    text = "  - {effective: 2020-01-01, cite: first, when: {act: use}}\n  - {effective: 2024-01-01, until: 2025-01-01, when: {act: use}}\n"
    lapsed = rule(tmp_path, text)
    assert (found := lapsed.text(date(2023, 12, 31))) is not None
    assert found.cite == "first"
    assert lapsed.text(date(2024, 12, 31)) == lapsed.versions[1]
    assert (lapsed.text(date(2025, 1, 1)), lapsed.enforced(date(2025, 1, 1))) == (None, None)


def test_without_effective_a_text_stood_before_the_data_begin(tmp_path: Path) -> None:
    old = rule(tmp_path, "  - {when: {act: use}}\n  - {effective: 2024-01-01, when: {act: store}}\n")
    assert old.enforced(date(1999, 1, 1)) == old.versions[0]
    assert "before the data begin" in str(old.versions[0])


AFFILIATES = (
    Operation(since=date(2025, 9, 29), until=date(2025, 11, 10), status="in-force", published=date(2025, 9, 30)),
    Operation(since=date(2025, 11, 10), until=date(2026, 11, 10), status="suspended", published=date(2025, 11, 12)),
    Operation(since=date(2026, 11, 10), status="unknown"),
)


@pytest.mark.parametrize(
    ("on", "known_by", "status"),
    [
        ("2025-09-28", None, "not-yet-in-force"), ("2025-09-29", None, "in-force"), ("2025-11-09", None, "in-force"),
        ("2025-11-10", None, "suspended"), ("2026-11-09", None, "suspended"), ("2026-11-10", None, "unknown"),
        ("2025-12-01", "2025-11-11", "in-force"), ("2025-12-01", "2025-11-12", "suspended"),
        ("2025-10-01", "2025-09-01", "not-yet-in-force"),
    ],
)  # fmt: skip
def test_what_a_rule_does_on_a_day_as_known_by_another(on: str, known_by: str | None, status: str) -> None:
    known = date.fromisoformat(known_by) if known_by else None
    assert in_operation(AFFILIATES, date.fromisoformat(on), known)[0] == status


def test_without_times_a_rule_is_in_force_and_after_its_last_day_it_is_not() -> None:
    assert in_operation((), date(2025, 1, 1)) == ("in-force", None)
    assert in_operation(AFFILIATES[:1], date(2025, 12, 1))[0] == "repealed"
    assert in_operation(AFFILIATES[1:2], date(2027, 1, 1))[0] == "unknown"


# ---- reading


def test_every_condition_of_the_language_is_read(tmp_path: Path) -> None:
    text = """
  - when:
      all:
        - any: [{act: [use, store]}, {not: {knowledge: destination}}]
        - {path: "pg:fabricatedAt", from: item, to: {class: Fab, located: [D:5]}}
        - {classified: {in: [3A090, {code: 4A090, from: 2022-10-21}], except: [3A090.c]}}
        - {measure: {quantity: total-processing-performance, comparison: ">=", value: 4800}}
        - {has: {attribute: marketedForDataCentre}}
        - {contains: {what: {eccn: [3A090]}}}
        - {content: {of: {origin: US}, over: 25, stop_at: discrete}}
        - {place: {role: facility, in: [CN]}}
        - {destination: {in: [D:1, MO], except: [A:5]}}
        - {headquartered: {role: any, parent: own, in: [D:5]}}
        - {listed: {role: end-user, list: entity-list, footnote: entity-list-fn4}}
        - {owned: {by: {list: entity-list}, share: 50}}
        - {owned: {by: [{list: entity-list, footnote: entity-list-fn4}, sdn-list], share: 50, aggregate: false}}
        - {content: {of: {origin: US}, controlled: destination, needs: r2, over: 25}}
        - {party: {role: exporter, is: [nvidia]}}
        - {person: {role: actor, of: [US], natural: true}}
        - {service: [iaas]}
        - {amount: {of: value, comparison: "<=", value: 5000, unit: USD}}
        - {path: "pg:owns", from: exporter, to: {role: [end-user]}}
        - {end_use: supercomputer}
        - {given: {what: datasheet, by: designer, form: attested, within: 180}}
        - {authorised: act}
        - {some: {among: parties, as: party, test: {listed: {role: party, list: sdn-list}}}}
        - {every: {among: "pg:incorporates+", as: part, test: {measure: {item: part, quantity: dieArea, comparison: "<", value: 5}}}}
        - {presumed: {if: {act: use}, of: {statement: {relation: designedBy, is: huawei}}, unless: {given: proof}}}
        - {statement: {item: into, relation: presumedViolationOf, is: "ear:736.2-b-10"}}
        - {rule: r2, name: another, cite: "ear:734.3", note: see there, confidence: argued, edition: 2026-07-23}
"""
    other = HEAD.replace("rule: r", "rule: r2") + "versions: [{when: {act: use}}]\n"
    read = load(tmp_path, r=f"{HEAD}versions:{text}", r2=other).rule("r")
    (version,) = read.versions
    assert {part.kind for part in version.when.of} | {"any", "act", "not", "knowledge", "all"} == set(KINDS)


def test_what_is_written_directly_is_what_is_written_out(tmp_path: Path) -> None:
    short = rule(tmp_path, "  - {when: {classified: 3E001}}\n").versions[0].when
    out = rule(tmp_path, "  - {when: {classified: {item: item, in: [{code: 3E001}]}}}\n").versions[0].when
    assert short == out
    assert short.in_[0].code == "3E001"  # a code, though YAML reads a number in it


def test_a_list_of_codes_is_written_once(tmp_path: Path) -> None:
    codes = "list: inputs\ntitle: Inputs\nentries: [3E001, {code: 3E901, from: 2024-09-06}]\n"
    book = load(tmp_path, codes=codes, r=f"{HEAD}versions: [{{when: {{path: 'pg:directProductOf', to: {{eccn: inputs}}}}}}]\n")
    assert [entry.code for entry in book.rule("r").versions[0].when.to.eccn] == ["3E001", "3E901"]


def test_a_part_is_written_once_and_is_the_same_wherever_it_stands(tmp_path: Path) -> None:
    more = "parts:\n  scope: {name: scope, act: [use]}\n"
    first, second = rule(tmp_path, "  - {when: {part: scope}}\n  - {effective: 2024-01-01, when: {all: [{part: scope}]}}\n", more).versions
    assert first.when == second.when.of[0]


def test_a_version_that_is_enforced_beside_the_text_is_never_the_text(tmp_path: Path) -> None:
    read = rule(
        tmp_path,
        "  - {effective: 2023-11-17, cite: first, when: {act: use}}\n"
        "  - {effective: 2025-01-13, cite: text, operates: [{from: 2025-05-13, status: unenforced}], when: {act: use}}\n"
        "  - {effective: 2026-07-10, cite: enforced, in_text: false, basis: 'ear:742.6', when: {act: use}}\n",
    )

    def cites(day: date, status: str | None = None) -> list[str]:
        return [version.cite if version else "" for version in (read.text(day), read.enforced(day, status=status))]

    assert cites(date(2025, 6, 1)) == ["text", "first"]
    assert cites(date(2026, 7, 10)) == ["text", "enforced"]
    assert cites(date(2026, 7, 10), "in-force") == ["text", "text"]
    assert cites(date(2026, 7, 10), "suspended") == ["text", "enforced"]
    assert (read.basis_of(read.versions[-1]), read.basis_of(None)) == ("ear:742.6", read.basis)


def test_days_on_which_the_law_changes(tmp_path: Path) -> None:
    more = "operates: [{from: 2020-01-01, to: 2021-01-01, status: in-force}]\n"
    text = "  - {effective: 2020-06-01, when: {classified: {in: [{code: 3E001, from: 2020-07-01}]}}}\n"
    assert [str(day) for day in rule(tmp_path, text, more).days] == ["2020-01-01", "2020-06-01", "2020-07-01", "2021-01-01"]


# ---- what is refused


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ("{lsited: entity-list}", "'lsited' is no condition; did you mean 'listed'?"),
        ("{act: use, knowledge: destination}", "here stand 'act' and 'knowledge'; a condition says one thing, so nest them"),
        ("{act: use, nmae: x}", "'act' has nothing 'nmae' beside it; did you mean 'name'?"),
        ("{act: use, from: item}", "'act' has nothing 'from' beside it; use name, cite, note, confidence, edition"),
        ("{name: alone}", "a condition needs a key that says what it is, such as all, any, not, path, classified, measure, has, contains"),
        ("[1, 2]", "a condition is written as one key and its value, for example {listed: entity-list}"),
        ("{all: []}", "'all' holds a list of conditions"),
        ("{any: {act: use}}", "'any' holds a list of conditions"),
        ("{measure: 7}", "'measure' is written as a mapping of item, quantity, comparison, value, unit"),
        ("{listed: {role: end-user, footnot: x}}", "'listed' has no 'footnot'; did you mean 'footnote'?"),
        ("{listed: {role: end-user}}", "'listed': 'list' is missing"),
        ("{measure: {quantity: tpp, comparison: '>=', value: 1}}", "no quantity is called 'tpp'; use total-processing-performance,"),
        ("{measure: {quantity: dieArea, comparison: about, value: 1}}", "'measure': 'comparison' holds 'about', but input should be"),
        ("{has: {attribute: dieAera}}", "no attribute is called 'dieAera'; did you mean 'dieArea'?"),
        ("{path: 'pg:fabricatdAt'}", "the path does not parse:"),
        ("{path: 'pg:fabricatedAt/'}", "the path does not parse:"),
        ("{path: 'pg:owns', to: {clas: Fab}}", "the end of a path has no 'clas'; did you mean 'class'?"),
        ("{path: 'pg:owns', to: {class: Fabb}}", "the ontology has no class 'Fabb'; did you mean 'Fab'?"),
        ("{path: 'pg:owns', to: [US]}", "the end of a path is written as a mapping, for example {is: US} or {eccn: [3E001]}"),
        ("{classified: {in: no-such-list}}", "there is no list 'no-such-list'"),
        ("{part: scope}", "the rule has no part 'scope'"),
        ("{rule: r9}", "there is no rule 'r9'; did you mean 'r'?"),
        ("{content: {of: {origin: US}, needs: r3, over: 25}}", "there is no rule 'r3'"),
        ("{owned: {by: {list: entity-list}, share: 120}}", "'owned': 'share' holds 120, but input should be less than or equal to 100"),
        ("{act: use, confidence: sure}", "'act': 'confidence' holds 'sure', but input should be '', 'unverified' or 'argued'"),
        ("{some: {among: 'pg:x', as: a, test: {act: use}}}", "the path does not parse:"),
        ("{statement: {relation: designdBy, is: huawei}}", "no relation is called 'designdBy'; did you mean 'designedBy'?"),
        ("{presumed: {if: {act: use}}}", "'presumed': a presumption says what rebuts it (unless) or what is presumed (of)"),
        ("{content: {of: {origin: US}, controlled: anywhere, over: 25}}", "'content': 'controlled' holds 'anywhere', but input should be"),
    ],
)
def test_a_condition_that_says_nothing_is_refused_with_its_place(tmp_path: Path, condition: str, sentence: str) -> None:
    with pytest.raises(BadRule) as caught:
        load(tmp_path, r=f"{HEAD}versions:\n  - effective: 2020-01-01\n    when: {condition}\n")
    first = str(caught.value).splitlines()[0]
    assert first.startswith(f"{tmp_path.as_posix()}/r.yaml:9: {sentence}"), first


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        (HEAD, 1, "a rule: 'versions' is missing"),
        (HEAD + "versions: [{when: {act: use}}]\nbasys: x\n", 8, "a rule has no 'basys'; did you mean 'basis'?"),
        (HEAD.replace("subject-to-ear", "subject") + "versions: [{when: {act: use}}]\n", 3, "a rule: 'effect' holds 'subject', but"),
        (HEAD + "versions: [{effective: 2020-13-01, when: {act: use}}]\n", 7, "a version: 'effective' holds '2020-13-01', but"),
        (HEAD + "versions:\n  - {efective: 2020-01-01, when: {act: use}}\n", 8, "a version has no 'efective'; did you mean 'effective'?"),
        (HEAD + "versions:\n  - {effective: 2020-01-01}\n", 8, "a version: 'when' is missing"),
        (HEAD + "versions:\n  - {effective: 2020-01-01, until: 2022-01-01, when: {act: use}}\n"
         "  - {effective: 2021-01-01, when: {act: use}}\n", 9,
         "versions overlap: the one before lasts until 2022-01-01, this one is effective from 2021-01-01"),
        (HEAD + "versions:\n  - {effective: 2022-01-01, when: {act: use}}\n  - {effective: 2021-01-01, when: {act: use}}\n",
         9, "this version does not begin after the one before it; list them from the oldest"),
        (HEAD + "versions:\n  - {effective: 2022-01-01, compliance: 2021-01-01, when: {act: use}}\n",
         8, "compliance 2021-01-01 lies before effective 2022-01-01"),
        (HEAD + "operates:\n  - {from: 2022-01-01, status: in-force}\n  - {from: 2021-01-01, status: suspended}\n"
         "versions: [{when: {act: use}}]\n", 9,
         "times of operation overlap or stand out of order; list them from the oldest, each after the last"),
        (HEAD + "operates: [{from: 2022-01-01, status: paused}]\nversions: [{when: {act: use}}]\n", 7,
         "a time of operation: 'status' holds 'paused', but"),
        (HEAD.replace("subject-to-ear", "classified") + "versions: [{when: {act: use}}]\n", 1,
         "a rule whose effect is to classify says which entries it puts an item in: classifies: [...]"),
        (HEAD + "displaces: [r9]\nversions: [{when: {act: use}}]\n", 7, "it displaces 'r9', and there is no such rule"),
        ("title: neither\n", 1, "a file of law holds one rule (rule: ...) or one list of codes (list: ...)"),
        (HEAD + "parts: {a: {part: b}, b: {part: a}}\nversions: [{when: {part: a}}]\n", 7,
         "conditions are nested more than 16 deep, or a part contains itself"),
        ("list: l\ntitle: L\nentries: []\n", 3, "a list of codes: 'entries' holds [], but"),
        ("rule: r\n  title: bad indent\n", 2, "the YAML cannot be read"),
    ],
)  # fmt: skip
def test_a_file_that_does_not_say_what_it_must_is_refused(tmp_path: Path, text: str, line: int | None, sentence: str) -> None:
    with pytest.raises(BadRule) as caught:
        load(tmp_path, r=text)
    place = f"{tmp_path.as_posix()}/r.yaml" + (f":{line}" if line else "")
    assert str(caught.value).splitlines()[0].startswith(f"{place}: {sentence}"), str(caught.value)


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    bad = f"{HEAD}versions: [{{when: {{all: [{{atc: use}}, {{knowlege: x}}]}}}}]\n"
    with pytest.raises(BadRule) as caught:
        load(tmp_path, one=bad, two=bad)
    assert len(str(caught.value).splitlines()) == 4


def test_two_rules_of_one_name_are_refused(tmp_path: Path) -> None:
    text = HEAD + "versions: [{when: {act: use}}]\n"
    with pytest.raises(BadRule, match=r"the rule 'r' stands in .*one\.yaml already; give this one another id"):
        load(tmp_path, one=text, two=text)


@pytest.mark.parametrize("through", ["{not: {rule: r2}}", "{presumed: {unless: {rule: r2}}}",
                                     "{path: 'pg:directProductOf', to: {except: {rule: r2}}}"])  # fmt: skip
def test_a_rule_that_depends_on_its_own_negation_is_refused(tmp_path: Path, through: str) -> None:
    one = f"{HEAD}versions: [{{when: {through}}}]\n"
    two = HEAD.replace("rule: r", "rule: r2") + "versions: [{when: {path: 'pg:directProductOf', to: {rule: r}}}]\n"
    with pytest.raises(BadRule, match="the rule 'r' depends on its own negation, through 'r2'"):
        load(tmp_path, one=one, two=two)


def test_recursion_without_negation_is_welcome(tmp_path: Path) -> None:
    load(tmp_path, r=f"{HEAD}versions: [{{when: {{path: 'pg:directProductOf', to: {{rule: r}}}}}}]\n")


def test_a_citation_that_resolves_to_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(HEAD + "versions:\n  - when: {act: use, cite: 'ear:734.99'}\n", encoding="utf-8")
    with pytest.raises(BadRule, match=r"r\.yaml:8: the citation 'ear:734\.99' names no provision of the data"):
        Rulebook.load(tmp_path, Ontology.shipped(), Known({"ear:734.9": "Provision", "US": "Country"}))


def test_a_directory_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRule, match="there is no such directory of rules"):
        Rulebook.load(tmp_path / "none", Ontology.shipped())


def test_a_version_reads_as_its_citation_and_day() -> None:
    version = Version(effective=date(2025, 1, 13), cite="90 FR 4544", when={"kind": "act", "in": ["use"]})
    assert str(version) == "90 FR 4544, effective 2025-01-13"
