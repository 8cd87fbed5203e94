"""The desk hands on; what it does itself is to keep a copy of the graph, and that copy is never stale."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import policygraph as pg
from policygraph import copies, datasets, desk
from policygraph.datasets.files import MAXIMUM_SIZE
from policygraph.errors import BadData, BadQuestion, UnknownName
from policygraph.graph import ClaimGraph
from policygraph.ontology import shipped
from policygraph.truth import EvidenceTable, Outcome, Strength

HEAD = "name: trial\nversion: '1'\ndate: 2025-05-13\nlicence: CC0-1.0\n"
ENTITIES = """
- {id: chip, type: Chip, name: Chip}
- {id: plant, type: Fab, name: Plant}
- {id: laboratory, type: Company, name: Laboratory}
- {id: maker, type: Company, name: Maker}
"""
SOURCE = """
document: laboratory-2025-01-02-teardown
title: Teardown
publisher: laboratory
kind: analysis
published: 2025-01-02
url: https://example.org/teardown
claims:
  - {id: c-made, s: chip, r: fabricatedAt, o: plant, from: 2024-01-01}
  - {id: c-disputed, disputes: c-made, stance: disputes, by: maker}
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("POLICYGRAPH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    place = tmp_path / "data"
    for folder in ("entities", "sources"):
        (place / folder).mkdir(parents=True)
    (place / "dataset.yaml").write_text(HEAD, encoding="utf-8")
    (place / "entities" / "all.yaml").write_text(ENTITIES, encoding="utf-8")
    (place / "sources" / "laboratory-2025-01-02-teardown.yaml").write_text(SOURCE, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def kg() -> desk.KnowledgeGraph:
    return pg.load()


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Note each time the files themselves are read."""
    seen: list[Path] = []
    whole = datasets.read

    def read(directory: Path, **more: object) -> datasets.Corpus:
        seen.append(directory)
        return whole(directory, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(datasets, "read", read)
    return seen


# ---- the copy


def test_the_second_load_comes_from_the_copy_and_says_the_same(cache: Path, data: Path, reads: list[Path]) -> None:
    first, second = pg.load(data), pg.load(data)
    assert len(reads) == 1
    assert len(list(cache.iterdir())) == 1
    assert second.claims("chip") == first.claims("chip") == pg.load(data, cache=False).claims("chip")
    assert str(second.view().verdict("chip", "fabricatedAt", "plant")) == str(first.view().verdict("chip", "fabricatedAt", "plant"))


def test_a_changed_file_is_seen(cache: Path, data: Path) -> None:
    assert len(pg.load(data).graph.table) == 2
    source = data / "sources" / "laboratory-2025-01-02-teardown.yaml"
    before = source.stat()
    source.write_text(SOURCE.replace("2024-01-01", "2023-01-01"), encoding="utf-8")
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert source.stat().st_size == before.st_size
    assert str(pg.load(data).graph.claim("c-made").interval) == "from 2023-01-01"
    (data / "entities" / "more.yaml").write_text("- {id: other, type: Chip, name: Other}\n", encoding="utf-8")
    assert pg.load(data).resolve("other") == "other"


def test_another_ontology_and_other_code_lists_are_seen(cache: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    from policygraph import ontology

    pg.load(data)
    other = tmp_path / "shipped"
    shutil.copytree(shipped("ontology"), other / "ontology")

    def elsewhere(part: str) -> Path:
        return other / part

    for module in (desk, datasets, ontology):
        monkeypatch.setattr(module, "shipped", elsewhere)
    names = set()
    for change in ("", "policygraph.ttl", "evidence.yaml", "codes/countries.ttl"):
        if change:
            with (other / "ontology" / change).open("a", encoding="utf-8") as stream:
                stream.write("\n# changed\n")
        pg.load(data)
        names |= {path.name for path in cache.iterdir()}
    assert len(names) == 4


def test_the_modules_that_make_a_graph_are_all_in_its_name() -> None:
    code = "import sys; from policygraph import datasets, graph; print(*(name for name in sys.modules if name.startswith('policygraph.')))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {name.split(".")[1] for name in run.stdout.split()} - {"datasets"} == set(copies.MAKERS)


def test_another_program_does_not_use_the_copy(cache: Path, data: Path, reads: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    pg.load(data)
    monkeypatch.setattr(copies, "__version__", "0.0.0")
    pg.load(data)
    assert len(reads) == 2


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 not whole", None], ids=["empty", "torn", "of other data"])
def test_a_damaged_copy_is_not_used(cache: Path, data: Path, damage: bytes | None, reads: list[Path]) -> None:
    pg.load(data)
    kept = next(cache.iterdir())
    if damage is None:
        (data / "dataset.yaml").write_text(HEAD.replace("trial", "other"), encoding="utf-8")
        pg.load(data)
        other = next(path for path in cache.iterdir() if path != kept)
        kept.write_bytes(other.read_bytes())
        (data / "dataset.yaml").write_text(HEAD, encoding="utf-8")
    else:
        kept.write_bytes(damage)
    reads.clear()
    assert pg.load(data).graph.name == "trial"
    assert len(reads) == 1
    reads.clear()
    assert pg.load(data).graph.name == "trial"
    assert reads == []


def test_data_that_change_while_they_are_read_are_not_kept(cache: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = datasets.read

    def read(directory: Path, **more: object) -> datasets.Corpus:
        (directory / "dataset.yaml").write_text(HEAD.replace("trial", "later"), encoding="utf-8")
        return whole(directory, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(datasets, "read", read)
    assert pg.load(data).graph.name == "later"
    assert not cache.exists()


def test_a_few_copies_are_kept_and_nothing_else_is_touched(cache: Path, data: Path) -> None:
    cache.mkdir()
    (cache / "mine.npz").write_bytes(b"mine")
    for number in range(copies.MOST_KEPT + 3):
        (data / "dataset.yaml").write_text(HEAD.replace("trial", f"trial-{number}"), encoding="utf-8")
        pg.load(data)
    assert len(list(cache.glob("policygraph-*.npz"))) == copies.MOST_KEPT
    assert (cache / "mine.npz").read_bytes() == b"mine"
    assert len(list(cache.iterdir())) == copies.MOST_KEPT + 1


@pytest.mark.parametrize("place", ["a file", "below a file", "/proc/policygraph", "\0"])
def test_a_cache_that_cannot_be_written_is_no_reason_to_fail(
    data: Path, tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").write_text("", encoding="utf-8")
    where = {"a file": str(tmp_path / "a file"), "below a file": str(tmp_path / "a file" / "cache")}.get(place, place)
    if place == "\0":
        monkeypatch.delenv("POLICYGRAPH_CACHE", raising=False)
        monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
        monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError("no home")))
    else:
        monkeypatch.setenv("POLICYGRAPH_CACHE", where)
    assert len(pg.load(data).graph.table) == len(pg.load(data).graph.table) == 2


def test_no_copy_is_kept_where_none_is_wanted(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reads: list[Path]) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("POLICYGRAPH_CACHE", "")
    pg.load(data)
    pg.load(data)
    assert len(reads) == 2
    assert not (tmp_path / "home").exists()
    monkeypatch.delenv("POLICYGRAPH_CACHE")
    pg.load(data)
    assert [path.parent.name for path in (tmp_path / "home").rglob("*.npz")] == ["policygraph"]


def test_many_processes_may_load_at_once(cache: Path, data: Path) -> None:
    code = f"import policygraph as pg; print(len(pg.load({str(data)!r}).graph.table))"

    def run(_: int) -> str:
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(run, range(6))) == {"2"}
    assert [path.suffix for path in cache.iterdir()] == [".npz"]
    kept = next(cache.iterdir())
    assert ClaimGraph.restore(kept).digest == datasets.digest(data)


def test_a_huge_file_is_refused_without_being_read(cache: Path, data: Path) -> None:
    huge = data / "sources" / "huge.yaml"
    with huge.open("wb") as stream:
        stream.truncate(1 << 30)
    with pytest.raises(BadData, match=rf"huge\.yaml: the file has 1,073,741,824 bytes, but at most {MAXIMUM_SIZE:,} are read"):
        pg.load(data)


def test_loading_is_quick_and_importing_free() -> None:
    code = (
        "import json, time; a = time.perf_counter(); import policygraph as pg; b = time.perf_counter(); pg.load(); c = time.perf_counter();"
        "pg.load(); d = time.perf_counter(); print(json.dumps([b - a, c - b, d - c]))"
    )
    runs = [json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout) for _ in range(3)]
    assert min(run[0] for run in runs) < 0.3
    assert min(min(run[1:]) for run in runs) < 1.5


# ---- what is refused, and what is handed on


def test_a_directory_that_is_none_is_refused(tmp_path: Path) -> None:
    for place in (tmp_path / "nowhere", tmp_path / "file"):
        (tmp_path / "file").write_text("", encoding="utf-8")
        with pytest.raises(BadData, match=r"there is no such directory; name one that holds dataset\.yaml"):
            pg.load(place)
    with pytest.raises(BadData, match="the file is missing"):
        pg.load(tmp_path)


def test_names_of_nothing_are_refused_with_what_would_be_accepted(kg: desk.KnowledgeGraph) -> None:
    with pytest.raises(BadQuestion, match="give an id, a name or an alias"):
        kg.resolve("  ")
    with pytest.raises(UnknownName, match="ISO code of two letters"):
        kg.country("Atlantis")
    with pytest.raises(UnknownName, match="did you mean 'ascend-910b'"):
        kg.view().touches("asend-910b")
    with pytest.raises(UnknownName, match="name a document, a publisher, a speaker or a claim"):
        kg.view(without=["nobody-at-all"])
    with pytest.raises(BadQuestion, match="no strength"):
        kg.view(at_least="strong")
    with pytest.raises(BadQuestion, match="YYYY-MM-DD"):
        kg.view("May 2025")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read"), (b"\xff\xfe", "is no evidence table"), (b"a: [", "is no evidence table"),
        (b"- 1", "is no evidence table"),
        (b"carriers: {law: strong}", "'strong' is no strength"), (b"carriers: {law: established}", "it has no 'speakers'"),
    ],
)  # fmt: skip
def test_an_evidence_table_that_is_none_is_refused(kg: desk.KnowledgeGraph, tmp_path: Path, text: bytes | None, said: str) -> None:
    if text is not None:
        (tmp_path / "table.yaml").write_bytes(text)
    with pytest.raises(BadQuestion, match=said):
        kg.view(evidence=tmp_path / "table.yaml")


def test_an_evidence_table_of_ones_own_counts(cache: Path, data: Path, tmp_path: Path) -> None:
    kg = pg.load(data)
    assert kg.view().verdict("chip", "fabricatedAt", "plant").outcome is Outcome.CONTESTED
    own = tmp_path / "own.yaml"
    text = (shipped("ontology") / "evidence.yaml").read_text(encoding="utf-8")
    own.write_text(text.replace("analysis: reported", "analysis: alleged"), encoding="utf-8")
    assert own.read_text(encoding="utf-8") != text
    for evidence in (own, str(own), EvidenceTable.read(own)):
        assert kg.view(evidence=evidence).verdict("chip", "fabricatedAt", "plant").all_.for_ == Strength.ALLEGED


def test_one_source_may_be_rejected_by_a_bare_name(cache: Path, data: Path) -> None:
    kg = pg.load(data)
    for without in ("laboratory", ["Laboratory"], "laboratory-2025-01-02-teardown", ["c-made", "c-disputed"]):
        assert kg.view(without=without).verdict("chip", "fabricatedAt", "plant").outcome is Outcome.UNKNOWN
    assert kg.view(without="c-disputed").verdict("chip", "fabricatedAt", "plant").outcome is Outcome.MET


def test_claims_about_a_thing_of_a_document_and_of_a_claim(cache: Path, data: Path) -> None:
    kg = pg.load(data)
    assert [claim.id for claim in kg.claims("chip")] == ["c-made", "c-disputed"]
    assert [claim.id for claim in kg.claims("laboratory-2025-01-02-teardown")] == ["c-made", "c-disputed"]
    assert [claim.id for claim in kg.claims("c-made")] == ["c-made", "c-disputed"]
    assert [claim.id for claim in kg.claims("c-disputed")] == ["c-disputed"]


def test_validation_checks_files_shapes_and_rules(data: Path) -> None:
    checked = desk.validate(data)
    assert (len(checked.corpus.claims), checked.rules, checked.shapes) == (2, 0, True)
    (data / "law").mkdir()
    (data / "law" / "rule.yaml").write_text("rule: mine\ntitel: Mine\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"rule\.yaml:\d+: .*titel"):
        desk.validate(data)


def test_the_same_words_everywhere(kg: desk.KnowledgeGraph) -> None:
    view = kg.view("2025-05-13", known_by="2024-09-01")
    assert repr(view).startswith("<View as of 2025-05-13, known by 2024-09-01:")
    assert repr(kg).startswith("<KnowledgeGraph policygraph")
    assert kg.entity("中芯国际").id == "smic"
    assert kg.find("昇腾910B").loc[0, "id"] == "ascend-910b"
    assert view.as_of.isoformat() == "2025-05-13"
