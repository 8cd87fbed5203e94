"""Reading data directories: what is read, and one file of ``tests/bad`` for each thing that is refused.

Every file in ``tests/bad/{entities,sources,tables,dataset}`` holds one fault. It is added to the small sound data set in
``tests/bad/good``, and what is then said must be what stands in the ``.expected`` file beside it. ``python -m tests.test_datasets``
writes those files anew; read the difference like prose.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import tempfile
import time
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policygraph import datasets
from policygraph.claims import Stance
from policygraph.datasets import files
from policygraph.dates import FIRST, LAST, Interval
from policygraph.errors import BadData
from policygraph.ontology import Ontology, shipped

BAD = Path(__file__).parent / "bad"
GOOD = BAD / "good"
FOLDERS = ("dataset", "entities", "sources", "tables")
CASES = sorted(path for folder in FOLDERS for path in (BAD / folder).iterdir() if path.suffix != ".expected")


def laid_out(case: Path, into: Path) -> Path:
    """Copy the sound data set and add the file of a case."""
    directory = into / "data"
    shutil.copytree(GOOD, directory)
    place = directory / "dataset.yaml" if case.parent.name == "dataset" else directory / case.parent.name / case.name
    shutil.copyfile(case, place)
    return directory


def told(directory: Path) -> str:
    """Say what a data directory is refused for, with places inside the directory."""
    with pytest.raises(BadData) as refused:
        datasets.read(directory)
    return str(refused.value).replace(f"{directory.as_posix()}/", "") + "\n"


def expected(case: Path) -> Path:
    return case.with_name(case.name + ".expected")


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_each_fault_is_told_in_one_sentence(case: Path, tmp_path: Path) -> None:
    assert told(laid_out(case, tmp_path)) == expected(case).read_text(encoding="utf-8")


def test_every_expected_file_has_its_case() -> None:
    assert {path for folder in FOLDERS for path in (BAD / folder).glob("*.expected")} == {expected(case) for case in CASES}


# ---------------------------------------------------------------------------------------------------------------- what is read


@pytest.fixture(scope="module")
def small() -> datasets.Corpus:
    return datasets.read(GOOD)


def data(tmp_path: Path, **more: str) -> Path:
    """Lay out the sound data set with more files, named ``folder__name_of_file__suffix``."""
    directory = tmp_path / "data"
    shutil.copytree(GOOD, directory)
    for name, text in more.items():
        folder, stem, suffix = name.split("__")
        (directory / folder / f"{stem.replace('_', '-')}.{suffix}").write_text(text, encoding="utf-8")
    return directory


def source(name: str, *claims: str, head: str = "published: 2024-10-22") -> str:
    lines = "".join(f"  - {claim}\n" for claim in claims)
    return f"document: {name}\ntitle: A test\npublisher: techinsights\nkind: analysis\n{head}\nclaims:\n{lines}"


def said(tmp_path: Path, *claims: str, head: str = "published: 2024-10-22") -> list[Any]:
    corpus = datasets.read(data(tmp_path, sources__a_test__yaml=source("a-test", *claims, head=head)))
    return [claim for claim in corpus.claims if claim.document == "a-test"]


def test_a_sound_directory_is_read(small: datasets.Corpus) -> None:
    assert (small.name, small.version, small.date) == ("small", "1.0.0", date(2025, 5, 13))
    assert small.entities["huawei"].names == {"zh": ("华为", "华为技术有限公司"), "und": ("Huawei Technologies",)}
    assert small.entities["hisilicon"].identifiers == {"scheme": "x:1"}
    assert small.documents["techinsights-2024"].kind == "analysis"
    assert [version.number for version in small.documents["us-bis-2025-05-13-guidance"].versions] == [1, 2]
    assert len(small.claims) == len(small.places) == 9


def test_claims_come_in_the_order_of_files_and_lines(small: datasets.Corpus) -> None:
    places = [small.places[claim.id] for claim in small.claims]
    assert places == sorted(places, key=lambda place: (place.file, place.line or 0))
    assert str(small.places["c-presumed"]).endswith("sources/us-bis-2025-05-13-guidance.yaml:10")


def test_reading_twice_gives_the_same(small: datasets.Corpus, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(GOOD, elsewhere)
    again = datasets.read(elsewhere)
    assert again.claims == small.claims
    assert again.digest == small.digest == datasets.digest(elsewhere)


def test_the_digest_changes_with_any_file(small: datasets.Corpus, tmp_path: Path) -> None:
    seen = {small.digest}
    for name in ("dataset.yaml", "entities/all.yaml", "sources/us-bis-2025-05-13-guidance.yaml", "tables/chips.csv"):
        directory = tmp_path / name.replace("/", "-")
        shutil.copytree(GOOD, directory)
        with (directory / name).open("a", encoding="utf-8") as stream:
            stream.write("\n")
        seen.add(datasets.digest(directory))
    (directory / "tables" / "chips.csv").rename(directory / "tables" / "renamed.csv")
    seen.add(datasets.digest(directory))
    assert len(seen) == 6


def test_norway_is_not_false(tmp_path: Path) -> None:
    (claim,) = said(tmp_path, "{s: smic-sn1, r: locatedIn, o: NO, from: 2020-01-01}")
    assert claim.object == "NO"


def test_code_lists_are_entities(small: datasets.Corpus) -> None:
    assert (small.entities["TW"].type, small.entities["TW"].name) == ("Country", "Taiwan")
    assert small.entities["TW"].identifiers == {"alpha-3": "TWN", "numeric": "158"}
    assert "D:5" in small.entities["cg:D5"].all_names
    assert small.entities["eccn:3A090.a"].type == "ECCN"


def test_a_dispute_repeats_the_statement_and_its_time(small: datasets.Corpus) -> None:
    presumed = next(claim for claim in small.claims if claim.id == "c-presumed")
    dispute = next(claim for claim in small.claims if claim.disputes)
    assert (dispute.subject, dispute.relation, dispute.object) == (presumed.subject, presumed.relation, presumed.object)
    assert (dispute.disputes, dispute.stance, dispute.by) == ("c-presumed", Stance.DISPUTES, "huawei")
    assert dispute.interval == presumed.interval


@pytest.mark.parametrize(
    ("claim", "stance"),
    [
        ("", Stance.ASSERTS),
        (", by: techinsights", Stance.ASSERTS),
        (", by: huawei", Stance.REPORTS),
        (", by: huawei, stance: admits", Stance.ADMITS),
    ],
)
def test_the_stance_follows_from_the_speaker(tmp_path: Path, claim: str, stance: Stance) -> None:
    (found,) = said(tmp_path, f"{{s: ascend-910c, r: designedBy, o: huawei{claim}}}")
    assert found.stance is stance
    assert found.by == ("huawei" if "huawei" in claim.replace("o: huawei", "") else "")


def ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


DOCUMENT = ordinal("2024-10-22")


@pytest.mark.parametrize(
    ("dates", "interval"),
    [
        ("", Interval(FIRST, DOCUMENT, LAST, LAST)),
        ("from: 2022-01-01", Interval(ordinal("2022-01-01"), ordinal("2022-01-01"), LAST, LAST)),
        ("from: [2022-01-01, 2023-01-01]", Interval(ordinal("2022-01-01"), ordinal("2023-01-01"), LAST, LAST)),
        ("to: 2023-01-01", Interval(FIRST, ordinal("2022-12-31"), ordinal("2023-01-01"), ordinal("2023-01-01"))),
        ("to: unknown", Interval(FIRST, DOCUMENT, FIRST, LAST)),
        ("from: 2022-01-01, to: unknown", Interval(ordinal("2022-01-01"), ordinal("2022-01-01"), ordinal("2022-01-02"), LAST)),
        ("recorded: 2024-01-01", Interval(FIRST, ordinal("2024-01-01"), LAST, LAST)),
    ],
)
def test_what_is_not_said_of_time_is_left_open_on_the_safe_side(tmp_path: Path, dates: str, interval: Interval) -> None:
    (claim,) = said(tmp_path, f"{{s: ascend-910c, r: fabricatedAt, o: smic-sn1, {dates}}}")
    assert claim.interval == interval


def test_a_timeless_claim_holds_always(tmp_path: Path) -> None:
    (claim,) = said(tmp_path, "{s: ascend-910c, r: designedBy, o: huawei}")
    assert claim.interval == Interval()


def test_a_claim_is_recorded_with_the_version_that_makes_it(small: datasets.Corpus) -> None:
    late = next(claim for claim in small.claims if claim.version == 2)
    assert late.recorded == date(2025, 5, 19)


def test_completeness_ends_with_its_document_unless_it_says_more(tmp_path: Path) -> None:
    complete = "{s: ascend-910b, r: fabricatedAt, from: 2022-01-01}, {o: entity-list, r: listed, on: 2024-10-01}"
    head = f"published: 2024-10-22\ncomplete: [{complete}]"
    corpus = datasets.read(data(tmp_path, sources__a_test__yaml=source("a-test", head=head)))
    until_then, on_a_day = (complete.interval for complete in corpus.completes if complete.document == "a-test")
    assert until_then.to_latest == ordinal("2024-10-23")
    assert on_a_day == Interval(ordinal("2024-10-01"), ordinal("2024-10-01"), ordinal("2024-10-02"), ordinal("2024-10-02"))


def test_kinds_hold_generally_unless_they_say_every(tmp_path: Path, small: datasets.Corpus) -> None:
    every = next(claim for claim in small.claims if claim.subject in small.kinds)
    assert every.holds == "every"
    assert small.kinds[every.subject].where == {"designedBy": ("huawei", "hisilicon")}
    (general,) = said(tmp_path, "{s: {kind: chip, designedBy: huawei}, r: fabricatedAt, o: smic-sn1}")
    assert general.holds == "generally"


def test_wide_and_long_tables_say_the_same(tmp_path: Path) -> None:
    wide = "s,designedBy,dieArea,document\nascend-910c,huawei | hisilicon,1330,techinsights-2024\n"
    long = "s,r,o,value,document\n" + "".join(
        f"ascend-910c,{rest},techinsights-2024\n" for rest in ("designedBy,huawei,", "designedBy,hisilicon,", "dieArea,,1330")
    )
    one = datasets.read(data(tmp_path / "one", tables__more__csv=wide))
    other = datasets.read(data(tmp_path / "other", tables__more__csv=long))
    assert {claim.id for claim in one.claims} == {claim.id for claim in other.claims}
    assert len(one.claims) == 12


def test_a_kind_may_stand_in_a_cell(tmp_path: Path) -> None:
    table = 's,usesEquipment,document,holds\n"{kind: Fab, operatedBy: [smic, tsmc]}",asml-nxt-2000i,techinsights-2024,every\n'
    corpus = datasets.read(data(tmp_path, tables__kinds__csv=table))
    assert {"operatedBy": ("smic", "tsmc")} in [kind.where for kind in corpus.kinds.values()]


def test_two_speakers_in_one_article_may_disagree(tmp_path: Path) -> None:
    claims = ["{s: ascend-910c, r: dieArea, value: 1330}", "{s: ascend-910c, r: dieArea, value: 1400, by: huawei}"]
    assert len(said(tmp_path, *claims)) == 2


def test_states_that_may_not_overlap_are_no_rivals(tmp_path: Path) -> None:
    first = "{s: smic-sn1, r: operatedBy, o: smic, from: 2020-01-01, to: [2022-01-01, 2023-01-01]}"
    assert len(said(tmp_path, first, "{s: smic-sn1, r: operatedBy, o: tsmc, from: [2022-01-01, 2023-01-01]}")) == 2


def test_numbers_are_kept_as_written(tmp_path: Path) -> None:
    (claim,) = said(tmp_path, "{s: ascend-910c, r: dieArea, value: 1330.50}")
    assert claim.value == "1330.50"


# ---------------------------------------------------------------------------------------------------------------- faults of any kind


def test_a_missing_directory_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"there is no such directory; name one that holds dataset\.yaml"):
        datasets.read(tmp_path / "nowhere")


def test_an_empty_directory_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"dataset\.yaml: the file is missing"):
        datasets.read(tmp_path)


def test_a_file_of_a_gigabyte_is_not_opened(tmp_path: Path) -> None:
    directory = data(tmp_path)
    for folder, name in (("sources", "huge.yaml"), ("tables", "huge.csv"), ("entities", "huge.yaml")):
        with (directory / folder / name).open("wb") as stream:
            stream.truncate(1 << 30)
    begun = time.perf_counter()
    faults = told(directory)
    assert time.perf_counter() - begun < 5
    assert len(datasets.digest(directory)) == 32
    assert faults.count("the file has 1,073,741,824 bytes, but at most 33,554,432 are read; split it into several") == 3


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pipe.yaml", "this is no file that can be read, or a link that leads to none; take it out"),
        ("gone.yaml", "this is no file that can be read, or a link that leads to none; take it out"),
        ("more", "a link to a folder is not followed; put the files here, or link each of them"),
        ("\udcff.yaml", "the name of the file is not UTF-8; rename it"),
    ],
)
def test_what_is_no_file_is_told_and_never_opened(name: str, said: str, tmp_path: Path) -> None:
    directory = data(tmp_path)
    path = directory / "sources" / name
    if name == "pipe.yaml":
        os.mkfifo(path)
    elif name == "gone.yaml":
        path.symlink_to("nowhere.yaml")
    elif name == "more":
        path.symlink_to(directory / "tables")
    else:
        try:
            path.write_text("document: x")
        except OSError:
            pytest.skip("this file system has only names in UTF-8")
    shown = name.replace("\udcff", "\\xff")
    assert told(directory) == f"sources/{shown}: {said}\n"
    assert len(datasets.digest(directory)) == 32


def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    directory = data(tmp_path)
    shutil.rmtree(directory / "tables")
    (directory / "tables").write_text("s,document")
    assert "tables: the folder cannot be read: Not a directory" in told(directory)


def test_a_folder_that_is_misnamed_is_told(tmp_path: Path) -> None:
    directory = data(tmp_path)
    (directory / "source").mkdir()
    assert told(directory) == "source: a data set has no folder of this name; did you mean 'sources'?\n"


def test_a_table_of_too_many_cells_is_refused_early(tmp_path: Path) -> None:
    directory = data(tmp_path)
    (directory / "tables" / "huge.csv").write_text("s,document,remark\n" + "a,b,c\n" * 1_000_000)
    assert told(directory) == "tables/huge.csv:666668: the table holds more than 2,000,000 cells; split it into several files\n"


def test_every_fault_is_told_and_not_only_the_first(tmp_path: Path) -> None:
    claims = ["{s: ascend-910c, r: designedBi, o: huawei, stance: says}", "{s: ascend-910c, r: dieArea, value: big}"]
    faults = told(data(tmp_path, sources__a_test__yaml=source("a-test", *claims))).splitlines()
    assert [fault.partition(" ")[0] for fault in faults] == [f"sources/a-test.yaml:{line}:" for line in (7, 7, 8)]


def test_a_fault_in_a_declaration_does_not_make_others(tmp_path: Path) -> None:
    directory = data(
        tmp_path,
        entities__umc__yaml="- {id: umc, type: Compny, name: UMC}\n",
        sources__a_test__yaml=source("a-test", "{s: ascend-910c, r: designedBy, o: umc}", head="published: 2024-10-42"),
        tables__more__csv="s,designedBy,document\nascend-910c,huawei,a-test\n",
    )
    assert len(told(directory).splitlines()) == 2


def test_wrong_names_by_the_thousand_are_told_quickly(tmp_path: Path) -> None:
    rows = "".join(f"nobody-{number},huawei,techinsights-2024\n" for number in range(5000))
    directory = data(tmp_path, tables__many__csv="s,designedBy,document\n" + rows)
    begun = time.perf_counter()
    assert len(told(directory).splitlines()) == 5000
    assert time.perf_counter() - begun < 10


# ---------------------------------------------------------------------------------------------------------------- fuzzing


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_any_text_is_yaml_or_refused(text: str) -> None:
    with suppress(BadData):
        files.plain(files.parse_yaml(text, "x.yaml"))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="{}[]:,-?&*!|>'\"%@` \n\tab~#0"))
def test_any_heap_of_yaml_signs_is_yaml_or_refused(text: str) -> None:
    with suppress(BadData):
        files.plain(files.parse_yaml(text, "x.yaml"))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='a,"\n\r \t|'))
def test_any_text_is_a_table_or_refused(text: str) -> None:
    with suppress(BadData):
        files.parse_csv(text, "x.csv")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["sources/us-bis-2025-05-13-guidance.yaml", "entities/all.yaml", "tables/chips.csv"]), st.binary())
def test_any_bytes_are_read_or_refused(name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as into:
        directory = data(Path(into))
        (directory / name).write_bytes(content)
        with suppress(BadData):
            datasets.read(directory)


@pytest.mark.parametrize("seed", range(8))
def test_a_damaged_directory_is_read_or_refused(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    signs = [*"{}[]:,-#'\"|\n \t~!&*", "null", "2024-13-45", "..", "- ", "\u4e2d", "\U0001f600", "NO", "1e9", "{kind: Chip}"]
    for turn in range(6):
        directory = data(tmp_path / str(turn))
        for path in (path for path in directory.rglob("*") if path.is_file()):
            text = list(path.read_text(encoding="utf-8"))
            for _ in range(chance.randint(0, 3)):
                at = chance.randrange(len(text))
                text[at : at + chance.randint(0, 4)] = [chance.choice(signs)]
            path.write_text("".join(text), encoding="utf-8")
        with suppress(BadData):
            datasets.read(directory)


# ---------------------------------------------------------------------------------------------------------------- the shipped data


def test_the_shipped_data_set_is_sound() -> None:
    corpus = datasets.read(shipped("datasets"))
    assert corpus.digest == datasets.digest(shipped("datasets"))
    assert all(claim.id in corpus.places for claim in corpus.claims)
    assert len({claim.id for claim in corpus.claims}) == len(corpus.claims)


# ---------------------------------------------------------------------------------------------------------------- the JSON Schema

UNSEEN = {  # what hangs on other names, other claims, the calendar or the length of a number
    "claim-id-given-twice", "claim-id-of-an-entity", "clashing-states", "clashing-values", "complete-at-wrong-end",
    "complete-of-unknown-entity", "complete-of-values", "date-impossible", "dates-of-no-day", "dates-reversed",
    "dates-vague-reversed", "dispute-of-a-denial", "dispute-of-a-dispute", "dispute-of-nothing", "document-declared-twice",
    "kind-at-wrong-end", "kind-of-wrong-ends", "named-otherwise", "number-of-many-digits", "published-impossible",
    "publisher-is-no-agent", "qualifier-bounds-reversed", "quote-too-long-in-chinese", "recorded-later",
    "said-again-for-some-days", "said-and-denied", "said-twice", "share-outside-its-bounds", "speaker-is-no-agent",
    "unknown-bindingness", "unknown-entity", "unknown-entity-prefixed", "unknown-publisher", "unknown-speaker",
    "unknown-version", "version-of-another-day", "versions-misnumbered", "versions-unordered", "wrong-ends",
    "wrong-ends-exchanged", "wrong-ends-of-value",
}  # fmt: skip


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    made = datasets.source_schema()
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made)


def as_an_editor_sees_it(path: Path) -> Any:
    return files.plain(files.parse_yaml(path.read_text(encoding="utf-8"), path.name))


def test_the_schema_accepts_every_shipped_source(schema: jsonschema.Draft202012Validator) -> None:
    wrong = {}
    for path in [*sorted((shipped("datasets") / "sources").rglob("*.yaml")), *(GOOD / "sources").iterdir()]:
        errors = [f"{list(error.absolute_path)}: {error.message[:200]}" for error in schema.iter_errors(as_an_editor_sees_it(path))]
        if errors:
            wrong[path.name] = errors
    assert wrong == {}


def readable() -> list[Path]:
    """Give the bad sources that are YAML at all, so that an editor gets as far as the schema."""
    found = []
    for case in CASES:
        if case.parent.name == "sources":
            try:
                as_an_editor_sees_it(case)
            except (BadData, UnicodeDecodeError):
                continue
            found.append(case)
    return found


def test_the_schema_sees_what_a_schema_can_see(schema: jsonschema.Draft202012Validator) -> None:
    assert {case.stem for case in readable() if schema.is_valid(as_an_editor_sees_it(case))} == UNSEEN


def test_the_schema_knows_every_term() -> None:
    terms, made = Ontology.shipped(), datasets.source_schema()
    assert [choice["const"] for choice in made["$defs"]["relation"]["oneOf"]] == list(terms.relations)
    assert all(choice["description"] for choice in made["$defs"]["relation"]["oneOf"])
    assert set(terms.qualifiers) <= set(made["$defs"]["claim"]["properties"])
    assert [choice["const"] for choice in made["$defs"]["stance"]["oneOf"]] == list(Stance)
    json.dumps(made)


def write() -> None:
    """Write what is said of each case beside it."""
    for case in CASES:
        with tempfile.TemporaryDirectory() as into:
            expected(case).write_text(told(laid_out(case, Path(into))), encoding="utf-8")


if __name__ == "__main__":
    write()
