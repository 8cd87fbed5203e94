"""The documentation cannot lie: its commands run and print what it shows, its Python runs, its files and options exist.

Of what a command prints, the README may show a part: lines may be left out, and a line that ends in ``…`` is cut there.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest

from policygraph import __version__, cli
from tests.test_cli import COMMANDS, FINDING, SOMETIMES

HOME = Path(__file__).parent.parent
README = (HOME / "README.md").read_text(encoding="utf-8")
CHANGELOG = (HOME / "CHANGELOG.md").read_text(encoding="utf-8")
MAKEFILE = (HOME / "Makefile").read_text(encoding="utf-8")
PROJECT: dict[str, Any] = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))
TARGETS = re.findall(r"^([a-z]+):", MAKEFILE, flags=re.MULTILINE)


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of the README in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


def sessions() -> list[tuple[str, list[str]]]:
    """Return each command of the README with the lines it is said to print."""
    found: list[tuple[str, list[str]]] = []
    for line in "".join(blocks("console")).splitlines():
        if line.startswith("$ "):
            found.append((line[2:].partition("  #")[0].strip(), []))
        else:
            found[-1][1].append(line)
    return found


COMMAND_LINES = [(command, shown) for command, shown in sessions() if command.startswith("policygraph ")]


@pytest.fixture
def desk_of_a_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty directory with the data files that the README shows."""
    monkeypatch.chdir(tmp_path)
    for block in blocks("yaml"):
        name, _, text = block.partition("\n")
        place = tmp_path / name.removeprefix("# ")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    for block in blocks("csv"):
        named, _, text = block.partition("\n")
        place, told = (named.removeprefix("# "), text) if named.startswith("# ") else ("my-cases.csv", block)
        (tmp_path / place).write_text(told, encoding="utf-8")
    for command, shown in sessions():
        if command.startswith("cat "):
            (tmp_path / command.removeprefix("cat ")).write_text("\n".join(shown) + "\n", encoding="utf-8")
    return tmp_path


def printed(command: str) -> str:
    """Run a command of the README in this process and return what it prints."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as left:
        cli.main(shlex.split(command)[1:])
    assert (left.value.code, err.getvalue()) == (0, "")
    return out.getvalue()


@pytest.mark.parametrize(("command", "shown"), COMMAND_LINES, ids=[command for command, _ in COMMAND_LINES])
def test_each_command_of_the_readme_runs_and_prints_what_is_shown(command: str, shown: list[str], desk_of_a_reader: Path) -> None:
    lines = iter(printed(command).splitlines())
    for wanted in shown:
        start = wanted.removesuffix("…").rstrip()
        found = next((line for line in lines if line.startswith(start) and (wanted.endswith("…") or line == wanted)), None)
        assert found is not None, f"the README shows, in this order:\n{wanted}\nand the command does not print it"


def test_the_python_of_the_readme_runs(desk_of_a_reader: Path) -> None:
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for block in blocks("python"):
            exec(compile(block, "README.md", "exec"), names)
    assert str(names["finding"].outcome) == "met"
    assert (desk_of_a_reader / "ascend-910b.svg").exists()


def test_the_readme_mentions_every_command_and_no_other() -> None:
    used = {shlex.split(command)[1] for command, _ in COMMAND_LINES}
    listed = {name.split()[0] for name in re.findall(r"^\| `([^`]+)` \|", README, flags=re.MULTILINE)}
    assert used == set(COMMANDS)
    assert listed == set(COMMANDS)
    assert set(re.findall(r"`policygraph ([a-z]+)", README)) <= set(COMMANDS)
    for command in COMMANDS:
        assert f"`{command}`" in CHANGELOG or command in ("figure", "show", "find", "export")


def test_the_options_of_the_readme_exist(desk_of_a_reader: Path) -> None:
    helps = "".join(printed(f"policygraph {command} --help") for command in COMMANDS)
    assert [option for option in sorted(set(re.findall(r"`(--[a-z-]+)", README))) if option not in helps] == []


def test_the_keys_of_json_are_those_of_the_readme(desk_of_a_reader: Path) -> None:
    import json

    rows = re.findall(r"^\| `([^`]+)` \|.*\| ([^|]+) \|$", README, flags=re.MULTILINE)
    keys = {name: set(re.findall(r"`([a-z_]+)`", told)) for name, told in rows}
    said = README[README.index("A finding has") : README.index("With `--json` one object")]
    finding, route = said.split("and `routes`: a list")
    assert {*re.findall(r"`([a-z_]+)`", finding), "routes"} == FINDING | SOMETIMES
    small = "--data my-data --json"
    asked = {
        "find TEXT": f"find chip {small}", "show NAME": f"show example-chip {small}", "check": f"check {small}",
        "sparql QUERY": f"sparql 'ASK {{}}' {small}", "figure touches ITEM": f"figure touches example-chip -o x.svg {small}",
        "validate DIR": "validate my-data --json", "export FILE": f"export x.ttl {small}",
        "touches ITEM": f"touches example-chip {small}", "check RULE": f"check ear-gp10 --item example-chip {small}",
        "ask FILE": "ask accelerator-made-at-smic.yaml --json", "determine ITEM": f"determine example-chip --to CN {small}",
        "conflicts ITEM": f"conflicts example-chip --to CN {small}", "classify ITEM": f"classify example-chip {small}",
        "affiliates PARTY": f"affiliates example-foundry {small}", "exposure ITEM": f"exposure example-chip {small}",
        "screen CASES": "screen my-cases.csv --rule eccn-3a090-a --json",
        "timeline RULE": f"timeline eccn-3a090-a --item example-chip {small}",
        "transship FILE": "transship made-up-trade.csv --to CN --json",
        "redflags FILE": "redflags made-up-trade.csv --flag hub-route --json", "redflags": "redflags --json",
        "routes ITEM": "routes h100 --to CN --as-of 2024-12-10 --max-legs 2 --json",
        "volumes FILE": "volumes my-shipments.csv --to RU --json", "mirror FILES": "mirror my-trade.csv --hs 8542 --json",
        "compare DATE DATE": "compare 2022-10-06 2023-11-17 --cases my-cases.csv --rule eccn-3a090-a --json",
    }  # fmt: skip
    assert set(asked) == set(keys)
    for name, command in asked.items():
        answer = json.loads(printed(f"policygraph {command}"))
        assert set(answer) - SOMETIMES == (keys[name] or FINDING), name
        if name == "touches ITEM":
            named = set(re.findall(r"`([a-z_]+)`", route))
            first = answer["routes"][0]
            assert named == {"kind", "outcome", "for", "against", "path", "s", "r", "o", "claim", "source", "strength"}
            assert named <= set(first) | set(first["path"][0])


def test_files_that_are_linked_exist() -> None:
    for text in (README, CHANGELOG):
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert target.startswith("http") or (HOME / target).exists(), target


def test_what_make_is_said_to_do_it_can_do() -> None:
    assert {"demo", "test", "bench", "lint"} <= set(TARGETS)
    for target in re.findall(r"make ([a-z]+)", README + (HOME / ".ci" / "run").read_text(encoding="utf-8")):
        assert target in TARGETS, target
    for script in re.findall(r"tests/\S+\.py", MAKEFILE):
        assert list(HOME.glob(script)), script
    assert (HOME / ".ci" / "run").stat().st_mode & 0o111
    assert "make test" in (HOME / ".ci" / "run").read_text(encoding="utf-8")


def test_the_commands_of_the_demo_run(desk_of_a_reader: Path) -> None:
    (desk_of_a_reader / "demo").mkdir()
    recipe = MAKEFILE[MAKEFILE.index("\ndemo:") : MAKEFILE.index("\ntest:")]
    commands = re.findall(r"^\t@?\$\(BIN\)/(policygraph .*)$", recipe, flags=re.MULTILINE)
    assert len(commands) == 5
    told = [printed(command) for command in commands]
    assert told[0].startswith("Did Ascend 910B touch")
    assert told[1].startswith("Did Ascend 910C touch")
    assert "footnote 1" in told[2].splitlines()[0]
    for text, figure in zip(told[3:], ("demo/ascend-910b.svg", "demo/ascend-910c.svg"), strict=True):
        assert text.startswith(f"Wrote {figure}")
        assert Path(figure).exists()


def test_every_extra_is_told_of_and_the_changelog_knows_the_version() -> None:
    for extra in PROJECT["project"]["optional-dependencies"]:
        assert f"`{extra}`" in README, extra
    assert f"## {__version__} " in CHANGELOG
    assert PROJECT["project"]["version"] == __version__
    assert PROJECT["project"]["scripts"]["policygraph"] == "policygraph.cli:main"


def test_nothing_names_a_machine() -> None:
    for text in (README, CHANGELOG, MAKEFILE):
        assert not re.search(r"(?<![\w.:/])/(?:home|root|tmp|work|Users)\b", text)
