"""Bad input at the command line: refused whole, with file and line, what is wrong and what would be accepted.

Every file in ``tests/bad/rules`` (a rule file, tried as a draft) and ``tests/bad/case-tables`` (a table of cases, screened) holds one
fault, and what is then said must be what stands in the ``.expected`` file beside it. ``python -m tests.test_refused`` writes those files
anew; read the difference like prose.
"""

from __future__ import annotations

import contextlib
import io
import shutil
from functools import cache
from pathlib import Path
from unittest import mock

import pytest

import policygraph as pg
from policygraph import cli, desk
from policygraph.law.naming import Known
from tests.test_datasets import GOOD

BAD = Path(__file__).parent / "bad"
FILES = sorted(path for folder in ("rules", "case-tables") for path in (BAD / folder).iterdir() if path.suffix != ".expected")
ASKED = {
    "rules": lambda path: ["compare", "2025-05-13", "--draft", path, "--cases", f"{BAD}/one-case.csv"],
    "case-tables": lambda path: ["screen", path, "--rule", "eccn-3a090-a", "--as-of", "2025-05-13"],
    "scenarios": lambda path: ["ask", path],
}


@cache
def kg() -> desk.KnowledgeGraph:
    return pg.load()


def refused(*arguments: str, loaded: desk.KnowledgeGraph | None = None) -> str:
    """Return what is said on standard error of something that is refused, and make sure that nothing else is."""
    out, err, data = io.StringIO(), io.StringIO(), loaded or kg()
    with (
        mock.patch.object(desk, "load", return_value=data), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as left,
    ):  # fmt: skip
        cli.main(arguments)
    assert (left.value.code, out.getvalue()) == (1, ""), err.getvalue()
    assert "Traceback" not in err.getvalue()
    return err.getvalue()


def told(path: Path) -> str:
    return refused(*ASKED[path.parent.name](path.as_posix())).replace(f"{path.parent.as_posix()}/", "")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_fault_is_told_in_one_sentence(path: Path) -> None:
    assert told(path) == path.with_name(f"{path.name}.expected").read_text(encoding="utf-8")


def test_every_expected_file_has_its_case() -> None:
    expected = {path for folder in ("rules", "case-tables") for path in (BAD / folder).glob("*.expected")}
    assert expected == {path.with_name(f"{path.name}.expected") for path in FILES}


@pytest.mark.parametrize("name", ["redefines-a-shipped-entity", "case-with-an-unknown-country", "case-on-both-sides",
                                  "case-with-a-negative-value", "as-of-outside-coverage"])  # fmt: skip
def test_a_bad_scenario_is_refused_like_anything_else(name: str) -> None:
    path = BAD / "scenarios" / f"{name}.yaml"
    assert told(path) == path.with_suffix(".yaml.expected").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "command",
    [("check", "ear-gp10", "--item", "h20"), ("determine", "h20"), ("conflicts", "h20"), ("classify", "h20"), ("affiliates", "smic"),
     ("exposure", "h20"), ("screen", f"{BAD}/one-case.csv"), ("timeline", "eccn-3a090-a", "--item", "h20")],
    ids=lambda command: command[0],
)  # fmt: skip
def test_a_day_before_the_law_is_told_is_outside_coverage(command: tuple[str, ...]) -> None:
    said = "policygraph: 2018-12-31 is outside coverage; the data cover 2019-01-01 and later\n"
    assert refused(*command, "--as-of", "2018-12-31") == said
    assert refused(*command, "--known-by", "2018-12-31") == said
    if command[0] in ("check", "determine", "conflicts"):
        assert refused(*command, "--case", "on=2018-12-31") == said


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("check", "ear-gp10", "--item", "h20", "--case", "value=-3"), "the value of a case is 0 or more, and not -3"),
        (("check", "ear-gp10", "--item", "h20", "--case", "earlier=x"), "an earlier act is a case too, such as {act: export"),
        (("check", "ear-gp10", "--item", "h20", "--case", "authorisations=exprot"), "no rule knows 'exprot' as what an authorisation"),
        (("exposure", "h20", "--rule", "ear-subject"), "'ear-subject' prohibits nothing; use one of cn-"),
        (("affiliates", "smic", "--order", "XX"), "no country is called 'XX'; give its ISO code"),
        (("determine", "h20", "--to", "XX"), "no country is called 'XX'; give its ISO code of two letters or its name, for example US"),
        (("screen", f"{BAD}/one-case.csv", "--as-of", "2025-13-01"), "'2025-13-01' is no day of the calendar"),
    ],
    ids=lambda told: told[0] if isinstance(told, tuple) else "",
)  # fmt: skip
def test_a_question_that_cannot_be_put_is_told_in_one_line(command: tuple[str, ...], said: str) -> None:
    (line,) = refused(*command).splitlines()
    assert line.startswith(f"policygraph: {said}")


def test_a_draft_without_a_rule_is_refused(tmp_path: Path) -> None:
    assert refused("compare", "2025-05-13", "--draft", tmp_path.as_posix()).endswith("or a directory of files *.yaml\n")


def test_days_compared_are_within_coverage() -> None:
    said = "policygraph: 2018-12-31 is outside coverage; the data cover 2019-01-01 and later\n"
    assert refused("compare", "2018-12-31", "2025-05-13", "--cases", f"{BAD}/one-case.csv") == said


def test_rules_of_ones_own_are_refused_by_every_command_as_validate_refuses_them(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(GOOD, data)
    (data / "law").mkdir()
    head = "rule: r\ntitle: A rule\neffect: prohibited\norder: US\nbindingness: order\nbasis: ear:734.99\n"
    (data / "law" / "r.yaml").write_text(f"{head}versions: [{{when: {{place: {{role: end-user, in: [B]}}}}}}]\n", encoding="utf-8")
    said = {
        command[0]: {line.partition("law/r.yaml:")[2] for line in refused(*command, loaded=pg.load(data)).splitlines()}
        for command in (["validate", str(data)], ["check"], ["determine", "--to", "US"], ["screen", f"{BAD}/one-case.csv"])
    }
    assert {line.partition(";")[0] for line in said["validate"]} == {
        "6: the citation 'ear:734.99' names no provision of the data", "7: there is no country and no country group 'B'",
    }  # fmt: skip
    assert said == dict.fromkeys(said, said["validate"])


def test_a_rule_may_bring_a_word_of_its_own(tmp_path: Path) -> None:
    head = "rule: r\ntitle: A rule\neffect: prohibited\norder: US\nbindingness: order\nbasis: ear:734.9\n"
    file = tmp_path / "r.yaml"
    file.write_text(f"{head}words: {{act: [lease]}}\nversions: [{{when: {{act: [lease]}}}}]\n", encoding="utf-8")
    book = kg().rules.with_draft(file, Known.of_graph(kg().graph))
    assert "lease" in book.words["act"]


def write_expected() -> None:
    """Write what is said of each file beside it."""
    for path in FILES:
        path.with_name(f"{path.name}.expected").write_text(told(path), encoding="utf-8")


if __name__ == "__main__":
    write_expected()
