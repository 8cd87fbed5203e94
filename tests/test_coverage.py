"""datasets/COVERAGE.md says what is covered; its counts are recomputed from the data.

To bring the counts up to date after a change to the data: ``python -m tests.test_coverage``.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import policygraph as pg
from policygraph.diversion.cases import load_cases
from policygraph.diversion.redflags import load_flags
from policygraph.ontology import shipped

PAGE = shipped("datasets") / "COVERAGE.md"
ROW = re.compile(r"^\| (?P<what>[^|]+?) +\| +(?P<count>[\d,]+) \|$", re.MULTILINE)


def counts() -> dict[str, int]:
    kg = pg.load()
    graph, terms = kg.graph, kg.graph.ontology
    relations = Counter(graph.relation_names[number] for number in graph.table.relation.tolist())
    stances = Counter(graph.claim_at(row).stance.value for row in range(0))
    stances.update(["asserts", "admits", "reports", "presumes", "estimates", "alleges", "denies", "disputes", "opines"][n]
                   for n in graph.table.stance.tolist())
    classes = Counter(graph.node_class)

    def of(name: str) -> int:
        return sum(count for class_, count in classes.items() if terms.is_a(class_, name))

    listed = Counter(
        graph.node_ids[object_]
        for relation, object_ in zip(graph.table.relation.tolist(), graph.table.object.tolist(), strict=True)
        if graph.relation_names[relation] == "listed"
    )
    footnotes = Counter(
        graph.node_ids[object_]
        for relation, object_ in zip(graph.table.relation.tolist(), graph.table.object.tolist(), strict=True)
        if graph.relation_names[relation] == "bearsFootnote"
    )
    found = {
        "claims": len(graph.table),
        "documents": len(graph.documents),
        "chips (models, bins, families)": of("Chip"),
        "dies and memory products": of("Die") + of("Memory"),
        "fabs, lines and packaging plants": of("Fab") + of("PackagingPlant"),
        "tools, tool classes and their parts": of("Equipment") + of("Component"),
        "design software and other software": of("Software"),
        "organisations": of("Organization"),
        "provisions, laws and measures": of("LegalResource"),
        "countries and territories": of("Country"),
        "control-list entries": of("ECCN"),
        "claims that a source denies or disputes": stances["denies"] + stances["disputes"],
        "opinions and forecasts": stances["opines"],
        "presumptions and estimates": stances["presumes"] + stances["estimates"],
        "`fabricatedAt`": relations["fabricatedAt"],
        "`usesEquipment`": relations["usesEquipment"],
        "`owns`": relations["owns"],
    }
    found |= {f"on `{list_}`": count for list_, count in sorted(listed.items())}
    found |= {f"bearing `{footnote}`": count for footnote, count in sorted(footnotes.items())}
    cases, flags = load_cases().values(), load_flags().values()
    words = Counter(case.words_of(said) for case in cases for said in (*case.chain, *case.statements))
    found |= {
        "told cases of diversion": len(cases),
        "told cases with rows of shipments": sum(bool(case.rows) for case in cases),
        "rows of shipments in told cases": sum(len(case.rows) for case in cases),
        "legs in told cases": sum(len(case.chain) for case in cases),
    }
    found |= {f"legs and statements of cases that are {word}": words[word] for word in ("established", "reported", "alleged", "disputed")}
    found |= {"red flags": len(flags), "red flags that records can show": sum(flag.test is not None for flag in flags)}
    return found


def test_the_counts_of_the_coverage_page_are_those_of_the_data() -> None:
    said = {row["what"]: int(row["count"].replace(",", "")) for row in ROW.finditer(PAGE.read_text(encoding="utf-8"))}
    assert said == counts()


def rewrite(page: Path = PAGE) -> None:
    """Put today's counts into the page, between its marks."""
    table = "\n".join(["| what | count |", "|---|---:|", *(f"| {what} | {count:,} |" for what, count in counts().items())])
    text = page.read_text(encoding="utf-8")
    begin, end = "<!-- counts -->\n", "\n<!-- end of counts -->"
    head, rest = text.split(begin)
    page.write_text(head + begin + table + end + rest.split(end)[1], encoding="utf-8")


if __name__ == "__main__":
    rewrite()
