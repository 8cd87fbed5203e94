"""Every scenario says whose conclusion it holds, and the index of scenarios lists what is there.

To bring the index up to date after a change to the scenarios: ``python -m tests.test_scenario_sources``.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import yaml

EXAMPLES = "examples"
"""The folder of those that the README of the package shows: they teach the form, and are no published situations."""
PLACE = Path(__file__).parent / "scenarios"
INDEX = PLACE / "README.md"
BEGIN, END = "<!-- index -->\n", "<!-- end of index -->\n"
NEEDED = ("title", "publisher", "url", "published", "at", "read", "says")


def scenarios() -> dict[str, dict[str, Any]]:
    found = {}
    for path in sorted(path for path in PLACE.rglob("*.yaml") if path.parent.name != EXAMPLES):
        found[path.relative_to(PLACE).with_suffix("").as_posix()] = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)
    return found


def is_reached(scenario: dict[str, Any]) -> bool:
    """Whether the source finds that the rule, entry or requirement asked about reaches the case, with no exception that helps."""
    expect = scenario["expect"]
    if "eccn" in expect:
        return bool(expect["eccn"])
    if paragraphs := [outcome for key, outcome in expect.items() if key.startswith("paragraphs.")]:
        return "met" in paragraphs
    if any(key.startswith("exceptions.") and outcome == "met" for key, outcome in expect.items()):
        return False
    return "not met" not in (expect.get("outcome"), expect.get("licence"), expect.get("subject"))


def index() -> str:
    rows = []
    for name, scenario in scenarios().items():
        source = scenario["source"]
        family, slug = name.split("/")
        title = f"[{source['title']}]({source['url']})".replace("|", "\\|")
        reached = "yes" if is_reached(scenario) else "no"
        rows.append(f"| {family} | {slug} | {reached} | {source['publisher']}, {title}, {source['published']} | {source['read']} |\n")
    counts = Counter(is_reached(scenario) for scenario in scenarios().values())
    head = f"{len(rows)} scenarios: {counts[True]} reached, {counts[False]} not.\n\n"
    return head + "| family | scenario | reached | source | read |\n| --- | --- | --- | --- | --- |\n" + "".join(rows)


def test_every_scenario_names_its_source() -> None:
    for name, scenario in scenarios().items():
        assert scenario["scenario"] == name.split("/")[1], name
        source = scenario["source"]
        assert [key for key in NEEDED if not source.get(key)] == [], name
        assert source["url"].startswith("http"), name
        assert date.fromisoformat(source["published"]), name
        assert source["read"] == "direct" or (source["read"] == "via" and source.get("via")), name


def test_names_of_scenarios_are_their_own() -> None:
    names = Counter(name.split("/")[1] for name in scenarios())
    assert [name for name, count in names.items() if count > 1] == []


def test_a_third_at_least_are_not_reached() -> None:
    found = [is_reached(scenario) for scenario in scenarios().values()]
    assert len(found) >= 66
    assert found.count(False) * 3 >= len(found)


def test_the_index_lists_what_is_there() -> None:
    text = INDEX.read_text("utf-8")
    assert re.search(re.escape(BEGIN) + "(.*)" + re.escape(END), text, re.DOTALL)
    assert text.split(BEGIN)[1].split(END)[0] == index()


if __name__ == "__main__":
    before, rest = INDEX.read_text("utf-8").split(BEGIN)
    INDEX.write_text(before + BEGIN + index() + END + rest.split(END)[1], "utf-8")
